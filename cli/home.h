/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An authority's folder: its key list, every list before it, its private keys. The default one is
 * /etc/usbzone/authority; a change there reaches this computer's own key list, too. Functions
 * return CLI_*, with the reason said. */
#pragma once

#include "cli/cli.h"
#include "cli/keystore.h"
#include "policy/note.h"

typedef struct Home {
        const char *path;
        int fd, etc_fd; /* etc_fd: of a computer that is its own authority, else -EBADF */
        Authority authority;
        Passphrases secrets;
        PrivateKey *roots[NOTE_SIGNATURES_MAX]; /* those read so far */
        size_t n_roots;
} Home;

/* `dir` NULL: the default. Reads and verifies the key list; locks the folder. */
int home_open(Home *h, const char *dir, const char *passphrase_fd) _must_check_;
/* A folder for a new authority: it is made, and must not hold a list yet. */
int home_create(Home *h, const char *dir, const char *passphrase_fd) _must_check_;
void home_close(Home *h);

/* Reads as many root keys as `next` and the present list ask for, beside those in h->roots: from
 * `files`, then from the folder. */
int home_gather(Home *h, const Authority *next, const OptionList *files) _must_check_;
/* Signs `next` with what was gathered, and puts it in the place of the present list. */
int home_publish(Home *h, Authority *next) _must_check_;

/* Reads the folder's key for a purpose, or `file` if it is not NULL; one of the list, valid now. */
int home_key(Home *h, Purpose purpose, const char *file, PrivateKey **ret) _must_check_;
