/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The page of a report: one file, no script, nothing from the network. */
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/html.h"
#include "cli/record_words.h"
#include "cli/report.h"
#include "cli/report_chart.h"
#include "cli/show.h"
#include "policy/zone.h"

#define DRIVES_SHOWN 40u
#define VIOLATIONS_SHOWN 300u
#define CLOSED_SHOWN 50u

static const char style[] =
        "@page{size:A4;margin:14mm}"
        "*{box-sizing:border-box}"
        "body{font:10.5pt/1.45 system-ui,\"Noto Sans\",\"Noto Sans CJK SC\",\"Source Han Sans "
        "SC\",\"Microsoft YaHei\",sans-serif;color:#1c2024;background:#fff;max-width:182mm;"
        "margin:0 auto;padding:6mm 0;-webkit-print-color-adjust:exact;print-color-adjust:exact}"
        "@media print{body{padding:0}}"
        "@media screen and (max-width:190mm){body{padding:4mm}}"
        "h1{font-size:19pt;line-height:1.2;margin:0 0 1mm}"
        "h2{font-size:12.5pt;margin:8mm 0 2mm;border-bottom:1.5px solid #1c2024;"
        "padding-bottom:.8mm;break-after:avoid}"
        "h3{font-size:10.5pt;margin:4mm 0 1mm;break-after:avoid}"
        "p{margin:1mm 0}.sub{color:#555c64}.note{color:#555c64;font-size:9pt}"
        ".proof{margin:4mm 0;padding:2.5mm 4mm;border-left:5px solid;font-weight:600}"
        ".proof.good{border-color:#2c7a3f;background:#eef7f0}"
        ".proof.bad{border-color:#b3261e;background:#fdeeed;color:#8c1d18}"
        ".tiles{display:grid;grid-template-columns:repeat(4,1fr);gap:3mm;margin:4mm 0}"
        ".tile{border:1px solid #d5d9de;border-radius:2mm;padding:2.5mm 3mm;break-inside:avoid}"
        ".tile b{display:block;font-size:17pt;line-height:1.15}.tile.alarm b{color:#b3261e}"
        ".tile span{color:#555c64;font-size:9pt}"
        ".pair{display:grid;grid-template-columns:1fr 1fr;gap:8mm}.pair h2{margin-top:6mm}"
        "table{border-collapse:collapse;width:100%;font-size:9pt}"
        "thead{display:table-header-group}tr{break-inside:avoid}"
        "th{text-align:left;white-space:nowrap;font-weight:600;color:#555c64;border-bottom:1px solid #9aa1a9}"
        "th,td{padding:1mm 1.6mm 1mm 0;vertical-align:top}"
        "td{border-bottom:1px solid #e6e9ec;overflow-wrap:anywhere}"
        ".host{min-width:18mm}.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
        "th.n{text-align:right}.t{white-space:nowrap;font-variant-numeric:tabular-nums}"
        ".matrix td,.matrix th{text-align:center;padding:1.4mm}.matrix th:first-child{text-align:left}"
        ".matrix .hit{background:#fbe3e1;font-weight:700}.matrix .zero{color:#b3b9c0}"
        ".hash{font-family:ui-monospace,\"DejaVu Sans Mono\",monospace;font-size:8pt;"
        "overflow-wrap:anywhere}"
        ".critical{color:#b3261e;font-weight:600}.warning{color:#955800;font-weight:600}"
        ".bar{display:block;height:2.6mm;background:#b3261e;border-radius:.5mm;margin-top:1.2mm}"
        "svg{display:block;width:100%;height:auto}"
        "svg text{font-size:10px;fill:#3c4248}svg .end{text-anchor:end}svg .mid{text-anchor:middle}"
        "svg .date{font-size:9px;fill:#767d85}.bars rect{fill:#b3261e}"
        ".grid{stroke:#d5d9de;stroke-dasharray:2 3}.axis{stroke:#767d85}"
        ".m-allow{fill:#fff;stroke:#2c7a3f;stroke-width:1.8}.m-ro{fill:#d99000;stroke:#fff}"
        ".m-block{fill:#b3261e;stroke:#fff;stroke-width:.6}"
        "line.lane{stroke-width:3;stroke:#c4c9ce}line.z-internal{stroke:#a9c7ee}"
        "line.z-classified{stroke:#f0b0ab}line.z-internet{stroke:#b2dcbd}"
        ".legend{font-size:9pt;color:#555c64}.key{display:inline-block;width:3.2mm;height:3.2mm;"
        "vertical-align:-.4mm;margin:0 1mm 0 2mm}"
        "span.lane{display:inline-block;width:6mm;height:1.2mm;margin:0 1mm 0 4mm;"
        "vertical-align:.8mm;background:#c4c9ce}span.z-internal{background:#a9c7ee}"
        "span.z-classified{background:#f0b0ab}span.z-internet{background:#b2dcbd}"
        ".drive{break-inside:avoid;margin:0 0 3mm;padding-top:1mm}"
        ".drive p{display:flex;gap:3mm;align-items:baseline}.drive .sub{font-size:9pt;flex:1}"
        ".sign{display:grid;grid-template-columns:1fr 1fr 1fr;gap:8mm;margin-top:14mm;"
        "break-inside:avoid}.sign div{border-top:1px solid #1c2024;padding-top:1mm;font-size:9pt}";

static void time_text(int64_t t, bool day_alone, char ret[32])
{
        out_time(t, ret, 32);
        if (day_alone)
                ret[strcspn(ret, " ")] = '\0';
        else if (strlen(ret) == 19)
                ret[16] = '\0'; /* no seconds */
}

static void put_head(const Report *r, FILE *f)
{
        char from[32], to[32], now[32], zone[32] = "";
        time_t t = (time_t)r->created;
        struct tm tm;

        if (localtime_r(&t, &tm))
                strftime(zone, sizeof(zone), "%z", &tm);
        time_text(r->since, false, from);
        time_text(r->until, false, to);
        time_text(r->created, false, now);
        /* TRANSLATORS: the language of the page as HTML writes it: "zh-CN" */
        html(f, "<!DOCTYPE html>\n<html lang=\"%s\">\n<head>\n<meta charset=\"utf-8\"/>\n",
             _("en"));
        html(f, "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                "style-src 'unsafe-inline'\"/>\n"
                "<meta name=\"viewport\" content=\"width=device-width\"/>\n");
        html(f, "<title>%s</title>\n<style>%r</style>\n</head>\n<body>\n",
             _("Use of USB drives: report"), style);
        html(f, "<h1>%s</h1>\n<p class=\"sub\">", _("Use of USB drives: report"));
        if (r->since || r->until)
                html(f, "%s %s – %s. ", _("Period:"), r->since ? from : "…", r->until ? to : "…");
        html(f, "%s %s (UTC%s), usbzone %s</p>\n", _("Made:"), now, zone, UZ_VERSION);
}

static void put_proof(const Report *r, FILE *f)
{
        size_t n = json_object_array_length(r->sources), bad = 0;
        char text[256];

        for (size_t i = 0; i < n; i++)
                bad += !json_true(json_object_array_get_idx(r->sources, i), "verified");
        if (bad)
                snprintf(text, sizeof(text),
                         _("The evidence is broken: %zu of %zu ledgers do not verify. See the last "
                           "section."),
                         bad, n);
        else
                snprintf(text, sizeof(text),
                         ngettext("The ledger of %zu computer is whole.",
                                  "The ledgers of all %zu computers are whole.", n),
                         n);
        html(f, "<p class=\"proof %r\">%s</p>\n", bad ? "bad" : "good", text);
}

static uint64_t count_open(json_object *list)
{
        uint64_t n = 0;

        for (size_t i = 0; i < json_object_array_length(list); i++)
                n += case_is_open(json_object_array_get_idx(list, i));
        return n;
}

static void put_tile(FILE *f, const char *name, uint64_t n, bool alarm)
{
        html(f, "<div class=\"tile%r\"><b>%n</b><span>%s</span></div>\n",
             alarm && n ? " alarm" : "", n, name);
}

static void put_tiles(const Report *r, FILE *f)
{
        const ReportTotals *t = &r->totals;

        html(f, "<div class=\"tiles\">\n");
        put_tile(f, _("Violations"), t->violations, true);
        put_tile(f, _("of these not acknowledged"), t->violations - t->acknowledged, true);
        put_tile(f, _("Open findings"), count_open(r->findings), true);
        put_tile(f, _("Open incidents"), count_open(r->incidents), true);
        put_tile(f, _("Allowed"), t->allowed, false);
        put_tile(f, _("Read-only"), t->read_only, false);
        put_tile(f, _("Blocked"), t->blocked, false);
        put_tile(f, _("Records"), t->records, false);
        html(f, "</div>\n");
        if (t->repeats)
                html(f, "<p class=\"note\">%s %n</p>\n",
                     _("Repeats that were counted into one record:"), t->repeats);
}

static void put_matrix(const Report *r, FILE *f)
{
        html(f, "<div>\n<h2>%s</h2>\n<table class=\"matrix\"><thead><tr><th>%s</th>",
             _("Violations by zone"), _("Computer \\ drive"));
        for (int d = ZONE_INTERNAL; d <= (int)ZONE_MAX_; d++)
                html(f, "<th>%s</th>", d < (int)ZONE_MAX_ ? _(zone_name((Zone)d)) : _("no label"));
        html(f, "</tr></thead><tbody>\n");
        for (int h = ZONE_INTERNAL; h < (int)ZONE_MAX_; h++) {
                json_object *row = NULL;

                json_object_object_get_ex(r->by_zones, zone_name((Zone)h), &row);
                html(f, "<tr><th>%s</th>", _(zone_name((Zone)h)));
                for (int d = ZONE_INTERNAL; d <= (int)ZONE_MAX_; d++) {
                        Zone z = d < (int)ZONE_MAX_ ? (Zone)d : ZONE_NONE;
                        uint64_t n = report_count(row, zone_name(z));

                        html(f, "<td class=\"%r\">%n</td>", n ? "hit" : "zero", n);
                }
                html(f, "</tr>\n");
        }
        html(f, "</tbody></table>\n</div>\n");
}

static void put_severities(const Report *r, FILE *f)
{
        html(f, "<div>\n<h2>%s</h2>\n<table><tbody>\n", _("Violations by severity"));
        for (int s = SEVERITY_CRITICAL; s > SEVERITY_NONE; s--) {
                uint64_t n = report_count(r->by_severity, severity_name((Severity)s));

                html(f,
                     "<tr><td class=\"%r\" style=\"width:30%%\">%s</td><td class=\"n\" "
                     "style=\"width:15%%\">%n</td><td><span class=\"bar\" style=\"width:%d%%\">"
                     "</span></td></tr>\n",
                     severity_name((Severity)s), _(severity_name((Severity)s)), n,
                     (int)(r->totals.violations ? n * 100 / r->totals.violations : 0));
        }
        html(f, "</tbody></table>\n</div>\n");
}

static void put_reasons(const Report *r, FILE *f)
{
        html(f,
             "<h2>%s</h2>\n<table><thead><tr><th>%s</th><th class=\"n\">%s</th><th></th></tr></thead>"
             "<tbody>\n",
             _("Violations by reason"), _("Reason"), _("Times"));
        json_object_object_foreach(r->by_reason, slug, value)
        {
                uint64_t n = json_object_get_uint64(value);

                html(f,
                     "<tr><td>%s <span class=\"sub\">%s</span></td><td class=\"n\">%n</td><td "
                     "style=\"width:30%%\"><span class=\"bar\" style=\"width:%d%%\"></span></td>"
                     "</tr>\n",
                     report_reason(slug), slug, n, (int)(n * 100 / MAX(r->totals.violations, 1u)));
        }
        html(f, "</tbody></table>\n");
}

/* "W7 internet, holder Li", "evil 0951:1666" */
static void put_drive_name(json_object *o, FILE *f)
{
        const char *number = json_text(o, "media_number"), *zone = json_text(o, "drive_zone"),
                   *level = json_text(o, "drive_level");

        html(f, "<b>%s</b> <span class=\"sub\">%s%r%s",
             *number                   ? number
             : *json_text(o, "serial") ? json_text(o, "serial")
                                       : _("no name"),
             *zone ? _(zone) : _("not registered"), *level ? ", " : "", *level ? _(level) : "");
        if (*json_text(o, "holder"))
                html(f, "; %s %s%r%s", _("holder"), json_text(o, "holder"),
                     *json_text(o, "unit") ? ", " : "", json_text(o, "unit"));
        html(f, "; %s:%s %s %s</span>", json_text(o, "vid"), json_text(o, "pid"),
             json_text(o, "scsi_vendor"), json_text(o, "scsi_product"));
}

static void put_drives(const Report *r, FILE *f)
{
        size_t n = json_object_array_length(r->drives);

        if (n == 0)
                return;
        html(f, "<h2>%s</h2>\n", _("Drives over time"));
        report_chart_legend(f);
        for (size_t i = 0; i < MIN(n, (size_t)DRIVES_SHOWN); i++) {
                json_object *d = json_object_array_get_idx(r->drives, i);
                uint64_t violations = json_number(d, "violations"),
                         left = json_number(d, "events_left");

                html(f, "<div class=\"drive\"><p>");
                put_drive_name(d, f);
                if (violations)
                        html(f, "<span class=\"critical\">%s %n</span>", _("Violations"),
                             violations);
                html(f, "</p>");
                report_chart_drive(r, d, f);
                if (left)
                        html(f, "<p class=\"note\">%s %n</p>", _("Decisions not drawn:"), left);
                html(f, "</div>\n");
        }
        if (n > DRIVES_SHOWN || r->totals.drives_left)
                html(f, "<p class=\"note\">%s %n</p>\n", _("Drives not drawn, see --json:"),
                     (uint64_t)(n - MIN(n, (size_t)DRIVES_SHOWN)) + r->totals.drives_left);
}

/* Where a record is from: the computer's name, else the beginning of its id. */
static void computer(json_object *o, char *ret, size_t size)
{
        if (*json_text(o, "host_name"))
                snprintf(ret, size, "%s", json_text(o, "host_name"));
        else
                snprintf(ret, size, "%.8s", json_text(o, "host"));
}

static void put_steps(json_object *o, FILE *f)
{
        json_object *steps = NULL;

        json_object_object_get_ex(o, "steps", &steps);
        for (size_t i = 0; i < json_object_array_length(steps); i++) {
                json_object *s = json_object_array_get_idx(steps, i);
                char day[32];

                time_text((int64_t)json_number(s, "time"), true, day);
                html(f, "<br/><span class=\"sub\">%s %s:</span> %s", day,
                     case_step_name(json_text(s, "step")), json_text(s, "text"));
        }
}

static void put_case(const Report *r, json_object *o, const char *kind, const char *due_key,
                     FILE *f)
{
        char begun[32], due[32], name[256];
        bool overdue = case_is_overdue(o, r->created), open = case_is_open(o);

        computer(o, name, sizeof(name));
        time_text((int64_t)json_number(o, "time"), true, begun);
        time_text((int64_t)json_number(o, due_key), !strcmp(kind, "finding"), due);
        html(f,
             "<tr><td class=\"n\">%n</td><td class=\"host\">%s</td><td class=\"t\">%s</td><td class=\"t\">%s</td>",
             json_number(o, kind), name, begun, due);
        html(f, "<td class=\"%r\">%s</td><td>%s",
             overdue ? "critical"
             : open  ? "warning"
                     : "",
             overdue ? _("overdue")
             : open  ? _("open")
                     : _("closed"),
             json_text(o, "text"));
        put_steps(o, f);
        html(f, "</td><td>%s</td></tr>\n", json_text(o, "who"));
}

static void put_cases(const Report *r, json_object *list, const char *title, const char *kind,
                      const char *due_key, FILE *f)
{
        size_t n = json_object_array_length(list), closed = 0;

        if (n == 0)
                return;
        html(f,
             "<h2>%s</h2>\n<table><thead><tr><th class=\"n\">%s</th><th>%s</th><th>%s</th><th>%s</th>"
             "<th>%s</th><th>%s</th><th>%s</th></tr></thead><tbody>\n",
             title, _("No."), _("Computer"), _("Opened"), _("Deadline"), _("State"), _("Text"),
             _("Recorded by"));
        for (size_t i = 0; i < n; i++) {
                json_object *o = json_object_array_get_idx(list, i);

                closed += !case_is_open(o);
                if (closed <= CLOSED_SHOWN)
                        put_case(r, o, kind, due_key, f);
        }
        html(f, "</tbody></table>\n");
}

static void put_violation(json_object *o, FILE *f)
{
        bool tamper = !strcmp(json_text(o, "kind"), "tamper");
        const char *severity = tamper ? "critical" : json_text(o, "severity"),
                   *zone = json_text(o, "drive_zone");
        char t[32], name[256], words[SAID_WORDS_MAX];
        Severity known;

        if (severity_parse(severity, &known) < 0)
                known = SEVERITY_CRITICAL;
        computer(o, name, sizeof(name));
        time_text(record_seconds(o), false, t);
        html(f,
             "<tr><td class=\"t\">%s</td><td class=\"host\">%s</td><td class=\"n\">%n</td><td class=\"%r\">%s</td>",
             t, name, json_number(o, "seq"), severity_name(known), _(severity_name(known)));
        html(f, "<td>%s%r%s</td>",
             *json_text(o, "media_number") ? json_text(o, "media_number")
             : *json_text(o, "serial")     ? json_text(o, "serial")
                                           : record_what(json_text(o, "what"), words),
             *zone ? ", " : "", *zone ? _(zone) : "");
        html(f, "<td>%s%s</td><td>%r</td></tr>\n",
             report_reason(tamper ? "tamper" : json_text(o, "reason")),
             !tamper && strcmp(json_text(o, "verdict"), json_text(o, "effect")) != 0
                     ? _(" [observed only]")
                     : "",
             json_true(o, "acknowledged") ? "✓" : "");
}

/* The newest first. */
static void put_violations(const Report *r, FILE *f)
{
        size_t n = json_object_array_length(r->violations);
        uint64_t left = r->totals.violations_left;

        if (n == 0)
                return;
        html(f,
             "<h2>%s</h2>\n<table><thead><tr><th>%s</th><th>%s</th><th class=\"n\">%s</th><th>%s</th>"
             "<th>%s</th><th>%s</th><th>%s</th></tr></thead><tbody>\n",
             _("Violations"), _("Time"), _("Computer"), _("Record"), _("Severity"), _("Drive"),
             _("Reason"), _("Seen"));
        for (size_t i = 0; i < MIN(n, (size_t)VIOLATIONS_SHOWN); i++)
                put_violation(json_object_array_get_idx(r->violations, n - 1 - i), f);
        html(f, "</tbody></table>\n");
        left += n - MIN(n, (size_t)VIOLATIONS_SHOWN);
        if (left)
                html(f, "<p class=\"note\">%s %n</p>\n", _("Older violations, see --csv:"), left);
}

static void put_source(json_object *s, FILE *f)
{
        bool verified = json_true(s, "verified");
        char name[256], first[32], last[32];

        report_source_name(s, name, sizeof(name));
        time_text((int64_t)json_number(s, "first"), true, first);
        time_text((int64_t)json_number(s, "last"), true, last);
        html(f, "<tr><td><b>%s</b><br/><span class=\"hash\">%s</span></td>", name,
             json_text(s, "host"));
        html(f, "<td class=\"t\">%s<br/>%s</td><td class=\"n\">%n</td><td class=\"n\">%n</td>",
             first, last, json_number(s, "records"), json_number(s, "heads"));
        html(f, "<td class=\"%r\">%s", verified ? "" : "critical",
             verified ? _("whole") : _("broken"));
        if (!verified)
                html(f, ": %s", _(json_text(s, "problem")));
        if (json_number(s, "bad"))
                html(f, " (%s %n)", _("record"), json_number(s, "bad"));
        if (verified && !json_number(s, "heads"))
                html(f, "<br/><span class=\"warning\">%s</span>", _("no signed head"));
        if (json_number(s, "clock_back"))
                html(f, "<br/><span class=\"warning\">%s</span>", _("the clock was set back"));
        html(f,
             "</td><td><span class=\"t\">%n</span><br/><span class=\"hash\">%s</span></td></tr>\n",
             json_number(s, "head_seq"), json_text(s, "head"));
}

static void put_sources(const Report *r, FILE *f)
{
        html(f,
             "<h2>%s</h2>\n<p class=\"note\">%s</p>\n<table><thead><tr><th>%s</th><th>%s</th><th class=\"n\">%s</th>"
             "<th class=\"n\">%s</th><th>%s</th><th style=\"width:34%%\">%s</th></tr></thead><tbody>\n",
             _("Verification"),
             _("Each ledger was verified while it was read: every record holds the hash of the one "
               "before, and the heads that the computer signed agree. Compare the heads below with "
               "those that were noted elsewhere: nothing else shows that records at the end are "
               "missing. Records after a break are not counted."),
             _("Computer"), _("From, to"), _("Records"), _("Heads"), _("Ledger"),
             _("Verified to record, head"));
        for (size_t i = 0; i < json_object_array_length(r->sources); i++)
                put_source(json_object_array_get_idx(r->sources, i), f);
        html(f, "</tbody></table>\n");
        html(f, "<div class=\"sign\"><div>%s</div><div>%s</div><div>%s</div></div>\n",
             _("Security auditor"), _("Head of the unit"), _("Date"));
}

void report_html(const Report *r, FILE *f)
{
        put_head(r, f);
        put_proof(r, f);
        put_tiles(r, f);
        if (r->totals.violations) {
                html(f, "<h2>%s</h2>\n", _("Violations over time"));
                report_chart_days(r, f);
                html(f, "<div class=\"pair\">\n");
                put_matrix(r, f);
                put_severities(r, f);
                html(f, "</div>\n");
                put_reasons(r, f);
        }
        put_cases(r, r->incidents, _("Incidents"), "incident", "deadline", f);
        put_cases(r, r->findings, _("Findings"), "finding", "due", f);
        put_drives(r, f);
        put_violations(r, f);
        report_history_html(&r->history, f);
        put_sources(r, f);
        html(f, "</body>\n</html>\n");
}
