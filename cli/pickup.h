/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the office sends on a drive: taken from the folder UZ_OFFICE_DIR of an allowed drive of the
 * own zone, where the policy in force says so, and installed. */
#pragma once

#include "lib/macros.h"

/* Waits until somebody has mounted the block device (never mounts it), then installs what is new in
 * the folder. `path`: of the device, absolute. Ends well when there is nothing. CLI_*. */
int pick_up(const char *path) _must_check_;
