/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a block device is mounted, as soon as it is. */
#pragma once

#include <sys/types.h>

#include "lib/macros.h"

/* Waits for a mount of the device's root and opens the folder `name` (one component) in it, by no
 * link and on no other file system. `waiting` (or NULL) is called once if it is not mounted yet. A
 * descriptor; -ENOENT: there is none; -errno. */
int mount_wait_folder(dev_t device, const char *name, void (*waiting)(void)) _must_check_;
