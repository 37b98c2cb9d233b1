/* SPDX-License-Identifier: GPL-2.0-or-later */
/* log: records of the verified ledger. */
#include <string.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/pager.h"
#include "cli/record.h"
#include "cli/verbs.h"
#include "policy/zone.h"

#define LINES_MAX 100000000u
#define PROGRESS_STEP 1024u

typedef struct LogArgs {
        const char *since, *until, *drive, *reason, *severity, *kind, *zone, *lines, *dir;
        bool follow, reverse, json, csv, no_pager, open, acknowledged;
        Cases *cases; /* for the last two */
} LogArgs;

/* The last records that fit, for -n and --reverse. `limit` 0: all. */
typedef struct Kept {
        char **lines;
        size_t n, room, limit, first;
} Kept;

static int parse_filter(const LogArgs *a, RecordFilter *ret, uint64_t *ret_limit)
{
        RecordFilter f = {.reason = a->reason,
                          .kind = a->kind,
                          .drive = a->drive,
                          .zone = a->zone,
                          .violations = a->open || a->acknowledged};
        Reason reason;
        Zone zone;
        int r = record_time("since", a->since, false, f.since);

        if (r == 0)
                r = record_time("until", a->until, true, f.until);
        if (r)
                return r;
        if (*f.since && *f.until && strcmp(f.since, f.until) > 0)
                return cli_fail(CLI_USAGE, "%s", _("--until is before --since"));
        if (a->reason && reason_parse(a->reason, &reason) < 0)
                return cli_fail(CLI_USAGE,
                                _("--reason: there is no \"%s\"; see man 7 usbzone-reasons"),
                                a->reason);
        if (a->severity && severity_parse(a->severity, &f.severity) < 0)
                return cli_fail(CLI_USAGE,
                                _("--severity: \"%s\" is none of notice, warning, critical"),
                                a->severity);
        if (a->zone && zone_parse(a->zone, &zone) < 0)
                return cli_fail(CLI_USAGE,
                                _("--zone: \"%s\" is none of internal, classified, internet"),
                                a->zone);
        if (a->lines && text_u64(a->lines, LINES_MAX, ret_limit) < 0)
                return cli_fail(CLI_USAGE, _("--lines: \"%s\" is no number"), a->lines);
        if (a->follow && a->reverse)
                return cli_fail(CLI_USAGE, "%s", _("--follow and --reverse do not go together"));
        if (a->json && a->csv)
                return cli_fail(CLI_USAGE, "%s", _("--json and --csv do not go together"));
        if (a->open && a->acknowledged)
                return cli_fail(CLI_USAGE, "%s", _("--open and --acknowledged do not go together"));
        *ret = f;
        return 0;
}

static void print_line(const LogArgs *a, const char *line, size_t size)
{
        _cleanup_(json_object_putp) json_object *o = NULL;

        if (a->json) {
                (void)fwrite(line, 1, size, stdout);
                putchar('\n');
                return;
        }
        o = record_parse(line, size);
        if (o && a->csv)
                record_csv(o);
        else if (o)
                record_print(o);
}

static int keep(Kept *k, const char *line, size_t size)
{
        char *copy = strndup(line, size);

        if (!copy)
                return -ENOMEM;
        if (k->limit && k->n == k->limit) {
                free(k->lines[k->first]);
                k->lines[k->first] = copy;
                k->first = (k->first + 1) % k->limit;
                return 0;
        }
        if (k->n == k->room) {
                size_t room = MAX(2 * k->room, (size_t)64);
                char **lines = reallocarray(k->lines, room, sizeof(char *));

                if (!lines) {
                        free(copy);
                        return -ENOMEM;
                }
                k->lines = lines;
                k->room = room;
        }
        k->lines[k->n++] = copy;
        return 0;
}

static void print_kept(const LogArgs *a, Kept *k)
{
        for (size_t i = 0; i < k->n; i++) {
                size_t at = (k->first + (a->reverse ? k->n - 1 - i : i)) % k->n;

                print_line(a, k->lines[at], strlen(k->lines[at]));
        }
        for (size_t i = 0; i < k->n; i++)
                free(k->lines[i]);
        free(k->lines);
        *k = (Kept){0};
}

/* Violations alone, acknowledged or not: which they are is known once all has been read. */
static bool is_by_case(const LogArgs *a)
{
        return a->open || a->acknowledged;
}

static int learn_case(const LogArgs *a, const char *line, size_t size)
{
        _cleanup_(json_object_putp) json_object *o = NULL;

        if (!is_by_case(a) || !cases_need(line, size))
                return 0;
        o = record_parse(line, size);
        return o ? cases_add(a->cases, o) : 0;
}

static bool fits_case(const LogArgs *a, const char *line)
{
        return !is_by_case(a) || cases_acknowledged(a->cases, record_seq(line)) == a->acknowledged;
}

/* Leaves of all violations those that fit, and of them the last `limit`; 0: all. */
static void keep_fitting(const LogArgs *a, Kept *k, size_t limit)
{
        size_t n = 0, drop;

        for (size_t i = 0; i < k->n; i++) {
                if (fits_case(a, k->lines[i]))
                        k->lines[n++] = k->lines[i];
                else
                        free(k->lines[i]);
        }
        drop = limit && n > limit ? n - limit : 0;
        for (size_t i = 0; i < drop; i++)
                free(k->lines[i]);
        memmove(k->lines, k->lines + drop, (n - drop) * sizeof(char *));
        k->n = n - drop;
}

/* As far as the record alone tells. */
static bool wanted(const RecordFilter *f, const char *line, size_t size)
{
        _cleanup_(json_object_putp) json_object *o = NULL;
        RecordSieve sieve = record_sieve(f, line, size);

        if (sieve != RECORD_PARSE)
                return sieve == RECORD_YES;
        o = record_parse(line, size);
        return o && record_matches(f, o);
}

/* Records are printed as they come; else only once all have been seen. */
static bool is_direct(const LogArgs *a)
{
        return !a->lines && !a->reverse && !is_by_case(a);
}

/* Everything there is now. What record_next() ended with, or -ENOMEM. */
static int read_all(const LogArgs *a, RecordSource *s, const RecordFilter *f, size_t limit, Kept *k)
{
        bool direct = is_direct(a);
        Progress progress = progress_start(_("Reading the ledger ..."));
        uint64_t n = 0;
        int r;

        k->limit = is_by_case(a) ? 0 : limit;
        while ((r = record_next(s)) > 0) {
                if (!direct && ++n % PROGRESS_STEP == 0)
                        progress_update(&progress, n, 0);
                if (learn_case(a, s->line, s->size) < 0)
                        return -ENOMEM;
                if ((a->lines && !limit) || !wanted(f, s->line, s->size))
                        continue;
                if (direct)
                        print_line(a, s->line, s->size);
                else if (keep(k, s->line, s->size) < 0)
                        return -ENOMEM;
        }
        progress_end(&progress);
        if (is_by_case(a))
                keep_fitting(a, k, limit);
        return r;
}

static int follow(const LogArgs *a, RecordSource *s, const RecordFilter *f)
{
        int r = 0;

        while (r == 0) {
                fflush(stdout);
                if (ferror(stdout))
                        return 0;
                if (record_wait(s))
                        return -1;
                while ((r = record_next(s)) > 0) {
                        if (learn_case(a, s->line, s->size) < 0)
                                return -ENOMEM;
                        if (wanted(f, s->line, s->size) && fits_case(a, s->line))
                                print_line(a, s->line, s->size);
                }
        }
        return r;
}

/* All that is printed; the listing ends in a line that says how far it is verified. */
static int show(const LogArgs *a, RecordSource *s, const RecordFilter *f, size_t limit)
{
        bool plain = !a->json && !a->csv, paged = plain && !a->no_pager && !a->follow;
        Pager pager = pager_open(paged && is_direct(a));
        Kept kept = {0};
        int r;

        if (a->csv)
                record_csv_head();
        r = read_all(a, s, f, limit, &kept);
        if (!is_direct(a))
                pager = pager_open(paged);
        print_kept(a, &kept);
        if (r == 0 && a->follow)
                r = follow(a, s, f);
        if (r != -ENOMEM)
                record_footer(s, r, plain ? stdout : stderr);
        pager_close(&pager);
        fflush(stdout);
        return r == -ENOMEM ? cli_out_of_memory() : record_outcome(s, r);
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        LogArgs *a = args;
        _cleanup_(record_close) RecordSource s = {.dir_fd = -EBADF};
        _cleanup_(cases_clear) Cases cases = {0};
        const RecordFilter all = {
                0}; /* what acknowledges a violation may be of any time and kind */
        RecordFilter f;
        uint64_t limit = 0;
        int r = parse_filter(a, &f, &limit);

        a->cases = &cases;
        if (r == 0)
                r = record_open(&s, a->dir, is_by_case(a) ? &all : &f);
        return r ? r : show(a, &s, &f, (size_t)limit);
}

static const Option options[] = {
        TEXT(LogArgs, since, "since", 's', N_("TIME"),
             N_("from then on: 2026-11-21, \"2026-11-21 08:00\", 08:00, today, yesterday, monday, "
                "-2h, \"2 days ago\"")),
        TEXT(LogArgs, until, "until", 'u', N_("TIME"), N_("up to then; a day is meant whole")),
        TEXT(LogArgs, drive, "drive", 'd', N_("DRIVE"),
             N_("number, media number, identity, serial")),
        TEXT(LogArgs, reason, "reason", 'r', N_("SLUG"), N_("only this reason")),
        TEXT(LogArgs, severity, "severity", 0, N_("WORD"),
             N_("at least notice, warning or critical")),
        TEXT(LogArgs, kind, "kind", 'k', N_("KIND"), N_("only this kind of record")),
        TEXT(LogArgs, zone, "zone", 'z', N_("ZONE"), N_("only drives of this zone")),
        FLAG(LogArgs, open, "open", 0, N_("only violations that nobody has acknowledged")),
        FLAG(LogArgs, acknowledged, "acknowledged", 0, N_("only violations that were")),
        TEXT(LogArgs, lines, "lines", 'n', N_("N"), N_("only the last N")),
        FLAG(LogArgs, reverse, "reverse", 0, N_("newest first")),
        FLAG(LogArgs, follow, "follow", 'f', N_("wait for more")),
        TEXT(LogArgs, dir, "dir", 'D', N_("DIR"), N_("read the ledger in DIR")),
        FLAG(LogArgs, json, "json", 'j', N_("print the records as they stand in the ledger")),
        FLAG(LogArgs, csv, "csv", 0, N_("print a table for spreadsheets")),
        FLAG(LogArgs, no_pager, "no-pager", 0, N_("print to the terminal as it is")),
};

const Verb verb_log = {
        .name = "log",
        .usage = N_("[OPTIONS]"),
        .summary = N_("show records of the verified ledger"),
        .details = N_(
                "The chain is verified while it is read. Exit status 5: it does not hold; what is\n"
                "shown is what verified before the break."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(LogArgs),
        .run = run,
};
