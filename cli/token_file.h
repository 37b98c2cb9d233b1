/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What stands in an authority's folder for a key in a token: PURPOSE.uri or PURPOSE-ID.uri, one
 * line, "KEYID URI". Functions return CLI_*, with the reason said, or what they name. */
#pragma once

#include <stdbool.h>

#include "cli/token.h"

#define TOKEN_FILE_SUFFIX ".uri"

typedef struct TokenFile {
        uint8_t id[KEY_ID_SIZE];
        char uri[TOKEN_URI_MAX + 1];
} TokenFile;

bool token_file_is_name(const char *name);
/* `path` is what messages call it. */
int token_file_read(int dirfd, const char *name, const char *path, TokenFile *ret) _must_check_;
/* -errno; -EEXIST if it is there. */
int token_file_write(int dirfd, const char *name, const PublicKey *key,
                     const char *uri) _must_check_;
/* Reads the file and opens the key; another one than was noted is refused. */
int token_file_open(int dirfd, const char *name, const char *path, Purpose purpose,
                    Passphrases *secrets, PrivateKey **ret) _must_check_;

/* The URI noted for `key` in the folder, in `ret->uri`; "" if there is none. -errno. */
int token_file_find(int dirfd, const PublicKey *key, TokenFile *ret) _must_check_;
