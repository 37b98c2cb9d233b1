/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Ledger's methods for what follows a violation: acknowledged, findings and their closure,
 * incidents. Each call appends one record; nothing that stands in the ledger is changed. */
#include <inttypes.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "daemon/floor.h"
#include "daemon/incidents.h"
#include "daemon/records.h"
#include "store/record.h"
#include "store/json.h"

#define CASE_TEXT_MAX 1024u             /* bytes, with the NUL */
#define DUE_MAX (INT64_C(253402300799)) /* the end of 9999: what a time can be written as */

/* 0: none, left out. */
static void put_nonzero(json_object *o, const char *key, int64_t n)
{
        if (n != 0)
                json_put_number(o, key, (uint64_t)n);
}

static bool is_violation(json_object *o)
{
        EventKind kind = EVENT_MAX_;

        if (strcmp(record_text(o, "kind"), event_kind_name(EVENT_VERDICT)) == 0)
                kind = EVENT_VERDICT;
        else if (strcmp(record_text(o, "kind"), event_kind_name(EVENT_TAMPER)) == 0)
                kind = EVENT_TAMPER;
        return kind != EVENT_MAX_ && event_is_violation(kind, o);
}

/* Is there such a record, and is it what it must be? `kind` NULL: a violation. */
static int check_record(Bus *b, uint64_t seq, const char *kind, sd_bus_error *error)
{
        json_object *o = NULL;
        bool fits;
        int r;

        r = records_find(b->m, seq, &o);
        if (r == -ENOENT)
                return sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND,
                                         "There is no record %" PRIu64 " in the ledger", seq);
        if (r < 0)
                return bus_fail(error, r, "The ledger cannot be read");
        fits = kind ? strcmp(record_text(o, "kind"), kind) == 0 : is_violation(o);
        (void)json_object_put(o);
        if (fits)
                return 0;
        return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                 kind ? SAID("Record %" PRIu64 " is no %s")
                                      : SAID("Record %" PRIu64 " is no violation"),
                                 seq, kind);
}

static int check_due(int64_t due, sd_bus_error *error)
{
        if (due >= 0 && due <= DUE_MAX)
                return 0;
        return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                 "The deadline is in seconds since the epoch, 0 for none");
}

/* Appends the record with who asked (`o` is taken over); its number comes back. */
static int append(Bus *b, EventKind kind, json_object *o, const char *text, const BusCaller *caller,
                  uint64_t *ret_seq, sd_bus_error *error)
{
        Chain head;
        int r;

        json_put_text(o, "text", text);
        json_put_text(o, "who", caller->who);
        r = event_emit(b->m, kind, o);
        (void)json_object_put(o);
        if (r < 0)
                return bus_fail(error, r, "The record could not be written");
        ledger_head(b->m->ledger, &head);
        *ret_seq = head.seq;
        return 0;
}

static int append_and_reply(Bus *b, sd_bus_message *call, EventKind kind, json_object *o,
                            const char *text, const BusCaller *caller, sd_bus_error *error)
{
        uint64_t seq;
        int r = append(b, kind, o, text, caller, &seq, error);

        return r < 0 ? r : sd_bus_reply_method_return(call, "t", seq);
}

/* A record's number, and the text about it. 0, or an error of the bus. */
static int read_case(sd_bus_message *call, uint64_t *ret_number, const char **ret_text,
                     sd_bus_error *error)
{
        int r = sd_bus_message_read(call, "ts", ret_number, ret_text);

        return r < 0 ? r : bus_check_line(*ret_text, "text", CASE_TEXT_MAX, error);
}

int bus_acknowledge(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        json_object *o;
        const char *text;
        uint64_t record;
        int r;

        r = read_case(call, &record, &text, error);
        if (r == 0)
                r = check_record(b, record, NULL, error);
        if (r < 0)
                return r;
        o = json_object_new_object();
        put_nonzero(o, "record", (int64_t)record);
        return append_and_reply(b, call, EVENT_ACKNOWLEDGED, o, text, caller, error);
}

int bus_add_finding(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        json_object *o;
        const char *text;
        uint64_t record;
        int64_t due;
        int r;

        r = sd_bus_message_read(call, "tsx", &record, &text, &due);
        if (r < 0)
                return r;
        r = bus_check_line(text, "text", CASE_TEXT_MAX, error);
        if (r == 0)
                r = check_due(due, error);
        if (r == 0 && record > 0)
                r = check_record(b, record, NULL, error);
        if (r < 0)
                return r;
        o = json_object_new_object();
        put_nonzero(o, "record", (int64_t)record);
        put_nonzero(o, "due", due);
        return append_and_reply(b, call, EVENT_FINDING, o, text, caller, error);
}

static int parse_step(const char *step, EventKind *ret, sd_bus_error *error)
{
        static const EventKind kinds[] = {EVENT_INSTRUCTION, EVENT_REMEDY, EVENT_FINDING_CLOSED};

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                if (strcmp(event_kind_name(kinds[i]), step) == 0) {
                        *ret = kinds[i];
                        return 0;
                }
        return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                 "The steps are instruction, remedy and finding-closed");
}

int bus_follow_finding(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        EventKind kind = EVENT_INSTRUCTION;
        const char *step, *text;
        json_object *o;
        uint64_t finding;
        int64_t due;
        int r;

        r = sd_bus_message_read(call, "tssx", &finding, &step, &text, &due);
        if (r < 0)
                return r;
        r = parse_step(step, &kind, error);
        if (r >= 0)
                r = bus_check_line(text, "text", CASE_TEXT_MAX, error);
        if (r == 0)
                r = check_due(due, error);
        if (r == 0 && due && kind != EVENT_INSTRUCTION)
                r = sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                      "Only an instruction sets a deadline");
        if (r == 0)
                r = check_record(b, finding, event_kind_name(EVENT_FINDING), error);
        if (r < 0)
                return r;
        o = json_object_new_object();
        put_nonzero(o, "finding", (int64_t)finding);
        put_nonzero(o, "due", due);
        return append_and_reply(b, call, kind, o, text, caller, error);
}

int bus_open_incident(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        Incident incident = {.opened = floor_system()};
        json_object *o;
        const char *text;
        uint64_t record;
        int r;

        r = read_case(call, &record, &text, error);
        if (r == 0 && record > 0)
                r = check_record(b, record, NULL, error);
        if (r == 0 && b->m->incidents.n == INCIDENTS_MAX)
                r = sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                      "There are %u open incidents: close one first",
                                      INCIDENTS_MAX);
        if (r < 0)
                return r;
        o = json_object_new_object();
        put_nonzero(o, "record", (int64_t)record);
        put_nonzero(o, "deadline", incident_deadline(&incident));
        r = append(b, EVENT_INCIDENT, o, text, caller, &incident.seq, error);
        if (r == 0)
                r = incidents_add(&b->m->incidents, &incident);
        if (r == 0)
                r = incidents_save(b->m);
        return r < 0 ? bus_fail(error, r, "The incident is recorded, but not on the list")
                     : sd_bus_reply_method_return(call, "t", incident.seq);
}

int bus_close_incident(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        json_object *o;
        const char *text;
        uint64_t number, seq;
        int r;

        r = read_case(call, &number, &text, error);
        if (r < 0)
                return r;
        if (!incidents_hold(&b->m->incidents, number))
                return sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND,
                                         "There is no open incident %" PRIu64, number);
        o = json_object_new_object();
        put_nonzero(o, "incident", (int64_t)number);
        r = append(b, EVENT_INCIDENT_CLOSED, o, text, caller, &seq, error);
        if (r == 0)
                r = incidents_remove(&b->m->incidents, number);
        if (r == 0)
                r = incidents_save(b->m);
        return r < 0 ? bus_fail(error, r, "The incident's end is recorded, but it stays listed")
                     : sd_bus_reply_method_return(call, "t", seq);
}

int bus_list_incidents(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_,
                       sd_bus_error *error _unused_)
{
        sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(txx)");
        for (size_t i = 0; r >= 0 && i < b->m->incidents.n; i++) {
                const Incident *x = &b->m->incidents.list[i];

                r = sd_bus_message_append(reply, "(txx)", x->seq, x->opened, incident_deadline(x));
        }
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_message_send(reply);
        sd_bus_message_unref(reply);
        return r;
}
