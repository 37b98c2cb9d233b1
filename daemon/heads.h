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
/* What a "policy-loaded" record says when the authority signs in another way than this computer:
 * the key of its own that it makes for that. */
void head_key_fields(Manager *m, json_object *fields);
/* After each of the two: the key that it named signs from now on; or, not recorded, is dropped. */
void head_key_named_in(Manager *m, bool recorded);
