/* SPDX-License-Identifier: GPL-2.0-or-later */
/* history: USB storage that the logs of this computer name, from before the guard. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/csv.h"
#include "cli/history.h"
#include "cli/out.h"
#include "cli/verbs.h"
#include "lib/text.h"

typedef struct HistoryArgs {
        const char *dir, *file;
        bool json, csv;
} HistoryArgs;

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

static void add_text(json_object *o, const char *key, const char *text)
{
        json_object_object_add(o, key, json_object_new_string(text));
}

static void print_json(const Kernlog *k)
{
        json_object *list = json_object_new_array(), *o;

        for (size_t i = 0; i < kernlog_count(k); i++) {
                const KernlogDevice *d = kernlog_device(k, i);

                o = json_object_new_object();
                add_text(o, "vid", d->vid);
                add_text(o, "pid", d->pid);
                add_text(o, "serial", d->serial);
                add_text(o, "manufacturer", d->manufacturer);
                add_text(o, "product", d->product);
                json_object_object_add(o, "size", json_object_new_uint64(d->size));
                json_object_object_add(o, "first", json_object_new_int64(d->first));
                json_object_object_add(o, "last", json_object_new_int64(d->last));
                json_object_object_add(o, "count", json_object_new_uint64(d->count));
                add_text(o, "source", "imported, not signed");
                json_object_array_add(list, o);
        }
        out_json(list);
}

static void print_csv(const Kernlog *k)
{
        char first[TEXT_TIME_MAX], last[TEXT_TIME_MAX];

        puts("first,last,count,vid,pid,size,serial,manufacturer,product,source");
        for (size_t i = 0; i < kernlog_count(k); i++) {
                const KernlogDevice *d = kernlog_device(k, i);

                text_time_format(d->first, first);
                text_time_format(d->last, last);
                printf("%s,%s,%" PRIu64 ",%s,%s,%" PRIu64, first, last, d->count, d->vid, d->pid,
                       d->size);
                csv_cell(stdout, false, d->serial);
                csv_cell(stdout, false, d->manufacturer);
                csv_cell(stdout, false, d->product);
                csv_cell(stdout, false, "imported, not signed");
                putchar('\n');
        }
}

static int add_row(Table *t, const KernlogDevice *d)
{
        char first[32], last[32], id[16], count[24], size[32], name[2 * KERNLOG_TEXT_MAX];

        out_time(d->first, first, sizeof(first));
        out_time(d->last, last, sizeof(last));
        snprintf(id, sizeof(id), "%s:%s", d->vid, d->pid);
        snprintf(count, sizeof(count), "%" PRIu64, d->count);
        out_bytes(d->size, size, sizeof(size));
        snprintf(name, sizeof(name), "%s%s%s", d->manufacturer, *d->manufacturer ? " " : "",
                 d->product);
        /* Days are enough here; --json and --csv have the time. */
        first[strcspn(first, " ")] = '\0';
        last[strcspn(last, " ")] = '\0';
        const char *cells[] = {
                first, last, count, id, d->size ? size : "-", *d->serial ? d->serial : "-", name};
        return table_add(t, cells, ARRAY_SIZE(cells), STYLE_PLAIN);
}

static int print_table(const Kernlog *k)
{
        const char *heads[] = {_("First"), _("Last"),          _("Times"), _("USB id"),
                               _("Size"),  _("Serial number"), _("Name")};
        _cleanup_(table_freep) Table *t = NULL;
        int r = table_new(ARRAY_SIZE(heads), heads, &t);

        for (size_t i = 0; i < kernlog_count(k) && r == 0; i++)
                r = add_row(t, kernlog_device(k, i));
        if (r < 0)
                return cli_out_of_memory();
        table_print(t);
        return 0;
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const HistoryArgs *a = args;
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        HistoryRead h = {0};
        int r;

        if (a->json && a->csv)
                return cli_fail(CLI_USAGE, "%s", _("give one of --json, --csv"));
        if (kernlog_new(&k) < 0)
                return cli_out_of_memory();
        r = read_all(a, k, &h);
        if (r)
                return r;
        if (a->json)
                print_json(k);
        else if (a->csv)
                print_csv(k);
        else if (kernlog_count(k) == 0)
                puts(_("The logs name no USB storage."));
        else
                r = print_table(k);
        cli_note("%s", _("imported from logs, not signed; a log does not tell a drive's identity, "
                         "so the whitelist cannot be asked"));
        return r == 0 && h.damaged ? CLI_FAILED : r;
}

static const Option options[] = {
        TEXT(HistoryArgs, dir, "dir", 'D', N_("DIR"), N_("read the journal and logs in DIR")),
        TEXT(HistoryArgs, file, "file", 'f', N_("FILE"),
             N_("read this log, plain or packed (gz, xz, bz2, zst)")),
        FLAG(HistoryArgs, csv, "csv", 0, N_("print CSV")),
        FLAG(HistoryArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_history = {
        .name = "history",
        .usage = N_("[OPTIONS]"),
        .summary = N_("list the USB storage that logs name, from before the guard"),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(HistoryArgs),
        .run = run,
};
