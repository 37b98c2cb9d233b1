/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Passphrases of private keys: the lines of a file descriptor, or asked on the terminal without
 * echo. What was given once is tried for the next key, too. Wiped when closed. */
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
} Passphrases;

/* `fd_word`: the number of a descriptor, read to its end, one passphrase a line; NULL: none. */
int passphrases_open(Passphrases *p, const char *fd_word) _must_check_;
void passphrases_close(Passphrases *p);

/* Asks for the passphrase of the key `name`; NULL where nothing can be asked, or nothing was
 * typed. */
const char *passphrases_ask(Passphrases *p, const char *name);

/* A passphrase for the new key `name`, number `i` of those made now (with fewer lines: the last),
 * asked for twice. CLI_*. */
int passphrases_new(Passphrases *p, const char *name, size_t i, const char **ret) _must_check_;
