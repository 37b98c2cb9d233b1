/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger tells of the remembered time: each start and stop says what was kept, and every
 * record when it was written. */
#pragma once

#include "daemon/manager.h"

typedef struct FloorLedger {
        bool has_kept, has_last;
        bool written; /* `kept` was on disk before its record */
        FloorFile kept, last;
} FloorLedger;

/* From the end of the ledger back to the newest record that says what was kept. Without a ledger
 * there is nothing. */
int floor_from_ledger(Manager *m, FloorLedger *ret) _must_check_;
