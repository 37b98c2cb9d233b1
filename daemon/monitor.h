/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hears of USB devices from the kernel, and looks at all of them when it may have missed
 * something. */
#pragma once

#include "daemon/manager.h"

/* Opens the socket, with a buffer as large as may be had. */
int monitor_new(Manager *m, Monitor **ret) _must_check_;
/* Begins to listen; a look at every device there is, and one a minute. */
int monitor_start(Monitor *mon) _must_check_;
Monitor *monitor_free(Monitor *mon);
