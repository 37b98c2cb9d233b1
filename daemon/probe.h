/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Starts a probe child for one claimed interface, waits for it without blocking, checks its answer. */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/probe/wire.h"
#include "daemon/usb-device.h"

typedef struct Probe Probe;

typedef enum ProbeMode { PROBE_READ, PROBE_WRITE, PROBE_LAYOUT } ProbeMode;

/* `result`: 0 with a checked answer, or -ETIMEDOUT (killed), -EPROTO (no or a senseless answer). */
typedef void (*ProbeDone)(void *userdata, int result, const ProbeAnswer *answer);

/* `label` (PROBE_COPY_SIZE bytes) and `first_copy` (0 or 1) are for PROBE_WRITE. */
int probe_start(sd_event *event, const UsbDevice *u, ProbeMode mode, const uint8_t *label,
                unsigned first_copy, ProbeDone done, void *userdata, Probe **ret) _must_check_;

/* Kills the child; `done` is not called. */
Probe *probe_free(Probe *p);
DEFINE_FREEP(Probe, probe_free)
