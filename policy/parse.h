/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of `key = value` lines as a table of keys, and their values (internal to policy/). */
#pragma once

#include <stdint.h>

#include "lib/keyfile.h"

typedef enum ParseFlags {
        PARSE_REQUIRED = 1, /* the key must stand in the file */
        PARSE_REPEATED = 2, /* it may stand there more than once */
        PARSE_SCOPED = 4,   /* it may stand in sections, once in each */
        PARSE_LANGUAGE = 8, /* it may have a language */
} ParseFlags;

/* Parses the current value into `userdata`; for the key KEYFILE_SECTION sets `k->section`. 0,
 * -EINVAL with `error`, -errno. */
typedef int (*ParseFunc)(Keyfile *k, void *userdata, TextError *error);

typedef struct ParseKey {
        const char *name;
        ParseFunc parse;
        unsigned flags;
} ParseKey;

#define PARSE_KEYS_MAX 32u

/* Runs the table over a text. 0, -EINVAL with `error`, -errno. */
int parse_file(const char *text, size_t size, const char *format, const ParseKey *keys, size_t n,
               void *userdata, TextError *error) _must_check_;

/* An error at `word` of the current value, or at its end if NULL. Returns -EINVAL. */
int parse_error(Keyfile *k, TextError *error, const char *word, const char *format, ...)
        _printf_(4, 5);

/* The whole value as one thing. */
int parse_text(Keyfile *k, char *ret, size_t size, TextError *error) _must_check_;
int parse_number(Keyfile *k, uint64_t min, uint64_t max, uint64_t *ret,
                 TextError *error) _must_check_;
int parse_time(Keyfile *k, int64_t *ret, TextError *error) _must_check_;
int parse_hex(Keyfile *k, uint8_t *ret, size_t n, TextError *error) _must_check_;

/* The next word as a time; nothing left: `ret` stays. */
int parse_optional_time(Keyfile *k, int64_t *ret, TextError *error) _must_check_;
/* Refuses whatever is left of the value. */
int parse_end(Keyfile *k, TextError *error) _must_check_;
