/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts repeated events, and writes the counts when their windows end. */
#include "daemon/event-repeat.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "lib/clock.h"
#include "policy/repeat.h"
#include "store/record.h"

struct EventRepeats {
        Repeats list;
        sd_event_source *timer;
};

/* Kept of the first record, to say in the count what was repeated. */
typedef struct Kept {
        EventKind kind;
        json_object *fields;
} Kept;

/* A use is recorded each time; so is what root's tools say. */
static bool is_countable(EventKind kind, json_object *fields)
{
        if (kind == EVENT_TAMPER)
                return true;
        return (kind == EVENT_VERDICT || kind == EVENT_REMOVED) &&
               strcmp(record_text(fields, "effect"), effect_name(EFFECT_BLOCK)) == 0;
}

/* Every field but what is new at each plug: the number of the object on the bus, and the time. */
static int digest_content(EventKind kind, json_object *fields, uint8_t ret[DIGEST_SIZE])
{
        _cleanup_(digest_freep) Digest *d = NULL;
        const char *name = event_kind_name(kind);
        int r = digest_new(&d);

        if (r == 0)
                r = digest_update(d, name, strlen(name) + 1);
        json_object_object_foreach(fields, key, value)
        {
                const char *text = json_object_get_string(value);

                if (strcmp(key, "drive") == 0 || strcmp(key, "judged") == 0)
                        continue;
                if (r == 0)
                        r = digest_update(d, key, strlen(key) + 1);
                if (r == 0)
                        r = digest_update(d, text, strlen(text) + 1);
        }
        return r < 0 ? r : digest_final(d, ret);
}

/* The drive as far as it is known; all zero for what is about none. */
static int digest_subject(json_object *fields, uint8_t ret[DIGEST_SIZE])
{
        static const char *const keys[] = {"identity", "vid", "pid", "serial"};
        _cleanup_(digest_freep) Digest *d = NULL;
        int r;

        (void)memset(ret, 0, DIGEST_SIZE);
        if (!record_text(fields, "vid")[0])
                return 0;
        r = digest_new(&d);
        for (size_t i = 0; i < ARRAY_SIZE(keys) && r == 0; i++) {
                const char *text = record_text(fields, keys[i]);

                r = digest_update(d, text, strlen(text) + 1);
        }
        return r < 0 ? r : digest_final(d, ret);
}

static json_object *count_fields(const Repeat *x)
{
        static const char *const copied[] = {"what",    "file",         "reason",   "severity",
                                             "vid",     "pid",          "serial",   "identity",
                                             "sysname", "media_number", "label_id", "drive_zone"};
        const Kept *kept = x->data;
        json_object *o = json_object_new_object();

        if (!o)
                return NULL;
        (void)json_object_object_add(o, "record", json_object_new_uint64(x->seq));
        (void)json_object_object_add(o, "of", json_object_new_string(event_kind_name(kept->kind)));
        (void)json_object_object_add(o, "times", json_object_new_uint64(x->times));
        for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
                if (record_text(kept->fields, copied[i])[0])
                        (void)json_object_object_add(
                                o, copied[i],
                                json_object_new_string(record_text(kept->fields, copied[i])));
        return o;
}

static void drop(Repeat *x)
{
        Kept *kept = x->data;

        (void)json_object_put(kept->fields);
        free(kept);
}

/* A count that cannot be written stands in the journal at least, and is tried again at the next
 * start if the daemon is killed before the computer is. */
static void finish(Manager *m, Repeat *x)
{
        json_object *o = x->times > 0 ? count_fields(x) : NULL;

        if (o && event_emit(m, EVENT_REPEATED, o) == 0)
                repeat_keep_remove(m, x->seq);
        (void)json_object_put(o);
        drop(x);
}

static void keep_count(Manager *m, const Repeat *x)
{
        json_object *o = count_fields(x);

        if (o)
                repeat_keep_write(m, x->seq, o);
        (void)json_object_put(o);
}

static int on_end(sd_event_source *s, uint64_t usec, void *userdata);

static void arm(Manager *m)
{
        EventRepeats *r = m->repeats;
        uint64_t end = repeats_next_end(&r->list);
        int n;

        if (!r->timer)
                n = sd_event_add_time(m->event, &r->timer, CLOCK_BOOTTIME, end, 0, on_end, m);
        else
                n = sd_event_source_set_time(r->timer, end);
        if (n >= 0)
                n = sd_event_source_set_enabled(r->timer, end == UINT64_MAX ? SD_EVENT_OFF
                                                                            : SD_EVENT_ONESHOT);
        if (n < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: the timer of repeats cannot be set: %s\n",
                              strerror(-n));
}

static int on_end(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Manager *m = userdata;
        Repeat x;

        while (repeats_take_ended(&m->repeats->list, clock_us(CLOCK_BOOTTIME), &x))
                finish(m, &x);
        arm(m);
        return 0;
}

EventRepeats *event_repeats_free(EventRepeats *r)
{
        Repeat x;

        if (!r)
                return NULL;
        while (repeats_take_ended(&r->list, UINT64_MAX, &x))
                drop(&x);
        sd_event_source_disable_unref(r->timer);
        free(r);
        return NULL;
}

bool event_repeats_count(Manager *m, EventKind kind, json_object *fields)
{
        uint8_t subject[DIGEST_SIZE], content[DIGEST_SIZE];
        uint64_t now = clock_us(CLOCK_BOOTTIME);
        const Repeat *counted;
        Repeat x;

        if (!m->repeats)
                return false;
        while (repeats_take_ended(&m->repeats->list, now, &x))
                finish(m, &x);
        if (is_countable(kind, fields) && digest_content(kind, fields, content) == 0) {
                counted = repeats_count(&m->repeats->list, content, now);
                if (counted) {
                        keep_count(m, counted);
                        return true;
                }
        }
        /* The ledger tells things in their order. */
        if (kind == EVENT_VERDICT && digest_subject(fields, subject) == 0)
                while (repeats_take_subject(&m->repeats->list, subject, &x))
                        finish(m, &x);
        return false;
}

static Kept *keep(EventKind kind, json_object *fields)
{
        Kept *kept = calloc(1, sizeof(*kept));

        if (kept)
                *kept = (Kept){.kind = kind, .fields = json_object_get(fields)};
        return kept;
}

void event_repeats_begin(Manager *m, EventKind kind, json_object *fields, uint64_t seq)
{
        Repeat x = {.seq = seq, .begun = clock_us(CLOCK_BOOTTIME)}, old;

        if (!is_countable(kind, fields))
                return;
        if (!m->repeats)
                m->repeats = calloc(1, sizeof(*m->repeats));
        if (!m->repeats || digest_content(kind, fields, x.content) < 0 ||
            digest_subject(fields, x.subject) < 0)
                return;
        if (m->repeats->list.n == REPEATS_MAX &&
            repeats_take_ended(&m->repeats->list, UINT64_MAX, &old))
                finish(m, &old);
        x.data = keep(kind, fields);
        if (x.data && repeats_begin(&m->repeats->list, &x) < 0)
                drop(&x);
        arm(m);
}

void event_repeats_flush(Manager *m)
{
        Repeat x;

        while (m->repeats && repeats_take_ended(&m->repeats->list, UINT64_MAX, &x))
                finish(m, &x);
}
