/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes where all quotes of a line are, sixteen bytes at a time, and goes from one to the next. */
#include "lib/members.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define DIGITS_MAX 18u /* every such number fits into 64 bits */
#define WIDTH 16u      /* bytes that are looked at together */
#define QUOTES_MAX (4 * MEMBERS_MAX + WIDTH)

typedef struct Reading {
        const char *line;
        size_t size, at;
        const uint16_t *quotes; /* where they are */
        size_t n, next;
        bool escapes; /* there is a backslash somewhere */
} Reading;

typedef uint8_t Bytes __attribute__((vector_size(WIDTH)));

/* The high bit of each byte that is a quote; the lowest bits are of the first byte. */
static inline void find_quotes(const char *p, uint64_t ret[WIDTH / 8])
{
        Bytes v;

        memcpy(&v, p, sizeof(v));
        v = (Bytes)(v == '"') & 0x80;
        memcpy(ret, &v, sizeof(v));
}

/* How many there are, or QUOTES_MAX: too many. */
static size_t note_quotes(const char *line, size_t size, uint16_t ret[QUOTES_MAX])
{
        size_t i = 0, n = 0;

        for (; i + WIDTH <= size && n < QUOTES_MAX - WIDTH; i += WIDTH) {
                uint64_t found[WIDTH / 8];

                find_quotes(line + i, found);
                for (size_t k = 0; k < WIDTH / 8; k++)
                        for (uint64_t v = le64toh(found[k]); v; v &= v - 1)
                                ret[n++] = (uint16_t)(i + 8 * k + (size_t)__builtin_ctzll(v) / 8);
        }
        for (; i < size && n < QUOTES_MAX; i++)
                if (line[i] == '"')
                        ret[n++] = (uint16_t)i;
        return n;
}

/* Leaves those that end or begin a text. */
static size_t drop_escaped(const char *line, uint16_t quotes[], size_t n)
{
        size_t left = 0;

        for (size_t i = 0; i < n; i++) {
                size_t at = quotes[i], before = at;

                while (before > 0 && line[before - 1] == '\\')
                        before--;
                if ((at - before) % 2 == 0)
                        quotes[left++] = quotes[i];
        }
        return left;
}

/* The text that begins at `at`, with its quotes. False: none does. */
static inline bool read_text(Reading *m, size_t at, const char **ret, size_t *ret_size)
{
        if (m->n - m->next < 2 || m->quotes[m->next] != at)
                return false;
        *ret = m->line + at + 1;
        *ret_size = m->quotes[m->next + 1] - at - 1;
        m->next += 2;
        return true;
}

/* Bytes of the number at `p`; 0: it is none, or one that JSON spells otherwise. */
static size_t number_size(const char *p, size_t size)
{
        size_t sign = size > 0 && *p == '-', n = sign;

        while (n < size && p[n] >= '0' && p[n] <= '9' && n - sign < DIGITS_MAX)
                n++;
        if (n == sign || (p[sign] == '0' && n > 1))
                return 0;
        return n;
}

static size_t word_size(const char *p, size_t size, MemberType *ret)
{
        static const struct {
                const char *word;
                size_t size;
                MemberType type;
        } words[] = {{"true", 4, MEMBER_BOOLEAN},
                     {"false", 5, MEMBER_BOOLEAN},
                     {"null", 4, MEMBER_NULL}};

        *ret = MEMBER_NUMBER;
        if (size > 0 && *p < 'a')
                return number_size(p, size);
        for (size_t i = 0; i < ARRAY_SIZE(words); i++)
                if (size >= words[i].size && memcmp(p, words[i].word, words[i].size) == 0) {
                        *ret = words[i].type;
                        return words[i].size;
                }
        return 0;
}

/* Where the value ends; 0: there is none. */
static inline size_t read_value(Reading *m, size_t at, Member *ret)
{
        if (m->line[at] == '"') {
                if (!read_text(m, at, &ret->value, &ret->size))
                        return 0;
                ret->type = m->escapes && memchr(ret->value, '\\', ret->size) ? MEMBER_ESCAPED
                                                                              : MEMBER_TEXT;
                return at + ret->size + 2;
        }
        ret->value = m->line + at;
        ret->size = word_size(ret->value, m->size - at, &ret->type);
        return ret->size > 0 ? at + ret->size : 0;
}

/* False: what comes is no plain member. */
static inline bool read_member(Reading *m, Member *ret)
{
        size_t at;

        if (!read_text(m, m->at + 1, &ret->key, &ret->key_size) ||
            (m->escapes && memchr(ret->key, '\\', ret->key_size)))
                return false;
        at = m->at + ret->key_size + 3;
        if (at + 1 >= m->size || m->line[at] != ':')
                return false;
        at = read_value(m, at + 1, ret);
        if (at == 0 || at >= m->size)
                return false;
        if (m->line[at] == '}' && at + 1 == m->size)
                at++;
        else if (m->line[at] != ',')
                return false;
        m->at = at;
        return true;
}

int members_read(const char *line, size_t size, Member ret[MEMBERS_MAX])
{
        uint16_t quotes[QUOTES_MAX];
        Reading m = {.line = line, .size = size, .quotes = quotes};
        int n = 0;

        if (size == 0 || size > UINT16_MAX || *line != '{')
                return -EINVAL;
        m.escapes = memchr(line, '\\', size);
        m.n = note_quotes(line, size, quotes);
        if (m.n == QUOTES_MAX)
                return -EINVAL;
        if (m.escapes)
                m.n = drop_escaped(line, quotes, m.n);
        while (m.at < size)
                if (n == MEMBERS_MAX || !read_member(&m, &ret[n++]))
                        return -EINVAL;
        return n;
}
