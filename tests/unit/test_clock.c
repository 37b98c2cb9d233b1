/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Steps of the wall clock, told by the time since boot. */
#include <criterion/criterion.h>

#include "lib/macros.h"
#include "policy/clock.h"

TestSuite(clock, .timeout = 10);

#define S INT64_C(1000000)

Test(clock, what_was_set_shows_by_how_much)
{
        static const struct {
                const char *name;
                ClockMoment before, after;
                int64_t within, between;
        } rows[] = {
                {"time passes", {1000 * S, 10 * S}, {1600 * S, 610 * S}, 0, 0},
                {"forward", {1000 * S, 10 * S}, {5000 * S, 11 * S}, 3999 * S, 0},
                {"back", {1000 * S, 10 * S}, {900 * S, 20 * S}, -110 * S, -100 * S},
                {"back, but not before the last moment",
                 {1000 * S, 10 * S},
                 {1005 * S, 110 * S},
                 -95 * S,
                 0},
                {"half a second is none", {1000 * S, 10 * S}, {1000 * S - S / 2, 10 * S}, 0, 0},
                {"one second is", {1000 * S, 10 * S}, {999 * S, 10 * S}, -S, -S},
                {"what cannot be counted", {INT64_MIN, 0}, {INT64_MAX, 0}, 0, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                cr_assert_eq(clock_step(&rows[i].before, &rows[i].after), rows[i].within,
                             "row '%s'", rows[i].name);
                cr_assert_eq(clock_step_back(&rows[i].before, &rows[i].after), rows[i].between,
                             "row '%s'", rows[i].name);
        }
}
