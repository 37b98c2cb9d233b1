/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Standard output through a pager, when a person sits before it: $PAGER, or less -FRSX. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

typedef struct Pager {
        pid_t pid; /* 0: none */
        int saved; /* the terminal */
} Pager;

/* Begins, if standard input and output are terminals and `wanted`. Whatever fails: no pager. */
Pager pager_open(bool wanted);
/* Waits until the person has read; standard output is the terminal again. */
void pager_close(Pager *p);
