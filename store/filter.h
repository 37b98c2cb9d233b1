/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are wanted: one answer for the files' reader and for the daemon's. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "lib/text.h"
#include "policy/reason.h"

typedef struct RecordFilter {
        char since[TEXT_TIME_MAX], until[TEXT_TIME_MAX]; /* "" = any; compared to the second */
        const char *reason, *kind, *drive, *zone;        /* NULL = any */
        Severity severity;                               /* at least */
        bool violations;                                 /* nothing else */
} RecordFilter;

bool record_filter_is_empty(const RecordFilter *f);
/* `drive` is a number, media number, identity (8 digits of it or more, in any case), label id,
 * serial or sysname. */
bool record_matches(const RecordFilter *f, json_object *record);
/* A block with a severity, or tampering. */
bool record_is_violation(json_object *record);

/* What record_matches() would say, without making an object of the line (clean, no newline).
 * RECORD_PARSE: the line is spelled in a way of its own; then only that tells. */
typedef enum RecordSieve { RECORD_NO, RECORD_YES, RECORD_PARSE } RecordSieve;
RecordSieve record_sieve(const RecordFilter *f, const char *line, size_t size) _must_check_;
