/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys in files: PKCS#8 PEM, for their owner alone, with or without a passphrase. */
#pragma once

#include "cli/passphrase.h"
#include "policy/authority.h"

#define KEY_FILE_NAME_MAX 64u

/* Makes a key and puts it on the list. */
int key_make(Authority *a, Algorithm algorithm, Purpose purpose, PrivateKey **ret) _must_check_;

/* Writes a new file, mode 0600; -EEXIST if it is there. `passphrase` NULL: not encrypted. */
int key_write(int dirfd, const char *name, const PrivateKey *key,
              const char *passphrase) _must_check_;
/* The same, in the place of the one that is there. */
int key_replace(int dirfd, const char *name, const PrivateKey *key,
                const char *passphrase) _must_check_;

/* Reads a key; asks for its passphrase if it has one. `dir` is for messages, NULL: `name` says it
 * all. CLI_*. */
int key_read(int dirfd, const char *dir, const char *name, Purpose purpose, Passphrases *secrets,
             PrivateKey **ret) _must_check_;

/* "label-0123abcd.pem" */
void key_file_name(const PublicKey *key, char ret[KEY_FILE_NAME_MAX]);
