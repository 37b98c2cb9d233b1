/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adds a drive to the whitelist and takes it out: a new file, a policy that names it, then the old
 * file goes. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "lib/file.h"
#include "lib/text.h"
#include "store/stage.h"

typedef struct Buffer {
        uint8_t *data;
        size_t size, room;
} Buffer;

static int buffer_write(void *userdata, const void *data, size_t n)
{
        Buffer *b = userdata;

        if (b->room - b->size < n) {
                size_t room = MAX(2 * b->room, b->size + n);
                uint8_t *p = realloc(b->data, room);

                if (!p)
                        return -ENOMEM;
                b->data = p;
                b->room = room;
        }
        memcpy(b->data + b->size, data, n);
        b->size += n;
        return 0;
}

/* All entries but those of `identity`, with room for one more. */
static int read_others(const Whitelist *w, const uint8_t identity[DIGEST_SIZE],
                       WhitelistEntry **ret, size_t *ret_n)
{
        uint64_t count = w->read ? w->count : 0;
        _cleanup_(freep) WhitelistEntry *list = calloc(count + 1, sizeof(*list));
        size_t n = 0;

        if (!list)
                return -ENOMEM;
        for (uint64_t i = 0; i < count; i++) {
                int r = whitelist_get(w, i, &list[n]);

                if (r < 0)
                        return r;
                if (memcmp(list[n].identity, identity, DIGEST_SIZE) != 0)
                        n++;
        }
        *ret = TAKE_PTR(list);
        *ret_n = n;
        return 0;
}

/* Writes the new file beside the old one; nothing counts until the policy names it. */
static int write_file(Signer *s, WhitelistEntry *list, size_t n, uint8_t ret_digest[DIGEST_SIZE])
{
        Buffer b = {0};
        char name[STAGE_NAME_MAX];
        int r;

        r = whitelist_build(list, n, buffer_write, &b, ret_digest);
        if (r > 0)
                r = -EINVAL;
        if (r == 0) {
                stage_whitelist_name(ret_digest, name);
                r = file_replace(s->etc_fd, name, b.data, b.size, 0644);
        }
        free(b.data);
        return r;
}

static void name_whitelist(Bundle *b, const uint8_t digest[DIGEST_SIZE])
{
        b->has_whitelist = true;
        memcpy(b->whitelist_digest, digest, DIGEST_SIZE);
}

/* From here on, policy and whitelist in memory are those of the new file. */
static int reload(Signer *s)
{
        Trust *t = NULL;
        int r = signer_load_trust(s->etc_fd, &t);

        if (r)
                return r;
        trust_free(s->trust);
        s->trust = t;
        if (t->snapshot.status != REASON_OK)
                return said_fail(CLI_FAILED, t->message);
        return 0;
}

static int publish_list(Signer *s, WhitelistEntry *list, size_t n)
{
        Bundle *b = &s->trust->snapshot.bundle;
        char old_name[STAGE_NAME_MAX] = "", new_name[STAGE_NAME_MAX];
        uint8_t digest[DIGEST_SIZE];
        int r;

        if (b->has_whitelist)
                stage_whitelist_name(b->whitelist_digest, old_name);
        r = write_file(s, list, n, digest);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot write the whitelist; the old one stays"));
        stage_whitelist_name(digest, new_name);
        name_whitelist(b, digest);
        r = signer_write_policy(s);
        if (r) {
                if (strcmp(old_name, new_name) != 0)
                        (void)unlinkat(s->etc_fd, new_name, 0);
                return r;
        }
        if (*old_name && strcmp(old_name, new_name) != 0)
                (void)unlinkat(s->etc_fd, old_name, 0);
        r = client_reload();
        return r ? r : reload(s);
}

static int change(Signer *s, const uint8_t identity[DIGEST_SIZE], const WhitelistEntry *entry)
{
        _cleanup_(freep) WhitelistEntry *list = NULL;
        size_t n;
        int r = read_others(&s->trust->snapshot.whitelist, identity, &list, &n);

        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot read the whitelist"));
        if (entry)
                list[n++] = *entry;
        return publish_list(s, list, n);
}

int signer_whitelist_put(Signer *s, const WhitelistEntry *entry)
{
        return change(s, entry->identity, entry);
}

int signer_whitelist_remove(Signer *s, const uint8_t identity[DIGEST_SIZE])
{
        return change(s, identity, NULL);
}
