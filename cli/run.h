/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one of the system's programs: no shell, a fixed search path, a clean environment. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/macros.h"

#define RUN_OUTPUT_MAX 4096u

typedef struct Run {
        const char *const *argv;     /* argv[0] is looked for in the system's folders */
        const char *input;           /* given to its standard input, or NULL */
        bool no_errors;              /* its standard error is thrown away */
        const char *progress;        /* shown when it takes long, or NULL */
        char output[RUN_OUTPUT_MAX]; /* what it printed, both streams, cut */
} Run;

/* Its exit status, -ENOENT if there is no such program, -EINTR if a signal ended it, -errno. */
int run_program(Run *run) _must_check_;

/* Full path of a program. False: not installed. */
bool run_find(const char *name, char *ret, size_t size);
