/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Compares the USB devices there are with the drives known: what was missed is made up for. */
#pragma once

#include "daemon/manager.h"

/* Closes root hubs' defaults, forgets drives that are gone, looks at devices that are new. Returns
 * how many root hubs had to be set, or -errno. */
int coldplug_compare(Manager *m) _must_check_;

/* One device by its name ("1-1.2"): known, new, or of no interest. `flood`: see drive_start(). */
void coldplug_look(Manager *m, const char *sysname, bool flood);
/* An interface of a device has appeared. */
void coldplug_interface(Manager *m, const char *sysname, const char *interface);
/* One device has gone. */
void coldplug_forget(Manager *m, const char *sysname);

/* When the daemon has ended: closes every gated interface that no driver has, and the defaults, and
 * takes the ready file away. What is in use stays in use. */
int coldplug_lock(void) _must_check_;
