/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing string with a limit. */
#include "lib/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

/* Makes room for `n` bytes and the terminator; false (and failed) if that cannot be. */
static bool make_room(StrBuf *b, size_t n)
{
        size_t need, room = MAX(b->room, 256u);
        char *p;

        if (b->failed || n > b->max || b->size > b->max - n) {
                b->failed = true;
                return false;
        }
        need = b->size + n + 1;
        if (need <= b->room)
                return true;
        while (room < need)
                room *= 2;
        p = realloc(b->text, room);
        if (!p) {
                b->failed = true;
                return false;
        }
        b->text = p;
        b->room = room;
        return true;
}

void strbuf_bytes(StrBuf *b, const void *data, size_t n)
{
        if (!make_room(b, n))
                return;
        if (n > 0)
                memcpy(b->text + b->size, data, n);
        b->size += n;
        b->text[b->size] = '\0';
}

void strbuf_printf(StrBuf *b, const char *format, ...)
{
        va_list args;
        int n;

        va_start(args, format);
        n = vsnprintf(NULL, 0, format, args);
        va_end(args);
        if (n < 0) {
                b->failed = true;
                return;
        }
        if (!make_room(b, (size_t)n))
                return;
        va_start(args, format);
        (void)vsnprintf(b->text + b->size, (size_t)n + 1, format, args);
        va_end(args);
        b->size += (size_t)n;
}

void strbuf_hex(StrBuf *b, const void *data, size_t n)
{
        if (n > b->max / 2 || !make_room(b, 2 * n)) {
                b->failed = true;
                return;
        }
        text_hex(data, n, b->text + b->size);
        b->size += 2 * n;
}

int strbuf_take(StrBuf *b, char **ret, size_t *ret_size)
{
        if (b->failed || !make_room(b, 0)) {
                strbuf_clear(b);
                return -ENOMEM;
        }
        b->text[b->size] = '\0';
        *ret_size = b->size;
        *ret = b->text;
        *b = strbuf(b->max);
        return 0;
}

void strbuf_clear(StrBuf *b)
{
        if (b->text)
                explicit_bzero(b->text, b->size);
        free(b->text);
        *b = strbuf(b->max);
}
