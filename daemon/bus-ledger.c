/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.usbzone1.Ledger: pages of verified records. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/records.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/filter.h"

#define QUERY_LINES_MAX 1000u
#define QUERY_BYTES_MAX (1024u * 1024u)
/* What a call may look at: nothing else runs meanwhile. */
#define QUERY_LOOKED_MAX 5000u
#define QUERY_BYTES_LOOKED_MAX (4u * 1024u * 1024u)

typedef struct Query {
        uint64_t after, last;
        uint32_t limit;
        RecordFilter filter;
} Query;

static int read_time(sd_bus_message *call, char ret[TEXT_TIME_MAX])
{
        int64_t t;
        int r = sd_bus_message_read(call, "v", "x", &t);

        if (r >= 0)
                text_time_format(t, ret);
        return r;
}

static int read_severity(sd_bus_message *call, Severity *ret)
{
        const char *text;
        int r = sd_bus_message_read(call, "v", "s", &text);

        return r < 0 ? r : severity_parse(text, ret);
}

static int read_filter_entry(sd_bus_message *call, RecordFilter *f)
{
        const char *key;
        int r;

        r = sd_bus_message_read(call, "s", &key);
        if (r < 0)
                return r;
        if (strcmp(key, "since") == 0)
                return read_time(call, f->since);
        if (strcmp(key, "until") == 0)
                return read_time(call, f->until);
        if (strcmp(key, "severity") == 0)
                return read_severity(call, &f->severity);
        if (strcmp(key, "reason") == 0)
                return sd_bus_message_read(call, "v", "s", &f->reason);
        if (strcmp(key, "kind") == 0)
                return sd_bus_message_read(call, "v", "s", &f->kind);
        if (strcmp(key, "drive") == 0)
                return sd_bus_message_read(call, "v", "s", &f->drive);
        if (strcmp(key, "zone") == 0)
                return sd_bus_message_read(call, "v", "s", &f->zone);
        return -EINVAL;
}

static int read_filter(sd_bus_message *call, RecordFilter *f)
{
        int r;

        *f = (RecordFilter){0};
        r = sd_bus_message_enter_container(call, 'a', "{sv}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_enter_container(call, 'e', "sv")) > 0) {
                r = read_filter_entry(call, f);
                if (r >= 0)
                        r = sd_bus_message_exit_container(call);
                if (r < 0)
                        return r;
        }
        return r < 0 ? r : sd_bus_message_exit_container(call);
}

static bool wanted(const RecordFilter *f, const char *line, size_t size, json_tokener *tokener)
{
        RecordSieve sieve = record_sieve(f, line, size);
        json_object *o;
        bool ok;

        if (sieve != RECORD_PARSE)
                return sieve == RECORD_YES;
        json_tokener_reset(tokener);
        o = json_tokener_parse_ex(tokener, line, (int)size);
        ok = o && record_matches(f, o);
        (void)json_object_put(o);
        return ok;
}

static int append_line(sd_bus_message *reply, const char *line, size_t size)
{
        char *space;
        int r = sd_bus_message_append_string_space(reply, size, &space);

        if (r >= 0)
                (void)memcpy(space, line, size);
        return r;
}

/* Copies one page of records. `q->last` = the last one looked at. */
static int append_page(LedgerReader *reader, Query *q, json_tokener *tokener, sd_bus_message *reply)
{
        size_t size, bytes = 0, looked_bytes = 0;
        unsigned looked = 0, lines = 0;
        const char *line;
        Chain chain;
        int r;

        while (lines < q->limit && bytes < QUERY_BYTES_MAX && looked < QUERY_LOOKED_MAX &&
               looked_bytes < QUERY_BYTES_LOOKED_MAX) {
                r = ledger_reader_next(reader, &line, &size);
                if (r <= 0)
                        return r;
                ledger_reader_state(reader, &chain, NULL, NULL);
                if (chain.seq <= q->after)
                        continue;
                looked++;
                looked_bytes += size;
                q->last = chain.seq;
                if (!wanted(&q->filter, line, size, tokener))
                        continue;
                r = append_line(reply, line, size);
                if (r < 0)
                        return r;
                lines++;
                bytes += size;
        }
        return 0;
}

static int broken(LedgerReader *reader, sd_bus_error *error)
{
        LedgerBreak at;

        ledger_reader_state(reader, NULL, &at, NULL);
        (void)sd_bus_error_setf(error, BUS_ERROR_UNAVAILABLE,
                                "The ledger does not verify at record %" PRIu64
                                " (%s, line %lu): %s. What comes after is not shown",
                                at.seq, at.segment, at.line,
                                at.outcome > 0 ? chain_outcome_text(at.outcome)
                                               : strerror(-at.outcome));
        return -EBADMSG;
}

static int fill_reply(Bus *b, Query *q, sd_bus_message *reply, sd_bus_error *error)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        json_tokener *tokener;
        int r;

        r = records_open(b->m, q->after, &reader);
        if (r < 0 && r != -ENOENT)
                return r;
        tokener = json_tokener_new();
        if (!tokener)
                return -ENOMEM;
        r = sd_bus_message_open_container(reply, 'a', "s");
        if (r >= 0 && reader) {
                r = append_page(reader, q, tokener, reply);
                /* What was read before a break is good: the break is told when asked for more. */
                if (r < 0)
                        r = q->last == q->after ? broken(reader, error) : 0;
        }
        json_tokener_free(tokener);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        return r < 0 ? r : sd_bus_message_append(reply, "t", q->last);
}

int bus_query(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_, sd_bus_error *error)
{
        sd_bus_message *reply = NULL;
        Query q;
        int r;

        r = sd_bus_message_read(call, "tu", &q.after, &q.limit);
        if (r >= 0)
                r = read_filter(call, &q.filter);
        if (r < 0 || q.limit < 1 || q.limit > QUERY_LINES_MAX)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "A query takes 1 to %u lines, and the filters since and "
                                         "until (x), reason, severity, kind, zone and drive (s)",
                                         QUERY_LINES_MAX);
        q.last = q.after;
        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = fill_reply(b, &q, reply, error);
        if (r >= 0)
                r = sd_bus_message_send(reply);
        sd_bus_message_unref(reply);
        return r < 0 ? bus_fail(error, r, "The ledger cannot be read") : r;
}

int bus_head(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_, sd_bus_error *error)
{
        char hash[CHAIN_HEAD_TEXT];
        Chain head;

        if (!b->m->ledger)
                return bus_fail(error, -EIO, "The ledger cannot be opened");
        ledger_head(b->m->ledger, &head);
        chain_head_text(&head, hash);
        return sd_bus_reply_method_return(call, "ts", head.seq, hash);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_METHOD_WITH_NAMES("Query", "tua{sv}",
                                 SD_BUS_PARAM(after) SD_BUS_PARAM(limit) SD_BUS_PARAM(filter),
                                 "ast", SD_BUS_PARAM(lines) SD_BUS_PARAM(last), bus_access_method,
                                 SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("Head", NULL, , "ts", SD_BUS_PARAM(sequence) SD_BUS_PARAM(hash),
                                 bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("Acknowledge", "ts", SD_BUS_PARAM(record) SD_BUS_PARAM(text), "t",
                                 SD_BUS_PARAM(seq), bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("AddFinding", "tsx",
                                 SD_BUS_PARAM(record) SD_BUS_PARAM(text) SD_BUS_PARAM(due), "t",
                                 SD_BUS_PARAM(seq), bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES(
                "FollowFinding", "tssx",
                SD_BUS_PARAM(finding) SD_BUS_PARAM(step) SD_BUS_PARAM(text) SD_BUS_PARAM(due), "t",
                SD_BUS_PARAM(seq), bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("OpenIncident", "ts", SD_BUS_PARAM(record) SD_BUS_PARAM(text), "t",
                                 SD_BUS_PARAM(seq), bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("CloseIncident", "ts", SD_BUS_PARAM(incident) SD_BUS_PARAM(text),
                                 "t", SD_BUS_PARAM(seq), bus_access_method,
                                 SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("ListIncidents", NULL, , "a(txx)", SD_BUS_PARAM(incidents),
                                 bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_METHOD_WITH_NAMES("RecordArchive", "tss",
                                 SD_BUS_PARAM(last) SD_BUS_PARAM(head) SD_BUS_PARAM(package), "t",
                                 SD_BUS_PARAM(seq), bus_access_method, SD_BUS_VTABLE_UNPRIVILEGED),
        SD_BUS_SIGNAL_WITH_NAMES("RecordAdded", "ts", SD_BUS_PARAM(sequence) SD_BUS_PARAM(kind), 0),
        SD_BUS_VTABLE_END,
};

int bus_ledger_add(Bus *b)
{
        return sd_bus_add_object_vtable(b->conn, NULL, UZ_BUS_ROOT, UZ_BUS_LEDGER, vtable, b);
}
