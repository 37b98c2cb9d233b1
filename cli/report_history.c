/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The part of a report on the time before the guard: what logs name, which nobody has signed. */
#include "cli/report_history.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/html.h"
#include "cli/out.h"
#include "store/json.h"

#define HERE "here"
#define SHOWN 500u

int report_history(ReportHistories *r, const char *where, const char *whitelist)
{
        HistoryFrom from = {.whitelist = whitelist};
        struct stat st;
        int e;

        if (r->n == REPORT_HISTORIES_MAX)
                return cli_fail(CLI_USAGE, _("--history: at most %u logs"), REPORT_HISTORIES_MAX);
        if (strcmp(where, HERE) != 0) {
                if (stat(where, &st) < 0)
                        return cli_fail_errno(-errno, _("cannot read %s"), where);
                *(S_ISDIR(st.st_mode) ? &from.dir : &from.file) = where;
        }
        e = history_load(&from, &r->list[r->n].history);
        if (e)
                return e;
        r->list[r->n++].where = where;
        return 0;
}

json_object *report_history_json(const ReportHistories *r)
{
        json_object *list = json_object_new_array();

        for (size_t i = 0; i < r->n; i++) {
                json_object *o = json_object_new_object();

                json_put_text(o, "from", r->list[i].where);
                (void)json_object_object_add(o, "devices", history_json(&r->list[i].history));
                (void)json_object_array_add(list, o);
        }
        return list;
}

static const char *mark(const History *h, const KnownDrive *d)
{
        if (d->revoked || (h->here && known_is_foreign(&h->known, d)))
                return "critical";
        return d->state == KNOWN_NOT_LISTED ? "warning" : "";
}

static void put_device(const History *h, size_t i, FILE *f)
{
        const KernlogDevice *d = kernlog_device(h->log, i);
        const KnownDrive *known = &h->known.drives[i];
        char first[32], last[32], size[32] = "-", text[192];

        out_time(d->first, first, sizeof(first));
        out_time(d->last, last, sizeof(last));
        first[strcspn(first, " ")] = '\0';
        last[strcspn(last, " ")] = '\0';
        if (d->size)
                out_bytes(d->size, size, sizeof(size));
        history_known_text(known, false, text, sizeof(text));
        html(f,
             "<tr class=\"log\"><td class=\"t\">%s<br/>%s</td><td class=\"n\">%n</td><td>%s:%s</td>",
             first, last, d->count, d->vid, d->pid);
        html(f, "<td class=\"n\">%s</td><td>%s</td><td class=\"%r\">%s</td><td>%s %s</td></tr>\n",
             size, *d->serial ? d->serial : "-", mark(h, known), text, d->manufacturer, d->product);
}

static void put_log(const char *where, const History *h, FILE *f)
{
        size_t n = h->known.n;

        html(f, "<h3>%s</h3>\n", h->here ? _("Logs of this computer") : where);
        if (n == 0) {
                html(f, "<p>%s</p>\n", _("The logs name no USB storage."));
                return;
        }
        html(f,
             "<table><thead><tr><th>%s</th><th class=\"n\">%s</th><th>%s</th><th class=\"n\">%s</th>"
             "<th>%s</th><th>%s</th><th>%s</th></tr></thead><tbody>\n",
             _("First, last"), _("Times"), _("USB id"), _("Size"), _("Serial number"),
             _("Whitelist"), _("Name"));
        for (size_t i = 0; i < MIN(n, (size_t)SHOWN); i++)
                put_device(h, i, f);
        html(f, "</tbody></table>\n");
        if (n > SHOWN)
                html(f, "<p class=\"note\">%s %n</p>\n", _("Drives not listed, see --json:"),
                     (uint64_t)(n - SHOWN));
}

void report_history_html(const ReportHistories *r, FILE *f)
{
        if (r->n == 0)
                return;
        html(f, "<h2>%s</h2>\n<p class=\"note\">%s</p>\n", _("What logs name"),
             _("Imported from logs, not signed: all USB storage that the kernel's messages name, "
               "also from before the guard. A log can be changed, and what is compared with the "
               "whitelist is what it says."));
        for (size_t i = 0; i < r->n; i++)
                put_log(r->list[i].where, &r->list[i].history, f);
}

bool report_history_damaged(const ReportHistories *r)
{
        for (size_t i = 0; i < r->n; i++)
                if (r->list[i].history.damaged)
                        return true;
        return false;
}

void report_history_clear(ReportHistories *r)
{
        for (size_t i = 0; i < r->n; i++)
                history_clear(&r->list[i].history);
        r->n = 0;
}
