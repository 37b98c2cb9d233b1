/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a line of the ledger says of itself. Nothing of it is proven here. */
#pragma once

#include <stdbool.h>

#include "policy/chain.h"

/* Where it stands: the chain before it, by its own word. */
bool line_claims(const char *line, size_t size, Chain *ret);
/* Does `claims`, of the line after this one, hold this one's hash? Both with their newline. */
bool line_holds(const Chain *claims, const char *line, size_t size);

/* Without the newline. */
bool line_is_sealed(const char *line, size_t size);
bool line_is_stop(const char *line, size_t size);

/* The slug for a CHAIN_E_* of a line, as docs/usbzone-ledger.5 has them. NULL for others. */
const char *line_break_kind(int outcome);
