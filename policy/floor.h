/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The latest time a computer has believed. Drives are judged by no earlier one, so that a clock
 * that was set back makes nothing valid again. It runs on with the time since boot; only a wall
 * clock that nobody has just set moves it. Format of the file: docs/usbzone-files.5 */
#pragma once

#include "lib/keyfile.h"
#include "policy/clock.h"

#define FLOOR_SETTLED_US (24 * 3600 * INT64_C(1000000)) /* a clock that stood so long is believed */
#define FLOOR_BOOT_SIZE 33u
#define FLOOR_FILE_MAX 256u

typedef struct Floor {
        ClockMoment believed; /* a time, and when since boot it was that */
        ClockMoment steady;   /* the wall clock has not been set since */
} Floor;

/* What a file holds. */
typedef struct FloorFile {
        ClockMoment believed;       /* the wall time in whole seconds */
        char boot[FLOOR_BOOT_SIZE]; /* which boot: 32 hex digits; all zero is none known */
} FloorFile;

/* At a start. `file` is what was remembered, NULL for nothing. In another boot than that, a wall
 * clock that is ahead is believed: the computer was off. In the same one it is not. */
void floor_begin(Floor *ret, const FloorFile *file, const char *boot, const ClockMoment *now);
/* Now and then, and when the clock was set: believes a clock that is ahead and has stood for long
 * enough. */
void floor_look(Floor *f, const ClockMoment *now);
/* Believes the wall clock as it is, even if that is a step back. */
void floor_accept(Floor *f, const ClockMoment *now);

/* What is remembered, run on to `now`; what drives are judged by: the later of that and the wall
 * clock. Microseconds since the epoch. */
int64_t floor_remembered(const Floor *f, const ClockMoment *now);
int64_t floor_judged(const Floor *f, const ClockMoment *now);

int floor_parse(const char *text, size_t size, FloorFile *ret, TextError *error) _must_check_;
/* The file for a floor at `now`; `ret` holds FLOOR_FILE_MAX. Returns its length. */
size_t floor_format(const Floor *f, const char *boot, const ClockMoment *now, char *ret);
