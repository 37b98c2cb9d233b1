/* SPDX-License-Identifier: GPL-2.0-or-later */
/* incident: a suspected leak, its 24 hours, and the report to fill in. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/show.h"
#include "cli/verbs.h"

#define COLUMN_STATE 2u

typedef struct IncidentArgs {
        const char *text, *dir;
        bool all, json;
} IncidentArgs;

static int add_row(Table *t, json_object *o, int64_t now)
{
        char number[24], opened[32], state[64];
        bool open = case_is_open(o);

        snprintf(number, sizeof(number), "%" PRIu64, json_number(o, "incident"));
        out_time((int64_t)json_number(o, "time"), opened, sizeof(opened));
        if (open)
                case_time_left((int64_t)json_number(o, "deadline"), now, state, sizeof(state));
        else
                snprintf(state, sizeof(state), "%s", _("closed"));
        const char *cells[] = {number, opened, state, json_text(o, "text"), json_text(o, "who")};
        return table_add(t, cells, COLUMN_STATE,
                         case_is_overdue(o, now) ? STYLE_BAD
                         : open                  ? STYLE_WARN
                                                 : STYLE_GOOD);
}

static int list_incidents(const IncidentArgs *a)
{
        const char *heads[] = {_("Incident"), _("Opened"), _("State"), _("Text"), _("Recorded by")};
        const CaseTable how = {.incidents = true,
                               .heads = heads,
                               .columns = ARRAY_SIZE(heads),
                               .none = _("There is no open incident."),
                               .add_row = add_row};

        return cases_list(&how, a->dir, a->all, a->json);
}

static int open_incident(const IncidentArgs *a, const char *word)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t record = 0, seq;
        int r = word ? case_number(word, &record) : 0;

        if (r == 0)
                r = case_check_text("incident open", a->text);
        if (r == 0)
                r = client_open(&c);
        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "OpenIncident", &reply, "ts", record,
                                a->text);
        if (r == 0)
                r = case_reply(reply, &seq);
        if (r)
                return r;
        printf(_("Incident %" PRIu64 " is open: it is to be reported within 24 hours.\n"
                 "A report to fill in: %s incident template %" PRIu64 "\n"),
               seq, UZ_CLI, seq);
        return 0;
}

static int close_incident(const IncidentArgs *a, uint64_t number)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t seq;
        int r = case_check_text("incident close", a->text);

        if (r == 0)
                r = client_open(&c);
        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "CloseIncident", &reply, "ts",
                                number, a->text);
        if (r == 0)
                r = case_reply(reply, &seq);
        if (r)
                return r;
        printf(_("Incident %" PRIu64 " is closed (record %" PRIu64 ").\n"), number, seq);
        return 0;
}

/* The record with this number, or NULL: the violation that an incident is about. */
static json_object *find_record(const char *dir, uint64_t seq)
{
        _cleanup_(record_close) RecordSource s = {.dir_fd = -EBADF};
        const RecordFilter all = {0};

        if (seq == 0 || record_open(&s, dir, &all))
                return NULL;
        while (record_next(&s) > 0)
                if (record_seq(s.line) == seq)
                        return record_parse(s.line, s.size);
        return NULL;
}

static void heading(const char *text)
{
        printf("\n%s\n", text);
}

/* A line that is filled in, by us or by hand. */
static void line(const char *name, const char *value)
{
        printf(_("  %s: %s\n"), name, value && *value ? value : "________________________");
}

static void write_drive(json_object *o)
{
        char device[64] = "";

        if (*json_text(o, "vid"))
                snprintf(device, sizeof(device), "%s:%s", json_text(o, "vid"), json_text(o, "pid"));
        line(_("Media number"), json_text(o, "media_number"));
        line(_("Zone of the drive"),
             _(*json_text(o, "drive_zone") ? json_text(o, "drive_zone") : "none"));
        line(_("Holder"), json_text(o, "holder"));
        line(_("Device"), device);
        line(_("Serial"), json_text(o, "serial"));
        line(_("Identity"), json_text(o, "identity"));
        line(_("Zone of the computer"),
             *json_text(o, "host_zone") ? _(json_text(o, "host_zone")) : NULL);
        line(_("Decision"), *json_text(o, "reason") ? show_reason(json_text(o, "reason")) : NULL);
}

/* The contents are those that a report of a leak must have (Law on Guarding State Secrets,
 * article 47; Implementing Regulation, article 61). */
static void write_template(json_object *incident, json_object *violation)
{
        char opened[32], deadline[32], number[24];

        out_time((int64_t)json_number(incident, "time"), opened, sizeof(opened));
        out_time((int64_t)json_number(incident, "deadline"), deadline, sizeof(deadline));
        snprintf(number, sizeof(number), "%" PRIu64, json_number(incident, "incident"));
        printf("%s\n", _("Report of a suspected leak of secrets"));
        printf(_("To be reported by %s.\n"), deadline);
        heading(_("1. The incident"));
        line(_("Incident, record in the ledger"), number);
        line(_("Noticed"), opened);
        line(_("Recorded by"), json_text(incident, "who"));
        line(_("What happened"), json_text(incident, "text"));
        line(_("Where (unit, room)"), NULL);
        line(_("Computer"), json_text(incident, "host"));
        if (violation) {
                snprintf(number, sizeof(number), "%" PRIu64, json_number(violation, "seq"));
                out_time(record_seconds(violation), opened, sizeof(opened));
                heading(_("2. The drive and the violation"));
                line(_("Violation, record in the ledger"), number);
                line(_("Time"), opened);
        } else {
                heading(_("2. The drive"));
        }
        write_drive(violation);
        heading(_("3. What may have leaked"));
        line(_("Name and number of each secret"), NULL);
        line(_("Level and retention"), NULL);
        line(_("Number of documents, by level"), NULL);
        line(_("Who may have come to know it"), NULL);
        heading(_("4. Who is responsible"));
        line(_("Name, unit, position"), NULL);
        line(_("How it came about"), NULL);
        heading(_("5. Harm and measures"));
        line(_("Harm done, or to be feared"), NULL);
        line(_("Measures taken, since when"), NULL);
        line(_("Measures planned"), NULL);
        heading(_("6. Report"));
        line(_("Reported to"), NULL);
        line(_("Time"), NULL);
        line(_("Reported by, telephone"), NULL);
        line(_("Head of the unit, signature"), NULL);
}

static int print_template(const IncidentArgs *a, uint64_t number)
{
        _cleanup_(json_object_putp) json_object *violation = NULL;
        _cleanup_(cases_clear) Cases c = {0};
        json_object *o;
        int r = cases_load(a->dir, &c);

        if (r && r != CLI_BROKEN)
                return r;
        o = cases_find(&c, "incident", number);
        if (!o)
                return cli_fail(CLI_FAILED, _("there is no incident %" PRIu64 ": see %s incident"),
                                number, UZ_CLI);
        violation = find_record(a->dir, json_number(o, "record"));
        write_template(o, violation);
        return r;
}

static int run(void *args, int n, char **words)
{
        const IncidentArgs *a = args;
        const char *word = n ? words[0] : "list";
        uint64_t number;
        int r;

        if (!strcmp(word, "list") && n < 2)
                return list_incidents(a);
        if (a->json)
                return out_no_json("incident", word);
        if (!strcmp(word, "open"))
                return open_incident(a, n > 1 ? words[1] : NULL);
        if (strcmp(word, "close") != 0 && strcmp(word, "template") != 0)
                return cli_fail(CLI_USAGE,
                                _("incident: \"%s\" is none of list, open, close, template"), word);
        if (n < 2)
                return cli_fail(CLI_USAGE, _("incident %s: which incident?"), word);
        r = case_number(words[1], &number);
        if (r)
                return r;
        return !strcmp(word, "close") ? close_incident(a, number) : print_template(a, number);
}

static const Option options[] = {
        TEXT(IncidentArgs, text, "text", 't', N_("TEXT"),
             N_("what is suspected, or how it ended (needed)")),
        FLAG(IncidentArgs, all, "all", 'a', N_("list closed ones too")),
        TEXT(IncidentArgs, dir, "dir", 'D', N_("DIR"), N_("read the ledger in DIR")),
        FLAG(IncidentArgs, json, "json", 'j', N_("list: print JSON")),
};

const Verb verb_incident = {
        .name = "incident",
        .usage = N_("[list | open [RECORD] | close N | template N]"),
        .summary = N_("open and close incidents: suspected leaks, to be reported within 24 hours"),
        .details = N_(
                "open: a leak is suspected, about the violation RECORD or in general; from now on the\n"
                "hours that are left stand in status. template: a report to fill in, as text. close:\n"
                "how it ended. Each is a record of its own, with your name."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 2,
        .size = sizeof(IncidentArgs),
        .run = run,
};
