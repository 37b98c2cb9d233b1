/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens an authority's folder and publishes new key lists. */
#include "cli/home.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/client.h"
#include "cli/office_lock.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "cli/token_file.h"
#include "lib/file.h"
#include "store/stage.h"

#define DEFAULT_PATH UZ_ETC_DIR "/" UZ_AUTHORITY_DIR

static int open_default(Home *h)
{
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        int etc_fd = file_open_dir(AT_FDCWD, etc);

        h->path = DEFAULT_PATH;
        if (etc_fd < 0)
                return cli_fail_errno(etc_fd, _("cannot open %s"), etc);
        h->fd = file_open_dir(etc_fd, UZ_AUTHORITY_DIR);
        if (faccessat(etc_fd, UZ_KEYS_FILE, F_OK, 0) == 0)
                h->etc_fd = etc_fd;
        else
                fd_close(etc_fd);
        return 0;
}

/* Who may write here could put an older list in the place of the present one. */
static int check_folder(const Home *h)
{
        struct stat st;

        if (fstat(h->fd, &st) < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), h->path);
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return cli_fail(CLI_FAILED,
                                _("%s is refused: %s; chmod go-w it, after checking who changed "
                                  "what is in it"),
                                h->path, _(file_trust_text(FILE_E_WRITABLE)));
        return 0;
}

static int open_folder(Home *h, const char *dir)
{
        int r = 0;

        h->path = dir;
        if (dir)
                h->fd = file_open_dir(AT_FDCWD, dir);
        else
                r = open_default(h);
        if (r)
                return r;
        if (h->fd == -ENOENT)
                return cli_fail(CLI_FAILED,
                                _("there is no authority in %s: %s authority init makes one, --dir "
                                  "names another folder"),
                                h->path, UZ_CLI);
        if (h->fd < 0)
                return cli_fail_errno(h->fd, _("cannot open %s"), h->path);
        r = check_folder(h);
        if (r)
                return r;
        if (flock(h->fd, LOCK_EX | LOCK_NB) < 0)
                return cli_fail(CLI_FAILED, _("another %s is changing the policy; try again"),
                                UZ_CLI);
        return h->etc_fd >= 0 ? office_lock(h->etc_fd) : 0;
}

static int read_list(Home *h, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        int r = file_open_trusted(h->fd, UZ_KEYS_FILE, FILE_PUBLIC, NOTE_SIZE_MAX, &fd);

        if (r == -ENOENT && h->etc_fd >= 0)
                r = file_open_trusted(h->etc_fd, UZ_KEYS_FILE, FILE_PUBLIC, NOTE_SIZE_MAX, &fd);
        if (r > 0)
                return cli_fail(CLI_FAILED, _("%s/%s is refused: %s"), h->path, UZ_KEYS_FILE,
                                _(file_trust_text(r)));
        if (r == 0)
                r = file_read_fd(fd, NOTE_SIZE_MAX, ret, ret_size);
        return r < 0 ? cli_fail_errno(r, _("cannot read %s/%s"), h->path, UZ_KEYS_FILE) : 0;
}

static int load_list(Home *h)
{
        _cleanup_(freep) char *note = NULL;
        char words[SAID_WORDS_MAX];
        TextError error = {0};
        size_t size;
        int r = read_list(h, &note, &size);

        if (r)
                return r;
        r = authority_load(note, size, &h->authority, &error);
        if (r > 0 || r == -EINVAL)
                return cli_fail(CLI_FAILED, _("%s/%s is refused: %s"), h->path, UZ_KEYS_FILE,
                                said_words(error.message, words));
        return r < 0 ? cli_fail_errno(r, _("cannot read %s/%s"), h->path, UZ_KEYS_FILE) : 0;
}

static int begin(Home *h, const char *passphrase_fd)
{
        *h = (Home){.fd = -EBADF, .etc_fd = -EBADF};
        return passphrases_open(&h->secrets, passphrase_fd);
}

int home_open(Home *h, const char *dir, const char *passphrase_fd)
{
        int r = begin(h, passphrase_fd);

        if (r == 0)
                r = open_folder(h, dir);
        return r ? r : load_list(h);
}

static int make_folder(const char *path)
{
        if (mkdir(path, 0700) < 0 && errno != EEXIST)
                return cli_fail_errno(-errno, _("cannot make %s"), path);
        return 0;
}

static int make_default(void)
{
        _cleanup_(freep) char *path = NULL;
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);

        if (mkdir(etc, 0755) < 0 && errno != EEXIST)
                return cli_fail_errno(-errno, _("cannot make %s"), etc);
        if (asprintf(&path, "%s/%s", etc, UZ_AUTHORITY_DIR) < 0)
                return cli_out_of_memory();
        return make_folder(path);
}

int home_create(Home *h, const char *dir, const char *passphrase_fd)
{
        int r = begin(h, passphrase_fd);

        if (r == 0)
                r = dir ? make_folder(dir) : make_default();
        if (r == 0)
                r = open_folder(h, dir);
        if (r)
                return r;
        if (h->etc_fd >= 0 || faccessat(h->fd, UZ_KEYS_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return cli_fail(CLI_FAILED,
                                _("%s has an authority already; --dir names another folder"),
                                h->path);
        return 0;
}

void home_close(Home *h)
{
        for (size_t i = 0; i < h->n_roots; i++)
                h->roots[i] = private_key_free(h->roots[i]);
        h->n_roots = 0;
        passphrases_close(&h->secrets);
        h->etc_fd = fd_close(h->etc_fd);
        h->fd = fd_close(h->fd);
}

/* How many of the roots read so far a list holds. */
static unsigned count_roots(const Home *h, const Authority *a)
{
        unsigned n = 0;

        for (size_t i = 0; i < h->n_roots; i++)
                n += keyring_find(&a->ring, private_key_public(h->roots[i])->id) != NULL;
        return n;
}

static bool enough(const Home *h, const Authority *next)
{
        return count_roots(h, &h->authority) >= h->authority.threshold &&
               count_roots(h, next) >= next->threshold;
}

/* Keeps a root key that one of the lists holds, once. */
static void keep_root(Home *h, const Authority *next, PrivateKey *key)
{
        const uint8_t *id = private_key_public(key)->id;
        bool wanted = keyring_find(&h->authority.ring, id) || keyring_find(&next->ring, id);

        for (size_t i = 0; i < h->n_roots; i++)
                if (memcmp(private_key_public(h->roots[i])->id, id, KEY_ID_SIZE) == 0)
                        wanted = false;
        if (wanted && h->n_roots < NOTE_SIGNATURES_MAX)
                h->roots[h->n_roots++] = key;
        else
                private_key_free(key);
}

static int is_root_file(const struct dirent *d)
{
        return fnmatch("root*" KEY_FILE_SUFFIX, d->d_name, 0) == 0 ||
               fnmatch("root*" TOKEN_FILE_SUFFIX, d->d_name, 0) == 0;
}

/* Those in the folder, or noted there; one whose passphrase or token is not there is told, and
 * passed over. */
static int read_roots_here(Home *h, const Authority *next)
{
        struct dirent **list = NULL;
        int n = scandirat(h->fd, ".", &list, is_root_file, alphasort);

        for (int i = 0; i < n; i++) {
                PrivateKey *key;

                if (!enough(h, next) && key_read(h->fd, h->path, list[i]->d_name, PURPOSE_ROOT,
                                                 &h->secrets, &key) == CLI_OK)
                        keep_root(h, next, key);
                free(list[i]);
        }
        free(list);
        return n < 0 ? cli_fail_errno(-errno, _("cannot read %s"), h->path) : 0;
}

int home_gather(Home *h, const Authority *next, const OptionList *files)
{
        int r;

        for (size_t i = 0; i < files->n; i++) {
                PrivateKey *key;

                r = key_read(AT_FDCWD, NULL, files->items[i], PURPOSE_ROOT, &h->secrets, &key);
                if (r)
                        return r;
                keep_root(h, next, key);
        }
        r = read_roots_here(h, next);
        if (r == 0 && !enough(h, next))
                r = cli_fail(CLI_FAILED,
                             _("the key list needs %u root keys of the present list and %u of the "
                               "new one, here are %u and %u: name the others with --root FILE"),
                             h->authority.threshold, next->threshold, count_roots(h, &h->authority),
                             count_roots(h, next));
        return r;
}

static int sign_list(const Home *h, const Authority *next, char **ret, size_t *ret_size)
{
        _cleanup_(freep) char *note = NULL;
        size_t size = 0;
        int r = authority_format(next, &note, &size);

        for (size_t i = 0; i < h->n_roots && r == 0; i++) {
                char *longer;

                r = i == 0 ? note_sign(note, size, h->roots[i], &longer, &size)
                           : note_cosign(note, size, h->roots[i], &longer, &size);
                if (r == 0) {
                        free(note);
                        note = longer;
                }
        }
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot sign the key list"));
        *ret = TAKE_PTR(note);
        *ret_size = size;
        return 0;
}

/* What every other computer will do with the list, done here first. */
static int check_list(const Home *h, const char *note, size_t size)
{
        char words[SAID_WORDS_MAX];
        TextError error = {0};
        Authority a;
        int r = h->authority.version ? authority_succeed(&h->authority, note, size, &a, &error)
                                     : authority_load(note, size, &a, &error);

        if (r < 0 && r != -EINVAL)
                return cli_fail_errno(r, "%s", _("cannot sign the key list"));
        return r ? cli_fail(CLI_FAILED, _("the key list is refused: %s"),
                            said_words(error.message, words))
                 : 0;
}

/* On a computer that is its own authority: would policy and credential still count? */
static int check_here(const Home *h, const char *note, size_t size)
{
        _cleanup_(trust_freep) Trust *old = NULL, *next = NULL;
        Stage stage = {.fd = -EBADF};
        char words[SAID_WORDS_MAX];
        int r;

        if (h->etc_fd < 0)
                return 0;
        r = trust_load(h->etc_fd, time(NULL), (TrustFloor){0}, &old);
        if (r == 0 && old->snapshot.status != REASON_OK)
                return 0; /* it is broken now: the new list may be what puts it right */
        if (r == 0)
                r = stage_open(&stage, h->etc_fd, false);
        if (r == 0)
                r = stage_put(&stage, UZ_KEYS_FILE, note, size);
        if (r == 0)
                r = trust_load(stage.fd, time(NULL), (TrustFloor){0}, &next);
        stage_close(&stage);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot load the policy"));
        if (next->snapshot.status == REASON_OK)
                return 0;
        return cli_fail(CLI_FAILED,
                        _("this computer would block every drive with that key list: %s. Sign what "
                          "is in force with another key first"),
                        said_below(next->message, stage.dir, words));
}

/* Once the list is in the folder, its keys count, whatever happens then. */
static int write_list(Home *h, const Authority *next, const char *note, size_t size)
{
        char name[64];
        int r;

        snprintf(name, sizeof(name), "%s.%llu", UZ_KEYS_FILE, (unsigned long long)next->version);
        r = file_replace(h->fd, name, note, size, 0644);
        if (r == 0)
                r = file_replace(h->fd, UZ_KEYS_FILE, note, size, 0644);
        if (r == 0)
                h->authority = *next;
        if (r == 0 && h->etc_fd >= 0)
                r = file_replace(h->etc_fd, UZ_KEYS_FILE, note, size, 0644);
        if (r < 0)
                return cli_fail_errno(r, _("cannot write %s/%s"), h->path, UZ_KEYS_FILE);
        return h->etc_fd >= 0 ? client_reload() : 0;
}

int home_publish(Home *h, Authority *next)
{
        _cleanup_(freep) char *note = NULL;
        size_t size = 0;
        int r;

        next->version = h->authority.version + 1;
        r = sign_list(h, next, &note, &size);
        if (r == 0)
                r = check_list(h, note, size);
        if (r == 0)
                r = check_here(h, note, size);
        return r ? r : write_list(h, next, note, size);
}

int home_key(Home *h, Purpose purpose, const char *file, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        char name[KEY_FILE_NAME_MAX];
        int r;

        if (file)
                r = key_read(AT_FDCWD, NULL, file, purpose, &h->secrets, &key);
        else
                r = key_find(h->fd, h->path, purpose_name(purpose), name);
        if (r == 0 && !file)
                r = key_read(h->fd, h->path, name, purpose, &h->secrets, &key);
        if (r == 0)
                r = signer_check_key(key, &h->authority.ring, file ? file : name, h->path);
        if (r == 0)
                *ret = TAKE_PTR(key);
        return r;
}
