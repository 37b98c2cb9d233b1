/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and order of the ledger's files. NNNNNNNNNN.jsonl is named after its first record; when
 * that record has to be written again, its next file is NNNNNNNNNN.r002.jsonl, then .r003 ...
 * (in this spelling a plain sort by name is the order). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/macros.h"

#define SEGMENT_NAME_MAX 48u
#define SEGMENT_PART_MAX 100000u

typedef struct Segment {
        uint64_t first; /* sequence number of the first record; 0 = no segment */
        unsigned part;  /* 1 .. */
} Segment;

bool segment_parse(const char *name, Segment *ret);
void segment_name(const Segment *s, char ret[SEGMENT_NAME_MAX]);
int segment_compare(const Segment *a, const Segment *b);

/* The first segment after `after` (NULL: of all). 1, 0 for none, -errno. */
int segment_next(int dirfd, const Segment *after, Segment *ret) _must_check_;
