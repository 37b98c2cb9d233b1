/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hex, base64, clean UTF-8, escaping and decimal numbers. */
#include "lib/text.h"

#include <endian.h>
#include <string.h>
#include <strings.h>

/* That are looked at together. */
#define PLAIN_BYTES 64u
#define HAS_BYTES 16u

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void text_hex(const void *data, size_t n, char *ret)
{
        const uint8_t *p = data;

        for (size_t i = 0; i < n; i++) {
                *ret++ = hex_digits[p[i] >> 4];
                *ret++ = hex_digits[p[i] & 15];
        }
        *ret = '\0';
}

/* One more than the digit's value; 0: no digit. */
static const uint8_t hex_values[256] = {
        ['0'] = 1,  ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,
        ['6'] = 7,  ['7'] = 8,  ['8'] = 9,  ['9'] = 10, ['a'] = 11, ['b'] = 12,
        ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16, ['A'] = 11, ['B'] = 12,
        ['C'] = 13, ['D'] = 14, ['E'] = 15, ['F'] = 16,
};

static int hex_value(char c)
{
        return hex_values[(uint8_t)c] - 1;
}

int text_unhex(const char *hex, void *ret, size_t n)
{
        uint8_t *p = ret;

        if (strnlen(hex, 2 * n + 1) != 2 * n)
                return -EINVAL;
        for (size_t i = 0; i < 2 * n; i++)
                if (hex_value(hex[i]) < 0)
                        return -EINVAL;
        for (size_t i = 0; i < n; i++)
                p[i] = (uint8_t)(hex_value(hex[2 * i]) << 4 | hex_value(hex[2 * i + 1]));
        return 0;
}

int text_unhex_lower(const char *hex, void *ret, size_t n)
{
        static const uint8_t values[256] = {
                ['0'] = 16, ['1'] = 17, ['2'] = 18, ['3'] = 19, ['4'] = 20, ['5'] = 21,
                ['6'] = 22, ['7'] = 23, ['8'] = 24, ['9'] = 25, ['a'] = 26, ['b'] = 27,
                ['c'] = 28, ['d'] = 29, ['e'] = 30, ['f'] = 31,
        };
        uint8_t *p = ret, digits = 16;

        for (size_t i = 0; i < n; i++) {
                uint8_t high = values[(uint8_t)hex[2 * i]], low = values[(uint8_t)hex[2 * i + 1]];

                digits &= high & low;
                p[i] = (uint8_t)(high << 4 | (low & 15));
        }
        return digits ? 0 : -EINVAL;
}

void text_base64(const void *data, size_t n, char *ret)
{
        const uint8_t *p = data;

        for (size_t i = 0; i < n; i += 3) {
                size_t left = n - i;
                uint32_t v = (uint32_t)p[i] << 16;

                if (left > 1)
                        v |= (uint32_t)p[i + 1] << 8;
                if (left > 2)
                        v |= p[i + 2];
                *ret++ = base64_digits[v >> 18];
                *ret++ = base64_digits[v >> 12 & 63];
                *ret++ = left > 1 ? base64_digits[v >> 6 & 63] : '=';
                *ret++ = left > 2 ? base64_digits[v & 63] : '=';
        }
        *ret = '\0';
}

/* Four characters to 1, 2 or 3 bytes in `ret`; 0 for anything but the one canonical spelling. */
static size_t base64_group(const char *text, bool last, uint8_t ret[3])
{
        size_t n = 3;
        uint32_t v = 0;

        if (last && text[3] == '=')
                n = text[2] == '=' ? 1 : 2;
        for (size_t i = 0; i < 4; i++) {
                const char *p = memchr(base64_digits, text[i], 64);

                if (i <= n && !p)
                        return 0;
                v = v << 6 | (i <= n ? (uint32_t)(p - base64_digits) : 0);
        }
        ret[0] = (uint8_t)(v >> 16);
        ret[1] = (uint8_t)(v >> 8);
        ret[2] = (uint8_t)v;
        /* Bits that no byte takes must be zero, or two spellings would mean the same. */
        if ((n == 1 && ret[1]) || (n < 3 && ret[2]))
                return 0;
        return n;
}

int text_unbase64(const char *text, size_t len, void *ret, size_t max)
{
        uint8_t *out = ret, group[3];
        size_t done = 0;

        if (len % 4 != 0)
                return -EINVAL;
        for (size_t i = 0; i < len; i += 4) {
                size_t n = base64_group(text + i, i + 4 == len, group);

                if (n == 0)
                        return -EINVAL;
                if (n > max - done || done + n > INT32_MAX)
                        return -ENOSPC;
                memcpy(out + done, group, n);
                done += n;
        }
        return (int)done;
}

/* Length of the well-formed UTF-8 sequence at `p` (RFC 3629) and its code point; 0 if none. */
static size_t utf8_decode(const uint8_t *p, size_t len, uint32_t *ret)
{
        static const uint32_t lowest[] = {0, 0, 0x80, 0x800, 0x10000};
        size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
        uint32_t c;

        if (n == 0 || n > len || p[0] > 0xf4)
                return 0;
        c = n == 1 ? p[0] : p[0] & (0x7fu >> n);
        for (size_t i = 1; i < n; i++) {
                if ((p[i] & 0xc0) != 0x80)
                        return 0;
                c = c << 6 | (p[i] & 0x3fu);
        }
        if (c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
                return 0;
        *ret = c;
        return n;
}

/* True for what could hide or turn around other text, or steer a terminal. */
static bool is_unsafe(uint32_t c)
{
        return c < 0x20 || (c >= 0x7f && c <= 0x9f) || c == 0x200e || c == 0x200f ||
               (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

/* Bytes of the clean character at `p`; 0 if there is none. */
static size_t clean_char(const uint8_t *p, size_t len)
{
        uint32_t c = 0;
        size_t n = utf8_decode(p, len, &c);

        return n > 0 && !is_unsafe(c) ? n : 0;
}

/* 0 if all eight bytes are printable ASCII; most text is. A byte from 0x80 on, below 0x20 or
 * equal to 0x7f sets the high bit of its place in one of the three terms. */
static uint64_t find_special(const uint8_t p[8])
{
        uint64_t v;

        memcpy(&v, p, sizeof(v));
        return (v | (v - 0x2020202020202020u) | (v + 0x0101010101010101u)) & 0x8080808080808080u;
}

static bool is_plain(const uint8_t p[PLAIN_BYTES])
{
        uint64_t special = 0;

        for (size_t i = 0; i < PLAIN_BYTES; i += 8)
                special |= find_special(p + i);
        return special == 0;
}

/* What is at `p`, where not all is plain: eight bytes at a time, or a character. */
static bool is_clean_part(const uint8_t *p, size_t len, size_t least, size_t *ret_size)
{
        size_t i = 0;

        while (i < least) {
                size_t n =
                        len - i >= 8 && find_special(p + i) == 0 ? 8 : clean_char(p + i, len - i);

                if (n == 0)
                        return false;
                i += n;
        }
        *ret_size = i;
        return true;
}

bool text_is_clean(const char *text, size_t len)
{
        const uint8_t *p = (const uint8_t *)text;

        for (size_t i = 0; i < len;) {
                size_t left = len - i, n = PLAIN_BYTES;

                if ((left < PLAIN_BYTES || !is_plain(p + i)) &&
                    !is_clean_part(p + i, left, MIN(left, (size_t)PLAIN_BYTES), &n))
                        return false;
                i += n;
        }
        return true;
}

void text_escape(const void *data, size_t len, char *ret, size_t max)
{
        const uint8_t *p = data;
        size_t done = 0;

        if (max == 0)
                return;
        for (size_t i = 0; i < len;) {
                size_t n = clean_char(p + i, len - i), need = n;
                char piece[4];

                if (n == 0) {
                        memcpy(piece, "\\x", 2);
                        piece[2] = hex_digits[p[i] >> 4];
                        piece[3] = hex_digits[p[i] & 15];
                        n = 1;
                        need = 4;
                } else if (p[i] == '\\') {
                        memcpy(piece, "\\\\", 2);
                        need = 2;
                } else {
                        memcpy(piece, p + i, n);
                }
                if (need > max - 1 - done)
                        break;
                memcpy(ret + done, piece, need);
                done += need;
                i += n;
        }
        ret[done] = '\0';
}

typedef uint8_t Bytes __attribute__((vector_size(HAS_BYTES)));

/* Not zero where the bytes at `p` are `c`, an "A" taken for an "a". */
static inline Bytes find_byte(const char *p, char c)
{
        Bytes v;

        memcpy(&v, p, sizeof(v));
        return (Bytes)((v | 0x20) == (uint8_t)(c | 0x20));
}

bool text_has(const char *text, size_t len, const char *word, size_t n)
{
        size_t i = 0;

        if (n == 0 || len < n)
                return n == 0;
        for (; i + n - 1 + HAS_BYTES <= len; i += HAS_BYTES) {
                Bytes v = find_byte(text + i, *word) & find_byte(text + i + n - 1, word[n - 1]);
                uint64_t found[HAS_BYTES / 8];

                v &= 0x80;
                memcpy(found, &v, sizeof(v));
                if ((found[0] | found[1]) == 0)
                        continue;
                for (size_t k = 0; k < HAS_BYTES / 8; k++)
                        for (uint64_t w = le64toh(found[k]); w; w &= w - 1)
                                if (strncasecmp(text + i + 8 * k + __builtin_ctzll(w) / 8, word,
                                                n) == 0)
                                        return true;
        }
        for (; i + n <= len; i++)
                if ((text[i] | 0x20) == (*word | 0x20) && strncasecmp(text + i, word, n) == 0)
                        return true;
        return false;
}

int text_u64(const char *text, uint64_t max, uint64_t *ret)
{
        uint64_t v = 0;

        if (!*text || text[strspn(text, "0123456789")])
                return -EINVAL;
        for (; *text; text++) {
                unsigned digit = (unsigned)(*text - '0');

                if (v > (UINT64_MAX - digit) / 10)
                        return -ERANGE;
                v = v * 10 + digit;
        }
        if (v > max)
                return -ERANGE;
        *ret = v;
        return 0;
}
