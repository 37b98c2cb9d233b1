/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A sentence that printf() said, read back by its format, and said again by another one: so that
 * what is said in one language at one end is shown in another at the other end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/strbuf.h"

#define SAID_VALUES_MAX 8u

/* A part of a format: text, then a directive. */
typedef struct SaidPart {
        const char *text;
        size_t len;
        char kind;       /* the directive's letter; '%' a sign of its own, 0 the format's end */
        size_t max;      /* of "%.32s": bytes its value may have */
        size_t position; /* of "%2$s": 2; 0 = the next one */
} SaidPart;

/* The part that `format` begins with; returns what is behind it. */
const char *said_part(const char *format, SaidPart *ret);

typedef struct SaidValue {
        const char *at; /* in the sentence */
        size_t len;
        char kind;   /* its directive's letter: what is not 's' is a number */
        bool quoted; /* stands behind a quote: a name, as somebody wrote it */
} SaidValue;

typedef struct Said {
        const char *format;
        size_t n;
        SaidValue values[SAID_VALUES_MAX];
} Said;

/* May this be value `n` of the sentence? Called once for each of its possible lengths. */
typedef bool (*SaidCheck)(const SaidValue *value, size_t n, const void *userdata);

/* Is `said` what `format` says, with values that their directives (and `check`, if any) permit?
 * Of values that leave a choice the first one is as short as can be, then the next. Gives up where
 * a sentence is made so that it would take long. */
bool said_fits(const char *said, const char *format, SaidCheck check, const void *userdata,
               Said *ret) _must_check_;

/* Bytes of a format that are no directives. */
size_t said_literal(const char *format);

/* Appends value `n`, from 0, of the sentence: a translation may ask for them in another order. */
typedef void (*SaidPut)(StrBuf *b, size_t n, const void *userdata);

/* Appends what `format` says, with the values that `put` appends. */
void said_write(StrBuf *b, const char *format, SaidPut put, const void *userdata);
