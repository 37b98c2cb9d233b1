/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys in files: PKCS#8 PEM, for their owner alone, with or without a passphrase; and where
 * a command may name a key, those in tokens, by URI. */
#pragma once

#include "cli/passphrase.h"
#include "policy/authority.h"

#define KEY_FILE_NAME_MAX 64u
#define KEY_FILE_SUFFIX ".pem"

/* Makes a key and puts it on the list. */
int key_make(Authority *a, Algorithm algorithm, Purpose purpose, PrivateKey **ret) _must_check_;

/* Writes a new file, mode 0600; -EEXIST if it is there. `passphrase` NULL: not encrypted. */
int key_write(int dirfd, const char *name, const PrivateKey *key,
              const char *passphrase) _must_check_;
/* The same, in the place of the one that is there. */
int key_replace(int dirfd, const char *name, const PrivateKey *key,
                const char *passphrase) _must_check_;

/* Reads a key; asks for its passphrase if it has one. `dir` is for messages, NULL: `name` says it
 * all, and is a path or a URI. A file STEM.uri says in which token the key is. CLI_*. */
int key_read(int dirfd, const char *dir, const char *name, Purpose purpose, Passphrases *secrets,
             PrivateKey **ret) _must_check_;

/* The file of the key STEM in a folder: STEM.uri if that is there, else STEM.pem; both are refused.
 * `dir` is for messages. CLI_*. */
int key_find(int dirfd, const char *dir, const char *stem,
             char ret[KEY_FILE_NAME_MAX]) _must_check_;

/* "label-0123abcd" and `suffix`: ".pem" or TOKEN_FILE_SUFFIX */
void key_file_name(const PublicKey *key, const char *suffix, char ret[KEY_FILE_NAME_MAX]);
