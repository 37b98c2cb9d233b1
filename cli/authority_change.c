/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes, replaces and retires keys of an authority. */
#include "cli/authority_change.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

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

/* Writes a new private key; `i` counts those that get a passphrase of their own. */
static int write_new(const AuthorityArgs *a, Home *h, int dirfd, const char *name,
                     const PrivateKey *key, size_t i)
{
        const char *passphrase = NULL;
        int r = a->no_passphrase ? 0 : passphrases_new(&h->secrets, name, i, &passphrase);

        if (r)
                return r;
        r = key_write(dirfd, name, key, passphrase);
        if (r == -EEXIST)
                return cli_fail(CLI_FAILED, _("%s exists already: a key needs a new file"), name);
        return r < 0 ? cli_fail_errno(r, _("cannot write the key %s"), name) : 0;
}

static PublicKey *find(Authority *a, const uint8_t id[KEY_ID_SIZE])
{
        return (PublicKey *)keyring_find(&a->ring, id);
}

/* A new key is of the kind that --algorithm says, or else of the root keys'. */
static int make(const AuthorityArgs *a, Authority *next, Purpose purpose, PrivateKey **ret)
{
        Algorithm algorithm;
        int r = words_algorithm(a->algorithm, &algorithm);

        if (r)
                return r;
        for (size_t i = 0; i < next->ring.n && !a->algorithm; i++)
                if (next->ring.keys[i].purpose == PURPOSE_ROOT)
                        algorithm = next->ring.keys[i].algorithm;
        r = key_make(next, algorithm, purpose, ret);

        if (r == -ENOSPC)
                return cli_fail(CLI_FAILED,
                                _("the list is full, with %u keys: retire one that no drive needs"),
                                KEYRING_MAX);
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot make keys")) : 0;
}

static int make_roots(const AuthorityArgs *a, Home *h, Authority *next, unsigned n)
{
        char name[KEY_FILE_NAME_MAX];
        int r = 0;

        for (unsigned i = 0; i < n && r == 0; i++) {
                r = make(a, next, PURPOSE_ROOT, &h->roots[i]);
                if (r)
                        break;
                h->n_roots++;
                snprintf(name, sizeof(name), n == 1 ? "root.pem" : "root-%u.pem", i + 1);
                if (i < a->root_out.n)
                        r = write_new(a, h, AT_FDCWD, a->root_out.items[i], h->roots[i], i + 1);
                else
                        r = write_new(a, h, h->fd, name, h->roots[i], i + 1);
        }
        return r;
}

static int make_purpose_key(const AuthorityArgs *a, Home *h, Authority *next, Purpose purpose)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        char name[KEY_FILE_NAME_MAX];
        PublicKey *public;
        int r = make(a, next, purpose, &key);

        if (r)
                return r;
        public = find(next, private_key_public(key)->id);
        if (a->validity.days || a->validity.not_before || a->validity.not_after)
                r = words_validity(&a->validity, time(NULL), &public->not_before,
                                   &public->not_after);
        if (r)
                return r;
        snprintf(name, sizeof(name), "%s.pem", purpose_name(purpose));
        return write_new(a, h, h->fd, name, key, 0);
}

int authority_init(const AuthorityArgs *a, Home *h)
{
        Authority next = {0};
        unsigned n_roots;
        int r;

        if (!a->name)
                return cli_fail(CLI_USAGE, "%s", _("init: --name TEXT is needed, the authority's"));
        r = words_name("name", a->name, next.name);
        if (r == 0)
                r = take_count("roots", a->roots, ROOTS_MAX, &n_roots);
        if (r == 0)
                r = take_count("threshold", a->threshold, n_roots, &next.threshold);
        if (r == 0 && a->root_out.n > n_roots)
                r = cli_fail(CLI_USAGE, _("--root-out may be given %u times at most"), n_roots);
        if (r == 0)
                r = home_create(h, a->dir, a->passphrase_fd);
        for (size_t i = 0; i < ARRAY_SIZE(issued) && r == 0; i++)
                r = make_purpose_key(a, h, &next, issued[i]);
        if (r == 0)
                r = make_roots(a, h, &next, n_roots);
        return r ? r : home_publish(h, &next, &a->root);
}

/* A key goes into --out, else to PURPOSE-ID.pem; `ret` says where. */
static int write_issued(const AuthorityArgs *a, Home *h, const PrivateKey *key,
                        char ret[KEY_FILE_NAME_MAX])
{
        key_file_name(private_key_public(key), ret);
        if (a->out)
                return write_new(a, h, AT_FDCWD, a->out, key, 0);
        return write_new(a, h, h->fd, ret, key, 0);
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

static void print_version(const Home *h)
{
        printf(_("The key list is version %llu now: carry %s/%s to every computer.\n"),
               (unsigned long long)h->authority.version, h->path, UZ_KEYS_FILE);
}

int authority_issue(const AuthorityArgs *a, Home *h, const char *word)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        Authority next = h->authority;
        char name[KEY_FILE_NAME_MAX];
        Purpose purpose = PURPOSE_NONE;
        PublicKey *public;
        int r;

        if (purpose_parse(word, &purpose) < 0 || purpose < PURPOSE_HOST || purpose > PURPOSE_POLICY)
                return cli_fail(CLI_USAGE, _("\"%s\" is none of host, label, policy"), word);
        r = make(a, &next, purpose, &key);
        if (r)
                return r;
        public = find(&next, private_key_public(key)->id);
        r = words_validity(&a->validity, time(NULL), &public->not_before, &public->not_after);
        if (r == 0)
                r = write_issued(a, h, key, name);
        if (r)
                return r;
        if (!publish_issued(a, h, &next, name, &r))
                return r;
        print_key(public, a->out ? a->out : name);
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

/* PURPOSE.pem is the key in force: the old one, unless it is lost, moves to a name with its id. */
static int settle_names(Home *h, const PublicKey *old, const char *new_name)
{
        char plain[KEY_FILE_NAME_MAX], old_name[KEY_FILE_NAME_MAX];

        snprintf(plain, sizeof(plain), "%s.pem", purpose_name(old->purpose));
        key_file_name(old, old_name);
        if (faccessat(h->fd, old_name, F_OK, 0) == 0)
                return 0; /* not the one that is in force by default */
        if ((renameat2(h->fd, plain, h->fd, old_name, RENAME_NOREPLACE) < 0 && errno != ENOENT) ||
            renameat2(h->fd, new_name, h->fd, plain, RENAME_NOREPLACE) < 0 || fsync(h->fd) < 0)
                return cli_fail_errno(-errno, _("cannot rename keys in %s"), h->path);
        return 0;
}

static int carry_out(const AuthorityArgs *a, Home *h, Authority *next, const PublicKey *old,
                     PrivateKey *key)
{
        char name[KEY_FILE_NAME_MAX];
        int r = write_issued(a, h, key, name), settled = 0;

        if (r || !publish_issued(a, h, next, name, &r))
                return r;
        print_key(private_key_public(key), a->out ? a->out : name);
        print_version(h);
        if (old->purpose == PURPOSE_ROOT)
                cli_note(_("a computer with a list older than version %llu needs this one first: "
                           "%s/%s.%llu"),
                         (unsigned long long)next->version - 1, h->path, UZ_KEYS_FILE,
                         (unsigned long long)next->version);
        if (!a->out && old->purpose != PURPOSE_ROOT)
                settled = settle_names(h, old, name);
        return r ? r : settled;
}

int authority_rotate(const AuthorityArgs *a, Home *h, const char *word)
{
        Authority next = h->authority;
        PublicKey *found, *public, old;
        PrivateKey *key = NULL;
        int r = find_key(&next, word, &found);

        if (r)
                return r;
        r = end_old(a, found);
        old = *found;
        if (r == 0 && old.purpose == PURPOSE_ROOT)
                drop(&next, old.id);
        if (r == 0)
                r = make(a, &next, old.purpose, &key);
        if (r)
                return r;
        public = find(&next, private_key_public(key)->id);
        if (old.purpose == PURPOSE_ROOT)
                h->roots[h->n_roots++] = key; /* signs its own list; freed with the others */
        else
                r = words_validity(&a->validity, time(NULL), &public->not_before,
                                   &public->not_after);
        if (r == 0)
                r = carry_out(a, h, &next, &old, key);
        if (old.purpose != PURPOSE_ROOT)
                private_key_free(key);
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
