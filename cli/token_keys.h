/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys that --key-uri gives an authority: made in a token by the token's own tools, they are put on
 * the list as they are. Functions return CLI_*, with the reason said. */
#pragma once

#include "cli/cli.h"
#include "cli/token.h"

#define TOKEN_KEYS_MAX 8u

typedef struct TokenKeys {
        struct {
                Purpose purpose;
                const char *uri;
                PrivateKey *key; /* until it is taken */
        } items[TOKEN_KEYS_MAX];
        size_t n;
} TokenKeys;

/* Reads the words; nothing is opened yet. `purpose`: there may be one URI, of that key;
 * PURPOSE_NONE: each is PURPOSE=URI, one for each purpose, but `n_roots` for root. */
int token_keys_parse(TokenKeys *t, const OptionList *words, Purpose purpose,
                     unsigned n_roots) _must_check_;
/* Opens them; each must be of this algorithm, and able to sign. */
int token_keys_open(TokenKeys *t, Algorithm algorithm, Passphrases *secrets) _must_check_;
void token_keys_close(TokenKeys *t);

/* The next one of a purpose: its URI, and the key, which is the caller's then. NULL: none left. */
const char *token_keys_take(TokenKeys *t, Purpose purpose, PrivateKey **ret);
size_t token_keys_count(const TokenKeys *t, Purpose purpose);
