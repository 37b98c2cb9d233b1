/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ledger records on the command line: where they come from, which are wanted, how they look. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cli/client.h"
#include "store/filter.h"
#include "store/ledger.h"

/* "2026-11-21T08:00:00Z", "2026-11-21 08:00", "08:00", "2026-11-21" (midnight here; the day's end
 * if `end`), "today", "yesterday", "monday", "now", "-2h", "2 days ago". 0, or CLI_USAGE with the
 * reason said. */
int record_time(const char *option, const char *text, bool end,
                char ret[TEXT_TIME_MAX]) _must_check_;

/* A line that fits the chain, as an object; NULL: none, or no memory. Whoever wrote it: what JSON
 * can spell and a terminal would obey becomes \xNN, as in text_escape(). */
json_object *record_parse(const char *line, size_t size) _must_check_;
/* Seconds since the epoch; 0 if it does not say. */
int64_t record_seconds(json_object *record);
/* The number of a line that record_next() gave. */
uint64_t record_seq(const char *line);
#define RECORD_KEY_MAX 600u
/* Two records are about the same drive if the digest of its identity is the same, else its label,
 * else what it says of itself. */
void record_drive_key(json_object *record, char ret[RECORD_KEY_MAX]);
void record_print(json_object *record);
void record_csv_head(void);
void record_csv(json_object *record);

/* The verified chain: from the files where they may be read, else from the daemon. */
typedef struct RecordSource {
        LedgerReader *reader; /* or */
        Client *client;
        int dir_fd;
        RecordFilter filter; /* for the daemon's part of the work */
        json_object *page;   /* lines the daemon gave */
        size_t next;
        uint64_t last;
        int failure;            /* CLI_*, once the daemon has refused */
        char *hold[2];          /* a line is given once the next one has proven it, or at the end */
        size_t held, held_size; /* which of the two waits; 0: none does */
        uint64_t held_seq;
        Head newest;                         /* the last signed head; seq 0: none */
        bool newest_differs, heads_replaced; /* their file is none */
        const char *line;                    /* ends in NUL */
        size_t size;
} RecordSource;

/* `dir` NULL: this computer's ledger. CLI_*. */
int record_open(RecordSource *s, const char *dir, const RecordFilter *filter) _must_check_;
void record_close(RecordSource *s);
/* 1 and s->line, 0 at the end for now, -1: broken or failed, see record_finish(). */
int record_next(RecordSource *s) _must_check_;
/* Waits until there may be more. CLI_*. */
int record_wait(RecordSource *s) _must_check_;
/* Says how far the chain is verified: on stdout as the listing's last line, or on stderr. */
void record_footer(const RecordSource *s, int failed, FILE *f);
/* CLI_BROKEN, and why, if it does not hold. `failed`: what the last record_next() returned. */
int record_outcome(const RecordSource *s, int failed) _must_check_;
/* Both, on stderr. */
int record_finish(const RecordSource *s, int failed) _must_check_;
