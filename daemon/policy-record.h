/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger says of policies: loaded, or refused. */
#pragma once

#include "daemon/manager.h"

/* `t` has been loaded; m->trust is what was in force until now (may be the same). */
void policy_record(Manager *m, const Trust *t);
