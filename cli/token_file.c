/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes of where keys are that are not in the folder. */
#include "cli/token_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/file.h"
#include "lib/text.h"

#define HEX_SIZE (2u * KEY_ID_SIZE)
#define LINE_MAX_SIZE (HEX_SIZE + 1u + TOKEN_URI_MAX + 1u)

bool token_file_is_name(const char *name)
{
        size_t n = strlen(name), suffix = strlen(TOKEN_FILE_SUFFIX);

        return n > suffix && !strcmp(name + n - suffix, TOKEN_FILE_SUFFIX);
}

static int parse(const char *text, size_t size, TokenFile *ret)
{
        char hex[HEX_SIZE + 1];
        size_t n = size > HEX_SIZE + 1 ? size - HEX_SIZE - 1 : 0;

        if (n > 0 && text[size - 1] == '\n')
                n--;
        if (n == 0 || n > TOKEN_URI_MAX || text[HEX_SIZE] != ' ' || memchr(text, '\0', size))
                return -EBADMSG;
        memcpy(hex, text, HEX_SIZE);
        hex[HEX_SIZE] = '\0';
        if (text_unhex(hex, ret->id, KEY_ID_SIZE) < 0)
                return -EBADMSG;
        memcpy(ret->uri, text + HEX_SIZE + 1, n);
        ret->uri[n] = '\0';
        return text_is_clean(ret->uri, n) ? 0 : -EBADMSG;
}

/* What names another token could take a PIN: nobody else may have written it. */
static int read_file(int dirfd, const char *name, TokenFile *ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r = file_open_trusted(dirfd, name, FILE_PUBLIC, LINE_MAX_SIZE, &fd);

        if (r == 0)
                r = file_read_fd(fd, LINE_MAX_SIZE, &text, &size);
        return r ? r : parse(text, size, ret);
}

int token_file_read(int dirfd, const char *name, const char *path, TokenFile *ret)
{
        int r = read_file(dirfd, name, ret);

        if (r > 0)
                return cli_fail(CLI_FAILED, _("the key %s is refused: %s"), path,
                                _(file_trust_text(r)));
        if (r == -EBADMSG)
                return cli_fail(CLI_FAILED,
                                _("%s is damaged: it holds one line, a key's id and its URI"),
                                path);
        if (r == -EACCES)
                return cli_fail(CLI_DENIED, "%s",
                                _("not permitted: the authority's keys are for root"));
        return r < 0 ? cli_fail_errno(r, _("cannot read the key %s"), path) : 0;
}

int token_file_write(int dirfd, const char *name, const PublicKey *key, const char *uri)
{
        char line[LINE_MAX_SIZE + 1], hex[HEX_SIZE + 1];
        int n;

        if (faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return -EEXIST;
        text_hex(key->id, KEY_ID_SIZE, hex);
        n = snprintf(line, sizeof(line), "%s %s\n", hex, uri);
        if (n < 0 || (size_t)n >= sizeof(line))
                return -ENAMETOOLONG;
        return file_replace(dirfd, name, line, (size_t)n, 0600);
}

int token_file_open(int dirfd, const char *name, const char *path, Purpose purpose,
                    Passphrases *secrets, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        char hex[HEX_SIZE + 1];
        TokenFile f;
        int r = token_file_read(dirfd, name, path, &f);

        if (r == 0)
                r = token_read(f.uri, purpose, secrets, &key);
        if (r)
                return r;
        text_hex(private_key_public(key)->id, KEY_ID_SIZE, hex);
        if (memcmp(private_key_public(key)->id, f.id, KEY_ID_SIZE) != 0)
                return cli_fail(CLI_FAILED,
                                _("wrong key: %s holds %s as a %s key, and not the one that %s "
                                  "names"),
                                f.uri, hex, purpose_name(purpose), path);
        *ret = TAKE_PTR(key);
        return 0;
}

static int is_note(const struct dirent *d)
{
        return token_file_is_name(d->d_name);
}

int token_file_find(int dirfd, const PublicKey *key, TokenFile *ret)
{
        struct dirent **list = NULL;
        int n = scandirat(dirfd, ".", &list, is_note, alphasort);
        TokenFile f;

        ret->uri[0] = '\0';
        for (int i = 0; i < n; i++) {
                if (!*ret->uri && read_file(dirfd, list[i]->d_name, &f) == 0 &&
                    memcmp(f.id, key->id, KEY_ID_SIZE) == 0)
                        *ret = f;
                free(list[i]);
        }
        free(list);
        return n < 0 ? -errno : 0;
}
