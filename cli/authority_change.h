/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Changes of an authority's keys: made, replaced, taken off the list, copied. Functions return
 * CLI_*, with the reason said. */
#pragma once

#include "cli/home.h"
#include "cli/words.h"

typedef struct AuthorityArgs {
        const char *dir, *name, *roots, *threshold, *overlap, *out, *passphrase_fd, *algorithm;
        ValidityWords validity;
        OptionList root, root_out, key_uri;
        bool no_passphrase, json;
} AuthorityArgs;

int authority_init(const AuthorityArgs *a, Home *h) _must_check_;
int authority_issue(const AuthorityArgs *a, Home *h, const char *purpose) _must_check_;
/* `word`: a purpose with one key in force, or a key's id (8 digits or more). */
int authority_rotate(const AuthorityArgs *a, Home *h, const char *word) _must_check_;
int authority_retire(const AuthorityArgs *a, Home *h, const char *id) _must_check_;
int authority_backup(const AuthorityArgs *a, Home *h, const char *folder) _must_check_;
