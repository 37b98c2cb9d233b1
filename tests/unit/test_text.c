/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hex, base64, clean UTF-8, escaping, numbers, durations and times. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

TestSuite(text, .timeout = 10);

Test(text, hex_goes_both_ways_and_only_in_full_length)
{
        uint8_t bytes[4];
        char hex[9];

        text_hex("\x00\x7f\xab\xff", 4, hex);
        cr_assert_str_eq(hex, "007fabff");
        cr_assert_eq(text_unhex("007FabFF", bytes, 4), 0);
        cr_assert_eq(memcmp(bytes, "\x00\x7f\xab\xff", 4), 0);
        static const char *const bad[] = {"",         "007fabf",  "007fabff0", "007fabfg",
                                          "0x7fabff", " 07fabff", "007fabff\n"};
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                cr_assert_eq(text_unhex(bad[i], bytes, 4), -EINVAL, "row '%s'", bad[i]);
}

Test(text, hex_of_lower_case_is_no_other)
{
        char hex[] = "0123456789abcdef";
        uint8_t bytes[8], same[8];

        cr_assert_eq(text_unhex_lower(hex, bytes, 8), 0);
        cr_assert_eq(text_unhex(hex, same, 8), 0);
        cr_assert_eq(memcmp(bytes, same, 8), 0);
        for (size_t i = 0; i < 16; i++)
                for (unsigned c = 0; c < 256; c++) {
                        char kept = hex[i];
                        bool digit = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');

                        hex[i] = (char)c;
                        cr_assert_eq(text_unhex_lower(hex, bytes, 8), digit ? 0 : -EINVAL,
                                     "row '%u at %zu'", c, i);
                        hex[i] = kept;
                }
}

Test(text, a_word_is_found_wherever_it_stands)
{
        static const char *const words[] = {
                "a", "N2", "aB1", "zone-mismatch", "王芳", "0123456789abcdef0123456789abcdef"};
        char line[128];

        cr_assert(text_has("", 0, "", 0));
        cr_assert_not(text_has("", 0, "a", 1));
        cr_assert(text_has("xZONE-Mismatchx", 15, "zone-mismatch", 13));
        for (size_t w = 0; w < ARRAY_SIZE(words); w++) {
                size_t n = strlen(words[w]);

                for (size_t len = 0; len < 90; len++)
                        for (size_t at = 0; at + n <= len; at++) {
                                memset(line, words[w][0], sizeof(line)); /* nearly */
                                if (n == 1)
                                        memset(line, 'x', sizeof(line));
                                cr_assert_not(text_has(line, len, words[w], n));
                                memcpy(line + at, words[w], n);
                                cr_assert(text_has(line, len, words[w], n),
                                          "row '%s at %zu of %zu'", words[w], at, len);
                                cr_assert_not(text_has(line, at + n - 1, words[w], n) && n > 1);
                        }
        }
}

/* Plain text is looked at 64 bytes at a time: no place among them hides what is not clean. */
Test(text, no_place_hides_an_unclean_character)
{
        static const struct {
                const char *text;
                bool clean;
        } rows[] = {{"a", true},         {"\xe7\x8e\x8b", true}, {"\xc3\xa9", true},
                    {"\x1b", false},     {"\x7f", false},        {"\xff", false},
                    {"\xe7\x8e", false}, {"\xc2\x9b", false},    {"\xe2\x80\xae", false}};
        char line[256];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                for (size_t at = 0; at < 150; at++)
                        for (size_t first = 0; first + 2 <= at; first += 7) {
                                size_t n = strlen(rows[i].text);

                                memset(line, 'x', sizeof(line));
                                memcpy(line + first, "\xc3\xa9", 2);
                                memcpy(line + at, rows[i].text, n);
                                cr_assert_eq(text_is_clean(line, at + n + at % 80), rows[i].clean,
                                             "row '%zu at %zu behind %zu'", i, at, first);
                        }
}

/* RFC 4648 section 10 */
Test(text, base64_fits_the_vectors_of_its_standard)
{
        static const struct {
                const char *plain, *coded;
        } rows[] = {
                {"", ""},
                {"f", "Zg=="},
                {"fo", "Zm8="},
                {"foo", "Zm9v"},
                {"foob", "Zm9vYg=="},
                {"fooba", "Zm9vYmE="},
                {"foobar", "Zm9vYmFy"},
                {"\xfb\xff\xfe", "+//+"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                size_t n = strlen(rows[i].plain);
                uint8_t back[8];
                char coded[16];

                text_base64(rows[i].plain, n, coded);
                cr_assert_str_eq(coded, rows[i].coded);
                cr_assert_eq(text_unbase64(coded, strlen(coded), back, sizeof(back)), (int)n,
                             "row '%s'", rows[i].coded);
                cr_assert_eq(memcmp(back, rows[i].plain, n), 0, "row '%s'", rows[i].coded);
        }
}

Test(text, base64_has_one_spelling)
{
        static const char *const bad[] = {
                "Zg",     "Zg=",      "Zh==",  "Zm9=", "Zm8=Zm8=", "====", "Z===",    "Zm 9v",
                "Zm9v\n", "Zg==Zg==", "Zm9v=", "Zm9_", "-m9v",     "Z=9v", "Zm9vZg=x"};
        uint8_t out[16];

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                cr_assert_eq(text_unbase64(bad[i], strlen(bad[i]), out, sizeof(out)), -EINVAL,
                             "row '%s'", bad[i]);
        cr_assert_eq(text_unbase64("Zm9v", 4, out, 2), -ENOSPC);
        cr_assert_eq(text_unbase64("Zm9v", 4, out, 3), 3);
}

static const struct Escape {
        const char *name, *raw;
        size_t size; /* 0 = strlen */
        bool clean;
        const char *escaped;
} escapes[] = {
        {"plain", "Kingston DT 3.0", 0, true, "Kingston DT 3.0"},
        {"empty", "", 0, true, ""},
        {"chinese", "第三科", 0, true, "第三科"},
        {"four bytes", "\xf0\x9f\x94\x92", 0, true, "\xf0\x9f\x94\x92"},
        {"backslash", "a\\b", 0, true, "a\\\\b"},
        {"newline", "a\nb", 0, false, "a\\x0ab"},
        {"escape code", "\x1b[31mred", 0, false, "\\x1b[31mred"},
        {"NUL", "a\0b", 3, false, "a\\x00b"},
        {"DEL", "\x7f", 0, false, "\\x7f"},
        {"C1 control", "\xc2\x9b", 0, false, "\\xc2\\x9b"},
        {"right-to-left override", "a\xe2\x80\xaetxt.exe", 0, false, "a\\xe2\\x80\\xaetxt.exe"},
        {"left-to-right mark", "\xe2\x80\x8e", 0, false, "\\xe2\\x80\\x8e"},
        {"isolate", "\xe2\x81\xa6", 0, false, "\\xe2\\x81\\xa6"},
        {"line separator", "\xe2\x80\xa8", 0, false, "\\xe2\\x80\\xa8"},
        {"joiner is clean", "\xe2\x80\x8d", 0, true, "\xe2\x80\x8d"},
        {"lone continuation", "\x80", 0, false, "\\x80"},
        {"overlong slash", "\xc0\xaf", 0, false, "\\xc0\\xaf"},
        {"overlong three", "\xe0\x80\xaf", 0, false, "\\xe0\\x80\\xaf"},
        {"surrogate", "\xed\xa0\x80", 0, false, "\\xed\\xa0\\x80"},
        {"beyond unicode", "\xf4\x90\x80\x80", 0, false, "\\xf4\\x90\\x80\\x80"},
        {"five bytes", "\xf8\x88\x80\x80\x80", 0, false, "\\xf8\\x88\\x80\\x80\\x80"},
        {"cut", "\xe7\xac", 0, false, "\\xe7\\xac"},
};

Test(text, unclean_text_is_told_and_escaped)
{
        for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
                const struct Escape *e = &escapes[i];
                size_t size = e->size ? e->size : strlen(e->raw);
                char out[128];

                cr_assert_eq(text_is_clean(e->raw, size), e->clean, "row '%s'", e->name);
                text_escape(e->raw, size, out, sizeof(out));
                cr_assert_str_eq(out, e->escaped, "row '%s': %s", e->name, out);
                cr_assert(text_is_clean(out, strlen(out)), "row '%s'", e->name);
        }
}

Test(text, a_cut_never_splits_an_escape_or_a_character)
{
        for (size_t i = 0; i < ARRAY_SIZE(escapes); i++) {
                const struct Escape *e = &escapes[i];
                size_t size = e->size ? e->size : strlen(e->raw);

                for (size_t max = 1; max <= strlen(e->escaped) + 1; max++) {
                        char out[128];
                        size_t len;

                        memset(out, 'x', sizeof(out));
                        text_escape(e->raw, size, out, max);
                        len = strlen(out);
                        cr_assert(len < max, "row '%s' max %zu", e->name, max);
                        cr_assert_eq(strncmp(out, e->escaped, len), 0, "row '%s'", e->name);
                        cr_assert(text_is_clean(out, len), "row '%s' max %zu", e->name, max);
                        /* What follows is a whole unit that did not fit. */
                        cr_assert(strlen(e->escaped) - len <= 4 || max - len <= 4, "row '%s'",
                                  e->name);
                }
        }
}

Test(text, numbers_are_digits_within_their_limit)
{
        static const struct {
                const char *text;
                uint64_t max;
                int result;
                uint64_t value;
        } rows[] = {
                {"0", 10, 0, 0},
                {"10", 10, 0, 10},
                {"11", 10, -ERANGE, 0},
                {"007", 10, 0, 7},
                {"18446744073709551615", UINT64_MAX, 0, UINT64_MAX},
                {"18446744073709551616", UINT64_MAX, -ERANGE, 0},
                {"99999999999999999999999", UINT64_MAX, -ERANGE, 0},
                {"", 10, -EINVAL, 0},
                {"-1", 10, -EINVAL, 0},
                {"+1", 10, -EINVAL, 0},
                {" 1", 10, -EINVAL, 0},
                {"1 ", 10, -EINVAL, 0},
                {"1x", 10, -EINVAL, 0},
                {"0x1", 10, -EINVAL, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t v = 0;

                cr_assert_eq(text_u64(rows[i].text, rows[i].max, &v), rows[i].result, "row '%s'",
                             rows[i].text);
                cr_assert_eq(v, rows[i].value, "row '%s'", rows[i].text);
        }
}

Test(text, durations_are_sums_of_falling_units)
{
        static const struct {
                const char *text;
                int result;
                uint64_t seconds;
        } rows[] = {
                {"90", 0, 90},
                {"90s", 0, 90},
                {"30m", 0, 1800},
                {"8h", 0, 28800},
                {"7d", 0, 604800},
                {"1h30m", 0, 5400},
                {"1d2h3m4s", 0, 93784},
                {"1h30", -EINVAL, 0},
                {"30m1h", -EINVAL, 0},
                {"1h1h", -EINVAL, 0},
                {"", -EINVAL, 0},
                {"h", -EINVAL, 0},
                {"1w", -EINVAL, 0},
                {"1 h", -EINVAL, 0},
                {"-1h", -EINVAL, 0},
                {"1.5h", -EINVAL, 0},
                {"0", -ERANGE, 0},
                {"0h0m", -ERANGE, 0},
                {"11d", -ERANGE, 0},
                {"10d1s", -ERANGE, 0},
                {"10d", 0, 864000},
                {"864001", -ERANGE, 0},
                {"99999999999999999999d", -ERANGE, 0},
                {"999999999999999999999d", -EINVAL, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint64_t v = 0;

                cr_assert_eq(text_duration(rows[i].text, 864000, &v), rows[i].result, "row '%s'",
                             rows[i].text);
                cr_assert_eq(v, rows[i].seconds, "row '%s'", rows[i].text);
        }
}

Test(text, times_are_utc_dates_that_exist)
{
        static const struct {
                const char *text;
                int result;
                int64_t t;
        } rows[] = {
                {"1970-01-01T00:00:00Z", 0, 0},
                {"1970-01-01", 0, 0},
                {"2000-02-29T12:34:56Z", 0, 951827696},
                {"2026-11-21T08:00:00Z", 0, 1795248000},
                {"2100-03-01", 0, 4107542400},
                {"9999-12-31T23:59:59Z", 0, 253402300799},
                {"2026-02-29", -EINVAL, 0},
                {"2100-02-29", -EINVAL, 0},
                {"2026-13-01", -EINVAL, 0},
                {"2026-00-01", -EINVAL, 0},
                {"2026-04-31", -EINVAL, 0},
                {"2026-01-00", -EINVAL, 0},
                {"1969-12-31", -EINVAL, 0},
                {"2026-11-21T24:00:00Z", -EINVAL, 0},
                {"2026-11-21T23:60:00Z", -EINVAL, 0},
                {"2026-11-21T23:59:60Z", -EINVAL, 0},
                {"2026-11-21T08:00:00", -EINVAL, 0},
                {"2026-11-21T08:00:00+08:00", -EINVAL, 0},
                {"2026-11-21T08:00:00.5Z", -EINVAL, 0},
                {"2026-11-21 08:00:00Z", -EINVAL, 0},
                {"2026-11-21T08:00:00Zx", -EINVAL, 0},
                {"2026-1-1", -EINVAL, 0},
                {"", -EINVAL, 0},
                {"2026", -EINVAL, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                int64_t t = 0;

                cr_assert_eq(text_time(rows[i].text, &t), rows[i].result, "row '%s'", rows[i].text);
                cr_assert_eq(t, rows[i].t, "row '%s': %lld", rows[i].text, (long long)t);
        }
}

Test(text, every_day_of_four_centuries_formats_and_parses_back)
{
        for (int64_t day = 0; day < 366 * 400; day++) {
                char text[TEXT_TIME_MAX];
                int64_t back;

                text_time_format(day * 86400 + 86399, text);
                cr_assert_eq(text_time(text, &back), 0, "%s", text);
                cr_assert_eq(back, day * 86400 + 86399, "%s", text);
        }
}

Test(text, times_out_of_range_have_no_date)
{
        char text[TEXT_TIME_MAX];

        text_time_format(-1, text);
        cr_assert_str_eq(text, "(no date)");
        text_time_format(INT64_MAX, text);
        cr_assert_str_eq(text, "(no date)");
        text_time_format_us(UINT64_MAX, text);
        cr_assert_str_eq(text, "(no date)");
        text_time_format_us(1795248000123456ULL, text);
        cr_assert_str_eq(text, "2026-11-21T08:00:00.123456Z");
}

Test(text, each_byte_is_judged_alike_wherever_it_stands)
{
        for (unsigned c = 0; c < 256; c++)
                for (size_t at = 0; at < 24; at++) {
                        char text[24];

                        memset(text, 'a', sizeof(text));
                        text[at] = (char)c;
                        cr_assert_eq(text_is_clean(text, sizeof(text)), c >= 0x20 && c < 0x7f,
                                     "byte %02x at %zu", c, at);
                }
}
