/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time drives are judged by: policy/floor.h with a file behind it, so that it survives the
 * daemon and the computer being stopped. Written at start and stop, each hour, and when the clock
 * was set. */
#pragma once

#include "daemon/manager.h"

#define FLOOR_FIELD "remembered" /* of start and stop: what the file then held */

/* Reads what is remembered; without a file, or with a damaged one, it is the system clock, until
 * the ledger is open: then floor_recover() asks that one too, and writes the file. What it found
 * is to be recorded after the start. */
void floor_load(Manager *m);
FloorFound floor_recover(Manager *m) _must_check_;
/* As tampering; FOUND is not recorded. */
void floor_record(Manager *m, FloorFound found);
/* From now on it is saved every hour. */
int floor_start(Manager *m) _must_check_;
/* Looks at the clock, writes; a failure is in the log. The file is watched from then on: what
 * somebody else does to it is recorded, and it is written again. */
int floor_save(Manager *m);
/* Adds what is on disk, if it is. */
void floor_fields(const Manager *m, json_object *fields);

/* Seconds since the epoch. The system clock; what is remembered; the later of the two. */
int64_t floor_system(void);
int64_t floor_time(const Manager *m);
int64_t floor_now(const Manager *m);

/* The clock was set, or is believed anew: all drives are decided again; a policy that was refused,
 * perhaps for the wrong time, is loaded again. */
void floor_changed(Manager *m);

/* Believes the system clock as it is: recorded with who and why, written, then in force. */
int floor_trust_clock(Manager *m, const char *who, const char *reason) _must_check_;
