/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which drives carry the running system, or are in use by it: mounts, swap, and what lies under
 * device-mapper, RAID and loop devices. */
#pragma once

#include "lib/macros.h"

typedef enum DriveUse {
        DRIVE_UNUSED = 0,
        DRIVE_MOUNTED,        /* some file system or swap of it is in use */
        DRIVE_CARRIES_SYSTEM, /* the running system is on it: never to be touched */
} DriveUse;

/* `syspath`: the USB device's folder. What cannot be found out is -errno: to be taken as in use. */
int system_drive_use(const char *syspath, DriveUse *ret) _must_check_;
