/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks drives up by the identity that a log tells. */
#include "cli/history_known.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/register.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "cli/whitelist_file.h"
#include "lib/file.h"

const char *known_state_slug(KnownState state)
{
        switch (state) {
        case KNOWN_NO_WHITELIST:
                return "none";
        case KNOWN_LISTED:
                return "listed";
        case KNOWN_NOT_LISTED:
                return "not-listed";
        case KNOWN_NOT_TOLD:
                return "not-told";
        }
        return "";
}

const char *known_missing_slug(int missing)
{
        static const char *const slugs[] = {
                [KERNLOG_E_SERIAL] = "serial-number",
                [KERNLOG_E_INQUIRY] = "inquiry",
                [KERNLOG_E_CAPACITY] = "capacity",
        };

        return missing > 0 && (size_t)missing < ARRAY_SIZE(slugs) ? slugs[missing] : "";
}

bool known_is_foreign(const Known *k, const KnownDrive *d)
{
        return k->zone && d->state == KNOWN_LISTED &&
               (d->entry.zone != k->zone || d->entry.level > k->level);
}

static int identify(const Kernlog *log, Known *k)
{
        k->n = kernlog_count(log);
        k->drives = calloc(k->n + 1, sizeof(*k->drives));
        if (!k->drives)
                return cli_out_of_memory();
        for (size_t i = 0; i < k->n; i++) {
                KnownDrive *d = &k->drives[i];
                Identity identity;
                int r;

                d->missing = kernlog_identity(kernlog_device(log, i), &identity);
                r = d->missing ? 0 : identity_digest(&identity, d->digest);
                if (r < 0)
                        return cli_fail_errno(r, "%s", _("cannot compute an identity"));
        }
        return 0;
}

static int look_up(const Whitelist *w, const Bundle *b, Known *k)
{
        k->asked = true;
        for (size_t i = 0; i < k->n; i++) {
                KnownDrive *d = &k->drives[i];
                int found = d->missing ? 0 : whitelist_find(w, d->digest, &d->entry);

                if (found < 0)
                        return cli_fail_errno(found, "%s", _("cannot read the whitelist"));
                d->state = d->missing ? KNOWN_NOT_TOLD : found ? KNOWN_LISTED : KNOWN_NOT_LISTED;
                if (b && !d->missing)
                        d->revoked =
                                bundle_is_revoked(b, REVOKED_DRIVE, d->digest) ||
                                (found && bundle_is_revoked(b, REVOKED_LABEL, d->entry.label_id));
        }
        return 0;
}

static int ask_file(const char *path, Known *k)
{
        WhitelistFile f = {.fd = -EBADF};
        int r = whitelist_file_open(path, &f);

        if (r == 0)
                r = look_up(&f.w, NULL, k);
        whitelist_file_close(&f);
        return r;
}

/* `etc_fd`: -errno if it is not there. */
static int ask_here(int etc_fd, Known *k)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        char words[SAID_WORDS_MAX];
        int r;

        if (etc_fd < 0 || faccessat(etc_fd, UZ_KEYS_FILE, F_OK, 0) < 0) {
                cli_note("%s", _("there is no whitelist on this computer, so none is asked; "
                                 "--whitelist FILE names one"));
                return 0;
        }
        r = signer_load_trust(etc_fd, &t);
        if (r)
                return r;
        if (t->snapshot.status != REASON_OK)
                cli_note(_("%s; so no whitelist is asked"), said_words(t->message, words));
        else if (!t->snapshot.whitelist.read)
                cli_note("%s", _("the policy names no whitelist, so none is asked; "
                                 "--whitelist FILE names one"));
        else
                r = look_up(&t->snapshot.whitelist, &t->snapshot.bundle, k);
        k->zone = t->snapshot.host.zone;
        k->level = t->snapshot.host.level;
        return r;
}

typedef struct Index {
        KnownDrive **drives;
        size_t n;
} Index;

static int by_digest(const void *a, const void *b)
{
        const KnownDrive *const *x = a, *const *y = b;

        return memcmp((*x)->digest, (*y)->digest, DIGEST_SIZE);
}

static void take_number(void *userdata, const uint8_t identity[DIGEST_SIZE], const char *number)
{
        const Index *index = userdata;
        KnownDrive wanted, *key = &wanted, **found;

        memcpy(wanted.digest, identity, DIGEST_SIZE);
        found = bsearch(&key, index->drives, index->n, sizeof(*index->drives), by_digest);
        if (found)
                snprintf((*found)->number, sizeof((*found)->number), "%.*s",
                         (int)sizeof((*found)->number) - 1, number);
}

/* A register that is not there, or not for us to read, has no numbers. */
static int ask_register(int etc_fd, Known *k)
{
        _cleanup_(freep) KnownDrive **drives = calloc(k->n + 1, sizeof(KnownDrive *));
        Index index = {.drives = drives};
        int r;

        if (!drives)
                return cli_out_of_memory();
        for (size_t i = 0; i < k->n; i++)
                if (!k->drives[i].missing)
                        drives[index.n++] = &k->drives[i];
        qsort(drives, index.n, sizeof(*drives), by_digest);
        r = etc_fd < 0 ? 0 : register_each(etc_fd, REGISTER_PATH, take_number, &index);
        if (r < 0 && r != -ENOENT && r != -EACCES)
                return cli_fail_errno(r, _("cannot read the register of numbers, %s/%s"),
                                      UZ_ETC_DIR, REGISTER_PATH);
        return 0;
}

int known_load(const Kernlog *k, const char *file, Known *ret)
{
        _cleanup_(fd_closep) int etc_fd = -EBADF;
        int r = identify(k, ret);

        etc_fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        if (r == 0)
                r = file ? ask_file(file, ret) : ask_here(etc_fd, ret);
        return r ? r : ask_register(etc_fd, ret);
}

void known_clear(Known *k)
{
        free(TAKE_PTR(k->drives));
        k->n = 0;
}
