/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passphrases of private keys and PINs of tokens: the lines of a file descriptor, or asked on the
 * terminal without echo. A passphrase that was given once is tried for the next key file, too; a
 * PIN goes to its own token only, once, as tokens lock. Wiped when closed. */
#pragma once

#include <stdbool.h>

#include "lib/macros.h"

#define PASSPHRASE_MIN 8u
#define PASSPHRASE_MAX 1000u
#define PASSPHRASES_MAX 16u

typedef struct Passphrases {
        char *list[PASSPHRASES_MAX];
        size_t n;
        bool from_fd; /* nothing is asked: the list is all there is */
        size_t n_new; /* lines that new keys have taken */
        struct {
                char *token;
                const char *pin; /* of the list; NULL: refused before */
        } pins[PASSPHRASES_MAX];
        size_t n_pins;
} Passphrases;

/* `fd_word`: the number of a descriptor, read to its end, one passphrase a line; NULL: none. */
int passphrases_open(Passphrases *p, const char *fd_word) _must_check_;
void passphrases_close(Passphrases *p);

/* Asks for the passphrase of the key `name`; NULL where nothing can be asked, or nothing was
 * typed. */
const char *passphrases_ask(Passphrases *p, const char *name);

/* The PIN of `token`: of a descriptor the next line in order (with fewer lines: the last), else
 * asked for with the name `uri`. NULL as above, or where it was refused before. */
const char *passphrases_pin(Passphrases *p, const char *token, const char *uri);
/* The token did not take it: passphrases_pin() gives none any more. */
void passphrases_pin_refused(Passphrases *p, const char *token);
bool passphrases_pin_was_refused(const Passphrases *p, const char *token);

/* A passphrase for the new key `name`, number `i` of those made now, behind the lines that PINs
 * took (with fewer lines: the last), asked for twice. CLI_*. */
int passphrases_new(Passphrases *p, const char *name, size_t i, const char **ret) _must_check_;
