/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was done to a wall clock, told by a clock that nobody sets. All in microseconds. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define CLOCK_STEP_MIN_US (1000000) /* less is no step */

/* One moment on both clocks. */
typedef struct ClockMoment {
        int64_t wall, boot; /* since the epoch; since the computer was started */
} ClockMoment;

/* By how much the wall clock was set between two moments of one boot; 0: it was not. */
int64_t clock_step(const ClockMoment *before, const ClockMoment *after);
/* The same between two boots, where only a clock that stands before the last moment shows: < 0, or
 * 0. */
int64_t clock_step_back(const ClockMoment *before, const ClockMoment *after);
