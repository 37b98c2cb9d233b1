/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A large file that is there as a whole or not at all, however its writer ends. Where the file
 * system can, it has no name until it is done (O_TMPFILE); else it is NAME.tmpXXXXXX, locked while
 * somebody writes it, and what a killed writer left is removed by the next one. */
#pragma once

#include <limits.h>
#include <signal.h>
#include <stdbool.h>

#include "lib/macros.h"

typedef struct Draft {
        int fd; /* to read and write, mode 0600; of its owner until draft_close() */
        int dirfd;
        const char *name;    /* the caller's */
        char temp[PATH_MAX]; /* its name until then; "" = it has none */
        sigset_t before;     /* the signal mask */
} Draft;

/* `named`: it has a name even where it needs none. From here to draft_close() the signals that end
 * a process at once wait: ask draft_interrupted() from time to time. 0, -errno. */
int draft_open(int dirfd, const char *name, bool named, Draft *ret) _must_check_;
/* A path to open it anew for reading, relative to `dirfd` unless absolute. */
void draft_path(const Draft *d, char ret[PATH_MAX]);
/* SIGINT, SIGTERM, SIGHUP or SIGQUIT has come: -EINTR; else 0. */
int draft_interrupted(void) _must_check_;
/* Gives it its name, for good; it was synced. -EEXIST unless `replace`. */
int draft_publish(Draft *d, bool replace) _must_check_;
/* Removes it, unless it was published. A signal that has come takes effect. */
void draft_close(Draft *d);
