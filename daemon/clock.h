/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A wall clock that is set, forward or back, is recorded: by how much. Seen as a change between it
 * and the time since boot, at every record, when the kernel tells, and against the last record of
 * the run before. */
#pragma once

#include "daemon/manager.h"

/* Remembers where the clock stood at the ledger's last record; before the first one is written. */
void clock_begin(Manager *m);
/* Records a step since the last call, if there was one. */
void clock_check(Manager *m);
