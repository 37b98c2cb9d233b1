/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of a wall clock. */
#include "policy/clock.h"

int64_t clock_step(const ClockMoment *before, const ClockMoment *after)
{
        int64_t wall, boot, step;

        if (__builtin_sub_overflow(after->wall, before->wall, &wall) ||
            __builtin_sub_overflow(after->boot, before->boot, &boot) ||
            __builtin_sub_overflow(wall, boot, &step))
                return 0;
        return step >= CLOCK_STEP_MIN_US || step <= -CLOCK_STEP_MIN_US ? step : 0;
}

int64_t clock_step_back(const ClockMoment *before, const ClockMoment *after)
{
        int64_t step;

        if (__builtin_sub_overflow(after->wall, before->wall, &step))
                return 0;
        return step <= -CLOCK_STEP_MIN_US ? step : 0;
}
