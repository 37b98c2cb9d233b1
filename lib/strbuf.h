/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A growing string with a limit; what fails sets `failed`, checked once at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/macros.h"

typedef struct StrBuf {
        char *text; /* NUL-terminated, or NULL while empty */
        size_t size, room, max;
        bool failed;
} StrBuf;

static inline StrBuf strbuf(size_t max)
{
        return (StrBuf){.max = max};
}

void strbuf_bytes(StrBuf *b, const void *data, size_t n);
void strbuf_printf(StrBuf *b, const char *format, ...) _printf_(2, 3);
void strbuf_hex(StrBuf *b, const void *data, size_t n);

/* Hands the string over and empties the buffer. 0, or -ENOMEM (nothing handed over). */
int strbuf_take(StrBuf *b, char **ret, size_t *ret_size) _must_check_;

/* For _cleanup_: wipes and frees. */
void strbuf_clear(StrBuf *b);
