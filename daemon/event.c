/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one emitter of security events: ledger first, then journal, then bus. */
#include "daemon/event.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>

#include "daemon/bus.h"
#include "daemon/clock.h"
#include "daemon/drive.h"
#include "daemon/event-repeat.h"
#include "daemon/heads.h"
#include "lib/strbuf.h"
#include "lib/text.h"
#include "store/record.h"

#define FIELDS_MAX 64u
#define FIELD_NAME "USBZONE_"
#define MESSAGE_LIMIT 1024u
#define FIELD_LIMIT 4096u

typedef struct EventRow {
        const char *kind, *id;
        int priority;
        const char *words;
} EventRow;

#define X(name, kind, id, priority, words) {kind, id, priority, words},
static const EventRow rows[EVENT_MAX_] = {EVENT_TABLE(X)};
#undef X

/* Journal fields under way. */
typedef struct Entry {
        StrBuf fields[FIELDS_MAX];
        size_t n;
} Entry;

const char *event_kind_name(EventKind kind)
{
        return rows[kind].kind;
}

static StrBuf *entry_add(Entry *e)
{
        if (e->n == FIELDS_MAX)
                return NULL;
        e->fields[e->n] = strbuf(FIELD_LIMIT);
        return &e->fields[e->n++];
}

static void entry_printf(Entry *e, const char *format, ...) _printf_(2, 3);

static void entry_printf(Entry *e, const char *format, ...)
{
        StrBuf *b = entry_add(e);
        char text[MESSAGE_LIMIT];
        va_list ap;
        int n;

        if (!b)
                return;
        va_start(ap, format);
        n = vsnprintf(text, sizeof(text), format, ap);
        va_end(ap);
        strbuf_bytes(b, text, MIN((size_t)MAX(n, 0), sizeof(text) - 1));
}

/* USBZONE_KEY=value; a key that is no journal field name is left out (the ledger has it). */
static void entry_field(Entry *e, const char *key, const char *value)
{
        StrBuf *b;

        for (const char *p = key; *p; p++)
                if (!islower((unsigned char)*p) && !isdigit((unsigned char)*p) && *p != '_')
                        return;
        b = entry_add(e);
        if (!b)
                return;
        strbuf_bytes(b, FIELD_NAME, strlen(FIELD_NAME));
        for (const char *p = key; *p; p++) {
                char c = (char)toupper((unsigned char)*p);

                strbuf_bytes(b, &c, 1);
        }
        strbuf_bytes(b, "=", 1);
        strbuf_bytes(b, value, strlen(value));
}

static void entry_send(Entry *e)
{
        struct iovec iov[FIELDS_MAX];
        size_t n = 0;

        for (size_t i = 0; i < e->n; i++)
                if (!e->fields[i].failed && e->fields[i].size > 0)
                        iov[n++] = (struct iovec){e->fields[i].text, e->fields[i].size};
        (void)sd_journal_sendv(iov, (int)n);
        for (size_t i = 0; i < e->n; i++)
                strbuf_clear(&e->fields[i]);
}

static const char *effect_words(const char *effect, bool observe)
{
        if (strcmp(effect, "allow") == 0)
                return "allowed";
        if (strcmp(effect, "read-only") == 0)
                return observe ? "would be read-only" : "made read-only";
        return observe ? "would be blocked" : "blocked";
}

/* "Drive 3 no. A-0042 (0951:1666, serial 60A44C413FAA)" */
static void name_drive(StrBuf *b, json_object *fields)
{
        const char *number = record_text(fields, "media_number"),
                   *serial = record_text(fields, "serial");

        strbuf_printf(b, "Drive %s", record_text(fields, "drive"));
        if (number[0])
                strbuf_printf(b, " no. %s", number);
        strbuf_printf(b, " (%s:%s%s%s)", record_text(fields, "vid"), record_text(fields, "pid"),
                      serial[0] ? ", serial " : "", serial);
}

static void verdict_sentence(StrBuf *b, json_object *fields)
{
        bool observe = strcmp(record_text(fields, "mode"), "observe") == 0;
        const char *slug = record_text(fields, "reason");
        Reason reason;

        if (reason_parse(slug, &reason) < 0)
                reason = REASON_INTERNAL_ERROR;
        name_drive(b, fields);
        strbuf_printf(b, " %s: %s (%s)", effect_words(record_text(fields, "verdict"), observe),
                      reason_text(reason), slug);
}

/* "Mode changed: mode enforce, who root, why the trial is over" */
static void plain_sentence(StrBuf *b, EventKind kind, json_object *fields)
{
        const char *sep = ": ";

        strbuf_printf(b, "%s", rows[kind].words);
        if (record_text(fields, "vid")[0]) {
                strbuf_printf(b, "%s", sep);
                name_drive(b, fields);
                return;
        }
        json_object_object_foreach(fields, key, value)
        {
                strbuf_printf(b, "%s%s %s", sep, key, json_object_get_string(value));
                sep = ", ";
        }
}

static void write_sentence(EventKind kind, json_object *fields, char ret[MESSAGE_LIMIT])
{
        StrBuf b = strbuf(MESSAGE_LIMIT - 1);

        if (kind == EVENT_VERDICT)
                verdict_sentence(&b, fields);
        else
                plain_sentence(&b, kind, fields);
        (void)snprintf(ret, MESSAGE_LIMIT, "%s", b.text && !b.failed ? b.text : rows[kind].words);
        strbuf_clear(&b);
}

static int priority_of(EventKind kind, json_object *fields)
{
        Severity severity;

        if (kind != EVENT_VERDICT)
                return rows[kind].priority;
        if (severity_parse(record_text(fields, "severity"), &severity) < 0)
                severity = SEVERITY_CRITICAL;
        switch (severity) {
        case SEVERITY_NONE:
                return 6;
        case SEVERITY_NOTICE:
                return 5;
        case SEVERITY_WARNING:
                return 4;
        case SEVERITY_CRITICAL:
        case SEVERITY_MAX_:
                return 2;
        }
        return 2;
}

static void write_journal(EventKind kind, json_object *fields, uint64_t seq)
{
        char message[MESSAGE_LIMIT];
        Entry e = {0};

        write_sentence(kind, fields, message);
        entry_printf(&e, "MESSAGE=%s", message);
        entry_printf(&e, "MESSAGE_ID=%s", rows[kind].id);
        entry_printf(&e, "PRIORITY=%d", priority_of(kind, fields));
        entry_printf(&e, "SYSLOG_IDENTIFIER=usbzoned");
        entry_field(&e, "kind", rows[kind].kind);
        if (seq > 0)
                entry_printf(&e, "USBZONE_SEQ=%llu", (unsigned long long)seq);
        json_object_object_foreach(fields, key, value)
                entry_field(&e, key, json_object_get_string(value));
        entry_send(&e);
}

/* A ledger that could not be opened at start is tried again at every event. */
static int record(Manager *m, EventKind kind, json_object *fields, uint64_t *ret_seq)
{
        Chain head;
        int r;

        if (!m->ledger) {
                char host[2 * HOST_ID_SIZE + 1] = "";

                if (m->trust && m->trust->snapshot.status == REASON_OK)
                        text_hex(m->trust->snapshot.host.id, HOST_ID_SIZE, host);
                r = ledger_open(m->state_fd, host, &m->ledger);
                if (r < 0 && r != -EUCLEAN)
                        return r;
                if (m->trust)
                        ledger_set_algorithm(m->ledger,
                                             authority_algorithm(&m->trust->snapshot.authority));
        }
        r = ledger_append(m->ledger, rows[kind].kind, fields);
        if (r < 0)
                return r;
        ledger_head(m->ledger, &head);
        *ret_seq = head.seq;
        return 0;
}

/* What a verdict record says besides the drive: in which mode, on which computer. */
static void add_place(Manager *m, json_object *fields)
{
        const Host *host = &m->trust->snapshot.host;

        (void)json_object_object_add(fields, "mode",
                                     json_object_new_string(m->observe ? "observe" : "enforce"));
        (void)json_object_object_add(fields, "host_zone",
                                     json_object_new_string(zone_name(host->zone)));
        if (host->level != LEVEL_NONE)
                (void)json_object_object_add(fields, "host_level",
                                             json_object_new_string(level_name(host->level)));
}

bool event_is_violation(EventKind kind, json_object *fields)
{
        Severity severity = SEVERITY_NONE;

        if (kind == EVENT_TAMPER)
                return true;
        return kind == EVENT_VERDICT &&
               severity_parse(record_text(fields, "severity"), &severity) == 0 &&
               severity > SEVERITY_NONE &&
               strcmp(record_text(fields, "verdict"), effect_name(EFFECT_BLOCK)) == 0;
}

static HeadKind head_of(EventKind kind, json_object *fields)
{
        if (kind == EVENT_START)
                return HEAD_START;
        if (kind == EVENT_STOP)
                return HEAD_STOP;
        return event_is_violation(kind, fields) ? HEAD_VIOLATION : HEAD_NONE;
}

/* What was found wrong with the ledger's files at start, beside the chain. */
static void tell_finding(Manager *m)
{
        const char *what = ledger_take_finding(m->ledger);
        json_object *o = what ? json_object_new_object() : NULL;

        if (!o)
                return;
        (void)json_object_object_add(o, "what", json_object_new_string(what));
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
}

/* Beside the ledger. `seq` 0: not in it, or only counted. */
static void tell(Manager *m, EventKind kind, json_object *fields, uint64_t seq)
{
        write_journal(kind, fields, seq);
        if (event_is_violation(kind, fields))
                bus_violation(m->bus, NULL, fields);
}

int event_emit(Manager *m, EventKind kind, json_object *fields)
{
        json_object *none = NULL;
        uint64_t seq = 0;
        int r;

        if (!fields)
                fields = none = json_object_new_object();
        if (!fields)
                return -ENOMEM;
        if (kind == EVENT_VERDICT)
                add_place(m, fields);
        if (kind == EVENT_START)
                head_start_fields(m, fields);
        else
                clock_check(m);
        if (kind == EVENT_POLICY_LOADED)
                head_key_fields(m, fields);
        if (event_repeats_count(m, kind, fields)) {
                tell(m, kind, fields, 0);
                (void)json_object_put(none);
                return 0;
        }
        r = record(m, kind, fields, &seq);
        if (r < 0)
                fprintf(stderr, SD_ERR "usbzoned: the record \"%s\" could not be written: %s\n",
                        rows[kind].kind, strerror(-r));
        if (kind == EVENT_START || kind == EVENT_POLICY_LOADED)
                head_key_named_in(m, r == 0);
        if (r == 0) {
                event_repeats_begin(m, kind, fields, seq);
                head_due(m, head_of(kind, fields));
                bus_record_added(m->bus, seq, rows[kind].kind);
        }
        tell(m, kind, fields, seq);
        (void)json_object_put(none);
        if (kind == EVENT_START && r == 0)
                tell_finding(m);
        return r;
}
