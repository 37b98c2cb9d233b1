/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The gate: the only writer of sysfs, and the only user of the usbfs calls that bind and unbind.
 * What can wait on a device (unbinding, binding, syncing) is done by a short-lived worker, so that
 * a device that does not answer never stops the daemon. */
#pragma once

#include <systemd/sd-event.h>

#include "daemon/usb-device.h"

/* Outcomes > 0. */
typedef enum GateOutcome {
        GATE_E_TAKEN = 1, /* a driver has the interface: to be closed with GATE_CLOSE */
} GateOutcome;

/* New interfaces below every root hub begin unauthorized. Returns how many hubs had to be set. */
int gate_close_root_hubs(void) _must_check_;
/* The same for one device by name, if it is a root hub. */
int gate_close_root_hub(const char *sysname) _must_check_;

/* Authorizes an interface and claims it at once, before any driver can. 0, GATE_E_TAKEN, -errno. */
int gate_authorize_and_claim(UsbDevice *u, const UsbHeld *h) _must_check_;

/* authorized=0 at once: only for interfaces no kernel driver is bound to. */
int gate_close_unbound(const UsbDevice *u) _must_check_;
/* The same, but interfaces with a driver are left alone. */
int gate_close_unused(const UsbDevice *u) _must_check_;

/* A drive swapped while the computer sleeps must not be taken for the one before (no
 * reset-resume). */
int gate_forget_in_sleep(const UsbDevice *u) _must_check_;

/* Makes udev ask about a disk again. `path` is the disk's folder below the device's. */
int gate_ask_again(const UsbDevice *u, const char *path) _must_check_;

typedef enum GateWork {
        GATE_CLOSE,     /* authorized=0 on every interface */
        GATE_SAVE,      /* sync, at most five seconds, then GATE_CLOSE */
        GATE_SYNC,      /* sync alone, at most five seconds */
        GATE_HAND_OVER, /* release the claim and let the kernel bind */
        GATE_PASS,      /* authorize and bind the interfaces of `mask`, close the others */
} GateWork;

typedef struct GateJob GateJob;
typedef void (*GateDone)(void *userdata, int result);

/* Starts a worker; bit n of `mask` is u->held[n]. `done` is called once with 0 or -errno. */
int gate_start(sd_event *event, const UsbDevice *u, GateWork work, uint32_t mask, GateDone done,
               void *userdata, GateJob **ret) _must_check_;
/* The work goes on, but nobody is told. */
GateJob *gate_detach(GateJob *job);
