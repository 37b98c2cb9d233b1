/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hex, base64, escaping, numbers and times of any bytes. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/text.h"

static void escapes(const uint8_t *data, size_t size)
{
        char out[64], *whole = malloc(4 * size + 1);

        HOLDS(whole != NULL);
        text_escape(data, size, whole, 4 * size + 1);
        HOLDS(text_is_clean(whole, strlen(whole)));
        HOLDS(strlen(whole) >= size || memchr(data, 0, size));
        text_escape(data, size, out, size % sizeof(out) + 1);
        HOLDS(strlen(out) <= size % sizeof(out));
        HOLDS(strncmp(out, whole, strlen(out)) == 0);
        free(whole);
}

static void base64(const uint8_t *data, size_t size, const char *text)
{
        uint8_t *bytes = malloc(size + 1);
        char *coded = malloc(4 * ((size + 2) / 3) + 1);
        int n;

        HOLDS(bytes && coded);
        text_base64(data, size, coded);
        HOLDS(text_unbase64(coded, strlen(coded), bytes, size) == (int)size);
        HOLDS(size == 0 || memcmp(bytes, data, size) == 0);
        n = text_unbase64(text, size, bytes, size);
        if (n >= 0) {
                text_base64(bytes, (size_t)n, coded);
                HOLDS(strlen(coded) == size && memcmp(coded, text, size) == 0);
        }
        free(coded);
        free(bytes);
}

static void numbers(const char *text)
{
        char again[TEXT_TIME_MAX];
        uint64_t v, d;
        int64_t t, back;

        if (text_u64(text, 1000000, &v) == 0) {
                HOLDS(v <= 1000000);
                HOLDS(v == 0 || (text_duration(text, 1000000, &d) == 0 && d == v));
        }
        if (text_duration(text, 86400, &d) == 0)
                HOLDS(d >= 1 && d <= 86400);
        if (text_time(text, &t) == 0) {
                HOLDS(t >= 0);
                text_time_format(t, again);
                HOLDS(text_time(again, &back) == 0 && back == t);
        }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = fuzz_text(data, size), hex[65];
        uint8_t bytes[32];

        escapes(data, size);
        base64(data, size, text);
        numbers(text);
        if (text_unhex(text, bytes, MIN(size / 2, sizeof(bytes))) == 0) {
                text_hex(bytes, MIN(size / 2, sizeof(bytes)), hex);
                HOLDS(strlen(hex) == strlen(text));
        }
        free(text);
        return 0;
}
