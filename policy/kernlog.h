/* SPDX-License-Identifier: GPL-2.0-or-later */
/* USB storage devices named in kernel messages. Reads untrusted lines: every text is escaped and
 * bounded. Nothing here is signed, and a serial number in a log proves no identity. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define KERNLOG_TEXT_MAX 128u
#define KERNLOG_PORTS_MAX 64u
#define KERNLOG_DEVICES_MAX 10000u

typedef struct KernlogDevice {
        char vid[5], pid[5];
        char serial[KERNLOG_TEXT_MAX], manufacturer[KERNLOG_TEXT_MAX], product[KERNLOG_TEXT_MAX];
        uint64_t size; /* bytes; 0 = not told */
        int64_t first, last;
        uint64_t count;
} KernlogDevice;

typedef struct Kernlog Kernlog;

int kernlog_new(Kernlog **ret) _must_check_;
Kernlog *kernlog_free(Kernlog *k);
DEFINE_FREEP(Kernlog, kernlog_free)

/* One message without its time stamp, "usb 1-1: New USB device found, ...". Other lines are
 * skipped. 0, -ENOMEM, or -E2BIG for more than KERNLOG_DEVICES_MAX devices. */
int kernlog_line(Kernlog *k, const char *line, size_t size, int64_t time) _must_check_;

size_t kernlog_count(const Kernlog *k);
const KernlogDevice *kernlog_device(const Kernlog *k, size_t i);
