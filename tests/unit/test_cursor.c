/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded reader and writer. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/cursor.h"

TestSuite(cursor, .timeout = 10);

static const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8};

Test(cursor, numbers_are_read_in_both_orders)
{
        Reader r = reader(bytes, sizeof(bytes));

        cr_assert_eq(reader_u8(&r), 1);
        reader_seek(&r, 0);
        cr_assert_eq(reader_le16(&r), 0x0201);
        cr_assert_eq(reader_be16(&r), 0x0304);
        cr_assert_eq(reader_le32(&r), 0x08070605);
        reader_seek(&r, 0);
        cr_assert_eq(reader_be32(&r), 0x01020304);
        reader_seek(&r, 0);
        cr_assert_eq(reader_le64(&r), 0x0807060504030201ULL);
        reader_seek(&r, 0);
        cr_assert_eq(reader_be64(&r), 0x0102030405060708ULL);
        cr_assert_eq(reader_left(&r), 0);
        cr_assert_not(r.failed);
}

Test(cursor, a_read_past_the_end_yields_zero_and_stays_failed)
{
        for (size_t n = 0; n < 8; n++) {
                Reader r = reader(bytes, n);

                cr_assert_eq(reader_le64(&r), 0, "size %zu", n);
                cr_assert(r.failed);
                cr_assert_eq(reader_u8(&r), 0);
                cr_assert_eq(reader_left(&r), 0);
                cr_assert_null(reader_take(&r, 0));
        }
}

Test(cursor, no_size_is_large_enough_to_wrap_around)
{
        Reader r = reader(bytes, sizeof(bytes));
        uint8_t out[4] = {9, 9, 9, 9};

        reader_skip(&r, 5);
        cr_assert_null(reader_take(&r, SIZE_MAX));
        cr_assert_null(reader_take(&r, SIZE_MAX - 4));
        r = reader(bytes, 3);
        reader_bytes(&r, out, 4);
        cr_assert_eq(memcmp(out, "\0\0\0\0", 4), 0);
        r = reader(bytes, sizeof(bytes));
        reader_seek(&r, sizeof(bytes));
        cr_assert_not(r.failed);
        reader_seek(&r, sizeof(bytes) + 1);
        cr_assert(r.failed);
}

Test(cursor, an_empty_reader_fails_and_never_crashes)
{
        Reader r = reader(NULL, 0);

        cr_assert_eq(reader_u8(&r), 0);
        cr_assert(r.failed);
}

Test(cursor, zeroes_are_told_from_anything_else)
{
        static const uint8_t data[] = {0, 0, 0, 1};
        Reader r = reader(data, 4);

        cr_assert(reader_zeroes(&r, 3));
        cr_assert_not(reader_zeroes(&r, 1));
        r = reader(data, 2);
        cr_assert_not(reader_zeroes(&r, 3));
}

Test(cursor, what_is_written_is_read_back)
{
        uint8_t data[32];
        Writer w = writer(data, sizeof(data));
        Reader r = reader(data, sizeof(data));
        char text[9];

        writer_u8(&w, 0xab);
        writer_le16(&w, 0xcdef);
        writer_le32(&w, 0x12345678);
        writer_le64(&w, 0x1122334455667788ULL);
        writer_bytes(&w, "xyz", 3);
        writer_zeroes(&w, 5);
        writer_text(&w, "12345678", 9);
        cr_assert_not(w.failed);
        cr_assert_eq(w.pos, sizeof(data));
        cr_assert_eq(reader_u8(&r), 0xab);
        cr_assert_eq(reader_le16(&r), 0xcdef);
        cr_assert_eq(reader_le32(&r), 0x12345678);
        cr_assert_eq(reader_le64(&r), 0x1122334455667788ULL);
        cr_assert_eq(memcmp(reader_take(&r, 3), "xyz", 3), 0);
        cr_assert(reader_zeroes(&r, 5));
        reader_bytes(&r, text, sizeof(text));
        cr_assert_str_eq(text, "12345678");
}

Test(cursor, a_write_past_the_end_changes_nothing_behind_it)
{
        uint8_t data[8] = {0};
        Writer w = writer(data, 4);

        writer_le64(&w, UINT64_MAX);
        cr_assert(w.failed);
        writer_u8(&w, 1);
        cr_assert_eq(memcmp(data, "\0\0\0\0\0\0\0\0", 8), 0);
        w = writer(data, 4);
        writer_text(&w, "abcd", 4); /* no room for the terminator */
        cr_assert(w.failed);
        cr_assert_eq(data[0], 0);
        w = writer(data, 4);
        writer_text(&w, "abc", 4);
        cr_assert_not(w.failed);
}
