/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bounded reader and writer: the only way a number or a string leaves or enters raw bytes.
 * An access past the end sets `failed` and yields zeroes; check it once at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

typedef struct Reader {
        const uint8_t *data;
        size_t size;
        size_t pos;
        bool failed;
} Reader;

typedef struct Writer {
        uint8_t *data;
        size_t size;
        size_t pos;
        bool failed;
} Writer;

static inline Reader reader(const void *data, size_t size)
{
        return (Reader){.data = data, .size = size};
}

static inline Writer writer(void *data, size_t size)
{
        return (Writer){.data = data, .size = size};
}

size_t reader_left(const Reader *r);
void reader_seek(Reader *r, size_t pos);
void reader_skip(Reader *r, size_t n);
uint8_t reader_u8(Reader *r);
uint16_t reader_le16(Reader *r);
uint32_t reader_le32(Reader *r);
uint64_t reader_le64(Reader *r);
uint16_t reader_be16(Reader *r);
uint32_t reader_be32(Reader *r);
uint64_t reader_be64(Reader *r);
void reader_bytes(Reader *r, void *ret, size_t n);

/* Takes `n` bytes in place; NULL past the end. */
const uint8_t *reader_take(Reader *r, size_t n);

/* True if the next `n` bytes are all zero; consumes them. */
bool reader_zeroes(Reader *r, size_t n);

void writer_u8(Writer *w, uint8_t v);
void writer_le16(Writer *w, uint16_t v);
void writer_le32(Writer *w, uint32_t v);
void writer_le64(Writer *w, uint64_t v);
void writer_bytes(Writer *w, const void *p, size_t n);
void writer_zeroes(Writer *w, size_t n);

/* Writes a NUL-terminated string into a fixed field of `n` bytes, zero padded; fails if it does
 * not fit without a terminator. */
void writer_text(Writer *w, const char *text, size_t n);
