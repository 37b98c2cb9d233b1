/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The same event again and again: a drive that is plugged in over and over and blocked each time,
 * tampering that goes on. The first is recorded; what follows within a minute is counted into one
 * record, "repeated". Nothing that lets a drive pass is ever counted away. */
#pragma once

#include "daemon/event.h"

typedef struct EventRepeats EventRepeats;
EventRepeats *event_repeats_free(EventRepeats *r);

/* True: it is one again and has been counted. Otherwise it is to be recorded, and what was counted
 * of the same drive has been written before it. */
bool event_repeats_count(Manager *m, EventKind kind, json_object *fields);
/* Record `seq` is the first of its kind. */
void event_repeats_begin(Manager *m, EventKind kind, json_object *fields, uint64_t seq);
/* Writes what is counted until now: at the end of the daemon. */
void event_repeats_flush(Manager *m);
