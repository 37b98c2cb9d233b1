/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The lock on UZ_ETC_DIR, which everybody holds who changes what is in force. */
#pragma once

#include "lib/macros.h"

/* Held until the descriptor is closed. An installation that was cut short is finished first.
 * CLI_OK, or CLI_FAILED with the reason said. */
int office_lock(int etc_fd) _must_check_;
/* Only finishes such an installation, if this user may and nobody else is at it. */
void office_finish(void);
