/* SPDX-License-Identifier: GPL-2.0-or-later */
/* status: mode, zone, policy, ledger and drives of this computer on one page. */
#include <inttypes.h>
#include <string.h>
#include <time.h>
#include <time.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/clock_words.h"
#include "cli/expiry.h"
#include "cli/said.h"
#include "cli/show.h"
#include "cli/verbs.h"

typedef struct StatusArgs {
        bool json;
} StatusArgs;

typedef struct Counts {
        size_t drives, allowed, read_only, blocked, violations;
} Counts;

static Counts count(json_object *list)
{
        Counts c = {.drives = json_object_array_length(list)};

        for (size_t i = 0; i < c.drives; i++) {
                json_object *o = json_object_array_get_idx(list, i);
                const char *verdict = json_text(o, "verdict");
                bool blocked = !strcmp(verdict, effect_name(EFFECT_BLOCK));

                c.allowed += !strcmp(verdict, effect_name(EFFECT_ALLOW));
                c.read_only += !strcmp(verdict, effect_name(EFFECT_READ_ONLY));
                c.blocked += blocked;
                c.violations += blocked &&
                                strcmp(json_text(o, "severity"), severity_name(SEVERITY_NONE)) != 0;
        }
        return c;
}

static void print_computer(json_object *m)
{
        const char *mode = json_text(m, "mode"), *level = json_text(m, "level");
        bool enforce = !strcmp(mode, "enforce");

        out_field_styled(enforce ? STYLE_GOOD : STYLE_WARN, _("Mode"), "%s%s", _(mode),
                         enforce ? "" : _(": drives are decided and recorded, none is blocked"));
        out_field(_("Computer"), "%s",
                  *json_text(m, "host_name") ? json_text(m, "host_name") : "-");
        out_field(_("Id"), "%s", *json_text(m, "host_id") ? json_text(m, "host_id") : "-");
        if (*level && strcmp(level, "none") != 0)
                out_field(_("Zone"), "%s, %s", _(json_text(m, "zone")), _(level));
        else
                out_field(_("Zone"), "%s", *json_text(m, "zone") ? _(json_text(m, "zone")) : "-");
        out_field(_("Authority"), "%s",
                  *json_text(m, "authority") ? json_text(m, "authority") : "-");
}

static bool ends_soon(json_object *m)
{
        ClockTimes t;

        return (int64_t)json_number(m, "policy_expires") -
                       (clock_times(m, &t) ? t.judged : time(NULL)) <
               EXPIRY_WARNING_DAYS * INT64_C(86400);
}

static void print_clock(json_object *m)
{
        char much[CLOCK_WORDS_MAX], judged[32];
        ClockTimes t;

        if (!clock_times(m, &t) || t.behind < CLOCK_TELL_SECONDS)
                return;
        clock_words(t.behind, much);
        out_time(t.judged, judged, sizeof(judged));
        out_field_styled(STYLE_WARN, _("Clock"),
                         _("%s behind the remembered time: drives are judged by %s"), much, judged);
}

static void print_policy(json_object *m)
{
        const char *status = json_text(m, "policy_status");
        bool good = !strcmp(status, reason_slug(REASON_OK));
        char time[32], words[SAID_WORDS_MAX];

        out_time((int64_t)json_number(m, "policy_expires"), time, sizeof(time));
        if (good && json_number(m, "policy_expires"))
                out_field_styled(ends_soon(m) ? STYLE_WARN : STYLE_PLAIN, _("Policy"),
                                 _("version %" PRIu64 ", valid until %s"),
                                 json_number(m, "policy_version"), time);
        else if (good)
                out_field(_("Policy"), _("version %" PRIu64), json_number(m, "policy_version"));
        else
                out_field_styled(STYLE_BAD, _("Policy"), _("%s: %s"), show_reason(status),
                                 said_words(json_text(m, "policy_message"), words));
        out_field(_("Whitelist"),
                  ngettext("%" PRIu64 " drive", "%" PRIu64 " drives",
                           json_number(m, "whitelist_count")),
                  json_number(m, "whitelist_count"));
}

static void print_state(json_object *m, const Counts *c)
{
        bool ok = !strcmp(json_text(m, "ledger_status"), "ok");

        out_field_styled(ok ? STYLE_PLAIN : STYLE_BAD, _("Ledger"),
                         _("%s, %" PRIu64 " records, head %.16s"), _(json_text(m, "ledger_status")),
                         json_number(m, "ledger_sequence"), json_text(m, "ledger_head"));
        out_field(_("Drives"), _("%zu plugged in: %zu allowed, %zu read-only, %zu blocked"),
                  c->drives, c->allowed, c->read_only, c->blocked);
        if (c->violations)
                out_field_styled(STYLE_BAD, _("Violations"),
                                 ngettext("%zu drive that must not be here",
                                          "%zu drives that must not be here", c->violations),
                                 c->violations);
        out_field(_("Version"), "%s", json_text(m, "version"));
}

/* Those who hold a role see them: nobody else learns that a leak is suspected. No password is
 * asked for. */
static json_object *read_incidents(Client *c)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        json_object *list = json_object_new_array();
        uint64_t number;
        int64_t opened, deadline;

        if (sd_bus_call_method(client_bus(c), UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER,
                               "ListIncidents", NULL, &reply, "") < 0 ||
            sd_bus_message_enter_container(reply, 'a', "(txx)") < 0)
                return list;
        while (sd_bus_message_read(reply, "(txx)", &number, &opened, &deadline) > 0) {
                json_object *o = json_object_new_object();

                json_object_object_add(o, "incident", json_object_new_uint64(number));
                json_object_object_add(o, "time", json_object_new_int64(opened));
                json_object_object_add(o, "deadline", json_object_new_int64(deadline));
                json_object_array_add(list, o);
        }
        return list;
}

static void print_incidents(json_object *list)
{
        char left[64];

        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *o = json_object_array_get_idx(list, i);

                case_time_left((int64_t)json_number(o, "deadline"), (int64_t)time(NULL), left,
                               sizeof(left));
                out_field_styled(STYLE_BAD, _("Incident"),
                                 _("%" PRIu64 ", to be reported within 24 hours: %s"),
                                 json_number(o, "incident"), left);
        }
}

static void print_json(json_object *m, const Counts *c, json_object *incidents)
{
        json_object *o = json_object_new_object();

        json_object_object_add(o, "plugged_in", json_object_new_uint64(c->drives));
        json_object_object_add(o, "allowed", json_object_new_uint64(c->allowed));
        json_object_object_add(o, "read_only", json_object_new_uint64(c->read_only));
        json_object_object_add(o, "blocked", json_object_new_uint64(c->blocked));
        json_object_object_add(o, "violations", json_object_new_uint64(c->violations));
        json_object_object_add(m, "drives", o);
        json_object_object_add(m, "incidents", json_object_get(incidents));
        out_json(m);
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const StatusArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *manager = NULL, *list = NULL, *incidents = NULL;
        Counts counts;
        int r = client_open(&c);

        if (r == 0)
                r = client_manager(c, &manager);
        if (r == 0)
                r = client_drives(c, &list);
        if (r)
                return r;
        counts = count(list);
        incidents = read_incidents(c);
        if (a->json) {
                print_json(TAKE_PTR(manager), &counts, incidents);
                return 0;
        }
        print_computer(manager);
        print_policy(manager);
        print_clock(manager);
        print_state(manager, &counts);
        print_incidents(incidents);
        return 0;
}

static const Option options[] = {
        FLAG(StatusArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_status = {
        .name = "status",
        .usage = N_("[OPTIONS]"),
        .summary = N_("show this computer's mode, zone, policy, ledger and drives"),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(StatusArgs),
        .run = run,
};
