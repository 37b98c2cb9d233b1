/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Time as one number. */
#pragma once

#include <stdint.h>
#include <time.h>

/* Microseconds on one of the kernel's clocks; 0 if it has no such clock. */
static inline uint64_t clock_us(clockid_t clock)
{
        struct timespec ts = {0};

        (void)clock_gettime(clock, &ts);
        return (uint64_t)ts.tv_sec * 1000000u + (uint64_t)ts.tv_nsec / 1000u;
}
