/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The time drives are judged by: policy/floor.h with a file behind it, so that it survives the
 * daemon and the computer being stopped. Written at start and stop, each hour, and when the clock
 * was set. */
#pragma once

#include "daemon/manager.h"

/* Reads what is remembered. A file that somebody damaged counts as none: -EBADMSG, to be recorded
 * once the ledger is open. */
int floor_load(Manager *m) _must_check_;
/* Looks at the clock, writes; a failure is in the log. floor_start() also begins the hours. */
void floor_save(Manager *m);
int floor_start(Manager *m) _must_check_;

/* Seconds since the epoch. The system clock; what is remembered; the later of the two. */
int64_t floor_system(void);
int64_t floor_time(const Manager *m);
int64_t floor_now(const Manager *m);

/* The clock was set, or is believed anew: all drives are decided again; a policy that was refused,
 * perhaps for the wrong time, is loaded again. */
void floor_changed(Manager *m);

/* Believes the system clock as it is: recorded with who and why, written, then in force. */
int floor_trust_clock(Manager *m, const char *who, const char *reason) _must_check_;
