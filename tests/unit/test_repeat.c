/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Repeated events: what is counted, when a window ends, what comes out. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/repeat.h"

TestSuite(repeat, .timeout = 10);

static Repeat first_of(uint8_t subject, uint8_t content, uint64_t seq, uint64_t begun)
{
        Repeat r = {.seq = seq, .begun = begun};

        memset(r.subject, subject, DIGEST_SIZE);
        memset(r.content, content, DIGEST_SIZE);
        return r;
}

static bool count(Repeats *r, uint8_t content, uint64_t now)
{
        uint8_t digest[DIGEST_SIZE];

        memset(digest, content, sizeof(digest));
        return repeats_count(r, digest, now);
}

Test(repeat, the_first_is_recorded_and_the_same_again_is_counted)
{
        Repeats r = {0};
        Repeat x = first_of(1, 10, 5, 1000), got;

        cr_assert(!count(&r, 10, 1000));
        cr_assert_eq(repeats_begin(&r, &x), 0);
        for (int i = 0; i < 7; i++)
                cr_assert(count(&r, 10, 1000 + (uint64_t)i));
        cr_assert(!count(&r, 11, 1001), "another content is not the same");
        cr_assert(!repeats_take_ended(&r, 1000 + REPEAT_WINDOW_US - 1, &got));
        cr_assert_eq(repeats_next_end(&r), 1000 + REPEAT_WINDOW_US);
        cr_assert(repeats_take_ended(&r, 1000 + REPEAT_WINDOW_US, &got));
        cr_assert_eq(got.times, 7);
        cr_assert_eq(got.seq, 5);
        cr_assert(!repeats_take_ended(&r, UINT64_MAX, &got));
        cr_assert_eq(repeats_next_end(&r), UINT64_MAX);
}

Test(repeat, after_its_window_the_same_is_recorded_anew)
{
        Repeats r = {0};
        Repeat x = first_of(1, 10, 5, 1000);

        cr_assert_eq(repeats_begin(&r, &x), 0);
        cr_assert(count(&r, 10, 1000 + REPEAT_WINDOW_US - 1));
        cr_assert(!count(&r, 10, 1000 + REPEAT_WINDOW_US));
        cr_assert_eq(r.list[0].times, 1);
}

Test(repeat, something_else_about_the_same_drive_ends_its_windows)
{
        Repeats r = {0};
        Repeat a = first_of(1, 10, 5, 1000), b = first_of(2, 20, 6, 1001),
               c = first_of(1, 11, 7, 1002), got;
        uint8_t drive[DIGEST_SIZE];

        memset(drive, 1, sizeof(drive));
        cr_assert_eq(repeats_begin(&r, &a) | repeats_begin(&r, &b) | repeats_begin(&r, &c), 0);
        cr_assert(count(&r, 11, 1003));
        cr_assert(repeats_take_subject(&r, drive, &got));
        cr_assert_eq(got.seq, 5);
        cr_assert(repeats_take_subject(&r, drive, &got));
        cr_assert_eq(got.seq, 7);
        cr_assert_eq(got.times, 1);
        cr_assert(!repeats_take_subject(&r, drive, &got));
        cr_assert(repeats_take_ended(&r, UINT64_MAX, &got));
        cr_assert_eq(got.seq, 6);
}

Test(repeat, a_full_table_says_so_and_loses_nothing)
{
        Repeats r = {0};
        Repeat got;

        for (uint8_t i = 0; i < REPEATS_MAX; i++) {
                Repeat x = first_of(i, i, i + 1u, i);

                cr_assert_eq(repeats_begin(&r, &x), 0);
                cr_assert(count(&r, i, i));
        }
        got = first_of(200, 200, 99, 99);
        cr_assert_eq(repeats_begin(&r, &got), -ENOSPC);
        for (uint8_t i = 0; i < REPEATS_MAX; i++) {
                cr_assert(repeats_take_ended(&r, UINT64_MAX, &got));
                cr_assert_eq(got.seq, i + 1u);
                cr_assert_eq(got.times, 1);
        }
}

Test(repeat, the_end_of_time_is_no_overflow)
{
        Repeats r = {0};
        Repeat x = first_of(1, 10, 5, UINT64_MAX - 5), got;

        cr_assert_eq(repeats_begin(&r, &x), 0);
        cr_assert(count(&r, 10, UINT64_MAX - 1));
        cr_assert(repeats_take_ended(&r, UINT64_MAX, &got));
}
