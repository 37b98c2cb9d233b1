/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The latest time a computer has believed. Drives are judged by no earlier one, so that a clock
 * that was set back makes nothing valid again. It runs on with the time since boot; only a wall
 * clock that nobody has just set moves it. Format of the file: docs/usbzone-files.5 */
#pragma once

#include <stdbool.h>

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

typedef enum FloorFound {
        FLOOR_FOUND,   /* as it was written, or never written before */
        FLOOR_MISSING, /* though one was written */
        FLOOR_DAMAGED, /* nobody of ours wrote that */
        FLOOR_CHANGED, /* another one than what was written last */
} FloorFound;

/* What a start may begin with; NULL for what there is not. */
typedef struct FloorSources {
        const FloorFile *file;
        bool damaged;          /* there is one that cannot be read; `file` is NULL */
        const FloorFile *kept; /* what the ledger says was remembered */
        bool written;          /* the file was on disk before the ledger said so */
        const FloorFile *last; /* the wall clock at the ledger's last record */
} FloorSources;

/* The same, with the ledger as witness: without a file that can be trusted, the latest that it
 * tells is remembered, so that taking the file away makes no earlier time count. A file is
 * CHANGED when it tells less than the ledger knows was written. */
FloorFound floor_begin_with(Floor *ret, const FloorSources *s, const char *boot,
                            const ClockMoment *now);
/* "missing", "damaged", "changed"; "" for FOUND. */
const char *floor_found_name(FloorFound found);
bool floor_file_equal(const FloorFile *a, const FloorFile *b);

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
