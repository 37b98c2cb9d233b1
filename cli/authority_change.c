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

#define NEW_KEYS_MAX (ARRAY_SIZE(issued) + ROOTS_MAX)

/* A new key, and where it goes: nothing is written before all that has to be asked was asked. */
typedef struct NewKey {
        PrivateKey *key;
        const char *uri; /* of one that is in a token, else NULL */
        int dirfd;       /* of its file */
        const char *out; /* the file's path if the person gave one */
        char name[KEY_FILE_NAME_MAX];
        const char *passphrase; /* NULL: none */
} NewKey;

static const char *place_of(const NewKey *new)
{
        return new->out ? new->out : new->name;
}

static const char *suffix(const NewKey *new)
{
        return new->uri ? TOKEN_FILE_SUFFIX : KEY_FILE_SUFFIX;
}

static int fail_exists(const char *folder, const char *name)
{
        return cli_fail(CLI_FAILED, _("%s%s%s exists already: a key needs a new file"), folder,
                        *folder ? "/" : "", name);
}

/* Its file, `out` or one in the folder, must be new; `i` counts the keys that get a passphrase of
 * their own. */
static int place(const AuthorityArgs *a, Home *h, NewKey *new, const char *out, size_t i)
{
        new->out = out;
        new->dirfd = out ? AT_FDCWD : h->fd;
        if (faccessat(new->dirfd, place_of(new), F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return fail_exists(out ? "" : h->path, place_of(new));
        if (new->uri || a->no_passphrase)
                return 0;
        return passphrases_new(&h->secrets, place_of(new), i, &new->passphrase);
}

static void remove_new(const NewKey *new, size_t n)
{
        for (size_t i = 0; i < n; i++)
                (void)unlinkat(new[i].dirfd, place_of(&new[i]), 0);
}

static int write_one(const NewKey *new)
{
        int r;

        if (new->uri)
                r = token_file_write(new->dirfd, new->name, private_key_public(new->key), new->uri);
        else
                r = key_write(new->dirfd, place_of(new), new->key, new->passphrase);
        if (r == -EEXIST) /* two of them share it */
                return fail_exists("", place_of(new));
        return r < 0 ? cli_fail_errno(r, _("cannot write the key %s"), place_of(new)) : 0;
}

/* All or none. */
static int write_new(const NewKey *new, size_t n)
{
        for (size_t i = 0; i < n; i++) {
                int r = write_one(&new[i]);

                if (r) {
                        remove_new(new, i);
                        return r;
                }
        }
        return 0;
}

/* Writes new keys and the list that names them; without the list, the keys go. True: the list is
 * out, even if `ret` says that something failed after that. */
static bool publish(const AuthorityArgs *a, Home *h, Authority *next, const NewKey *new, size_t n,
                    int *ret)
{
        *ret = home_gather(h, next, &a->root);
        if (*ret == 0)
                *ret = write_new(new, n);
        if (*ret)
                return false;
        *ret = home_publish(h, next);
        if (h->authority.version == next->version)
                return true;
        remove_new(new, n);
        return false;
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
static int make_roots(const AuthorityArgs *a, Home *h, TokenKeys *t, Authority *next, unsigned n,
                      NewKey *news)
{
        size_t n_out = 0;
        int r = 0;

        for (unsigned i = 0; i < n && r == 0; i++) {
                NewKey *new = &news[i];
                char stem[32];

                r = make(a, t, next, PURPOSE_ROOT, new);
                if (r)
                        break;
                h->roots[h->n_roots++] = new->key; /* freed with the others */
                snprintf(stem, sizeof(stem), n == 1 ? "root" : "root-%u", i + 1);
                snprintf(new->name, sizeof(new->name), "%s%s", stem, suffix(new));
                r = place(a, h, new,
                          !new->uri &&n_out < a->root_out.n ? a->root_out.items[n_out++] : NULL,
                          i + 1);
        }
        return r;
}

/* What was typed of the validity, of a key that counts at some time to come. */
static int take_validity(const AuthorityArgs *a, int64_t *ret_from, int64_t *ret_until)
{
        int64_t now = time(NULL);
        int r = words_validity(&a->validity, now, ret_from, ret_until);

        return r ? r : words_not_over(now, *ret_until);
}

static int make_purpose_key(const AuthorityArgs *a, Home *h, TokenKeys *t, Authority *next,
                            Purpose purpose, NewKey *new)
{
        PublicKey *public;
        int r = make(a, t, next, purpose, new);

        if (r)
                return r;
        public = find(next, private_key_public(new->key)->id);
        if (a->validity.days || a->validity.not_before || a->validity.not_after)
                r = take_validity(a, &public->not_before, &public->not_after);
        snprintf(new->name, sizeof(new->name), "%s%s", purpose_name(purpose), suffix(new));
        return r ? r : place(a, h, new, NULL, 0);
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
        NewKey news[NEW_KEYS_MAX] = {0};
        Authority next = {0};
        unsigned n_roots;
        int r = check_init(a, &t, &next, &n_roots);

        if (r == 0)
                r = home_create(h, a->dir, a->passphrase_fd);
        if (r == 0)
                r = open_tokens(a, h, &next, PURPOSE_NONE, &t);
        for (size_t i = 0; i < ARRAY_SIZE(issued) && r == 0; i++)
                r = make_purpose_key(a, h, &t, &next, issued[i], &news[i]);
        if (r == 0)
                r = make_roots(a, h, &t, &next, n_roots, news + ARRAY_SIZE(issued));
        if (r == 0)
                (void)publish(a, h, &next, news, ARRAY_SIZE(issued) + n_roots, &r);
        for (size_t i = 0; i < ARRAY_SIZE(issued); i++)
                private_key_free(news[i].key);
        return r;
}

/* A key goes into --out, else to PURPOSE-ID.pem or .uri. */
static int place_issued(const AuthorityArgs *a, Home *h, NewKey *new)
{
        key_file_name(private_key_public(new->key), suffix(new), new->name);
        return place(a, h, new, a->out, 0);
}

static void print_key(const PublicKey *key, const char *where)
{
        char id[2 * KEY_ID_SIZE + 1];

        text_hex(key->id, KEY_ID_SIZE, id);
        printf(_("The new %s key is %s, its private part in %s.\n"), purpose_name(key->purpose), id,
               where);
}

static const char *where(const NewKey *new)
{
        return new->uri ? new->uri : place_of(new);
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
        r = take_validity(a, &public->not_before, &public->not_after);
        if (r == 0)
                r = place_issued(a, h, &new);
        if (r == 0 && publish(a, h, &next, &new, 1, &r)) {
                print_key(public, where(&new));
                print_version(h);
        }
        private_key_free(new.key);
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

/* The old key ends after a time in which both count, from `start` of the new one; labels of an old
 * label key stay valid. */
static int end_old(const AuthorityArgs *a, PublicKey *old, int64_t start)
{
        uint64_t days = old->purpose == PURPOSE_LABEL ? 0 : OVERLAP_DAYS;
        int64_t end;

        if (a->overlap && text_u64(a->overlap, OVERLAP_MAX, &days) < 0)
                return cli_fail(CLI_USAGE, _("--overlap: a number of days, at most %u"),
                                OVERLAP_MAX);
        end = MAX(start, time(NULL)) + (int64_t)days * DAY_SECONDS;
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
static int settle_names(Home *h, const PublicKey *old, const NewKey *new)
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
        if (renameat2(h->fd, new->name, h->fd, plain, RENAME_NOREPLACE) < 0 || fsync(h->fd) < 0)
                return cli_fail_errno(-errno, _("cannot rename keys in %s"), h->path);
        return 0;
}

static int carry_out(const AuthorityArgs *a, Home *h, Authority *next, const PublicKey *old,
                     const NewKey *new)
{
        int r = 0, settled = 0;

        if (!publish(a, h, next, new, 1, &r))
                return r;
        print_key(private_key_public(new->key), where(new));
        print_version(h);
        if (old->purpose == PURPOSE_ROOT)
                cli_note(_("a computer with a list older than version %llu needs this one first: "
                           "%s/%s.%llu"),
                         (unsigned long long)next->version - 1, h->path, UZ_KEYS_FILE,
                         (unsigned long long)next->version);
        if (!a->out && old->purpose != PURPOSE_ROOT)
                settled = settle_names(h, old, new);
        return r ? r : settled;
}

int authority_rotate(const AuthorityArgs *a, Home *h, const char *word)
{
        _cleanup_(token_keys_close) TokenKeys t = {0};
        Authority next = h->authority;
        PublicKey *found, *public, old;
        int64_t from = 0, until = 0;
        NewKey new = {0};
        int r = find_key(&next, word, &found);

        if (r == 0 && found->purpose != PURPOSE_ROOT)
                r = take_validity(a, &from, &until);
        if (r == 0)
                r = end_old(a, found, from);
        if (r)
                return r;
        old = *found;
        if (old.purpose == PURPOSE_ROOT)
                drop(&next, old.id);
        r = open_tokens(a, h, &next, old.purpose, &t);
        if (r == 0)
                r = make(a, &t, &next, old.purpose, &new);
        if (r)
                return r;
        public = find(&next, private_key_public(new.key)->id);
        public->not_before = from;
        public->not_after = until;
        if (old.purpose == PURPOSE_ROOT)
                h->roots[h->n_roots++] = new.key; /* signs its own list; freed with the others */
        r = place_issued(a, h, &new);
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
        (void)publish(a, h, &next, NULL, 0, &r);
        if (r)
                return r;
        printf(_("The key is off the list: nothing that it signed counts any more.\n"));
        print_version(h);
        return 0;
}
