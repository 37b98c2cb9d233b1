/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes the values out of a sentence and puts them into another. */
#include "lib/said.h"

#include <stdint.h>
#include <string.h>

/* Of a sentence with one format: far more than any that was not made to take long. */
#define TRIES_MAX 65536u

typedef struct Search {
        Said found;
        SaidCheck check;
        const void *userdata;
        size_t tries;
} Search;

static const char *read_number(const char *p, size_t *ret)
{
        size_t n = 0;

        for (; *p >= '0' && *p <= '9'; p++)
                n = n < SIZE_MAX / 16 ? 10 * n + (size_t)(*p - '0') : n;
        *ret = n;
        return p;
}

/* Behind the '%' of a directive. */
static const char *read_directive(const char *p, SaidPart *ret)
{
        size_t number;
        const char *end = read_number(p, &number);

        if (end > p && *end == '$') {
                ret->position = number;
                p = end + 1;
        }
        p = read_number(p + strspn(p, "-+ #0"), &number);
        if (*p == '.')
                p = read_number(p + 1, &ret->max);
        p += strspn(p, "hljzt");
        ret->kind = *p;
        return *p ? p + 1 : p;
}

const char *said_part(const char *format, SaidPart *ret)
{
        const char *sign = strchr(format, '%');
        size_t len = sign ? (size_t)(sign - format) : strlen(format);

        *ret = (SaidPart){.text = format, .len = len, .max = SIZE_MAX};
        if (!sign)
                return format + len;
        if (sign[1] != '%')
                return read_directive(sign + 1, ret);
        ret->len++;
        ret->kind = '%';
        return sign + 2;
}

size_t said_literal(const char *format)
{
        SaidPart part;
        size_t n = 0;

        do {
                format = said_part(format, &part);
                n += part.len;
        } while (part.kind);
        return n;
}

/* Bytes at the start of `said` that a directive of this kind may have written, at most. */
static size_t reach(const SaidPart *part, const char *said)
{
        size_t n;

        switch (part->kind) {
        case 's':
                n = strlen(said);
                break;
        case 'x':
                n = strspn(said, "0123456789abcdef");
                break;
        case 'd':
        case 'i':
                n = *said == '-' ? 1 + strspn(said + 1, "0123456789") : strspn(said, "0123456789");
                break;
        default:
                n = strspn(said, "0123456789");
        }
        return n < part->max || part->kind != 's' ? n : part->max;
}

static bool is_quoted(const SaidPart *part)
{
        return part->len && strchr("'\"`", part->text[part->len - 1]);
}

static bool search(Search *s, const char *said, const char *format)
{
        SaidPart part;
        const char *rest = said_part(format, &part);
        size_t n = s->found.n, longest;
        SaidValue *v = &s->found.values[n];

        if (strncmp(said, part.text, part.len) != 0)
                return false;
        said += part.len;
        if (part.kind == '\0')
                return *said == '\0';
        if (part.kind == '%')
                return search(s, said, rest);
        if (n == SAID_VALUES_MAX)
                return false;
        longest = reach(&part, said);
        s->found.n = n + 1;
        for (size_t len = part.kind == 's' ? 0 : 1; len <= longest && s->tries > 0; len++) {
                s->tries--;
                *v = (SaidValue){said, len, part.kind, is_quoted(&part)};
                if ((!s->check || s->check(v, n, s->userdata)) && search(s, said + len, rest))
                        return true;
        }
        s->found.n = n;
        return false;
}

bool said_fits(const char *said, const char *format, SaidCheck check, const void *userdata,
               Said *ret)
{
        Search s = {
                .found.format = format, .check = check, .userdata = userdata, .tries = TRIES_MAX};

        if (!search(&s, said, format))
                return false;
        *ret = s.found;
        return true;
}

void said_write(StrBuf *b, const char *format, SaidPut put, const void *userdata)
{
        SaidPart part;

        for (size_t next = 0;;) {
                format = said_part(format, &part);
                strbuf_bytes(b, part.text, part.len);
                if (part.kind == '\0')
                        return;
                if (part.kind != '%')
                        put(b, part.position ? part.position - 1 : next++, userdata);
        }
}
