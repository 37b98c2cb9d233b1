/* SPDX-License-Identifier: GPL-2.0-or-later */
/* finding: what an inspection found, what was ordered, what was done, and how it ended. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/verbs.h"

#define TEXT_COLUMNS 48
#define COLUMN_STATE 2u
#define DUE_SECONDS_MAX (10ull * 366 * 24 * 3600)

typedef struct FindingArgs {
        const char *text, *due, *dir;
        bool all, json;
} FindingArgs;

typedef struct Step {
        const char *word, *kind;
} Step;

static const Step steps[] = {
        {"instruct", "instruction"},
        {"remedy", "remedy"},
        {"close", "finding-closed"},
};

/* "2026-12-01" (its end), a time, or "7d" from now. 0 for none. */
static int parse_due(const char *text, int64_t *ret)
{
        char time_text[TEXT_TIME_MAX];
        uint64_t seconds;
        int64_t now = (int64_t)time(NULL);
        int r;

        *ret = 0;
        if (!text)
                return 0;
        if (text_duration(text, DUE_SECONDS_MAX, &seconds) == 0) {
                *ret = now + (int64_t)seconds;
                return 0;
        }
        r = record_time("due", text, true, time_text);
        if (r)
                return r;
        if (text_time(time_text, ret) < 0 || *ret < now)
                return cli_fail(CLI_USAGE, _("--due: \"%s\" is over already"), text);
        return 0;
}

/* As much of the text as fits into a column. */
static void shorten(const char *text, char *ret, size_t size)
{
        size_t n = 0;

        snprintf(ret, size, "%s", text);
        if (out_width(ret) <= TEXT_COLUMNS && strlen(text) < size)
                return;
        while (n < size - 4 && ret[n]) {
                size_t next = n + 1;
                char kept;

                while (((unsigned char)ret[next] & 0xc0) == 0x80)
                        next++;
                kept = ret[next];
                ret[next] = '\0';
                if (out_width(ret) > TEXT_COLUMNS - 3 || next > size - 4)
                        break;
                ret[next] = kept;
                n = next;
        }
        snprintf(ret + n, size - n, "...");
}

static int add_row(Table *t, json_object *o, int64_t now)
{
        char number[24], record[24], due[32], text[4 * TEXT_COLUMNS + 4];
        bool open = case_is_open(o), overdue = case_is_overdue(o, now);

        snprintf(number, sizeof(number), "%" PRIu64, json_number(o, "finding"));
        snprintf(record, sizeof(record), "%" PRIu64, json_number(o, "record"));
        out_time((int64_t)json_number(o, "due"), due, sizeof(due));
        if (strlen(due) > 10)
                due[10] = '\0'; /* the day */
        shorten(json_text(o, "text"), text, sizeof(text));
        const char *cells[] = {number,
                               due,
                               overdue ? _("overdue")
                               : open  ? _("open")
                                       : _("closed"),
                               json_number(o, "record") ? record : "-",
                               text,
                               json_text(o, "who")};
        return table_add(t, cells, COLUMN_STATE,
                         overdue ? STYLE_BAD
                         : open  ? STYLE_WARN
                                 : STYLE_GOOD);
}

static int list_findings(const FindingArgs *a)
{
        const char *heads[] = {_("Finding"),   _("Deadline"), _("State"),
                               _("Violation"), _("Text"),     _("Recorded by")};
        const CaseTable how = {.heads = heads,
                               .columns = ARRAY_SIZE(heads),
                               .none = _("There is no open finding."),
                               .add_row = add_row};

        return cases_list(&how, a->dir, a->all, a->json);
}

/* The finding `number`, borrowed from `c`. CLI_*. */
static int find(const char *dir, uint64_t number, Cases *c, json_object **ret)
{
        int r = cases_load(dir, c);

        if (r && r != CLI_BROKEN)
                return r;
        *ret = cases_find(c, "finding", number);
        if (!*ret)
                return cli_fail(CLI_FAILED, _("there is no finding %" PRIu64 ": see %s finding"),
                                number, UZ_CLI);
        return r;
}

static int show(const FindingArgs *a, uint64_t number)
{
        _cleanup_(cases_clear) Cases c = {0};
        json_object *o = NULL;
        int r = find(a->dir, number, &c, &o);

        if (!o)
                return r;
        if (a->json)
                out_json(json_object_get(o));
        else
                case_print(o, _("finding"));
        return r;
}

static int add(const FindingArgs *a, const char *word)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t record = 0, seq;
        int64_t due = 0;
        int r = word ? case_number(word, &record) : 0;

        if (r == 0)
                r = case_check_text("finding add", a->text);
        if (r == 0)
                r = parse_due(a->due, &due);
        if (r == 0)
                r = client_open(&c);
        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "AddFinding", &reply, "tsx", record,
                                a->text, due);
        if (r == 0)
                r = case_reply(reply, &seq);
        if (r)
                return r;
        printf(_("Finding %" PRIu64 " is recorded.\n"), seq);
        return 0;
}

static int check_open(const char *dir, uint64_t number)
{
        _cleanup_(cases_clear) Cases c = {0};
        json_object *o = NULL;
        int r = find(dir, number, &c, &o);

        if (r == 0 && !case_is_open(o))
                return cli_fail(CLI_FAILED, _("finding %" PRIu64 " is closed already"), number);
        return r;
}

static int follow(const FindingArgs *a, const Step *step, uint64_t number)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t seq;
        int64_t due = 0;
        int r = case_check_text("finding", a->text);

        if (r == 0 && a->due && strcmp(step->word, "instruct") != 0)
                return cli_fail(CLI_USAGE, "%s", _("only add and instruct take --due"));
        if (r == 0)
                r = parse_due(a->due, &due);
        if (r == 0)
                r = check_open(a->dir, number);
        if (r == 0)
                r = client_open(&c);
        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "FollowFinding", &reply, "tssx",
                                number, step->kind, a->text, due);
        if (r == 0)
                r = case_reply(reply, &seq);
        if (r)
                return r;
        printf(_("Recorded (record %" PRIu64 ").\n"), seq);
        return 0;
}

static int run(void *args, int n, char **words)
{
        const FindingArgs *a = args;
        const char *word = n ? words[0] : "list";
        uint64_t number;
        int r;

        if (!strcmp(word, "list") && n < 2)
                return list_findings(a);
        if (a->json && strcmp(word, "show") != 0)
                return out_no_json("finding", word);
        if (!strcmp(word, "add"))
                return add(a, n > 1 ? words[1] : NULL);
        for (size_t i = 0; i <= ARRAY_SIZE(steps); i++) {
                if (strcmp(word, i < ARRAY_SIZE(steps) ? steps[i].word : "show") != 0)
                        continue;
                if (n < 2)
                        return cli_fail(CLI_USAGE, _("finding %s: which finding?"), word);
                r = case_number(words[1], &number);
                if (r)
                        return r;
                return i < ARRAY_SIZE(steps) ? follow(a, &steps[i], number) : show(a, number);
        }
        return cli_fail(CLI_USAGE,
                        _("finding: \"%s\" is none of list, show, add, instruct, remedy, close"),
                        word);
}

static const Option options[] = {
        TEXT(FindingArgs, text, "text", 't', N_("TEXT"), N_("what to record (needed)")),
        TEXT(FindingArgs, due, "due", 0, N_("TIME"),
             N_("deadline: a day (its end), a time, or 7d from now")),
        FLAG(FindingArgs, all, "all", 'a', N_("list closed ones too")),
        TEXT(FindingArgs, dir, "dir", 'D', N_("DIR"), N_("read the ledger in DIR")),
        FLAG(FindingArgs, json, "json", 'j', N_("list, show: print JSON")),
};

const Verb verb_finding = {
        .name = "finding",
        .usage = N_("[list|show|add|instruct|remedy|close] [NUMBER]"),
        .summary = N_("list and record findings, and what became of them"),
        .details = N_(
                "add: what was found, about the violation RECORD or in general. instruct: what is to be\n"
                "done, and until when. remedy: what was done. close: the result. Each is a record of its\n"
                "own, with your name; nothing is edited. list shows what is open, overdue first."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 2,
        .size = sizeof(FindingArgs),
        .run = run,
};
