/* SPDX-License-Identifier: GPL-2.0-or-later */
/* authority: the keys of an organisation, made, shown, replaced, copied. */
#include <string.h>
#include <time.h>

#include "cli/authority_change.h"
#include "cli/out.h"
#include "cli/token_file.h"
#include "cli/verbs.h"
#include "lib/text.h"

static const char *key_state(const PublicKey *key, int64_t now)
{
        if (key->not_before && now < key->not_before)
                return N_("not yet");
        return public_key_valid_at(key, now) ? N_("in force") : N_("ended");
}

/* Where the folder says that a key is, if in a token; else "". */
static const char *token_uri(const Home *h, const PublicKey *key, TokenFile *f)
{
        return token_file_find(h->fd, key, f) == 0 ? f->uri : "";
}

static json_object *key_json(const Home *h, const PublicKey *key, int64_t now)
{
        TokenFile f;
        json_object *o = json_object_new_object();
        char hex[2 * KEY_PUBLIC_MAX + 1];

        text_hex(key->id, KEY_ID_SIZE, hex);
        json_object_object_add(o, "id", json_object_new_string(hex));
        json_object_object_add(o, "purpose", json_object_new_string(purpose_name(key->purpose)));
        json_object_object_add(o, "algorithm",
                               json_object_new_string(algorithm_name(key->algorithm)));
        text_hex(key->raw, key->raw_size, hex);
        json_object_object_add(o, "public", json_object_new_string(hex));
        json_object_object_add(o, "not_before", json_object_new_int64(key->not_before));
        json_object_object_add(o, "not_after", json_object_new_int64(key->not_after));
        json_object_object_add(o, "in_force",
                               json_object_new_boolean(public_key_valid_at(key, now)));
        json_object_object_add(o, "token_uri", json_object_new_string(token_uri(h, key, &f)));
        return o;
}

static int show_json(const Home *h)
{
        json_object *o = json_object_new_object(), *keys = json_object_new_array();

        json_object_object_add(o, "name", json_object_new_string(h->authority.name));
        json_object_object_add(o, "version", json_object_new_uint64(h->authority.version));
        json_object_object_add(o, "threshold", json_object_new_uint64(h->authority.threshold));
        for (size_t i = 0; i < h->authority.ring.n; i++)
                json_object_array_add(keys, key_json(h, &h->authority.ring.keys[i], time(NULL)));
        json_object_object_add(o, "keys", keys);
        out_json(o);
        return 0;
}

static int add_row(Table *t, const PublicKey *key, int64_t now)
{
        char id[2 * KEY_ID_SIZE + 1], from[32], until[32];
        const char *cells[] = {
                purpose_name(key->purpose), id, algorithm_name(key->algorithm), from, until,
                _(key_state(key, now))};

        text_hex(key->id, KEY_ID_SIZE, id);
        out_time(key->not_before, from, sizeof(from));
        out_time(key->not_after, until, sizeof(until));
        return table_add(t, cells, 5, public_key_valid_at(key, now) ? STYLE_GOOD : STYLE_WARN);
}

/* These are not in the folder, nor in a copy of it. */
static void print_tokens(const Home *h)
{
        bool first = true;

        for (size_t i = 0; i < h->authority.ring.n; i++) {
                const PublicKey *key = &h->authority.ring.keys[i];
                char id[2 * KEY_ID_SIZE + 1];
                TokenFile f;

                if (!*token_uri(h, key, &f))
                        continue;
                if (first)
                        printf("\n%s\n", _("In tokens, and not in the folder:"));
                first = false;
                text_hex(key->id, KEY_ID_SIZE, id);
                printf("  %s %.8s  %s\n", purpose_name(key->purpose), id, f.uri);
        }
}

static int show(const Home *h)
{
        const char *heads[] = {_("PURPOSE"), _("ID"),    _("ALGORITHM"),
                               _("FROM"),    _("UNTIL"), _("STATE")};
        _cleanup_(table_freep) Table *t = NULL;
        int r = table_new(ARRAY_SIZE(heads), heads, &t);

        for (size_t i = 0; i < h->authority.ring.n && r == 0; i++)
                r = add_row(t, &h->authority.ring.keys[i], time(NULL));
        if (r < 0)
                return cli_out_of_memory();
        out_field(_("Authority"), "%s", h->authority.name);
        out_field(_("Key list"), _("version %llu, %u root signatures needed"),
                  (unsigned long long)h->authority.version, h->authority.threshold);
        putchar('\n');
        table_print(t);
        print_tokens(h);
        return 0;
}

static int run_init(const AuthorityArgs *a, Home *h)
{
        int r = authority_init(a, h);

        if (r)
                return r;
        if (a->json)
                return show_json(h);
        printf(_("The authority \"%s\" is in %s. Keep a copy: %s authority backup FOLDER\n"),
               h->authority.name, h->path, UZ_CLI);
        return show(h);
}

typedef int (*Action)(const AuthorityArgs *a, Home *h, const char *word);

static int act(const AuthorityArgs *a, Home *h, Action action, const char *word)
{
        int r = home_open(h, a->dir, a->passphrase_fd);

        if (r)
                return r;
        if (action)
                return action(a, h, word);
        return a->json ? show_json(h) : show(h);
}

static int dispatch(const AuthorityArgs *a, Home *h, int n, char **words)
{
        static const struct {
                const char *name;
                Action action;
        } actions[] = {
                {"issue-key", authority_issue},
                {"rotate", authority_rotate},
                {"retire", authority_retire},
                {"backup", authority_backup},
                {"show", NULL},
        };

        if (!strcmp(words[0], "init") && n == 1)
                return run_init(a, h);
        if (a->json && strcmp(words[0], "show") != 0)
                return out_no_json("authority", words[0]);
        for (size_t i = 0; i < ARRAY_SIZE(actions); i++)
                if (!strcmp(words[0], actions[i].name) && n == (actions[i].action ? 2 : 1))
                        return act(a, h, actions[i].action, words[1]);
        return cli_fail(CLI_USAGE,
                        _("authority: init, show, issue-key PURPOSE, rotate PURPOSE|ID, retire ID "
                          "or backup FOLDER"));
}

static int run(void *args, int n, char **words)
{
        Home h = {.fd = -EBADF, .etc_fd = -EBADF};
        int r = dispatch(args, &h, n, words);

        home_close(&h);
        return r;
}

static const Option options[] = {
        TEXT(AuthorityArgs, dir, "dir", 'D', N_("DIR"),
             N_("the authority's folder (default: /etc/usbzone/authority)")),
        TEXT(AuthorityArgs, name, "name", 'n', N_("TEXT"), N_("init: the authority's name")),
        TEXT(AuthorityArgs, roots, "roots", 0, N_("N"),
             N_("init: so many root keys, 1 to 5 (default: 1)")),
        TEXT(AuthorityArgs, threshold, "threshold", 0, N_("N"),
             N_("init: so many of them must sign (default: 1)")),
        TEXT(AuthorityArgs, algorithm, "algorithm", 0, N_("NAME"),
             N_("new keys are ed25519 or sm2 (default: as the root keys; init: ed25519)")),
        LIST(AuthorityArgs, root_out, "root-out", 0, N_("FILE"),
             N_("init: write a root key there, the next one to the next FILE")),
        LIST(AuthorityArgs, root, "root", 0, N_("FILE"),
             N_("sign with the root key in FILE or at a URI, too; may be repeated")),
        LIST(AuthorityArgs, key_uri, "key-uri", 0, N_("URI"),
             N_("the new key is in a token already, as pkcs11:token=T;object=O; init: PURPOSE=URI, "
                "may be repeated")),
        TEXT(AuthorityArgs, out, "out", 'o', N_("FILE"), N_("write the new private key there")),
        VALIDITY_OPTIONS(AuthorityArgs, validity,
                         N_("the new key is valid for N days (default: no end)")),
        TEXT(AuthorityArgs, overlap, "overlap", 0, N_("N"),
             N_("rotate: the old key counts for N more days (default: 90; label: 0)")),
        TEXT(AuthorityArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        FLAG(AuthorityArgs, no_passphrase, "no-passphrase", 0,
             N_("leave new private keys without a passphrase")),
        FLAG(AuthorityArgs, json, "json", 'j', N_("init, show: print JSON")),
};

const Verb verb_authority = {
        .name = "authority",
        .usage = N_("init|show|issue-key|rotate|retire|backup [WORD]"),
        .summary = N_("make and change the keys of an organisation"),
        .details = N_(
                "Root keys sign the list of the keys that sign computers' credentials (host), labels\n"
                "(label) and policies (policy). rotate makes a new key in the place of one; retire\n"
                "takes one off the list, and all that it signed with it."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 2,
        .size = sizeof(AuthorityArgs),
        .run = run,
};
