/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history: USB storage that the logs of this computer name, from before the guard. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/csv.h"
#include "cli/history.h"
#include "cli/history_known.h"
#include "cli/out.h"
#include "cli/screen.h"
#include "cli/verbs.h"
#include "lib/text.h"
#include "store/json.h"

#define SOURCE "imported, not signed"

typedef struct HistoryArgs {
        const char *dir, *file, *whitelist;
        bool each, json, csv;
} HistoryArgs;

/* What was found; the devices of the log and what is known of them, in the same order. */
typedef struct History {
        Kernlog *log;
        Known known;
        bool each; /* an entry for each time */
        bool here; /* read on this computer, of this computer */
} History;

static int fail(int r, const char *where)
{
        if (r == -E2BIG)
                return cli_fail(CLI_FAILED, _("%s: more devices than can be believed"), where);
        return cli_fail_errno(r, _("cannot read %s"), where);
}

/* What of this computer can be read; that nothing can is a failure. */
static int read_here(Kernlog *k, HistoryRead *h)
{
        int r = history_here(k, h);

        if (r < 0)
                return fail(r, _("the journal"));
        if (h->lines == 0)
                return cli_fail(CLI_DENIED, "%s",
                                _("no kernel message can be read here: are you root, or in group "
                                  "adm or systemd-journal?"));
        return 0;
}

static int read_all(const HistoryArgs *a, Kernlog *k, HistoryRead *h)
{
        int r = 0;

        if (!a->dir && !a->file)
                return read_here(k, h);
        if (a->dir)
                r = history_saved(k, a->dir, h);
        if (r >= 0 && a->file)
                r = history_file(k, a->file, h);
        if (r < 0)
                return fail(r, a->file ? a->file : a->dir);
        if (h->lines == 0)
                return cli_fail(CLI_FAILED, _("no kernel message in %s"),
                                a->file ? a->file : a->dir);
        return 0;
}

static void digest_text(const KnownDrive *d, char ret[2 * DIGEST_SIZE + 1])
{
        ret[0] = '\0';
        if (!d->missing)
                text_hex(d->digest, DIGEST_SIZE, ret);
}

static void add_known(json_object *o, const KnownDrive *d)
{
        bool listed = d->state == KNOWN_LISTED;
        char hex[2 * DIGEST_SIZE + 1];

        digest_text(d, hex);
        json_put_text(o, "identity", hex);
        json_put_text(o, "missing", known_missing_slug(d->missing));
        json_put_text(o, "whitelist", known_state_slug(d->state));
        json_object_object_add(o, "revoked", json_object_new_boolean(d->revoked));
        json_put_text(o, "zone", listed ? zone_name(d->entry.zone) : "");
        json_put_text(o, "level", listed ? level_name(d->entry.level) : "");
        json_put_text(o, "media_number", d->number);
}

static void print_json(const History *h)
{
        json_object *list = json_object_new_array(), *o;

        for (size_t i = 0; i < h->known.n; i++) {
                const KernlogDevice *d = kernlog_device(h->log, i);

                o = json_object_new_object();
                json_put_text(o, "vid", d->vid);
                json_put_text(o, "pid", d->pid);
                json_put_text(o, "serial", d->serial);
                json_put_text(o, "manufacturer", d->manufacturer);
                json_put_text(o, "product", d->product);
                json_put_number(o, "size", d->size);
                json_object_object_add(o, "first", json_object_new_int64(d->first));
                json_object_object_add(o, "last", json_object_new_int64(d->last));
                json_object_object_add(o, "gone", json_object_new_int64(d->gone));
                json_put_text(o, "port", d->port);
                json_put_number(o, "count", d->count);
                add_known(o, &h->known.drives[i]);
                json_put_text(o, "source", SOURCE);
                json_object_array_add(list, o);
        }
        out_json(list);
}

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
                digest_text(known, hex);
                printf("%s,%s,%" PRIu64 ",%s,%s,%" PRIu64, first, last, d->count, d->vid, d->pid,
                       d->size);
                csv_cell(stdout, false, d->serial);
                csv_cell(stdout, false, d->manufacturer);
                csv_cell(stdout, false, d->product);
                csv_cell(stdout, false, SOURCE);
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

/* "revoked", "internal", "classified, secret", and the number behind it; in a narrow table the
 * number alone where there is one. */
static void known_text(const KnownDrive *d, bool narrow, char *ret, size_t size)
{
        char state[96];
        bool number = *d->number;

        if (d->state == KNOWN_NO_WHITELIST || d->state == KNOWN_NOT_TOLD)
                snprintf(state, sizeof(state), "%s", d->state ? _("cannot be told") : "-");
        else if (d->revoked)
                snprintf(state, sizeof(state), "%s", _("revoked"));
        else if (d->state == KNOWN_NOT_LISTED)
                snprintf(state, sizeof(state), "%s", _("not listed"));
        else if (d->entry.level)
                snprintf(state, sizeof(state), _("%s, %s"), _(zone_name(d->entry.zone)),
                         _(level_name(d->entry.level)));
        else
                snprintf(state, sizeof(state), "%s", _(zone_name(d->entry.zone)));
        if (number &&
            (d->state == KNOWN_NO_WHITELIST || (narrow && d->state == KNOWN_LISTED && !d->revoked)))
                snprintf(ret, size, "%s", d->number);
        else
                snprintf(ret, size, "%s%s%s", state, number ? " " : "", d->number);
}

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
        known_text(known, fit->n < SHOWN_MAX, text, sizeof(text));
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
                print_json(h);
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
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        History h = {.here = !a->dir && !a->file, .each = a->each};
        HistoryRead read = {0};
        int r;

        if (a->json && a->csv)
                return cli_fail(CLI_USAGE, "%s", _("give one of --json, --csv"));
        if (kernlog_new(&k) < 0)
                return cli_out_of_memory();
        if (a->each)
                kernlog_each(k);
        r = read_all(a, k, &read);
        if (r)
                return r;
        r = kernlog_end(k);
        if (r < 0)
                return fail(r, _("the journal"));
        h.log = k;
        r = known_load(k, a->whitelist, &h.known);
        if (r == 0)
                r = print(a, &h);
        known_clear(&h.known);
        return r == 0 && read.damaged ? CLI_FAILED : r;
}

static const Option options[] = {
        TEXT(HistoryArgs, dir, "dir", 'D', N_("DIR"), N_("read the journal and logs in DIR")),
        TEXT(HistoryArgs, file, "file", 'f', N_("FILE"),
             N_("read this log, plain or packed (gz, xz, bz2, zst)")),
        TEXT(HistoryArgs, whitelist, "whitelist", 'w', N_("FILE"),
             N_("compare with this whitelist, not the one in force")),
        FLAG(HistoryArgs, each, "each", 'e', N_("list each time a drive was plugged in")),
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
