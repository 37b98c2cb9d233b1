/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is printed: styles on a terminal, tables that align wide characters, JSON, progress. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "lib/macros.h"
#include "policy/reason.h"
#include "policy/verdict.h"
#include "store/record.h"

typedef enum Style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_GOOD, STYLE_WARN, STYLE_BAD } Style;

/* Escape sequences, or "" where colours do not belong (no terminal, NO_COLOR, TERM=dumb). */
const char *out_style(FILE *f, Style style);
const char *out_plain(FILE *f);
/* Standard output goes to a pager that shows styles. */
void out_set_paged(bool on);
Style out_severity_style(Severity severity);
Style out_effect_style(const char *effect);

/* Columns a text takes on a terminal. */
int out_width(const char *text);
/* Running text in lines of 79 columns; the cursor stands at column `indent`, and so do the lines
 * after the first. */
void out_wrapped(const char *text, int indent);
int out_columns(void); /* of standard output's terminal; 0: it is none */
/* True if the locale can show a check mark. */
bool out_has_symbols(void);

/* "  NAME    TEXT" with the text at a fixed column. */
void out_field(const char *name, const char *format, ...) _printf_(2, 3);
void out_field_styled(Style style, const char *name, const char *format, ...) _printf_(3, 4);

#define TABLE_COLUMNS_MAX 8u
typedef struct Table Table;
int table_new(size_t columns, const char *const *heads, Table **ret) _must_check_;
/* Copies one text per column; `style` is of the column `styled` (or none if out of range). */
int table_add(Table *t, const char *const *cells, size_t styled, Style style) _must_check_;
void table_print(const Table *t);
int table_width(const Table *t); /* columns of a terminal */
Table *table_free(Table *t);
DEFINE_FREEP(Table, table_free)

/* Prints and drops `o`. */
void out_json(json_object *o);
/* One line, for streams. */
void out_json_line(json_object *o);
/* CLI_USAGE, for --json where there is only text: a script must not take that for JSON. */
int out_no_json(const char *verb, const char *word);

/* 1,500,000,000 -> "1.5 GB"; at least 16 characters of room. */
void out_bytes(uint64_t bytes, char *ret, size_t size);
/* Local time "2026-11-21 08:00:00"; "-" for 0. */
void out_time(int64_t t, char *ret, size_t size);

/* A line on a terminal's stderr that is rewritten while something takes longer than a second. */
typedef struct Progress {
        const char *what;
        uint64_t start_ms, shown_ms;
} Progress;
Progress progress_start(const char *what);
void progress_update(Progress *p, uint64_t done, uint64_t total); /* total 0: unknown */
void progress_end(Progress *p);

static inline void json_object_putp(json_object **o)
{
        json_object_put(*o);
}

/* Members by name; "" / 0 / false where there is none. */
static inline const char *json_text(json_object *o, const char *key)
{
        return record_text(o, key);
}
uint64_t json_number(json_object *o, const char *key);
bool json_true(json_object *o, const char *key);
