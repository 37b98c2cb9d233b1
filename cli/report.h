/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report over the ledgers of one or many computers: gathered once, then written as a page, as a
 * table of violations, or as JSON. Verdict and tamper records are counted as they stand, one by
 * one; what a "repeated" record stands for is counted apart. */
#pragma once

#include <json-c/json.h>

#include "cli/cases.h"
#include "cli/out.h"
#include "cli/report_history.h"
#include "policy/authority.h"

#define REPORT_SOURCES_MAX 1024u
#define REPORT_VIOLATIONS_MAX 100000u /* listed one by one; all are counted */
#define REPORT_DRIVES_MAX 10000u
#define REPORT_EVENTS_MAX 400u /* of one drive */

typedef struct ReportTotals {
        uint64_t records, allowed, read_only, blocked, violations, acknowledged, tamper, repeats;
        uint64_t violations_left, drives_left; /* more than what is listed */
} ReportTotals;

#define REPORT_HOST_MAX 40u /* bytes of a computer's id */
typedef struct ReportHost ReportHost;

typedef struct Report {
        int64_t created, since, until; /* seconds since the epoch; 0 = no bound */
        ReportTotals totals;
        /* [{"path", "host", "name", "records", "first", "last", "head_seq", "head", "heads",
         * "verified", "problem", "bad", "clock_back"}] */
        json_object *sources;
        /* {"2026-11-21": n, ...}, {"internet": {"internal": n}, ...} (computer's zone, then the
         * drive's), {slug: n}, {severity: n}: of violations */
        json_object *by_day, *by_zones, *by_reason, *by_severity;
        /* Records as they stand, with "acknowledged" and "host_name"; userdata: the ReportHost. */
        json_object *violations;
        /* [{"name", "zone", ..., "violations", "hosts", "zones", "events_left", "events": [{"time",
         * "source", "host_zone", "verdict", "reason", "severity", "times"}]}] */
        json_object *drives, *by_drive;
        json_object *findings, *incidents; /* as in cases.h, with "host_name" */
        ReportHistories history;
        bool broken;
        /* Under way, for one source. */
        ReportHost **hosts, *host;
        size_t n_hosts;
        json_object *source;
        size_t source_index;
        uint64_t first_seq, last_seq; /* counted */
        int64_t last;                 /* when the last record was written */
        char *held;                   /* the last record, until the next one has proven it */
        const Host *own;              /* this computer's credential, or NULL */
        Progress progress;
} Report;

/* Reads one package or ledger's folder; of one computer, the older first. What is in two of them is
 * counted once. A break is told in the source, sets `broken` and is no failure here. CLI_*. */
int report_add(Report *r, const char *path) _must_check_;
/* Orders what was gathered; call once, after the last source. */
void report_finish(Report *r);
void report_clear(Report *r);

void report_html(const Report *r, FILE *f);
void report_csv(const Report *r, FILE *f);
json_object *report_json(const Report *r); /* a new reference */

uint64_t report_count(json_object *o, const char *key);
/* A reason's slug, or "tamper", in words. */
const char *report_reason(const char *slug);

/* The computer with this id, made when it is new; NULL: out of memory. "": always a new one, since
 * none of those that were never set up is known to be another again. */
ReportHost *report_host(Report *r, const char *id);
Cases *report_host_cases(ReportHost *h);
/* Was this record counted from an earlier package? */
bool report_host_has(const ReportHost *h, uint64_t seq);
/* A package has been read. `name` may be "". */
int report_host_end(ReportHost *h, const char *name, uint64_t first, uint64_t last) _must_check_;
void report_hosts_finish(Report *r);
void report_hosts_clear(Report *r);
