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

#define YEAR_9999 (INT64_C(253402300799) * S)
#define NONE \
        { \
                {0, 0}, "" \
        }
#define WAS(seconds, boot_us, id) \
        { \
                {T + (seconds)*S, boot_us}, id \
        }

Test(floor, without_its_file_the_ledger_is_the_witness)
{
        static const ClockMoment day_back = {T - DAY, 2 * H};
        static const struct {
                const char *name;
                FloorFile file, kept, last; /* no boot: there is none */
                bool damaged, written;
                FloorFound found;
                int64_t remembered; /* seconds after T, in boot B, the clock a day back */
        } rows[] = {
                {"nothing at all: a first start", NONE, NONE, NONE, false, false, FLOOR_FOUND,
                 -86400},
                {"the file alone", WAS(5, H, BOOT_A), NONE, NONE, false, false, FLOOR_FOUND, 5},
                {"the file, older records", WAS(5, H, BOOT_A), WAS(4, H, BOOT_A), WAS(4, H, BOOT_A),
                 false, true, FLOOR_FOUND, 5},
                {"the file, and records by a clock that was ahead", WAS(5, H, BOOT_A),
                 WAS(5, H, BOOT_A), WAS(900, H, BOOT_A), false, true, FLOOR_FOUND, 5},
                {"no file, and none was ever kept: no tampering", NONE, NONE, WAS(9, H, BOOT_A),
                 false, false, FLOOR_FOUND, 9},
                {"missing", NONE, WAS(7, H, BOOT_A), NONE, false, true, FLOOR_MISSING, 7},
                {"missing, records since", NONE, WAS(7, H, BOOT_A), WAS(9, H, BOOT_A), false, true,
                 FLOOR_MISSING, 9},
                {"missing, records since by a clock set back", NONE, WAS(7, H, BOOT_A),
                 WAS(-90000, H, BOOT_A), false, true, FLOOR_MISSING, 7},
                {"missing, after the clock was accepted", NONE, WAS(7, H, BOOT_A), NONE, false,
                 false, FLOOR_MISSING, 7},
                {"damaged", NONE, WAS(7, H, BOOT_A), WAS(6, H, BOOT_A), true, true, FLOOR_DAMAGED,
                 7},
                {"damaged, and no witness", NONE, NONE, NONE, true, false, FLOOR_DAMAGED, -86400},
                {"an older one put back", WAS(-5, H, BOOT_A), WAS(7, H, BOOT_A), WAS(8, H, BOOT_A),
                 false, true, FLOOR_CHANGED, 8},
                {"the power went before what was accepted was written", WAS(-5, H, BOOT_A),
                 WAS(7, H, BOOT_A), WAS(7, H, BOOT_A), false, false, FLOOR_FOUND, -5},
                {"missing in the same boot: it runs on", NONE, WAS(7, H, BOOT_B), NONE, false, true,
                 FLOOR_MISSING, 3607},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                FloorSources s = {
                        .file = rows[i].file.boot[0] ? &rows[i].file : NULL,
                        .damaged = rows[i].damaged,
                        .kept = rows[i].kept.boot[0] ? &rows[i].kept : NULL,
                        .written = rows[i].written,
                        .last = rows[i].last.boot[0] ? &rows[i].last : NULL,
                };
                Floor f;

                cr_assert_eq(floor_begin_with(&f, &s, BOOT_B, &day_back), rows[i].found, "row '%s'",
                             rows[i].name);
                cr_assert_eq((floor_remembered(&f, &day_back) - T) / S, rows[i].remembered,
                             "row '%s'", rows[i].name);
        }
}

Test(floor, what_a_record_tells_has_a_limit)
{
        static const ClockMoment now = {T, 2 * H};
        static const struct {
                const char *name;
                FloorFile told;
                FloorFound found;
                int64_t remembered;
        } rows[] = {
                {"the last second there is", {{YEAR_9999, H}, BOOT_A}, FLOOR_MISSING, YEAR_9999},
                {"one second more", {{YEAR_9999 + S, H}, BOOT_A}, FLOOR_FOUND, T},
                {"all that a number holds", {{INT64_MAX, INT64_MAX}, BOOT_B}, FLOOR_FOUND, T},
                {"before 1970", {{-1, H}, BOOT_A}, FLOOR_FOUND, T},
                {"before the boot it names", {{T, -1}, BOOT_B}, FLOOR_FOUND, T},
                {"long before it", {{T, INT64_MIN}, BOOT_B}, FLOOR_FOUND, T},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                FloorSources s = {.kept = &rows[i].told, .written = true, .last = &rows[i].told};
                Floor f;

                cr_assert_eq(floor_begin_with(&f, &s, BOOT_B, &now), rows[i].found, "row '%s'",
                             rows[i].name);
                cr_assert_eq(floor_remembered(&f, &now), rows[i].remembered, "row '%s'",
                             rows[i].name);
        }
}

Test(floor, what_is_found_has_a_name)
{
        cr_assert_str_eq(floor_found_name(FLOOR_FOUND), "");
        cr_assert_str_eq(floor_found_name(FLOOR_MISSING), "missing");
        cr_assert_str_eq(floor_found_name(FLOOR_DAMAGED), "damaged");
        cr_assert_str_eq(floor_found_name(FLOOR_CHANGED), "changed");
}

Test(floor, two_files_are_the_same_when_they_tell_the_same)
{
        FloorFile other = file;

        cr_assert(floor_file_equal(&file, &other));
        other.believed.wall -= S;
        cr_assert_not(floor_file_equal(&file, &other));
        other = file;
        other.believed.boot++;
        cr_assert_not(floor_file_equal(&file, &other));
        other = file;
        other.boot[0] = 'f';
        cr_assert_not(floor_file_equal(&file, &other));
}
