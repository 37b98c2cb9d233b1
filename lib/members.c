/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Notes where all quotes of a line are, eight bytes at a time, and goes from one to the next. */
#include "lib/members.h"

#include <endian.h>
#include <string.h>

#define DIGITS_MAX 18u /* every such number fits into 64 bits */
#define EACH_BYTE 0x0101010101010101u
#define LOW_BITS (0x7f * EACH_BYTE)

/* The high bit of each byte that is a quote. */
static uint64_t find_quotes(const char *p)
{
        uint64_t v;

        memcpy(&v, p, sizeof(v));
        v = le64toh(v) ^ '"' * EACH_BYTE;
        return ~(((v & LOW_BITS) + LOW_BITS) | v | LOW_BITS);
}

/* How many there are, or MEMBERS_QUOTES_MAX: too many. */
static size_t note_quotes(const char *line, size_t size, uint16_t ret[MEMBERS_QUOTES_MAX])
{
        size_t i = 0, n = 0;

        for (; i + 8 <= size && n < MEMBERS_QUOTES_MAX - 8; i += 8)
                for (uint64_t v = find_quotes(line + i); v; v &= v - 1)
                        ret[n++] = (uint16_t)(i + (size_t)__builtin_ctzll(v) / 8);
        for (; i < size && n < MEMBERS_QUOTES_MAX; i++)
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

void members_start(Members *m, const char *line, size_t size)
{
        m->line = line;
        m->size = size;
        m->at = m->n = m->next = 0;
        m->escapes = memchr(line, '\\', size);
        if (size == 0 || size > UINT16_MAX || *line != '{')
                return; /* no member begins */
        m->n = note_quotes(line, size, m->quotes);
        if (m->n == MEMBERS_QUOTES_MAX)
                m->n = 0;
        if (m->escapes)
                m->n = drop_escaped(line, m->quotes, m->n);
}

/* The text that begins at `at`, with its quotes. False: none does. */
static bool read_text(Members *m, size_t at, const char **ret, size_t *ret_size)
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
static size_t read_value(Members *m, size_t at, Member *ret)
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

int members_next(Members *m, Member *ret)
{
        size_t at;

        if (m->at > 0 && m->at == m->size)
                return 0;
        if (!read_text(m, m->at + 1, &ret->key, &ret->key_size) ||
            (m->escapes && memchr(ret->key, '\\', ret->key_size)))
                return -EINVAL;
        at = m->at + ret->key_size + 3;
        if (at + 1 >= m->size || m->line[at] != ':')
                return -EINVAL;
        at = read_value(m, at + 1, ret);
        if (at == 0 || at >= m->size)
                return -EINVAL;
        if (m->line[at] == '}' && at + 1 == m->size)
                at++;
        else if (m->line[at] != ',')
                return -EINVAL;
        m->at = at;
        return 1;
}
