/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history: USB storage that the logs of this computer name, from before the guard. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/csv.h"
#include "cli/history_load.h"
#include "cli/out.h"
#include "cli/screen.h"
#include "cli/verbs.h"
#include "lib/text.h"

typedef struct HistoryArgs {
        HistoryFrom from;
        bool json, csv;
} HistoryArgs;

static void print_csv(const History *h)
{
        char first[TEXT_TIME_MAX], last[TEXT_TIME_MAX], gone[TEXT_TIME_MAX],
                hex[2 * DIGEST_SIZE + 1];

        puts("first,last,count,vid,pid,size,serial,manufacturer,product,source,identity,missing,"
             "whitelist,revoked,zone,level,media_number,gone,port");
        for (size_t i = 0; i < h->known.n; i++) {
                const KernlogDevice *d = kernlog_device(h->log, i);
                const KnownDrive *known = &h->known.drives[i];
                bool listed = known->state == KNOWN_LISTED;

                text_time_format(d->first, first);
                text_time_format(d->last, last);
                history_identity(known, hex);
                printf("%s,%s,%" PRIu64 ",%s,%s,%" PRIu64, first, last, d->count, d->vid, d->pid,
                       d->size);
                csv_cell(stdout, false, d->serial);
                csv_cell(stdout, false, d->manufacturer);
                csv_cell(stdout, false, d->product);
                csv_cell(stdout, false, HISTORY_SOURCE);
                printf(",%s,%s,%s,%s,%s,%s", hex, known_missing_slug(known->missing),
                       known_state_slug(known->state), known->revoked ? "yes" : "no",
                       listed ? zone_name(known->entry.zone) : "",
                       listed ? level_name(known->entry.level) : "");
                csv_cell(stdout, false, known->number);
                text_time_format(d->gone, gone);
                printf(",%s,%s", d->gone ? gone : "", d->port);
                putchar('\n');
        }
}

enum { FIRST, LAST, TIMES, USB_ID, SIZE, SERIAL, WHITELIST, NAME, SINCE, GONE, PORT, COLUMNS };
#define SHOWN_MAX 8

/* What a narrower terminal shows, the first that fits; `cut`: columns for a text, 0 = all of it. */
typedef struct Fit {
        int cut;
        size_t n;
        uint8_t columns[SHOWN_MAX];
} Fit;

static const Fit fits[] = {
        {0, 8, {FIRST, LAST, TIMES, USB_ID, SIZE, SERIAL, WHITELIST, NAME}},
        {20, 8, {FIRST, LAST, TIMES, USB_ID, SIZE, SERIAL, WHITELIST, NAME}},
        {20, 7, {LAST, TIMES, USB_ID, SIZE, SERIAL, WHITELIST, NAME}},
        {18, 6, {LAST, TIMES, SIZE, SERIAL, WHITELIST, NAME}},
        {14, 6, {LAST, TIMES, SIZE, SERIAL, WHITELIST, NAME}},
        {14, 4, {LAST, SIZE, SERIAL, WHITELIST}},
        {12, 3, {LAST, SERIAL, WHITELIST}},
};

/* With --each. */
static const Fit fits_each[] = {
        {0, 8, {SINCE, GONE, PORT, USB_ID, SIZE, SERIAL, WHITELIST, NAME}},
        {20, 8, {SINCE, GONE, PORT, USB_ID, SIZE, SERIAL, WHITELIST, NAME}},
        {14, 5, {SINCE, GONE, PORT, SERIAL, WHITELIST}},
        {14, 4, {SINCE, GONE, SERIAL, WHITELIST}},
        {12, 3, {LAST, SERIAL, WHITELIST}},
};

static Style known_style(const History *h, const KnownDrive *d)
{
        if (d->revoked || (h->here && known_is_foreign(&h->known, d)))
                return STYLE_BAD;
        if (d->state == KNOWN_LISTED)
                return STYLE_GOOD;
        return d->state == KNOWN_NOT_LISTED ? STYLE_WARN : STYLE_PLAIN;
}

static int add_row(const History *h, size_t i, const Fit *fit, Table *t)
{
        const KernlogDevice *d = kernlog_device(h->log, i);
        const KnownDrive *known = &h->known.drives[i];
        char first[32], last[32], id[16], count[24], size[32], name[2 * KERNLOG_TEXT_MAX],
                text[192], cut[3][2 * KERNLOG_TEXT_MAX], since[32], gone[32];
        const char *all[COLUMNS] = {first,
                                    last,
                                    count,
                                    id,
                                    d->size ? size : "-",
                                    *d->serial ? d->serial : "-",
                                    text,
                                    name,
                                    since,
                                    gone,
                                    d->port};
        static const int texts[] = {SERIAL, WHITELIST, NAME};
        const char *cells[COLUMNS];
        size_t styled = COLUMNS;

        out_time(d->first, first, sizeof(first));
        out_time(d->last, last, sizeof(last));
        out_time(d->first, since, sizeof(since));
        out_time(d->gone, gone, sizeof(gone));
        snprintf(id, sizeof(id), "%s:%s", d->vid, d->pid);
        snprintf(count, sizeof(count), "%" PRIu64, d->count);
        out_bytes(d->size, size, sizeof(size));
        snprintf(name, sizeof(name), "%s%s%s", d->manufacturer, *d->manufacturer ? " " : "",
                 d->product);
        history_known_text(known, fit->n < SHOWN_MAX, text, sizeof(text));
        /* Days are enough here; --json and --csv have the time. */
        first[strcspn(first, " ")] = '\0';
        last[strcspn(last, " ")] = '\0';
        for (size_t c = 0; fit->cut && c < ARRAY_SIZE(texts); c++) {
                screen_fit(all[texts[c]], fit->cut, false, cut[c], sizeof(cut[c]));
                all[texts[c]] = cut[c];
        }
        for (size_t c = 0; c < fit->n; c++) {
                cells[c] = all[fit->columns[c]];
                styled = fit->columns[c] == WHITELIST ? c : styled;
        }
        return table_add(t, cells, styled, known_style(h, known));
}

static int make_table(const History *h, const Fit *fit, Table **ret)
{
        const char *heads[COLUMNS] = {_("First"),      _("Last"), _("Times"),
                                      _("USB id"),     _("Size"), _("Serial number"),
                                      _("Whitelist"),  _("Name"), _("Plugged in"),
                                      _("Pulled out"), _("Port")};
        const char *chosen[COLUMNS];
        _cleanup_(table_freep) Table *t = NULL;
        int r;

        for (size_t c = 0; c < fit->n; c++)
                chosen[c] = heads[fit->columns[c]];
        r = table_new(fit->n, chosen, &t);
        for (size_t i = 0; i < h->known.n && r == 0; i++)
                r = add_row(h, i, fit, t);
        if (r == 0)
                *ret = TAKE_PTR(t);
        return r;
}

static void print_sum(const History *h)
{
        size_t n[KNOWN_NOT_TOLD + 1] = {0}, revoked = 0, foreign = 0;

        for (size_t i = 0; i < h->known.n; i++) {
                n[h->known.drives[i].state]++;
                revoked += h->known.drives[i].revoked;
                foreign += h->here && known_is_foreign(&h->known, &h->known.drives[i]);
        }
        printf(_("On the whitelist: %zu. Not on it: %zu. The log tells too little: %zu.\n"),
               n[KNOWN_LISTED], n[KNOWN_NOT_LISTED], n[KNOWN_NOT_TOLD]);
        if (revoked)
                printf(ngettext("%zu is revoked.\n", "%zu are revoked.\n", revoked), revoked);
        if (foreign)
                printf(ngettext("%zu was used here and is of another zone or a higher level than "
                                "this computer (%s).\n",
                                "%zu were used here and are of another zone or a higher level "
                                "than this computer (%s).\n",
                                foreign),
                       foreign, _(zone_name(h->known.zone)));
}

static int print_table(const History *h)
{
        const Fit *list = h->each ? fits_each : fits;
        size_t n = h->each ? ARRAY_SIZE(fits_each) : ARRAY_SIZE(fits);
        int columns = out_columns();

        if (h->known.n == 0) {
                puts(_("The logs name no USB storage."));
                return 0;
        }
        for (size_t i = 0; i < n; i++) {
                _cleanup_(table_freep) Table *t = NULL;

                if (make_table(h, &list[i], &t) < 0)
                        return cli_out_of_memory();
                if (columns && table_width(t) > columns && i + 1 < n)
                        continue;
                table_print(t);
                break;
        }
        if (h->known.asked && !h->each)
                print_sum(h);
        return 0;
}

static int print(const HistoryArgs *a, const History *h)
{
        int r = 0;

        if (a->json)
                out_json(history_json(h));
        else if (a->csv)
                print_csv(h);
        else
                r = print_table(h);
        cli_note("%s", _("imported from logs, not signed: what is compared is what they say"));
        return r;
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const HistoryArgs *a = args;
        _cleanup_(history_clear) History h = {0};
        int r;

        if (a->json && a->csv)
                return cli_fail(CLI_USAGE, "%s", _("give one of --json, --csv"));
        r = history_load(&a->from, &h);
        if (r == 0)
                r = print(a, &h);
        return r == 0 && h.damaged ? CLI_FAILED : r;
}

static const Option options[] = {
        TEXT(HistoryArgs, from.dir, "dir", 'D', N_("DIR"), N_("read the journal and logs in DIR")),
        TEXT(HistoryArgs, from.file, "file", 'f', N_("FILE"),
             N_("read this log, plain or packed (gz, xz, bz2, zst)")),
        TEXT(HistoryArgs, from.whitelist, "whitelist", 'w', N_("FILE"),
             N_("compare with this whitelist, not the one in force")),
        FLAG(HistoryArgs, from.each, "each", 'e', N_("list each time a drive was plugged in")),
        FLAG(HistoryArgs, csv, "csv", 0, N_("print CSV")),
        FLAG(HistoryArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_history = {
        .name = "history",
        .usage = N_("[OPTIONS]"),
        .summary = N_("list the USB storage that logs name, against the whitelist"),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(HistoryArgs),
        .run = run,
};
