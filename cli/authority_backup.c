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
#include "lib/file.h"

#define COPY_MAX (1024u * 1024u * 1024u)

typedef struct Backup {
        Home *home;
        int fd;
        const char *path;
        const char *passphrase; /* asked for when the first key needs it */
        unsigned n_keys;
} Backup;

static int is_copied(const struct dirent *d)
{
        return fnmatch("*.pem", d->d_name, 0) == 0 || !strcmp(d->d_name, REGISTER_FILE) ||
               fnmatch(UZ_KEYS_FILE "*", d->d_name, 0) == 0;
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

static int copy_bytes(Backup *b, const char *name, const char *data, size_t size)
{
        _cleanup_(freep) char *again = NULL;
        size_t n;
        int r = faccessat(b->fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ? -EEXIST : 0;

        if (r == 0)
                r = file_replace(b->fd, name, data, size, 0600);
        if (r == 0)
                r = file_read(b->fd, name, COPY_MAX, &again, &n);
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
        return cli_fail(CLI_FAILED,
                        _("%s/%s is no key of an authority: nothing is copied. Take it out of the "
                          "folder, or put the key back from an older copy"),
                        b->home->path, name);
}

/* `b->fd` < 0: only looks whether it can be copied. */
static int copy_file(Backup *b, const char *name)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        char *data;
        size_t size;
        int r = file_read(b->home->fd, name, COPY_MAX, &data, &size);

        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s/%s"), b->home->path, name);
        r = KEY_E_PASSPHRASE;
        if (fnmatch("*.pem", name, 0) == 0) {
                r = private_key_from_pem(data, size, NULL, purpose_of(name), &key);
                b->n_keys += b->fd >= 0;
        }
        if (r != 0 && r != KEY_E_PASSPHRASE)
                r = refuse_key(b, name, r);
        else if (b->fd < 0)
                r = 0;
        else
                r = r == 0 ? copy_open_key(b, name, key) : copy_bytes(b, name, data, size);
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

int authority_backup(_unused_ const AuthorityArgs *a, Home *h, const char *folder)
{
        Backup b = {.home = h, .path = folder, .fd = -EBADF};
        int r = copy_all(&b);

        if (r)
                return r;
        if (mkdir(folder, 0700) < 0)
                return cli_fail_errno(-errno, _("cannot make %s"), folder);
        b.fd = file_open_dir(AT_FDCWD, folder);
        if (b.fd < 0)
                return cli_fail_errno(b.fd, _("cannot open %s"), folder);
        r = copy_all(&b);
        if (r == 0 && fsync(b.fd) < 0)
                r = cli_fail_errno(-errno, _("cannot write %s/%s"), folder, "");
        b.fd = fd_close(b.fd);
        if (r)
                return r;
        printf(_("%u keys are in %s, each under a passphrase. Keep it apart from this computer.\n"),
               b.n_keys, folder);
        return 0;
}
