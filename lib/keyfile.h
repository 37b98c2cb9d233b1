/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reader of `key = value` text: one pair a line, # comments, no continuation, clean UTF-8 only.
 * Errors know line and column; a file's first line names its format: "usbzone-policy 1".
 * A format may have sections, "[internal]", and values in languages, "contact[zh_CN] = ...". */
#pragma once

#include <stddef.h>

#include "lib/macros.h"

#define KEYFILE_LINE_MAX 4096u
#define KEYFILE_ERROR_MAX 512u
#define KEYFILE_SECTION "[]" /* the key of a section's line; its value is the name */

/* Where and what is wrong, in words for the person who wrote the file. */
typedef struct TextError {
        unsigned line; /* 1-based; 0 = the file as a whole */
        unsigned column;
        char message[KEYFILE_ERROR_MAX];
} TextError;

typedef struct Keyfile {
        const char *text;
        size_t size;
        size_t pos;
        unsigned line;
        unsigned column;                   /* of the current value */
        char buffer[KEYFILE_LINE_MAX + 1]; /* the current line, cut into key and value */
        const char *key, *language;        /* "" = for any language */
        char *value;
        unsigned section; /* the format's own number for the section; 0 before the first */
} Keyfile;

/* Checks the format line "NAME VERSION". 0, or -EINVAL with `error` filled. */
int keyfile_open(Keyfile *k, const char *text, size_t size, const char *format,
                 TextError *error) _must_check_;

/* 1: `key`, `language` and `value` are set, until the next call. 0: end. -EINVAL: `error` is
 * filled. */
int keyfile_next(Keyfile *k, TextError *error) _must_check_;

/* Cuts the next blank-separated word off a value; NULL at the end. */
char *keyfile_word(char **value);

/* Moves `column` to a word of the current line, before keyfile_error(). */
void keyfile_point(Keyfile *k, const char *word);

/* Fills `error` for the file as a whole; returns -EINVAL, to be returned on. */
int text_error(TextError *error, const char *format, ...) _printf_(2, 3);
/* Fills `error` for the current line; returns -EINVAL, to be returned on. */
int keyfile_error(const Keyfile *k, TextError *error, const char *format, ...) _printf_(3, 4);
