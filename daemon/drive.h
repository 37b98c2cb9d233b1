/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One gated USB device from plug to unplug: held descriptors, one state, one transition table. */
#pragma once

#include "daemon/block/wire.h"
#include "daemon/manager.h"
#include "daemon/usb-device.h"

/* X(enumerator, name on the bus) */
#define DRIVE_STATE_TABLE(X) \
        X(NEW, "new")           /* seen, descriptors held, interface unauthorized */ \
        X(PROBING, "probing")   /* authorized, claimed by us, child reads */ \
        X(MEDIATED, "mediated") /* kernel-mediated read: bound, hidden, read-only */ \
        X(HANDOVER, "handover") /* allowed; the kernel takes it, block device awaited */ \
        X(IN_USE, "in-use")     /* allowed or read-only, compared, shown to user space */ \
        X(BLOCKED, "blocked")   /* unauthorized */ \
        X(WRITING, "writing")   /* claimed by us, child writes a label */ \
        X(SYSTEM, "system")     /* carries the running system: never touched */ \
        X(GONE, "gone")

#define X(name, text) DRIVE_##name,
typedef enum DriveState { DRIVE_STATE_TABLE(X) DRIVE_STATE_MAX_ } DriveState;
#undef X
const char *drive_state_name(DriveState state);

/* What the bus and the ledger show of a drive. Texts are escaped. */
typedef struct DriveView {
        uint64_t number;
        DriveState state;
        const Decision *decision; /* the last one; all zero before the first */
        const Facts *facts;
        Effect effect; /* what is in force (observe mode: allow) */
        bool observed; /* the verdict was not enforced: observe mode */
        bool before_start;
        char sysname[32]; /* "1-1.2" */
        char syspath[256];
        char block[32]; /* "sda" or "" */
        char serial[USB_STRING_MAX * 4 + 1];
        char scsi_vendor[SCSI_VENDOR_SIZE * 4 + 1], scsi_product[SCSI_PRODUCT_SIZE * 4 + 1];
        uint64_t since_us; /* wall clock */
} DriveView;

void drive_view(const Drive *d, DriveView *ret);
uint64_t drive_number(const Drive *d);

/* Decides again from scratch (reads the drive again). Used by Reprobe, reload, mode and grants. */
int drive_reprobe(Drive *d) _must_check_;
/* Decides again from the facts at hand; reads again only if access would widen. */
int drive_redecide(Drive *d) _must_check_;

/* Writes a label (already verified against this drive) to both copies, reads it back, reprobes.
 * `done` is called once, later, with 0 or -errno. Only when BLOCKED (or PROBE-able). */
typedef void (*DriveDone)(void *userdata, int result);
int drive_write_label(Drive *d, const uint8_t label[LABEL_SIZE], DriveDone done,
                      void *userdata) _must_check_;

/* Reads partition table facts through the probe child, for enrolment: first byte used by a
 * partition or file system. `ret_first` bytes; 0 = the label area itself lies in a file system. */
typedef void (*DriveLayoutDone)(void *userdata, int result, uint64_t first_used, const char *table);
int drive_check_layout(Drive *d, DriveLayoutDone done, void *userdata) _must_check_;

/* For the manager: a drive takes `usb` over and is listed in m->drives until drive_gone(). */
int drive_new(Manager *m, UsbDevice *usb, Drive **ret) _must_check_;
Drive *drive_free(Drive *d);
/* Decides what to do with it now that it is here. `flood`: plugged in too often, not to be read. */
void drive_start(Drive *d, bool flood);
/* It has other interfaces than before: somebody chose another configuration. */
void drive_reconfigured(Drive *d);
/* Unplugged: recorded, signalled, freed. */
void drive_gone(Drive *d);
const UsbDevice *drive_usb(const Drive *d);
/* From time to time: what was closed must still be closed. */
void drive_inspect(Drive *d);

/* Removes what an earlier instance remembered of devices that are no longer there. */
void drive_keep_sweep(Manager *m);

/* For the block server: a disk of this drive appeared or changed; `path` is its folder. */
void drive_disk(Drive *d, const BlockQuery *q, const char *path, BlockReply *ret);
