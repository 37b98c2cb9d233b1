/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A whole terminal: the alternate screen, keys without echo, signals as events. It is given back
 * as it was on every way out: screen_close(), exit(), a signal that ends, a stop (Ctrl+Z). */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "cli/out.h"
#include "lib/macros.h"

typedef struct Screen {
        int rows, columns; /* what the terminal has now, at least 1 */
        int signals;       /* descriptor */
        char *frame;       /* what is being drawn */
        size_t size;
        FILE *f;
        int row;
} Screen;

/* True if both ends are a terminal that can do it. */
bool screen_is_possible(void);
/* 0, -errno. */
int screen_open(Screen *s) _must_check_;
void screen_close(Screen *s);

/* Takes what has come to s->signals. 0: draw again; a signal's number: end, and screen_close(), and
 * screen_die() of it. */
int screen_signal(Screen *s) _must_check_;
/* Ends this process as the signal would have. Not for SIGINT, which is a way to quit. */
void screen_die(int sig);

/* One frame: begin, lines from above, end. What does not fit is left out. */
int screen_begin(Screen *s) _must_check_;
void screen_line(Screen *s, Style style, const char *text);
/* 0, -errno. */
int screen_end(Screen *s) _must_check_;

/* Copies what fits into `columns`, wide characters counted as such, and fills up with blanks if
 * `pad`; what a terminal would obey or cannot show becomes '?'. */
void screen_fit(const char *text, int columns, bool pad, char *ret, size_t size);
