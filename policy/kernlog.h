/* SPDX-License-Identifier: GPL-2.0-or-later */
/* USB storage devices named in kernel messages. Reads untrusted lines: every text is escaped and
 * bounded. Nothing here is signed: an identity is what the log says, no more. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"
#include "policy/identity.h"

#define KERNLOG_TEXT_MAX 128u
#define KERNLOG_PORTS_MAX 64u
#define KERNLOG_DEVICES_MAX 10000u
#define KERNLOG_PLUGS_MAX 100000u
#define KERNLOG_PORT_MAX 32u

/* What an identity is made of beside the USB id; bits. */
typedef enum KernlogTold {
        KERNLOG_SERIAL = 1, /* or that there is none */
        KERNLOG_INQUIRY = 2,
        KERNLOG_CAPACITY = 4,
} KernlogTold;

typedef struct KernlogDevice {
        char vid[5], pid[5];
        char serial[KERNLOG_TEXT_MAX], manufacturer[KERNLOG_TEXT_MAX], product[KERNLOG_TEXT_MAX];
        uint64_t size;               /* bytes; 0 = not told */
        int64_t first, last;         /* plugged in */
        int64_t gone;                /* pulled out, after `last`; 0 = not told */
        char port[KERNLOG_PORT_MAX]; /* "1-1.2", the last one */
        uint64_t count;
        unsigned told;     /* KernlogTold */
        Identity identity; /* so far as it is told */
} KernlogDevice;

/* Outcomes > 0: the part of an identity that the log does not have, or not to its end, or not so
 * that it can be told from the next. */
typedef enum KernlogMissing {
        KERNLOG_E_SERIAL = 1,
        KERNLOG_E_INQUIRY = 2,
        KERNLOG_E_CAPACITY = 3,
} KernlogMissing;

typedef struct Kernlog Kernlog;

int kernlog_new(Kernlog **ret) _must_check_;
Kernlog *kernlog_free(Kernlog *k);
DEFINE_FREEP(Kernlog, kernlog_free)
/* Before the first line: each time a device was plugged in becomes an entry of its own. */
void kernlog_each(Kernlog *k);

/* One message without its time stamp, "usb 1-1: New USB device found, ...". Other lines are
 * skipped. 0, -ENOMEM, or -E2BIG for more than KERNLOG_DEVICES_MAX devices, or
 * KERNLOG_PLUGS_MAX of them one by one. */
int kernlog_line(Kernlog *k, const char *line, size_t size, int64_t time) _must_check_;
/* After the last line: what is still plugged in is listed, the oldest first. The same errors. */
int kernlog_end(Kernlog *k) _must_check_;

/* The identity that a label and a whitelist entry are bound to. 0 or KERNLOG_E_*. */
int kernlog_identity(const KernlogDevice *d, Identity *ret) _must_check_;

/* Valid after kernlog_end(). */
size_t kernlog_count(const Kernlog *k);
const KernlogDevice *kernlog_device(const Kernlog *k, size_t i);
