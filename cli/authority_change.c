/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes, replaces and retires keys of an authority. */
#include "cli/authority_change.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/token_file.h"
#include "cli/token_keys.h"
#include "lib/text.h"

#define ROOTS_MAX 5u
#define DAY_SECONDS 86400
#define OVERLAP_DAYS 90u
#define OVERLAP_MAX 3650u

static const Purpose issued[] = {PURPOSE_HOST, PURPOSE_LABEL, PURPOSE_POLICY};

static int take_count(const char *option, const char *text, unsigned max, unsigned *ret)
{
        uint64_t n = 1;

        if (text && (text_u64(text, max, &n) < 0 || n == 0))
                return cli_fail(CLI_USAGE, _("--%s: a number from 1 to %u"), option, max);
        *ret = (unsigned)n;
        return 0;
}

/* A new key, and the URI of one that is in a token. */
typedef struct NewKey {
        PrivateKey *key;
        const char *uri; /* NULL: the key goes into a file */
} NewKey;

static const char *suffix(const NewKey *new)
{
        return new->uri ? TOKEN_FILE_SUFFIX : KEY_FILE_SUFFIX;
}

/* Writes a new private key; `i` counts those that get a passphrase of their own. */
static int write_new(const AuthorityArgs *a, Home *h, int dirfd, const char *name,
                     const NewKey *new, size_t i)
{
        const char *passphrase = NULL;
        int r = 0;

        if (!new->uri && !a->no_passphrase)
                r = passphrases_new(&h->secrets, name, i, &passphrase);
        if (r)
                return r;
        if (new->uri)
                r = token_file_write(dirfd, name, private_key_public(new->key), new->uri);
        else
                r = key_write(dirfd, name, new->key, passphrase);
        if (r == -EEXIST)
                return cli_fail(CLI_FAILED, _("%s exists already: a key needs a new file"), name);
        return r < 0 ? cli_fail_errno(r, _("cannot write the key %s"), name) : 0;
}

static PublicKey *find(Authority *a, const uint8_t id[KEY_ID_SIZE])
{
        return (PublicKey *)keyring_find(&a->ring, id);
}

/* A new key is of the kind that --algorithm says, or else of the root keys'. */
static int choose_algorithm(const AuthorityArgs *a, const Authority *next, Algorithm *ret)
{
        int r = words_algorithm(a->algorithm, ret);

        for (size_t i = 0; i < next->ring.n && r == 0 && !a->algorithm; i++)
                if (next->ring.keys[i].purpose == PURPOSE_ROOT)
                        *ret = next->ring.keys[i].algorithm;
        return r;
}

/* Opens what --key-uri names for a key of `purpose`, or of several (PURPOSE_NONE). */
static int open_tokens(const AuthorityArgs *a, Home *h, const Authority *next, Purpose purpose,
                       TokenKeys *t)
{
        Algorithm algorithm;
        int r;

        if (a->out && a->key_uri.n)
                return cli_fail(CLI_USAGE, "%s",
                                _("--out and --key-uri do not go together: the private key stays "
                                  "in its token"));
        r = choose_algorithm(a, next, &algorithm);
        if (r == 0 && purpose != PURPOSE_NONE)
                r = token_keys_parse(t, &a->key_uri, purpose, 1);
        return r ? r : token_keys_open(t, algorithm, &h->secrets);
}

/* The key that is in a token, else one that is made here; it goes on the list. */
static int make(const AuthorityArgs *a, TokenKeys *t, Authority *next, Purpose purpose, NewKey *ret)
{
        Algorithm algorithm;
        int r = choose_algorithm(a, next, &algorithm);

        if (r)
                return r;
        ret->uri = token_keys_take(t, purpose, &ret->key);
        if (ret->uri)
                r = keyring_add(&next->ring, private_key_public(ret->key));
        else
                r = key_make(next, algorithm, purpose, &ret->key);
        if (r == 0)
                return 0;
        if (ret->uri)
                ret->key = private_key_free(ret->key);
        if (r == -ENOSPC)
                return cli_fail(CLI_FAILED,
                                _("the list is full, with %u keys: retire one that no drive needs"),
                                KEYRING_MAX);
        if (r == -EEXIST && ret->uri)
                return cli_fail(CLI_FAILED,
                                _("%s is a key of the list already: one key has one purpose"),
                                ret->uri);
        return cli_fail_errno(r, "%s", _("cannot make keys"));
}

/* Those in tokens are the first ones, those of --root-out follow. */
static int make_roots(const AuthorityArgs *a, Home *h, TokenKeys *t, Authority *next, unsigned n)
{
        char name[KEY_FILE_NAME_MAX], stem[32];
        size_t n_out = 0;
        int r = 0;

        for (unsigned i = 0; i < n && r == 0; i++) {
                NewKey new = {0};

                r = make(a, t, next, PURPOSE_ROOT, &new);
                if (r)
                        break;
                h->roots[h->n_roots++] = new.key;
                snprintf(stem, sizeof(stem), n == 1 ? "root" : "root-%u", i + 1);
                snprintf(name, sizeof(name), "%s%s", stem, suffix(&new));
                if (!new.uri && n_out < a->root_out.n)
                        r = write_new(a, h, AT_FDCWD, a->root_out.items[n_out++], &new, i + 1);
                else
                        r = write_new(a, h, h->fd, name, &new, i + 1);
        }
        return r;
}

static int make_purpose_key(const AuthorityArgs *a, Home *h, TokenKeys *t, Authority *next,
                            Purpose purpose)
{
        char name[KEY_FILE_NAME_MAX];
        NewKey new = {0};
        PublicKey *public;
        int r = make(a, t, next, purpose, &new);

        if (r)
                return r;
        public = find(next, private_key_public(new.key)->id);
        if (a->validity.days || a->validity.not_before || a->validity.not_after)
                r = words_validity(&a->validity, time(NULL), &public->not_before,
                                   &public->not_after);
        snprintf(name, sizeof(name), "%s%s", purpose_name(purpose), suffix(&new));
        if (r == 0)
                r = write_new(a, h, h->fd, name, &new, 0);
        private_key_free(new.key);
        return r;
}

static int check_init(const AuthorityArgs *a, TokenKeys *t, Authority *next, unsigned *ret_roots)
{
        int r;

        if (!a->name)
                return cli_fail(CLI_USAGE, "%s", _("init: --name TEXT is needed, the authority's"));
        r = words_name("name", a->name, next->name);
        if (r == 0)
                r = take_count("roots", a->roots, ROOTS_MAX, ret_roots);
        if (r == 0)
                r = take_count("threshold", a->threshold, *ret_roots, &next->threshold);
        if (r == 0)
                r = token_keys_parse(t, &a->key_uri, PURPOSE_NONE, *ret_roots);
        if (r == 0 && a->root_out.n + token_keys_count(t, PURPOSE_ROOT) > *ret_roots)
                r = cli_fail(CLI_USAGE, _("--root-out may be given %u times at most"),
                             *ret_roots - (unsigned)token_keys_count(t, PURPOSE_ROOT));
        return r;
}

int authority_init(const AuthorityArgs *a, Home *h)
{
        _cleanup_(token_keys_close) TokenKeys t = {0};
        Authority next = {0};
        unsigned n_roots;
        int r = check_init(a, &t, &next, &n_roots);

        if (r == 0)
                r = home_create(h, a->dir, a->passphrase_fd);
        if (r == 0)
                r = open_tokens(a, h, &next, PURPOSE_NONE, &t);
        for (size_t i = 0; i < ARRAY_SIZE(issued) && r == 0; i++)
                r = make_purpose_key(a, h, &t, &next, issued[i]);
        if (r == 0)
                r = make_roots(a, h, &t, &next, n_roots);
        return r ? r : home_publish(h, &next, &a->root);
}

/* A key goes into --out, else to PURPOSE-ID.pem or .uri; `ret` says where. */
static int write_issued(const AuthorityArgs *a, Home *h, const NewKey *new,
                        char ret[KEY_FILE_NAME_MAX])
{
        key_file_name(private_key_public(new->key), suffix(new), ret);
        if (a->out)
                return write_new(a, h, AT_FDCWD, a->out, new, 0);
        return write_new(a, h, h->fd, ret, new, 0);
}

/* Publishes a list with a key that was just written; without the list, the key goes. True: the list
 * is out, even if `ret` says that something failed after that. */
static bool publish_issued(const AuthorityArgs *a, Home *h, Authority *next, const char *name,
                           int *ret)
{
        *ret = home_publish(h, next, &a->root);
        if (h->authority.version == next->version)
                return true;
        (void)unlinkat(a->out ? AT_FDCWD : h->fd, a->out ? a->out : name, 0);
        return false;
}

static void print_key(const PublicKey *key, const char *where)
{
        char id[2 * KEY_ID_SIZE + 1];

        text_hex(key->id, KEY_ID_SIZE, id);
        printf(_("The new %s key is %s, its private part in %s.\n"), purpose_name(key->purpose), id,
               where);
}

static const char *where(const AuthorityArgs *a, const NewKey *new, const char *name)
{
        if (new->uri)
                return new->uri;
        return a->out ? a->out : name;
}

static void print_version(const Home *h)
{
        printf(_("The key list is version %llu now: carry %s/%s to every computer.\n"),
               (unsigned long long)h->authority.version, h->path, UZ_KEYS_FILE);
}

int authority_issue(const AuthorityArgs *a, Home *h, const char *word)
{
        _cleanup_(token_keys_close) TokenKeys t = {0};
        Authority next = h->authority;
        char name[KEY_FILE_NAME_MAX];
        Purpose purpose = PURPOSE_NONE;
        PublicKey *public;
        NewKey new = {0};
        int r;

        if (purpose_parse(word, &purpose) < 0 || purpose < PURPOSE_HOST || purpose > PURPOSE_POLICY)
                return cli_fail(CLI_USAGE, _("\"%s\" is none of host, label, policy"), word);
        r = open_tokens(a, h, &next, purpose, &t);
        if (r == 0)
                r = make(a, &t, &next, purpose, &new);
        if (r)
                return r;
        public = find(&next, private_key_public(new.key)->id);
        r = words_validity(&a->validity, time(NULL), &public->not_before, &public->not_after);
        if (r == 0)
                r = write_issued(a, h, &new, name);
        private_key_free(new.key);
        if (r || !publish_issued(a, h, &next, name, &r))
                return r;
        print_key(public, where(a, &new, name));
        print_version(h);
        return r;
}

/* The one key that `word` means. */
static int find_key(Authority *a, const char *word, PublicKey **ret)
{
        Purpose purpose = PURPOSE_NONE;
        bool by_purpose = purpose_parse(word, &purpose) == 0;
        char id[2 * KEY_ID_SIZE + 1];
        PublicKey *found = NULL;
        unsigned n = 0;

        for (size_t i = 0; i < a->ring.n; i++) {
                PublicKey *k = &a->ring.keys[i];

                text_hex(k->id, KEY_ID_SIZE, id);
                if (by_purpose ? k->purpose == purpose && public_key_valid_at(k, time(NULL))
                               : strlen(word) >= 8 && !strncmp(id, word, strlen(word))) {
                        found = k;
                        n++;
                }
        }
        if (n > 1)
                return cli_fail(CLI_USAGE, _("\"%s\" means %u keys: name one by its id"), word, n);
        if (n == 0)
                return cli_fail(CLI_USAGE,
                                _("\"%s\" is no key in force: authority show lists them"), word);
        *ret = found;
        return 0;
}

/* The old key ends after a time in which both count; labels of an old label key stay valid. */
static int end_old(const AuthorityArgs *a, PublicKey *old)
{
        uint64_t days = old->purpose == PURPOSE_LABEL ? 0 : OVERLAP_DAYS;
        int64_t end;

        if (a->overlap && text_u64(a->overlap, OVERLAP_MAX, &days) < 0)
                return cli_fail(CLI_USAGE, _("--overlap: a number of days, at most %u"),
                                OVERLAP_MAX);
        end = time(NULL) + (int64_t)days * DAY_SECONDS;
        if (!old->not_after || old->not_after > end)
                old->not_after = MAX(end, old->not_before + 1);
        return 0;
}

static void drop(Authority *a, const uint8_t id[KEY_ID_SIZE])
{
        size_t n = 0;

        for (size_t i = 0; i < a->ring.n; i++)
                if (memcmp(a->ring.keys[i].id, id, KEY_ID_SIZE) != 0)
                        a->ring.keys[n++] = a->ring.keys[i];
        a->ring.n = n;
}

/* PURPOSE.pem or .uri is the key in force: the old one, unless it is lost, moves to a name with its
 * id. */
static int settle_names(Home *h, const PublicKey *old, const NewKey *new, const char *new_name)
{
        char plain[KEY_FILE_NAME_MAX], old_name[KEY_FILE_NAME_MAX];

        for (unsigned i = 0; i < 2; i++) {
                key_file_name(old, i ? TOKEN_FILE_SUFFIX : KEY_FILE_SUFFIX, old_name);
                if (faccessat(h->fd, old_name, F_OK, 0) == 0)
                        return 0; /* not the one that is in force by default */
        }
        if (key_find(h->fd, h->path, purpose_name(old->purpose), plain) != 0)
                return CLI_FAILED;
        key_file_name(old, token_file_is_name(plain) ? TOKEN_FILE_SUFFIX : KEY_FILE_SUFFIX,
                      old_name);
        if (renameat2(h->fd, plain, h->fd, old_name, RENAME_NOREPLACE) < 0 && errno != ENOENT)
                return cli_fail_errno(-errno, _("cannot rename keys in %s"), h->path);
        snprintf(plain, sizeof(plain), "%s%s", purpose_name(old->purpose), suffix(new));
        if (renameat2(h->fd, new_name, h->fd, plain, RENAME_NOREPLACE) < 0 || fsync(h->fd) < 0)
                return cli_fail_errno(-errno, _("cannot rename keys in %s"), h->path);
        return 0;
}

static int carry_out(const AuthorityArgs *a, Home *h, Authority *next, const PublicKey *old,
                     const NewKey *new)
{
        char name[KEY_FILE_NAME_MAX];
        int r = write_issued(a, h, new, name), settled = 0;

        if (r || !publish_issued(a, h, next, name, &r))
                return r;
        print_key(private_key_public(new->key), where(a, new, name));
        print_version(h);
        if (old->purpose == PURPOSE_ROOT)
                cli_note(_("a computer with a list older than version %llu needs this one first: "
                           "%s/%s.%llu"),
                         (unsigned long long)next->version - 1, h->path, UZ_KEYS_FILE,
                         (unsigned long long)next->version);
        if (!a->out && old->purpose != PURPOSE_ROOT)
                settled = settle_names(h, old, new, name);
        return r ? r : settled;
}

int authority_rotate(const AuthorityArgs *a, Home *h, const char *word)
{
        _cleanup_(token_keys_close) TokenKeys t = {0};
        Authority next = h->authority;
        PublicKey *found, *public, old;
        NewKey new = {0};
        int r = find_key(&next, word, &found);

        if (r)
                return r;
        r = end_old(a, found);
        old = *found;
        if (r == 0 && old.purpose == PURPOSE_ROOT)
                drop(&next, old.id);
        if (r == 0)
                r = open_tokens(a, h, &next, old.purpose, &t);
        if (r == 0)
                r = make(a, &t, &next, old.purpose, &new);
        if (r)
                return r;
        public = find(&next, private_key_public(new.key)->id);
        if (old.purpose == PURPOSE_ROOT)
                h->roots[h->n_roots++] = new.key; /* signs its own list; freed with the others */
        else
                r = words_validity(&a->validity, time(NULL), &public->not_before,
                                   &public->not_after);
        if (r == 0)
                r = carry_out(a, h, &next, &old, &new);
        if (old.purpose != PURPOSE_ROOT)
                private_key_free(new.key);
        return r;
}

int authority_retire(const AuthorityArgs *a, Home *h, const char *word)
{
        Authority next = h->authority;
        PublicKey *found, old;
        unsigned n = 0;
        int r = find_key(&next, word, &found);

        if (r)
                return r;
        old = *found;
        for (size_t i = 0; i < next.ring.n; i++)
                n += next.ring.keys[i].purpose == PURPOSE_ROOT;
        if (old.purpose == PURPOSE_ROOT && n <= next.threshold)
                return cli_fail(
                        CLI_FAILED,
                        _("the list has %u root keys and needs %u: rotate this one instead"), n,
                        next.threshold);
        drop(&next, old.id);
        r = home_publish(h, &next, &a->root);
        if (r)
                return r;
        printf(_("The key is off the list: nothing that it signed counts any more.\n"));
        print_version(h);
        return 0;
}
