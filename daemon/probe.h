/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Probe children: each reads, or writes, the label area of one claimed interface and is gone.
 * One waits ready and shut in, knowing no device, so that a plug need not wait for a program to
 * start. */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/probe/request.h"
#include "daemon/usb-device.h"

typedef struct ProbePool ProbePool;
typedef struct Probe Probe;

int probe_pool_new(sd_event *event, ProbePool **ret) _must_check_;
ProbePool *probe_pool_free(ProbePool *pool);
/* Starts the child that waits, unless there is one. */
void probe_pool_fill(ProbePool *pool);

/* `result`: 0 with a checked answer, or -ETIMEDOUT (killed), -EPROTO (no or a senseless answer).
 * The child has been killed. */
typedef void (*ProbeDone)(void *userdata, int result, const ProbeAnswer *answer);

/* `label` (PROBE_COPY_SIZE bytes) and `first_copy` (0 or 1) are for PROBE_WRITE. */
int probe_start(ProbePool *pool, const UsbDevice *u, ProbeMode mode, const uint8_t *label,
                unsigned first_copy, ProbeDone done, void *userdata, Probe **ret) _must_check_;

/* Kills the child; `done` is not called. */
Probe *probe_free(Probe *p);
DEFINE_FREEP(Probe, probe_free)
