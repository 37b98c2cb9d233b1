/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A report for machines: JSON, and the violations as comma-separated values. */
#include <string.h>

#include "cli/csv.h"
#include "cli/out.h"
#include "cli/report.h"

void report_csv(const Report *r, FILE *f)
{
        static const char *const columns[] = {
                "time",         "host",        "host_name",    "host_zone",   "seq",
                "kind",         "severity",    "reason",       "verdict",     "effect",
                "drive_zone",   "drive_level", "media_number", "holder",      "unit",
                "vid",          "pid",         "serial",       "identity",    "scsi_vendor",
                "scsi_product", "what",        "file",         "acknowledged"};

        for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
                csv_cell(f, c == 0, columns[c]);
        csv_line_end(f);
        for (size_t i = 0; i < json_object_array_length(r->violations); i++) {
                json_object *o = json_object_array_get_idx(r->violations, i);

                for (size_t c = 0; c < ARRAY_SIZE(columns); c++)
                        csv_cell(f, c == 0, json_text(o, columns[c]));
                csv_line_end(f);
        }
}

static json_object *totals_json(const Report *r)
{
        const ReportTotals *t = &r->totals;
        const struct {
                const char *key;
                uint64_t n;
        } rows[] = {
                {"records", t->records},
                {"allowed", t->allowed},
                {"read_only", t->read_only},
                {"blocked", t->blocked},
                {"violations", t->violations},
                {"acknowledged", t->acknowledged},
                {"tamper", t->tamper},
                {"repeats", t->repeats},
                {"violations_left", t->violations_left},
                {"drives_left", t->drives_left},
        };
        json_object *o = json_object_new_object();

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                json_object_object_add(o, rows[i].key, json_object_new_uint64(rows[i].n));
        return o;
}

json_object *report_json(const Report *r)
{
        const struct {
                const char *key;
                json_object *part;
        } parts[] = {
                {"sources", r->sources},         {"by_day", r->by_day},
                {"by_zones", r->by_zones},       {"by_reason", r->by_reason},
                {"by_severity", r->by_severity}, {"findings", r->findings},
                {"incidents", r->incidents},     {"drives", r->drives},
                {"violations", r->violations},
        };
        json_object *o = json_object_new_object();

        json_object_object_add(o, "created", json_object_new_int64(r->created));
        json_object_object_add(o, "since", json_object_new_int64(r->since));
        json_object_object_add(o, "until", json_object_new_int64(r->until));
        json_object_object_add(o, "verified", json_object_new_boolean(!r->broken));
        json_object_object_add(o, "totals", totals_json(r));
        for (size_t i = 0; i < ARRAY_SIZE(parts); i++)
                json_object_object_add(o, parts[i].key, json_object_get(parts[i].part));
        json_object_object_add(o, "history", report_history_json(&r->history));
        return o;
}
