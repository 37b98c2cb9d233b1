/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches whether somebody sets the wall clock. */
#include "daemon/clock.h"

#include <stdio.h>
#include <string.h>

#include "daemon/event.h"
#include "daemon/records.h"
#include "lib/clock.h"
#include "store/record.h"

#define SECOND_US INT64_C(1000000)

void clock_begin(Manager *m)
{
        json_object *o = NULL;
        char boot[33];
        Chain head;

        ledger_head(m->ledger, &head);
        if (records_find(m, head.seq, &o) < 0)
                return;
        record_boot_id(boot);
        m->clock_known = records_moment(o, &m->clock) == 0;
        m->clock_other_boot = strcmp(record_text(o, "boot"), boot) != 0;
        (void)json_object_put(o);
}

static void record_step(Manager *m, const ClockMoment *now, int64_t step)
{
        json_object *o = json_object_new_object();
        int64_t to = now->wall / SECOND_US, seconds = step / SECOND_US;

        if (!o)
                return;
        (void)json_object_object_add(o, "step", json_object_new_int64(seconds));
        (void)json_object_object_add(o, "from", json_object_new_int64(to - seconds));
        (void)json_object_object_add(o, "to", json_object_new_int64(to));
        (void)event_emit(m, EVENT_CLOCK_SET, o);
        (void)json_object_put(o);
}

void clock_check(Manager *m)
{
        ClockMoment now = {.wall = (int64_t)clock_us(CLOCK_REALTIME),
                           .boot = (int64_t)clock_us(CLOCK_BOOTTIME)};
        int64_t step = 0;

        if (m->clock_known)
                step = m->clock_other_boot ? clock_step_back(&m->clock, &now)
                                           : clock_step(&m->clock, &now);
        m->clock = now;
        m->clock_known = true;
        m->clock_other_boot = false;
        if (step != 0)
                record_step(m, &now, step);
}
