/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a drive object, shared by the files drive*.c alone. */
#pragma once

#include "daemon/block/wire.h"
#include "daemon/drive.h"
#include "daemon/gate.h"
#include "daemon/probe.h"
#include "daemon/usb-device.h"

/* What happens to a drive; drive.c holds the table of state x event. */
typedef enum DriveEvent {
        DRIVE_EV_PROBE,     /* the child reads it */
        DRIVE_EV_MEDIATE,   /* the kernel reads it for us */
        DRIVE_EV_HAND_OVER, /* decided to let pass, the kernel takes it */
        DRIVE_EV_SHOW,      /* user space may see it */
        DRIVE_EV_CLOSE,
        DRIVE_EV_WRITE, /* the child writes or looks for enrolment */
        DRIVE_EV_SYSTEM,
        DRIVE_EV_REMOVE,
        DRIVE_EV_MAX_,
} DriveEvent;

/* The disk the kernel made of the drive. */
typedef struct DriveDisk {
        bool known;
        uint32_t major, minor;
        uint64_t diskseq;
        char path[USB_PATH_MAX]; /* its folder, below the device's */
} DriveDisk;

/* A label being written, or the layout being read. */
typedef struct DriveTask {
        DriveDone done;
        DriveLayoutDone layout_done;
        void *userdata;
        uint8_t label[LABEL_SIZE];
} DriveTask;

struct Drive {
        Manager *m;
        uint64_t number;
        DriveState state;
        UsbDevice *usb;
        Facts facts;
        Decision decision;
        Effect effect; /* in force */
        bool observed, before_start;
        bool recheck;     /* in use, but to be decided from what the kernel reads next */
        bool again;       /* decide again once the present step is over */
        uint32_t passing; /* interfaces let pass though the drive is blocked */
        uint64_t since_us;
        DriveDisk disk;
        Probe *probe;
        GateJob *job;
        sd_event_source *timer;
        DriveTask *task;
};

/* drive.c */
/* 0, or -EINVAL for a move the table does not know: the drive is closed then. */
int drive_move(Drive *d, DriveEvent event) _must_check_;
int drive_arm(Drive *d, uint64_t usec, sd_event_time_handler_t handler) _must_check_;
void drive_disarm(Drive *d);

/* drive-verify.c */
void drive_begin(Drive *d);
void drive_decide(Drive *d);
/* Records the decision; without a record nothing passes (but in observe mode). */
void drive_record(Drive *d);
void drive_conclude(Drive *d);
void drive_close_gate(Drive *d, GateWork work);
/* The daemon found the device itself at fault: closed at once, recorded. */
void drive_refuse(Drive *d, Reason reason);
Effect drive_effect_wanted(const Drive *d, const Decision *decision, bool *ret_observed);
bool drive_is_storage(const Drive *d);
/* A kernel driver, other than our own claim, is bound to one of its interfaces. */
bool drive_has_driver(const Drive *d);
uint32_t drive_passing_mask(const Drive *d);

/* drive-disk.c */
/* Has the disk in use read again through the kernel, and decides from that. */
int drive_ask_again(Drive *d) _must_check_;

/* drive-task.c */
void drive_task_end(Drive *d, int result, const ProbeAnswer *answer);

/* drive-keep.c: what a later instance of the daemon must know of a drive in use */
void drive_keep_write(const Drive *d);
void drive_keep_remove(const Drive *d);
/* 1 and the effect in force if this very device was let pass by an earlier instance; 0. */
int drive_keep_read(const Drive *d, Effect *ret);
