/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys that stay in a token (smart card, security module, TPM) and are named by a URI of a
 * provider of OpenSSL, as pkcs11:token=office;object=label (RFC 7512). Functions return CLI_*, with
 * the reason said. */
#pragma once

#include "cli/passphrase.h"
#include "policy/key.h"

#define TOKEN_URI_MAX 1024u

/* SCHEME:WHAT with no "/" before the colon, and no file that is called so. */
bool token_is_uri(const char *text);
/* A URI that may be kept: of a scheme but "file", clean text, with no PIN in it. */
int token_check_uri(const char *uri) _must_check_;

/* Opens the one private key that `uri` names, of a kind that signs here; asks for a PIN once if the
 * provider wants one. */
int token_read(const char *uri, Purpose purpose, Passphrases *secrets,
               PrivateKey **ret) _must_check_;
