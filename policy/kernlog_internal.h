/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the two halves of the kernel-message reader share: ports being followed, devices found. */
#pragma once

#include "policy/kernlog.h"

typedef struct Port {
        char name[KERNLOG_PORT_MAX]; /* "1-1.2"; "" = free */
        KernlogDevice device;
        int64_t found;
        uint64_t host;     /* of scsi */
        uint64_t reported; /* blocks, where the kernel takes fewer; 0: it takes them all */
        bool storage;
} Port;

struct Kernlog {
        Port ports[KERNLOG_PORTS_MAX];
        size_t next, n, room;
        Port *newest; /* named last as a device */
        KernlogDevice *devices;
        bool each; /* nothing is merged */
};

/* Adds to the list, or counts with the same device there. */
int kernlog_list(Kernlog *k, const KernlogDevice *d) _must_check_;
/* Lists all that is plugged in, and forgets the ports. */
int kernlog_end_ports(Kernlog *k) _must_check_;
