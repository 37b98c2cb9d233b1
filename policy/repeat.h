/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repeated events: the first is recorded at once and opens a window; the same again within it is
 * counted, and one record tells how often when the window ends. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/key.h"

#define REPEATS_MAX 64u
#define REPEAT_WINDOW_US (60u * 1000000u)

typedef struct Repeat {
        uint8_t subject[DIGEST_SIZE]; /* whom it is about: the drive */
        uint8_t content[DIGEST_SIZE]; /* all that must be the same */
        uint64_t seq;                 /* the record of the first */
        uint64_t begun;               /* microseconds on a clock that nobody sets */
        uint64_t times;               /* since then; 0: it has not come again */
        void *data;                   /* the caller's */
} Repeat;

typedef struct Repeats {
        Repeat list[REPEATS_MAX]; /* in the order in which they began */
        size_t n;
} Repeats;

/* This is one again, and is counted: its window. NULL: it is to be recorded. */
const Repeat *repeats_count(Repeats *r, const uint8_t content[DIGEST_SIZE], uint64_t now);
/* A window begins. -ENOSPC: take one out first. */
int repeats_begin(Repeats *r, const Repeat *first) _must_check_;

/* Takes one out that has ended at `now` (UINT64_MAX: whichever is there), the oldest first. */
bool repeats_take_ended(Repeats *r, uint64_t now, Repeat *ret);
/* Takes one out that is about `subject`: something else has happened to it. */
bool repeats_take_subject(Repeats *r, const uint8_t subject[DIGEST_SIZE], Repeat *ret);
/* When the next window ends; UINT64_MAX: none is open. */
uint64_t repeats_next_end(const Repeats *r);
