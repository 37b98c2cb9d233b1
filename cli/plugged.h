/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is plugged in, as sysfs shows it, with no daemon: USB devices of the gated classes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/device.h"

#define PLUGGED_MAX 32u

typedef struct Plugged {
        char port[32], vid[8], pid[8]; /* "1-1.2", "0951", "1666" */
        char name[128];                /* manufacturer and product, escaped */
        DeviceClass class;             /* storage, if it is that too */
        bool system;                   /* the running system is on it */
} Plugged;

/* Calls `visit` with the folder in sysfs of each interface of a gated class. */
typedef void (*PluggedVisit)(void *data, const char *folder, DeviceClass class);
void plugged_visit(PluggedVisit visit, void *data);

/* Fills in at most PLUGGED_MAX devices and returns their number. */
size_t plugged_find(Plugged *ret);
