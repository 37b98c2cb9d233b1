/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes and reads private keys. */
#include "cli/keystore.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/token_file.h"
#include "lib/file.h"
#include "lib/text.h"

#define PEM_SIZE_MAX 16384u
#define ASK_TRIES 3u

int key_make(Authority *a, Algorithm algorithm, Purpose purpose, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        int r = private_key_generate(algorithm, purpose, &key);

        if (r == 0)
                r = keyring_add(&a->ring, private_key_public(key));
        if (r)
                return r < 0 ? r : -EKEYREJECTED;
        *ret = TAKE_PTR(key);
        return 0;
}

int key_replace(int dirfd, const char *name, const PrivateKey *key, const char *passphrase)
{
        char *pem;
        size_t size;
        int r = private_key_to_pem(key, passphrase, &pem, &size);

        if (r)
                return r < 0 ? r : -EKEYREJECTED;
        r = file_replace(dirfd, name, pem, size, 0600);
        explicit_bzero(pem, size);
        free(pem);
        return r;
}

int key_write(int dirfd, const char *name, const PrivateKey *key, const char *passphrase)
{
        if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return -EEXIST;
        return key_replace(dirfd, name, key, passphrase);
}

static int refuse(const char *path, int outcome)
{
        if (outcome == FILE_E_READABLE || outcome == FILE_E_WRITABLE)
                return cli_fail(
                        CLI_FAILED,
                        _("the key %s is refused: %s; chmod 0600 it, and think of it as lost "
                          "if someone may have copied it"),
                        path, _(file_trust_text(outcome)));
        return cli_fail(CLI_FAILED, _("the key %s is refused: %s"), path,
                        _(file_trust_text(outcome)));
}

static int read_pem(int dirfd, const char *name, const char *path, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        int r = file_open_trusted(dirfd, name, FILE_SECRET, PEM_SIZE_MAX, &fd);

        if (r > 0)
                return refuse(path, r);
        if (r == -EACCES)
                return cli_fail(CLI_DENIED, "%s",
                                _("not permitted: the authority's keys are for root"));
        if (r == -ENOENT)
                return cli_fail(CLI_FAILED,
                                _("the key %s is not on this computer: only the authority's own "
                                  "computer can do this"),
                                path);
        if (r == 0)
                r = file_read_fd(fd, PEM_SIZE_MAX, ret, ret_size);
        return r < 0 ? cli_fail_errno(r, _("cannot read the key %s"), path) : 0;
}

/* What is known already, then what the person types. */
static int open_pem(const char *pem, size_t size, const char *path, Purpose purpose,
                    Passphrases *secrets, PrivateKey **ret)
{
        int r = private_key_from_pem(pem, size, NULL, purpose, ret);

        for (size_t i = 0; i < secrets->n && r == KEY_E_PASSPHRASE; i++)
                r = private_key_from_pem(pem, size, secrets->list[i], purpose, ret);
        for (unsigned i = 0; i < ASK_TRIES && r == KEY_E_PASSPHRASE; i++) {
                const char *typed = passphrases_ask(secrets, path);

                if (!typed)
                        break;
                r = private_key_from_pem(pem, size, typed, purpose, ret);
        }
        return r;
}

int key_read(int dirfd, const char *dir, const char *name, Purpose purpose, Passphrases *secrets,
             PrivateKey **ret)
{
        _cleanup_(freep) char *path = NULL, *pem = NULL;
        size_t size;
        int r;

        if (!dir && token_is_uri(name))
                return token_read(name, purpose, secrets, ret);
        if (asprintf(&path, "%s%s%s", dir ? dir : "", dir ? "/" : "", name) < 0)
                return cli_out_of_memory();
        if (token_file_is_name(name))
                return token_file_open(dirfd, name, path, purpose, secrets, ret);
        r = read_pem(dirfd, name, path, &pem, &size);
        if (r)
                return r;
        r = open_pem(pem, size, path, purpose, secrets, ret);
        explicit_bzero(pem, size);
        if (r == KEY_E_PASSPHRASE && (secrets->n > 0 || cli_is_interactive()))
                return cli_fail(CLI_FAILED, _("the passphrase of the key %s is wrong"), path);
        if (r == KEY_E_PASSPHRASE)
                return cli_fail(CLI_FAILED,
                                _("the key %s needs its passphrase: give --passphrase-fd N, or "
                                  "use a terminal"),
                                path);
        if (r > 0)
                return cli_fail(CLI_FAILED, _("the key %s is no private key in PEM form: %s"), path,
                                _(key_outcome_text(r)));
        return r < 0 ? cli_fail_errno(r, _("cannot use the key %s"), path) : 0;
}

int key_find(int dirfd, const char *dir, const char *stem, char ret[KEY_FILE_NAME_MAX])
{
        char uri[KEY_FILE_NAME_MAX];
        bool in_token;

        snprintf(ret, KEY_FILE_NAME_MAX, "%s" KEY_FILE_SUFFIX, stem);
        snprintf(uri, sizeof(uri), "%s" TOKEN_FILE_SUFFIX, stem);
        in_token = faccessat(dirfd, uri, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
        if (in_token && faccessat(dirfd, ret, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return cli_fail(CLI_FAILED,
                                _("%s has both %s and %s: give the one that is not in force "
                                  "another name"),
                                dir, ret, uri);
        if (in_token)
                memcpy(ret, uri, sizeof(uri));
        return 0;
}

void key_file_name(const PublicKey *key, const char *suffix, char ret[KEY_FILE_NAME_MAX])
{
        char hex[9];

        text_hex(key->id, 4, hex);
        snprintf(ret, KEY_FILE_NAME_MAX, "%s-%s%s", purpose_name(key->purpose), hex, suffix);
}
