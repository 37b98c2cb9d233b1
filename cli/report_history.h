/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What logs name, as a part of a report. */
#pragma once

#include <stdio.h>

#include "cli/history_load.h"

#define REPORT_HISTORIES_MAX 32u

typedef struct ReportHistories {
        struct {
                const char *where; /* borrowed */
                History history;
        } list[REPORT_HISTORIES_MAX];
        size_t n;
} ReportHistories;

/* Reads logs: a file, a folder as `history` reads it, or "here". `whitelist`: a file, or NULL for
 * the one in force. CLI_*, with the reason said. */
int report_history(ReportHistories *r, const char *where, const char *whitelist) _must_check_;
/* [{"from", "devices": as history_json()}]; a new reference */
json_object *report_history_json(const ReportHistories *r);
void report_history_html(const ReportHistories *r, FILE *f);
/* A log was not read to its end. */
bool report_history_damaged(const ReportHistories *r);
void report_history_clear(ReportHistories *r);
