/* SPDX-License-Identifier: GPL-2.0-or-later */
/* report: what happened, for people: a page to print, a table, JSON. */
#include <fcntl.h>
#include <langinfo.h>
#include <limits.h>
#include <locale.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/report.h"
#include "cli/verbs.h"
#include "lib/file.h"
#include "store/package.h"
#include "store/trust.h"

typedef struct ReportArgs {
        const char *out, *since, *until, *lang, *whitelist;
        OptionList history;
        bool csv, json;
} ReportArgs;

/* Everything said from here on is in this language, and in UTF-8, as the page says it is. In the
 * locale "C" nothing would be translated. */
static int set_language(const char *lang)
{
        const char *now = setlocale(LC_MESSAGES, NULL);

        bind_textdomain_codeset(UZ_PACKAGE, "UTF-8");
        if (strcmp(nl_langinfo(CODESET), "UTF-8") != 0 && !setlocale(LC_CTYPE, "C.UTF-8"))
                return cli_fail(CLI_FAILED, _("there is no locale %s"), "C.UTF-8");
        if (!lang)
                return 0;
        if (strcmp(lang, "en") != 0 && strcmp(lang, "zh_CN") != 0)
                return cli_fail(CLI_USAGE, _("--lang: \"%s\" is none of en, zh_CN"), lang);
        if (setenv("LANGUAGE", lang, 1) < 0)
                return cli_out_of_memory();
        if (!now || !strcmp(now, "C") || !strcmp(now, "POSIX"))
                now = "C.UTF-8";
        return setlocale(LC_MESSAGES, now) ? 0
                                           : cli_fail(CLI_FAILED, _("there is no locale %s"), now);
}

static int parse_time(const char *option, const char *text, bool end, int64_t *ret)
{
        char time_text[TEXT_TIME_MAX];
        int r = record_time(option, text, end, time_text);

        if (r == 0 && *time_text && text_time(time_text, ret) < 0)
                return cli_fail(CLI_USAGE, "--%s: \"%s\"", option, text);
        return r;
}

static int check(const ReportArgs *a, Report *r)
{
        int n;

        if (a->csv && a->json)
                return cli_fail(CLI_USAGE, "%s", _("give one of --json, --csv"));
        if (a->csv && a->history.n > 0)
                return cli_fail(
                        CLI_USAGE,
                        _("--history is for the page and --json: %s history --csv lists it"),
                        UZ_CLI);
        if (a->whitelist && a->history.n == 0)
                return cli_fail(CLI_USAGE, "%s", _("--whitelist is for what --history adds"));
        if (!a->csv && !a->json && !a->out && isatty(STDOUT_FILENO))
                return cli_fail(CLI_USAGE, "%s",
                                _("the page is no text for a terminal: --out FILE"));
        n = parse_time("since", a->since, false, &r->since);
        n = n ? n : parse_time("until", a->until, true, &r->until);
        if (n == 0 && a->since && a->until && r->since > r->until)
                n = cli_fail(CLI_USAGE, "%s", _("--until is before --since"));
        return n;
}

/* This computer's name, where its credential may be read. */
static Trust *load_own(void)
{
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        Trust *t = NULL;

        if (fd < 0 || trust_load(fd, (int64_t)time(NULL), (TrustFloor){0}, &t) < 0)
                return NULL;
        return t;
}

typedef struct Word {
        char *path, host[HEAD_HOST_SIZE];
        uint64_t before; /* the number of the record before the first */
} Word;

static int compare_words(const void *a, const void *b)
{
        const Word *x = a, *y = b;
        int r = strcmp(x->host, y->host);

        return r != 0 ? r : (x->before > y->before) - (x->before < y->before);
}

/* Of one computer, the older package first: a later one may close what stands in it. */
static int sort_words(int n, char **words)
{
        _cleanup_(freep) Word *list = calloc((size_t)n + 1, sizeof(*list));

        if (!list)
                return cli_out_of_memory();
        for (int i = 0; i < n; i++) {
                _cleanup_(package_closep) Package *p = NULL;
                const Manifest *m = NULL;
                PackageError e;

                list[i].path = words[i];
                if (package_open(AT_FDCWD, words[i], &p, &e) == 0)
                        m = package_manifest(p);
                if (!m)
                        continue;
                list[i].before = m->before.seq;
                snprintf(list[i].host, sizeof(list[i].host), "%s", m->host);
        }
        qsort(list, (size_t)n, sizeof(*list), compare_words);
        for (int i = 0; i < n; i++)
                words[i] = list[i].path;
        return 0;
}

static int gather(Report *r, int n, char **words)
{
        char own[PATH_MAX];
        int e = 0;

        snprintf(own, sizeof(own), "%s/%s", file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR),
                 UZ_LEDGER_DIR);
        if (n > 1)
                e = sort_words(n, words);
        if (n == 0)
                e = report_add(r, own);
        for (int i = 0; i < n && e == 0; i++)
                e = report_add(r, words[i]);
        report_finish(r);
        return e;
}

static void write_report(const ReportArgs *a, const Report *r, FILE *f)
{
        json_object *o;

        if (a->csv)
                report_csv(r, f);
        if (!a->csv && !a->json)
                report_html(r, f);
        if (!a->json)
                return;
        o = report_json(r);
        fprintf(f, "%s\n",
                json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY |
                                                          JSON_C_TO_STRING_SPACED |
                                                          JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
}

static int write_out(const ReportArgs *a, const Report *r)
{
        _cleanup_(freep) char *data = NULL;
        size_t size = 0;
        FILE *f;
        int n;

        if (!a->out) {
                write_report(a, r, stdout);
                return 0;
        }
        f = open_memstream(&data, &size);
        if (!f)
                return cli_out_of_memory();
        write_report(a, r, f);
        if (fclose(f) != 0)
                return cli_out_of_memory();
        n = file_replace(AT_FDCWD, a->out, data, size, 0640);
        return n < 0 ? cli_fail_errno(n, _("cannot write %s"), a->out) : 0;
}

static int run(void *args, int n, char **words)
{
        const ReportArgs *a = args;
        _cleanup_(report_clear) Report r = {.created = (int64_t)time(NULL)};
        _cleanup_(trust_freep) Trust *trust = NULL;
        int e = set_language(a->lang);

        if (e == 0)
                e = check(a, &r);
        if (e)
                return e;
        trust = load_own();
        r.own = trust && trust->snapshot.status == REASON_OK ? &trust->snapshot.host : NULL;
        for (size_t i = 0; i < a->history.n && e == 0; i++)
                e = report_history(&r.history, a->history.items[i], a->whitelist);
        if (e == 0)
                e = gather(&r, n, words);
        if (e == 0)
                e = write_out(a, &r);
        if (e)
                return e;
        if (a->csv && r.totals.violations_left)
                cli_note(_("%llu violations are counted and not listed: take a shorter time"),
                         (unsigned long long)r.totals.violations_left);
        if (!r.broken)
                return report_history_damaged(&r.history) ? CLI_FAILED : 0;
        return cli_fail(CLI_BROKEN, "%s",
                        a->csv ? _("the evidence is broken: the report without --csv says what is "
                                   "wrong")
                               : _("the evidence is broken: what is wrong stands in the report"));
}

static const Option options[] = {
        TEXT(ReportArgs, out, "out", 'o', N_("FILE"), N_("write to FILE")),
        TEXT(ReportArgs, since, "since", 's', N_("TIME"), N_("from then on, as in log")),
        TEXT(ReportArgs, until, "until", 'u', N_("TIME"), N_("up to then; a day is meant whole")),
        TEXT(ReportArgs, lang, "lang", 0, N_("LANG"), N_("en or zh_CN; else as the locale says")),
        LIST(ReportArgs, history, "history", 0, N_("LOG"),
             N_("add what logs name: a log, a folder of logs, or here")),
        TEXT(ReportArgs, whitelist, "whitelist", 'w', N_("FILE"),
             N_("compare logs with this whitelist, not the one in force")),
        FLAG(ReportArgs, csv, "csv", 0, N_("the violations as CSV")),
        FLAG(ReportArgs, json, "json", 'j', N_("all of it as JSON")),
};

const Verb verb_report = {
        .name = "report",
        .usage = N_("[EXPORT|DIR]... [OPTIONS]"),
        .summary = N_("write a report of one or many computers: a page to print, CSV or JSON"),
        .details = N_(
                "Without words the ledger of this computer is taken. Each ledger is verified while it is\n"
                "read; exit status 5: one does not hold, and the report says which and where. The page\n"
                "is one file that needs no network."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = REPORT_SOURCES_MAX,
        .size = sizeof(ReportArgs),
        .run = run,
};
