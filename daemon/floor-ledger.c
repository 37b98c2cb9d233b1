/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds in the ledger what was remembered. */
#include "daemon/floor-ledger.h"

#include <stdio.h>
#include <string.h>

#include "daemon/event.h"
#include "daemon/floor.h"
#include "daemon/records.h"
#include "store/record.h"

#define SECOND_US INT64_C(1000000)
#define WINDOW 256u /* records looked at first; eight times as many each time that is not enough */
#define WINDOW_GROWS 8u

static bool holds(const char *line, size_t size, const char *what)
{
        return memmem(line, size, what, strlen(what)) != NULL;
}

/* The time is that of the record, the wall clock what it says was remembered then. */
static bool read_kept(json_object *o, const char *key, FloorFile *ret)
{
        json_object *value;

        return json_object_object_get_ex(o, key, &value) &&
               json_object_is_type(value, json_type_int) &&
               !__builtin_mul_overflow(json_object_get_int64(value), SECOND_US,
                                       &ret->believed.wall);
}

static void take(json_object *o, FloorLedger *ret)
{
        const char *kind = record_text(o, "kind");
        bool accepted = strcmp(kind, event_kind_name(EVENT_CLOCK_ACCEPTED)) == 0;
        FloorFile f;

        if (records_moment(o, &f.believed) < 0)
                return;
        (void)snprintf(f.boot, sizeof(f.boot), "%s", record_text(o, "boot"));
        ret->last = f;
        ret->has_last = true;
        if (!accepted && strcmp(kind, event_kind_name(EVENT_START)) != 0 &&
            strcmp(kind, event_kind_name(EVENT_STOP)) != 0)
                return;
        if (!read_kept(o, accepted ? "to" : FLOOR_FIELD, &f))
                return;
        ret->kept = f;
        ret->has_kept = true;
        ret->written = !accepted;
}

/* Only what may say something is parsed: it may be a long way back. */
static void look(const char *line, size_t size, bool last, FloorLedger *ret)
{
        json_object *o = NULL;

        if (!last && !holds(line, size, "\"" FLOOR_FIELD "\":") &&
            !holds(line, size, "\"kind\":\"clock-accepted\""))
                return;
        if (records_parse(line, size, &o) == 0)
                take(o, ret);
        (void)json_object_put(o);
}

/* Behind a break, too: what was forged there raises the time at most. */
static int scan(Manager *m, uint64_t after, uint64_t last, FloorLedger *ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        LedgerBreak broken = {0};
        Chain chain = {0};
        const char *line;
        size_t size;
        int r;

        r = records_open(m, after, &reader);
        if (r < 0)
                return r;
        for (;;) {
                r = ledger_reader_next(reader, &line, &size);
                if (r == 0)
                        return 0;
                ledger_reader_state(reader, &chain, &broken, NULL);
                if (r > 0)
                        look(line, size, chain.seq >= last, ret);
                else if (broken.outcome < 0)
                        return broken.outcome;
                else
                        ledger_reader_resume(reader);
        }
}

int floor_from_ledger(Manager *m, FloorLedger *ret)
{
        FloorLedger found = {0};
        Chain head;

        if (m->ledger) {
                ledger_head(m->ledger, &head);
                for (uint64_t window = WINDOW;; window *= WINDOW_GROWS) {
                        uint64_t after = head.seq > window ? head.seq - window : 0;
                        int r = scan(m, after, head.seq, &found);

                        if (r < 0)
                                return r;
                        if (found.has_kept || after == 0)
                                break;
                }
        }
        *ret = found;
        return 0;
}
