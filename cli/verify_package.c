/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verifies an export package: manifest, credential, heads, chain. No daemon, no rights. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/said.h"
#include "cli/verified.h"
#include "lib/file.h"
#include "lib/text.h"
#include "policy/note.h"
#include "store/package.h"

typedef struct Checked {
        Authority authority;
        Host host;
        bool has_host, with_authority; /* the credential was checked; with a list of the person's */
} Checked;

static int fail_package(const PackageError *e, const char *path)
{
        char words[SAID_WORDS_MAX];

        if (*e->detail)
                return cli_fail(CLI_BROKEN, _("%s: the evidence is broken: %s (%s) [%s]"), path,
                                _(e->message), said_words(e->detail, words), e->kind);
        return cli_fail(CLI_BROKEN, _("%s: the evidence is broken: %s [%s]"), path, _(e->message),
                        e->kind);
}

int verify_load_authority(const char *path, Authority *ret)
{
        _cleanup_(freep) char *text = NULL;
        char words[SAID_WORDS_MAX];
        TextError error = {0};
        size_t size;
        int r = file_read(AT_FDCWD, path, NOTE_SIZE_MAX, &text, &size);

        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s"), path);
        r = authority_load(text, size, ret, &error);
        if (r > 0 || r == -EINVAL)
                return cli_fail(CLI_FAILED, _("%s is no list of an authority's keys: line %u: %s"),
                                path, error.line, said_words(error.message, words));
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : 0;
}

/* Whose package is it? With the list that was named, or with the one that came along. */
static int check_host(const Package *p, const char *path, const char *authority, Checked *c)
{
        PackageError e = {0};
        int r;

        c->with_authority = authority != NULL;
        r = authority ? verify_load_authority(authority, &c->authority)
                      : package_authority(p, &c->authority, &e);
        if (authority && r)
                return r;
        if (r == 0)
                r = package_host(p, &c->authority, &c->host, &e);
        if (r == PACKAGE_E_BROKEN)
                return fail_package(&e, path);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s"), path);
        c->has_host = r == 0;
        if (!c->has_host && authority)
                return cli_fail(CLI_BROKEN,
                                _("%s: the package holds no credential that %s could have signed "
                                  "[no-credential]"),
                                path, c->authority.name);
        return 0;
}

static void key_hex(const Manifest *m, char ret[2 * KEY_PUBLIC_MAX + 1])
{
        text_hex(m->keys[0].raw, m->keys[0].raw_size, ret);
}

static void print_json(const Manifest *m, const Checked *c, const LedgerVerify *v)
{
        json_object *j = verified_json(v);
        char text[2 * KEY_PUBLIC_MAX + 1];

        json_object_object_add(j, "host", json_object_new_string(m->host));
        json_object_object_add(j, "first", json_object_new_uint64(m->before.seq + 1));
        json_object_object_add(j, "last", json_object_new_uint64(m->last.seq));
        text_time_format(m->created, text);
        json_object_object_add(j, "created", json_object_new_string(text));
        json_object_object_add(j, "since", json_object_new_string(m->since));
        json_object_object_add(j, "until", json_object_new_string(m->until));
        key_hex(m, text);
        json_object_object_add(j, "ledger_key", json_object_new_string(text));
        json_object_object_add(j, "checked_against_authority",
                               json_object_new_boolean(c->has_host && c->with_authority));
        if (c->has_host) {
                json_object_object_add(j, "name", json_object_new_string(c->host.name));
                json_object_object_add(j, "zone", json_object_new_string(zone_name(c->host.zone)));
                json_object_object_add(j, "authority", json_object_new_string(c->authority.name));
        }
        out_json(j);
}

static void print_whose(const Manifest *m, const Checked *c)
{
        char text[2 * KEY_PUBLIC_MAX + 1];

        if (c->has_host)
                printf(_("computer %s (%s), zone %s\n"), c->host.name, m->host,
                       _(zone_name(c->host.zone)));
        else
                printf(_("computer %s; no credential came along\n"), m->host);
        if (c->has_host && c->with_authority)
                printf(_("its credential is signed by %s\n"), c->authority.name);
        else if (c->has_host)
                printf(_("not checked against an authority (--authority FILE); the list that came "
                         "along names %s\n"),
                       c->authority.name);
        key_hex(m, text);
        printf(_("signed with the ledger key %s\n"), text);
}

static void print_text(const Manifest *m, const Checked *c, const LedgerVerify *v)
{
        char created[32];

        if (!v->kind)
                printf("%s%s%s\n", out_style(stdout, STYLE_GOOD), _("The package is whole."),
                       out_plain(stdout));
        print_whose(m, c);
        out_time(m->created, created, sizeof(created));
        printf(_("records %" PRIu64 " to %" PRIu64 ", exported %s\n"), m->before.seq + 1,
               m->last.seq, created);
        verified_text(v);
}

int verify_package(const char *path, const char *authority, const MacKey *key, bool json)
{
        _cleanup_(package_closep) Package *p = NULL;
        _cleanup_(freep) Checked *c = calloc(1, sizeof(*c));
        Progress progress = progress_start(_("Verifying ..."));
        LedgerVerify v = {.key = *key, .progress = verified_progress, .userdata = &progress};
        PackageError e = {0};
        int r = c ? package_open(AT_FDCWD, path, &p, &e) : -ENOMEM;

        if (r > 0)
                return fail_package(&e, path);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s"), path);
        r = check_host(p, path, authority, c);
        if (r)
                return r;
        r = package_verify(p, &v);
        progress_end(&progress);
        if (r >= 0 && json)
                print_json(package_manifest(p), c, &v);
        else if (r >= 0)
                print_text(package_manifest(p), c, &v);
        mac_key_clear(&v.key);
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : verified_outcome(&v);
}
