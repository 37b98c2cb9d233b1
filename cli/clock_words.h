/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's times beside each other: by how much the clock is off, in words. */
#pragma once

#include "cli/cli.h"
#include "cli/client.h"

#define CLOCK_TELL_SECONDS 300 /* behind by more: status and doctor say so */
#define CLOCK_WORDS_MAX 48u

/* Seconds since the epoch, and in between; two seconds are no difference. */
typedef struct ClockTimes {
        int64_t system, remembered, judged;
        int64_t behind, ahead; /* the system clock; 0 = it is not */
} ClockTimes;

/* From the manager's properties. False: a daemon that does not tell. */
bool clock_times(json_object *manager, ClockTimes *ret);
/* "3 d 4 h", "2 h 5 min", "5 min", "40 s" */
void clock_words(int64_t seconds, char ret[CLOCK_WORDS_MAX]);
