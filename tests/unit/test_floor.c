/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time that is remembered: what raises it, what does not, and its file. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/floor.h"

TestSuite(floor, .timeout = 10);

#define S INT64_C(1000000)
#define H (3600 * S)
#define DAY (24 * H)
#define T (INT64_C(1800000000) * S)
#define BOOT_A "000102030405060708090a0b0c0d0e0f"
#define BOOT_B "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff"
#define BOOT_NONE "00000000000000000000000000000000"

/* Remembered: T, an hour after boot A began. */
static const FloorFile file = {.believed = {T, H}, .boot = BOOT_A};

Test(floor, what_a_start_believes)
{
        static const struct {
                const char *name, *boot;
                bool known;
                ClockMoment now;
                int64_t remembered, judged; /* seconds after T */
        } rows[] = {
                {"nothing known: the clock", BOOT_A, false, {T - DAY, S}, -86400, -86400},
                {"same boot, time passed", BOOT_A, true, {T + H, 2 * H}, 3600, 3600},
                {"same boot, set back", BOOT_A, true, {T - DAY, 2 * H}, 3600, 3600},
                {"same boot, set forward: used, not remembered",
                 BOOT_A,
                 true,
                 {T + DAY, 2 * H},
                 3600,
                 86400},
                {"same boot by name, but younger: a file that lies gains nothing",
                 BOOT_A,
                 true,
                 {T + DAY, S},
                 0,
                 86400},
                {"other boot, later: the computer was off",
                 BOOT_B,
                 true,
                 {T + DAY, S},
                 86400,
                 86400},
                {"other boot, a clock without battery", BOOT_B, true, {0, S}, 0, 0},
                {"other boot, set back", BOOT_B, true, {T - DAY, S}, 0, 0},
                {"no boot known: another one", BOOT_NONE, true, {T + DAY, 2 * H}, 86400, 86400},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Floor f;

                floor_begin(&f, rows[i].known ? &file : NULL, rows[i].boot, &rows[i].now);
                cr_assert_eq((floor_remembered(&f, &rows[i].now) - T) / S, rows[i].remembered,
                             "row '%s'", rows[i].name);
                cr_assert_eq((floor_judged(&f, &rows[i].now) - T) / S, rows[i].judged, "row '%s'",
                             rows[i].name);
        }
}

Test(floor, no_boot_known_twice_is_not_the_same_boot)
{
        FloorFile nameless = {.believed = {T, H}, .boot = BOOT_NONE};
        ClockMoment now = {T + DAY, 2 * H};
        Floor f;

        floor_begin(&f, &nameless, BOOT_NONE, &now);
        cr_assert_eq(floor_remembered(&f, &now), T + DAY);
}

Test(floor, a_step_within_a_boot_moves_nothing_until_it_has_stood_for_a_day)
{
        ClockMoment start = {T, H}, ahead = {T + 10 * DAY + H, 2 * H};
        ClockMoment back = {T + 3 * H, 4 * H};
        ClockMoment almost = {ahead.wall + DAY - S, ahead.boot + DAY - S};
        ClockMoment settled = {ahead.wall + DAY, ahead.boot + DAY};
        Floor f;

        floor_begin(&f, &file, BOOT_A, &start);
        floor_look(&f, &ahead);
        cr_assert_eq(floor_judged(&f, &ahead), ahead.wall, "what is set forward ends what it ends");
        cr_assert_eq(floor_remembered(&f, &ahead), T + H);
        floor_look(&f, &back);
        cr_assert_eq(floor_judged(&f, &back), back.wall, "and back is as before");

        floor_look(&f, &ahead);
        floor_look(&f, &almost);
        cr_assert_eq(floor_remembered(&f, &almost), T + H + DAY - S);
        floor_look(&f, &settled);
        cr_assert_eq(floor_remembered(&f, &settled), settled.wall);
        floor_look(&f, &(ClockMoment){T, settled.boot + H});
        cr_assert_eq(floor_judged(&f, &(ClockMoment){T, settled.boot + H}), settled.wall + H);
}

Test(floor, a_clock_set_now_and_then_is_not_one_that_stands)
{
        ClockMoment start = {T, H};
        Floor f;

        floor_begin(&f, &file, BOOT_A, &start);
        for (int64_t hour = 1; hour < 60; hour++)
                floor_look(&f, &(ClockMoment){T + 10 * DAY + 2 * hour * H, (hour + 1) * H});
        cr_assert_eq(floor_remembered(&f, &(ClockMoment){0, 61 * H}), T + 60 * H);
}

Test(floor, a_clock_set_back_is_not_believed_however_long_it_stands)
{
        ClockMoment start = {T, H};
        Floor f;

        floor_begin(&f, &file, BOOT_A, &start);
        for (int64_t day = 0; day < 5; day++)
                floor_look(&f, &(ClockMoment){T - 30 * DAY + day * DAY, 2 * H + day * DAY});
        cr_assert_eq(floor_remembered(&f, &(ClockMoment){0, H + 5 * DAY}), T + 5 * DAY);
}

Test(floor, what_is_accepted_is_believed_either_way)
{
        ClockMoment start = {T, H}, back = {T - 100 * DAY, 2 * H}, ahead = {T + 9 * DAY, 3 * H};
        Floor f;

        floor_begin(&f, &file, BOOT_A, &start);
        floor_accept(&f, &back);
        cr_assert_eq(floor_judged(&f, &back), back.wall);
        floor_accept(&f, &ahead);
        cr_assert_eq(floor_judged(&f, &back), ahead.wall, "and holds from then on");
}

Test(floor, what_cannot_be_counted_is_not_before_what_is_remembered)
{
        Floor f = {.believed = {T, H}, .steady = {T, H}};

        cr_assert_eq(floor_judged(&f, &(ClockMoment){INT64_MIN, INT64_MIN}), T);
        cr_assert_eq(floor_judged(&f, &(ClockMoment){INT64_MIN, INT64_MAX}), T);
        cr_assert_eq(floor_judged(&f, &(ClockMoment){INT64_MAX, 0}), INT64_MAX);
}

Test(floor, written_and_read_again_any_number_of_times_it_loses_nothing)
{
        ClockMoment now = {T + 123456, H + 777777};
        char text[FLOOR_FILE_MAX];
        Floor f;

        floor_begin(&f, NULL, BOOT_A, &now);
        for (unsigned i = 0; i < 100; i++) {
                ClockMoment later = {T - DAY, now.boot + 1234567 * (int64_t)(i + 1)};
                TextError error;
                FloorFile read;
                size_t size = floor_format(&f, BOOT_A, &later, text);

                cr_assert_eq(size, strlen(text));
                cr_assert_eq(floor_parse(text, size, &read, &error), 0);
                cr_assert_str_eq(read.boot, BOOT_A);
                floor_begin(&f, &read, BOOT_A, &later);
                cr_assert_eq(floor_remembered(&f, &later), now.wall + later.boot - now.boot);
        }
}

Test(floor, a_file_is_taken_only_whole)
{
        static const struct {
                const char *name, *text;
                int r;
        } rows[] = {
                {"whole",
                 "usbzone-time 1\ntime = 2026-11-22T08:00:00Z\nboot = " BOOT_A "\nmono = 7\n", 0},
                {"empty", "", -EINVAL},
                {"another format",
                 "usbzone-times 1\ntime = 2026-11-22\nboot = " BOOT_A "\nmono = 7\n", -EINVAL},
                {"no time", "usbzone-time 1\nboot = " BOOT_A "\nmono = 7\n", -EINVAL},
                {"no boot", "usbzone-time 1\ntime = 2026-11-22\nmono = 7\n", -EINVAL},
                {"no mono", "usbzone-time 1\ntime = 2026-11-22\nboot = " BOOT_A "\n", -EINVAL},
                {"a time that is none",
                 "usbzone-time 1\ntime = 2026-13-22\nboot = " BOOT_A "\nmono = 7\n", -EINVAL},
                {"a short boot", "usbzone-time 1\ntime = 2026-11-22\nboot = 0011\nmono = 7\n",
                 -EINVAL},
                {"mono below zero",
                 "usbzone-time 1\ntime = 2026-11-22\nboot = " BOOT_A "\nmono = -7\n", -EINVAL},
                {"twice",
                 "usbzone-time 1\ntime = 2026-11-22\ntime = 2026-11-22\nboot = " BOOT_A
                 "\nmono = 7\n",
                 -EINVAL},
                {"more", "usbzone-time 1\ntime = 2026-11-22\nboot = " BOOT_A "\nmono = 7\nx = 1\n",
                 -EINVAL},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                FloorFile read;
                TextError error;

                cr_assert_eq(floor_parse(rows[i].text, strlen(rows[i].text), &read, &error),
                             rows[i].r, "row '%s'", rows[i].name);
        }
}
