/* SPDX-License-Identifier: GPL-2.0-or-later */
/* monitor: what the daemon signals, on a whole terminal or line by line. */
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/live.h"
#include "cli/out.h"
#include "cli/record.h"
#include "cli/record_words.h"
#include "cli/screen.h"
#include "cli/show.h"
#include "cli/verbs.h"

typedef struct MonitorArgs {
        bool json, plain;
} MonitorArgs;

typedef struct Monitor {
        const MonitorArgs *args;
        char last[128]; /* of the last verdict shown: a state change repeats it */
        Live *live;     /* NULL: lines */
} Monitor;

/* One thing that happened. */
static void say(Monitor *m, Style style, const char *format, ...) _printf_(3, 4);
static void say(Monitor *m, Style style, const char *format, ...)
{
        char text[512], now[32];
        va_list args;

        va_start(args, format);
        vsnprintf(text, sizeof(text), format, args);
        va_end(args);
        if (m->live) {
                live_event(m->live, style, text);
                return;
        }
        out_time((int64_t)time(NULL), now, sizeof(now));
        printf("%s%s%s  %s%s%s\n", out_style(stdout, STYLE_DIM), now, out_plain(stdout),
               out_style(stdout, style), text, style == STYLE_PLAIN ? "" : out_plain(stdout));
}

/* "/org/usbzone1/drive/3" is drive 3. */
static const char *drive_number(const char *object)
{
        const char *slash = strrchr(object, '/');

        return slash ? slash + 1 : object;
}

/* A number, as it is in verdicts and in what "list" prints. */
static void add_drive(json_object *fields, const char *object)
{
        uint64_t n = strtoull(drive_number(object), NULL, 10);

        json_object_object_add(fields, "drive", json_object_new_uint64(n));
}

static void emit_json(const char *signal, json_object *fields)
{
        json_object *o = json_object_new_object();

        json_object_object_add(o, "signal", json_object_new_string(signal));
        json_object_object_add(o, "time", json_object_new_int64((int64_t)time(NULL)));
        json_object_object_foreach(fields, key, value)
        {
                json_object_object_add(o, key, json_object_get(value));
        }
        out_json_line(o);
}

static void emit_verdict(Monitor *m, const char *signal, json_object *fields)
{
        _cleanup_(strbuf_clear) StrBuf words = strbuf(RECORD_WORDS_MAX);

        if (m->args->json) {
                emit_json(signal, fields);
                return;
        }
        record_words(fields, false, &words);
        say(m, record_style(fields), "%s", words.text ? words.text : "");
}

/* Violations have a signal of their own; what is left are verdicts that are none. */
static int on_verdict(sd_bus_message *message, Monitor *m)
{
        _cleanup_(json_object_putp) json_object *fields = NULL;
        char line[sizeof(m->last)];
        int r = sd_bus_message_skip(message, "o");

        if (r >= 0)
                r = client_read_properties(message, &fields);
        if (r < 0)
                return r;
        if (!strcmp(json_text(fields, "check"), check_slug(CHECK_NONE)) ||
            strcmp(json_text(fields, "severity"), severity_name(SEVERITY_NONE)) != 0)
                return 0;
        snprintf(line, sizeof(line), "%" PRIu64 " %s %s", json_number(fields, "drive"),
                 json_text(fields, "verdict"), json_text(fields, "reason"));
        if (strcmp(line, m->last) != 0)
                emit_verdict(m, "VerdictChanged", fields);
        memcpy(m->last, line, sizeof(line));
        return 0;
}

static int on_violation(sd_bus_message *message, Monitor *m)
{
        _cleanup_(json_object_putp) json_object *fields = NULL;
        int r = client_read_properties(message, &fields);

        if (r >= 0)
                emit_verdict(m, "Violation", fields);
        return r;
}

static int on_presence(sd_bus_message *message, Monitor *m, const char *signal, const char *words)
{
        _cleanup_(json_object_putp) json_object *fields = json_object_new_object();
        const char *object;
        int r = sd_bus_message_read(message, "o", &object);

        if (r < 0)
                return r;
        m->last[0] = '\0';
        if (m->args->json) {
                add_drive(fields, object);
                emit_json(signal, fields);
                return 0;
        }
        say(m, STYLE_PLAIN, words, drive_number(object));
        return 0;
}

static int on_ending(sd_bus_message *message, Monitor *m)
{
        _cleanup_(json_object_putp) json_object *fields = json_object_new_object();
        const char *object, *grant;
        char text[32];
        int64_t end;
        int r = sd_bus_message_read(message, "osx", &object, &grant, &end);

        if (r < 0)
                return r;
        if (m->args->json) {
                add_drive(fields, object);
                json_object_object_add(fields, "grant", json_object_new_string(grant));
                json_object_object_add(fields, "end", json_object_new_int64(end));
                emit_json("GrantEnding", fields);
                return 0;
        }
        out_time(end, text, sizeof(text));
        say(m, STYLE_WARN, _("drive %s  the exception %s ends at %s: save your work"),
            drive_number(object), grant, text);
        return 0;
}

static int on_owner(sd_bus_message *message, Monitor *m)
{
        const char *name, *before, *after;
        int r = sd_bus_message_read(message, "sss", &name, &before, &after);

        if (r < 0 || strcmp(name, UZ_BUS_NAME) != 0)
                return r;
        if (m->args->json) {
                _cleanup_(json_object_putp) json_object *none = json_object_new_object();

                emit_json(*after ? "GuardStarted" : "GuardStopped", none);
                return 0;
        }
        say(m, *after ? STYLE_PLAIN : STYLE_BAD, "%s",
            *after ? _("the guard is running") : _("the guard has stopped"));
        return 0;
}

static int dispatch(sd_bus_message *message, Monitor *m)
{
        if (sd_bus_message_is_signal(message, UZ_BUS_MANAGER, "Violation") > 0)
                return on_violation(message, m);
        if (sd_bus_message_is_signal(message, UZ_BUS_MANAGER, "VerdictChanged") > 0)
                return on_verdict(message, m);
        if (sd_bus_message_is_signal(message, UZ_BUS_MANAGER, "DriveAdded") > 0)
                return on_presence(message, m, "DriveAdded", _("drive %s  plugged in"));
        if (sd_bus_message_is_signal(message, UZ_BUS_MANAGER, "DriveRemoved") > 0)
                return on_presence(message, m, "DriveRemoved", _("drive %s  removed"));
        if (sd_bus_message_is_signal(message, UZ_BUS_MANAGER, "GrantEnding") > 0)
                return on_ending(message, m);
        if (sd_bus_message_is_signal(message, "org.freedesktop.DBus", "NameOwnerChanged") > 0)
                return on_owner(message, m);
        return 0;
}

static int on_signal(sd_bus_message *message, void *userdata, _unused_ sd_bus_error *error)
{
        int r = dispatch(message, userdata);

        if (r < 0)
                cli_note("%s", _("a signal came in a form unknown here"));
        fflush(stdout);
        return 0;
}

static int subscribe(Client *c, Monitor *m)
{
        sd_bus *bus = client_bus(c);
        int r = sd_bus_match_signal(bus, NULL, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_MANAGER, NULL,
                                    on_signal, m);

        if (r >= 0)
                r = sd_bus_match_signal(bus, NULL, "org.freedesktop.DBus", "/org/freedesktop/DBus",
                                        "org.freedesktop.DBus", "NameOwnerChanged", on_signal, m);
        return r;
}

/* A record of the ledger, as its signal was told when it happened. */
static void say_record(Monitor *m, json_object *o)
{
        _cleanup_(strbuf_clear) StrBuf line = strbuf(RECORD_WORDS_MAX);
        _cleanup_(strbuf_clear) StrBuf words = strbuf(RECORD_WORDS_MAX);
        const char *kind = json_text(o, "kind");

        if (!strcmp(kind, "start")) {
                strbuf_printf(&line, "%s", _("the guard is running"));
        } else if (!strcmp(kind, "stop")) {
                strbuf_printf(&line, "%s", _("the guard has stopped"));
        } else if (!strcmp(kind, "removed")) {
                strbuf_printf(&line, _("drive %s  removed"), json_text(o, "drive"));
        } else {
                record_words(o, false, &words);
                if (strcmp(kind, "verdict") != 0)
                        strbuf_printf(&line, "%s  ", record_kind(o));
                strbuf_printf(&line, "%s", words.text ? words.text : "");
        }
        live_event_at(m->live, record_seconds(o), record_style(o), line.text ? line.text : "");
}

/* What signals told before this answer is in the ledger, too. Who may not read it goes without. */
static int on_past(sd_bus_message *reply, void *userdata, _unused_ sd_bus_error *error)
{
        _cleanup_(json_object_putp) json_object *lines = NULL;
        Monitor *m = userdata;

        if (sd_bus_message_is_method_error(reply, NULL) || client_read_value(reply, &lines) < 0 ||
            !json_object_is_type(lines, json_type_array))
                return 0;
        live_clear(m->live);
        for (size_t i = 0; i < json_object_array_length(lines); i++) {
                const char *line = json_object_get_string(json_object_array_get_idx(lines, i));
                _cleanup_(json_object_putp) json_object *o =
                        line ? record_parse(line, strlen(line)) : NULL;

                if (o)
                        say_record(m, o);
        }
        return 0;
}

/* Asks a daemon that is there for the last records, without a question to the person. */
static int ask_past(Client *c, Monitor *m)
{
        _cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *call = NULL;
        sd_bus *bus = client_bus(c);
        uint64_t last;
        int r;

        if (sd_bus_get_name_creds(bus, UZ_BUS_NAME, 0, &creds) < 0 ||
            sd_bus_get_property_trivial(bus, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_MANAGER,
                                        "LedgerSequence", NULL, 't', &last) < 0)
                return 0;
        r = sd_bus_message_new_method_call(bus, &call, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER,
                                           "Query");
        if (r >= 0)
                r = sd_bus_message_append(call, "tua{sv}",
                                          last > LIVE_EVENTS_MAX ? last - LIVE_EVENTS_MAX : 0,
                                          LIVE_EVENTS_MAX, 0);
        return r < 0 ? r : sd_bus_call_async(bus, NULL, call, on_past, m, 0);
}

static int lines(Client *c, Monitor *m)
{
        _cleanup_(json_object_putp) json_object *manager = NULL;
        int r = 0;

        if (client_manager(c, &manager) != 0)
                return CLI_FAILED;
        if (!m->args->json)
                cli_note("%s", _("watching; Ctrl+C ends"));
        while (r >= 0 && !ferror(stdout)) {
                r = sd_bus_process(client_bus(c), NULL);
                if (r == 0)
                        r = sd_bus_wait(client_bus(c), UINT64_MAX);
                if (r == -EINTR)
                        r = 0;
        }
        return r < 0 ? cli_fail_errno(r, "%s", _("the connection to the bus was lost")) : 0;
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(live_freep) Live *live = NULL;
        Monitor m = {.args = args};
        int r = client_open(&c);

        if (r)
                return r;
        r = subscribe(c, &m);
        if (r >= 0 && !m.args->json && !m.args->plain && screen_is_possible())
                r = live_new(c, &live);
        m.live = live;
        if (r >= 0 && live)
                r = ask_past(c, &m);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot listen to the daemon"));
        return live ? live_run(live) : lines(c, &m);
}

static const Option options[] = {
        FLAG(MonitorArgs, plain, "plain", 'p', N_("print lines on a terminal, too")),
        FLAG(MonitorArgs, json, "json", 'j', N_("print one JSON object a line")),
};

const Verb verb_monitor = {
        .name = "monitor",
        .usage = N_("[OPTIONS]"),
        .summary = N_("show what happens, as it happens"),
        .details = N_(
                "On a terminal it fills the screen: this computer, its ledger, the drives present,\n"
                "the last events. q quits. In a pipe it prints a line for each event."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(MonitorArgs),
        .run = run,
};
