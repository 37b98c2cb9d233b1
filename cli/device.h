/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A block device as the kernel shows it: which disk, which USB drive, who uses it. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "lib/macros.h"
#include "policy/identity.h"

#define DEVICE_NAME_MAX 64u

typedef struct Device {
        char name[DEVICE_NAME_MAX]; /* "sdb" */
        char sysfs[PATH_MAX];       /* of the disk */
        char usb[PATH_MAX];         /* of the USB device; "" if it is on no USB */
        bool partition;             /* the path named a part of the disk */
        bool read_only;
        char mounted[PATH_MAX]; /* where it or a part of it is mounted, or "swap"; "" */
        bool system;            /* the running system is on it */
} Device;

/* The whole disk a path in /dev lies on. 0, -ENOTBLK, -errno. */
int device_disk_name(const char *path, char ret[DEVICE_NAME_MAX]) _must_check_;

/* What sysfs and the mount table say of an open block device. 0, -errno. */
int device_inspect(int fd, Device *ret) _must_check_;

/* Identity from sysfs, INQUIRY and the size. 0, -errno. */
int device_identity(int fd, const Device *d, Identity *ret) _must_check_;
