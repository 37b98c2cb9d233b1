/* SPDX-License-Identifier: GPL-2.0-or-later */
/* When a head of the ledger is signed: at start, stop and each violation, every 256 records, and
 * when a segment ends. It is done after the verdict has taken effect. */
#pragma once

#include "daemon/manager.h"
#include "policy/head.h"

#define HEAD_EVERY 256u

/* A record was written; `kind` NONE if it alone asks for no head. */
void head_due(Manager *m, HeadKind kind);
/* What a "start" record says of the ledger: how it ended before, its seal, its public key. */
void head_start_fields(Manager *m, json_object *fields);
