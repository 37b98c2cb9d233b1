/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded reader and writer over raw bytes. */
#include "lib/cursor.h"

#include <string.h>

size_t reader_left(const Reader *r)
{
        return r->failed ? 0 : r->size - r->pos;
}

void reader_seek(Reader *r, size_t pos)
{
        if (r->failed || pos > r->size)
                r->failed = true;
        else
                r->pos = pos;
}

const uint8_t *reader_take(Reader *r, size_t n)
{
        const uint8_t *p;

        if (r->failed || !r->data || n > r->size - r->pos) {
                r->failed = true;
                return NULL;
        }
        p = r->data + r->pos;
        r->pos += n;
        return p;
}

void reader_skip(Reader *r, size_t n)
{
        (void)reader_take(r, n);
}

static uint64_t read_little(Reader *r, size_t n)
{
        const uint8_t *p = reader_take(r, n);
        uint64_t v = 0;

        for (size_t i = 0; p && i < n; i++)
                v |= (uint64_t)p[i] << (8 * i);
        return v;
}

static uint64_t read_big(Reader *r, size_t n)
{
        const uint8_t *p = reader_take(r, n);
        uint64_t v = 0;

        for (size_t i = 0; p && i < n; i++)
                v = v << 8 | p[i];
        return v;
}

uint8_t reader_u8(Reader *r)
{
        return (uint8_t)read_little(r, 1);
}

uint16_t reader_le16(Reader *r)
{
        return (uint16_t)read_little(r, 2);
}

uint32_t reader_le32(Reader *r)
{
        return (uint32_t)read_little(r, 4);
}

uint64_t reader_le64(Reader *r)
{
        return read_little(r, 8);
}

uint16_t reader_be16(Reader *r)
{
        return (uint16_t)read_big(r, 2);
}

uint32_t reader_be32(Reader *r)
{
        return (uint32_t)read_big(r, 4);
}

uint64_t reader_be64(Reader *r)
{
        return read_big(r, 8);
}

void reader_bytes(Reader *r, void *ret, size_t n)
{
        const uint8_t *p;

        if (n == 0)
                return;
        p = reader_take(r, n);
        if (p)
                memcpy(ret, p, n);
        else
                memset(ret, 0, n);
}

bool reader_zeroes(Reader *r, size_t n)
{
        const uint8_t *p = reader_take(r, n);
        uint8_t any = 0;

        for (size_t i = 0; p && i < n; i++)
                any |= p[i];
        return p && any == 0;
}

/* The next `n` bytes to fill, or NULL past the end. */
static uint8_t *writer_room(Writer *w, size_t n)
{
        uint8_t *p;

        if (w->failed || !w->data || n > w->size - w->pos) {
                w->failed = true;
                return NULL;
        }
        p = w->data + w->pos;
        w->pos += n;
        return p;
}

static void write_little(Writer *w, uint64_t v, size_t n)
{
        uint8_t *p = writer_room(w, n);

        for (size_t i = 0; p && i < n; i++)
                p[i] = (uint8_t)(v >> (8 * i));
}

void writer_u8(Writer *w, uint8_t v)
{
        write_little(w, v, 1);
}

void writer_le16(Writer *w, uint16_t v)
{
        write_little(w, v, 2);
}

void writer_le32(Writer *w, uint32_t v)
{
        write_little(w, v, 4);
}

void writer_le64(Writer *w, uint64_t v)
{
        write_little(w, v, 8);
}

void writer_bytes(Writer *w, const void *p, size_t n)
{
        uint8_t *room;

        if (n == 0)
                return;
        room = writer_room(w, n);
        if (room)
                memcpy(room, p, n);
}

void writer_zeroes(Writer *w, size_t n)
{
        uint8_t *room = writer_room(w, n);

        if (room)
                memset(room, 0, n);
}

void writer_text(Writer *w, const char *text, size_t n)
{
        size_t len = strnlen(text, n);

        if (len == n) {
                w->failed = true;
                return;
        }
        writer_bytes(w, text, len);
        writer_zeroes(w, n - len);
}
