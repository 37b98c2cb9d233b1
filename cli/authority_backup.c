/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Copies an authority's folder to a medium for the safe; what is not encrypted yet is encrypted on
 * the way. The copy is a folder that --dir can name, and is read back before success is told. */
#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/authority_change.h"
#include "cli/register.h"
#include "cli/token_file.h"
#include "lib/file.h"

#define COPY_MAX (1024u * 1024u * 1024u)
#define PEM_SIZE_MAX 16384u
#define PEM_BEGIN "-----BEGIN "
#define PEM_END "-----END "

typedef struct Backup {
        Home *home;
        int fd;
        const char *path;
        const char *passphrase; /* asked for when the first key needs it */
        unsigned n_keys, n_tokens;
        bool open_keys; /* some lie open here, and are to be encrypted */
} Backup;

static int is_copied(const struct dirent *d)
{
        return fnmatch("*.pem", d->d_name, 0) == 0 || token_file_is_name(d->d_name) ||
               !strcmp(d->d_name, REGISTER_FILE) || fnmatch(UZ_KEYS_FILE "*", d->d_name, 0) == 0;
}

static Purpose purpose_of(const char *file_name)
{
        char word[16] = "";
        Purpose purpose = PURPOSE_NONE;
        size_t n = strcspn(file_name, "-.");

        if (n < sizeof(word))
                memcpy(word, file_name, n);
        return purpose_parse(word, &purpose) == 0 ? purpose : PURPOSE_NONE;
}

static int take_passphrase(Backup *b)
{
        if (b->passphrase)
                return 0;
        /* Of several lines of a descriptor, the last one is for this. */
        return passphrases_new(&b->home->secrets, b->path, PASSPHRASES_MAX, &b->passphrase);
}

/* A key that lies open here is encrypted there. */
static int copy_open_key(Backup *b, const char *name, const PrivateKey *key)
{
        _cleanup_(private_key_freep) PrivateKey *again = NULL;
        int r = take_passphrase(b);

        if (r)
                return r;
        r = key_write(b->fd, name, key, b->passphrase);
        if (r < 0)
                return cli_fail_errno(r, _("cannot write %s/%s"), b->path, name);
        r = key_read(b->fd, b->path, name, private_key_public(key)->purpose, &b->home->secrets,
                     &again);
        if (r == 0 &&
            memcmp(private_key_public(again)->id, private_key_public(key)->id, KEY_ID_SIZE) != 0)
                r = cli_fail(CLI_FAILED, _("%s/%s is not what was written"), b->path, name);
        return r;
}

/* Never waits for who is at the other end of a pipe. */
static int read_regular(int dirfd, const char *name, size_t max, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = file_open_regular(dirfd, name, 0);

        return fd < 0 ? fd : file_read_fd(fd, max, ret, ret_size);
}

/* The one block of a file. What else may stand there, as a second key or a key in words, is not
 * looked into by who uses the file, and might lie open: it does not travel. */
static bool find_block(const char *data, size_t size, size_t *ret_at, size_t *ret_size)
{
        const char *end_of_data = data + size, *stop;
        const char *begin = memmem(data, size, PEM_BEGIN, strlen(PEM_BEGIN)), *end;

        if (!begin)
                return false;
        end = memmem(begin, (size_t)(end_of_data - begin), PEM_END, strlen(PEM_END));
        if (!end ||
            memmem(begin + 1, (size_t)(end_of_data - begin) - 1, PEM_BEGIN, strlen(PEM_BEGIN)))
                return false;
        stop = memchr(end, '\n', (size_t)(end_of_data - end));
        *ret_at = (size_t)(begin - data);
        *ret_size = (size_t)((stop ? stop + 1 : end_of_data) - begin);
        return true;
}

static int copy_bytes(Backup *b, const char *name, const char *data, size_t size)
{
        _cleanup_(freep) char *again = NULL;
        size_t n;
        int r = faccessat(b->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? -EEXIST : 0;

        if (r == 0)
                r = file_replace(b->fd, name, data, size, 0600);
        if (r == 0)
                r = read_regular(b->fd, name, COPY_MAX, &again, &n);
        if (r == 0 && (n != size || memcmp(again, data, n) != 0))
                r = -EIO;
        return r < 0 ? cli_fail_errno(r, _("cannot write %s/%s"), b->path, name) : 0;
}

/* What cannot be put under a passphrase is not carried away, and a key that was damaged is not
 * passed over. */
static int refuse_key(const Backup *b, const char *name, int outcome)
{
        if (outcome < 0)
                return cli_fail_errno(outcome, _("cannot read %s/%s"), b->home->path, name);
        return cli_fail(
                CLI_FAILED,
                _("%s/%s is no key of an authority, or not one key alone: nothing is copied. "
                  "Take it out of the folder, or put the key back from an older copy"),
                b->home->path, name);
}

static int copy_key(Backup *b, const char *name, const char *data, size_t size)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        size_t at = 0, n = 0;
        int r;

        if (!find_block(data, size, &at, &n))
                return refuse_key(b, name, KEY_E_MALFORMED);
        r = private_key_from_pem(data + at, n, NULL, purpose_of(name), &key);
        if (r != 0 && r != KEY_E_PASSPHRASE)
                return refuse_key(b, name, r);
        b->open_keys |= r == 0;
        if (b->fd < 0)
                return 0;
        b->n_keys++;
        return r == 0 ? copy_open_key(b, name, key) : copy_bytes(b, name, data + at, n);
}

/* `b->fd` < 0: only looks whether it can be copied. */
static int copy_file(Backup *b, const char *name)
{
        bool is_key = fnmatch("*.pem", name, 0) == 0;
        TokenFile token;
        char *data;
        size_t size;
        int r = read_regular(b->home->fd, name, is_key ? PEM_SIZE_MAX : COPY_MAX, &data, &size);

        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s/%s"), b->home->path, name);
        if (is_key)
                r = copy_key(b, name, data, size);
        else if (b->fd >= 0)
                r = copy_bytes(b, name, data, size);
        else if (token_file_is_name(name))
                r = token_file_read(b->home->fd, name, name, &token);
        if (b->fd >= 0 && token_file_is_name(name))
                b->n_tokens++;
        explicit_bzero(data, size);
        free(data);
        return r;
}

static int copy_all(Backup *b)
{
        struct dirent **list = NULL;
        int n = scandirat(b->home->fd, ".", &list, is_copied, alphasort), r = 0;

        for (int i = 0; i < n; i++) {
                if (r == 0)
                        r = copy_file(b, list[i]->d_name);
                free(list[i]);
        }
        free(list);
        return n < 0 ? cli_fail_errno(-errno, _("cannot read %s"), b->home->path) : r;
}

/* A copy that is not whole is none. */
static void remove_copy(Backup *b)
{
        struct dirent **list = NULL;
        int n = scandirat(b->fd, ".", &list, NULL, NULL);

        for (int i = 0; i < n; i++) {
                (void)unlinkat(b->fd, list[i]->d_name, 0);
                free(list[i]);
        }
        free(list);
        (void)rmdir(b->path);
}

/* What has to be asked is asked first. */
static int prepare(Backup *b)
{
        int r = copy_all(b);

        if (r)
                return r;
        if (faccessat(AT_FDCWD, b->path, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return cli_fail_errno(-EEXIST, _("cannot make %s"), b->path);
        if (b->open_keys)
                r = take_passphrase(b);
        if (r)
                return r;
        if (mkdir(b->path, 0700) < 0)
                return cli_fail_errno(-errno, _("cannot make %s"), b->path);
        b->fd = file_open_dir(AT_FDCWD, b->path);
        return b->fd < 0 ? cli_fail_errno(b->fd, _("cannot open %s"), b->path) : 0;
}

int authority_backup(_unused_ const AuthorityArgs *a, Home *h, const char *folder)
{
        Backup b = {.home = h, .path = folder, .fd = -EBADF};
        int r = prepare(&b);

        if (r)
                return r;
        r = copy_all(&b);
        if (r == 0 && fsync(b.fd) < 0)
                r = cli_fail_errno(-errno, _("cannot write %s/%s"), folder, "");
        if (r)
                remove_copy(&b);
        b.fd = fd_close(b.fd);
        if (r)
                return r;
        printf(_("%u keys are in %s, each under a passphrase. Keep it apart from this computer.\n"),
               b.n_keys, folder);
        if (b.n_tokens)
                cli_note(_("%u keys are in tokens and are not copied, only where they are: keep a "
                           "second token, or a copy that the token's own tools make"),
                         b.n_tokens);
        return 0;
}
