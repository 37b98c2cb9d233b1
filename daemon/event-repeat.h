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
/* Writes what a daemon that was killed had counted; after the record of the start. */
void event_repeats_recover(Manager *m);

/* The count that stands for record `seq`, as it will be recorded, in /run until it is. */
void repeat_keep_write(Manager *m, uint64_t seq, json_object *fields);
void repeat_keep_remove(Manager *m, uint64_t seq);
