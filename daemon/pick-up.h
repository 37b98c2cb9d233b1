/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the udev rules whether the policy in force takes the office's files from drives. */
#pragma once

#include "daemon/manager.h"

/* After each change of what is trusted. Nothing but comfort hangs on it: the program that takes the
 * files asks the policy itself. */
void pick_up_announce(const Manager *m);
