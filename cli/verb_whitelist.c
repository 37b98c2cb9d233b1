/* SPDX-License-Identifier: GPL-2.0-or-later */
/* whitelist: made from tables and registers, merged, compared, looked into. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/register.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "cli/verbs.h"
#include "cli/whitelist_file.h"
#include "lib/file.h"
#include "lib/text.h"

#define SOURCES_MAX 64

typedef struct WhitelistArgs {
        const char *out;
        bool json;
} WhitelistArgs;

static int build(const WhitelistArgs *a, int n, char **paths)
{
        WhitelistItems items = {.sources = (const char *const *)paths};
        char hex[2 * DIGEST_SIZE + 1];
        uint8_t digest[DIGEST_SIZE];
        uint64_t count = 0;
        int r = 0;

        if (!a->out)
                return cli_fail(CLI_USAGE, "%s", _("whitelist: --out FILE is needed"));
        for (int i = 0; i < n && r == 0; i++)
                r = whitelist_items_add(&items, (uint32_t)i);
        if (r == 0)
                r = whitelist_items_write(&items, a->out, &count, digest);
        free(items.list);
        if (r)
                return r;
        text_hex(digest, DIGEST_SIZE, hex);
        if (a->json) {
                json_object *o = json_object_new_object();

                json_object_object_add(o, "entries", json_object_new_uint64(count));
                json_object_object_add(o, "sha256", json_object_new_string(hex));
                out_json(o);
                return 0;
        }
        printf(_("%llu drives are in %s. The policy names it with the line\n"),
               (unsigned long long)count, a->out);
        printf("whitelist = sha256:%s\n", hex);
        return 0;
}

static json_object *entry_json(const WhitelistEntry *e)
{
        json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(e->identity, DIGEST_SIZE, hex);
        json_object_object_add(o, "identity", json_object_new_string(hex));
        text_hex(e->label_id, LABEL_ID_SIZE, hex);
        json_object_object_add(o, "label", json_object_new_string(hex));
        json_object_object_add(o, "zone", json_object_new_string(zone_name(e->zone)));
        json_object_object_add(o, "level", json_object_new_string(level_name(e->level)));
        return o;
}

typedef struct Difference {
        bool json;
        uint64_t removed, added;
} Difference;

static void tell(Difference *d, char sign, const WhitelistEntry *e)
{
        char id[2 * DIGEST_SIZE + 1], label[2 * LABEL_ID_SIZE + 1];

        *(sign == '-' ? &d->removed : &d->added) += 1;
        if (d->json) {
                json_object *o = entry_json(e);

                json_object_object_add(o, "change",
                                       json_object_new_string(sign == '-' ? "removed" : "added"));
                out_json_line(o);
                return;
        }
        text_hex(e->identity, DIGEST_SIZE, id);
        text_hex(e->label_id, LABEL_ID_SIZE, label);
        printf("%s%c %s %s %s %s%s\n", out_style(stdout, sign == '-' ? STYLE_BAD : STYLE_GOOD),
               sign, id, _(zone_name(e->zone)), _(level_name(e->level)), label, out_plain(stdout));
}

/* Both are sorted: one pass. */
static int compare(const Whitelist *a, const Whitelist *b, Difference *d)
{
        WhitelistEntry x, y;
        uint64_t i = 0, j = 0;
        int r = 0, order;

        while (r == 0 && (i < a->count || j < b->count)) {
                if (i < a->count)
                        r = whitelist_get(a, i, &x);
                if (r == 0 && j < b->count)
                        r = whitelist_get(b, j, &y);
                if (r < 0)
                        return r;
                order = i == a->count   ? 1
                        : j == b->count ? -1
                                        : memcmp(x.identity, y.identity, sizeof(x.identity));
                if (order < 0 || (order == 0 && (x.zone != y.zone || x.level != y.level ||
                                                 memcmp(x.label_id, y.label_id, LABEL_ID_SIZE))))
                        tell(d, '-', &x);
                if (order > 0 || (order == 0 && (x.zone != y.zone || x.level != y.level ||
                                                 memcmp(x.label_id, y.label_id, LABEL_ID_SIZE))))
                        tell(d, '+', &y);
                i += order <= 0;
                j += order >= 0;
        }
        return r;
}

static int diff(const WhitelistArgs *a, const char *old_path, const char *new_path)
{
        WhitelistFile old = {.fd = -EBADF}, next = {.fd = -EBADF};
        Difference d = {.json = a->json};
        int r = whitelist_file_open(old_path, &old);

        if (r == 0)
                r = whitelist_file_open(new_path, &next);
        if (r == 0) {
                r = compare(&old.w, &next.w, &d);
                if (r < 0)
                        r = cli_fail_errno(r, "%s", _("cannot read the whitelist"));
        }
        whitelist_file_close(&old);
        whitelist_file_close(&next);
        if (r == 0)
                cli_note(_("%llu removed, %llu added"), (unsigned long long)d.removed,
                         (unsigned long long)d.added);
        return r;
}

static int take_identity(const char *word, uint8_t ret[DIGEST_SIZE])
{
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        _cleanup_(fd_closep) int fd = -EBADF;

        if (strlen(word) == 2 * DIGEST_SIZE && text_unhex(word, ret, DIGEST_SIZE) == 0)
                return 0;
        fd = file_open_dir(AT_FDCWD, etc);
        if (fd >= 0 && register_find(fd, REGISTER_PATH, word, ret) == CLI_OK)
                return 0;
        return cli_fail(CLI_USAGE,
                        _("\"%s\" is neither an identity (64 hex digits) nor a media number given "
                          "out here"),
                        word);
}

static int print_found(const WhitelistArgs *a, int found, const WhitelistEntry *e, const char *word)
{
        char label[2 * LABEL_ID_SIZE + 1];

        if (found < 0)
                return cli_fail_errno(found, "%s", _("cannot read the whitelist"));
        if (found == 0)
                return cli_fail(CLI_FAILED, _("%s is not on the whitelist"), word);
        if (a->json) {
                out_json(entry_json(e));
                return 0;
        }
        text_hex(e->label_id, LABEL_ID_SIZE, label);
        out_field(_("Zone"), "%s", _(zone_name(e->zone)));
        if (e->level)
                out_field(_("Level"), "%s", _(level_name(e->level)));
        out_field(_("Label"), "%s", strspn(label, "0") == strlen(label) ? _("any") : label);
        return 0;
}

/* In a file, or in the whitelist in force. */
static int lookup(const WhitelistArgs *a, const char *word, const char *path)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        _cleanup_(fd_closep) int etc_fd = -EBADF;
        WhitelistFile f = {.fd = -EBADF};
        uint8_t identity[DIGEST_SIZE];
        WhitelistEntry e;
        int r = take_identity(word, identity);

        if (r == 0 && path)
                r = whitelist_file_open(path, &f);
        else if (r == 0)
                r = signer_open_etc(&etc_fd);
        if (r == 0 && !path)
                r = signer_load_trust(etc_fd, &t);
        if (r == 0 && t && t->snapshot.status != REASON_OK)
                r = said_fail(CLI_FAILED, t->message);
        if (r == 0 && t && !t->snapshot.whitelist.read)
                r = cli_fail(CLI_FAILED, "%s", _("the policy names no whitelist"));
        if (r == 0) {
                int found = whitelist_find(t ? &t->snapshot.whitelist : &f.w, identity, &e);

                r = print_found(a, found, &e, word);
        }
        whitelist_file_close(&f);
        return r;
}

static int run(void *args, int n, char **words)
{
        const WhitelistArgs *a = args;

        if ((!strcmp(words[0], "build") && n > 1) || (!strcmp(words[0], "merge") && n > 2))
                return build(a, n - 1, words + 1);
        if (!strcmp(words[0], "diff") && n == 3)
                return diff(a, words[1], words[2]);
        if (!strcmp(words[0], "lookup") && (n == 2 || n == 3))
                return lookup(a, words[1], n == 3 ? words[2] : NULL);
        return cli_fail(
                CLI_USAGE, "%s",
                _("whitelist: build SOURCE ..., merge FILE FILE ..., diff OLD NEW or lookup "
                  "DRIVE [FILE]"));
}

static const Option options[] = {
        TEXT(WhitelistArgs, out, "out", 'o', N_("FILE"),
             N_("build, merge: write the whitelist there")),
        FLAG(WhitelistArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_whitelist = {
        .name = "whitelist",
        .usage = N_("build|merge|diff|lookup WORD ... [OPTIONS]"),
        .summary = N_("make, merge, compare whitelists, look a drive up"),
        .details = N_(
                "A source is CSV with the columns identity, zone, level and label, a register of\n"
                "enrolments (media.jsonl), or a whitelist. Of two entries for a drive the one of the\n"
                "later source counts."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 2,
        .max = 1 + SOURCES_MAX,
        .size = sizeof(WhitelistArgs),
        .run = run,
};
