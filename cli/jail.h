/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child process for bytes that may be hostile: it has one file to read from and a pipe to write
 * to; no other descriptor, no rights of root, no way to new ones, no network, no other process, no
 * file it could write, bounded memory and time. */
#pragma once

#include <sys/types.h>

#include "lib/macros.h"

/* Exit statuses of the child. Those of the work itself are below. */
#define JAIL_E_WALLS 125   /* the walls could not be set up; nothing was read */
#define JAIL_E_PROGRAM 126 /* the program could not be run */

typedef struct Jail {
        pid_t pid; /* 0: none */
        int fd;    /* what it writes */
} Jail;

/* Work done by this program itself: it may only read descriptor 0, write descriptor 1, use memory
 * and end. Returns an exit status. */
typedef int (*JailWork)(void *userdata);

/* `in` becomes the child's descriptor 0; it stays the caller's. 0 or -errno. */
int jail_start(int in, JailWork work, void *userdata, Jail *ret) _must_check_;
/* The same with another program, argv[0] its full path: it may read files that are open to
 * everybody, too, as its libraries are. */
int jail_run(int in, char *const argv[], Jail *ret) _must_check_;

/* Waits for the end: the exit status, -EINTR if a signal or a limit ended it, -errno. */
int jail_end(Jail *j) _must_check_;
/* Ends it, whatever it does. */
void jail_kill(Jail *j);
