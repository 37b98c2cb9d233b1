/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The inside of a drive object, shared by the files drive*.c alone. */
#pragma once

#include "daemon/drive.h"
#include "daemon/gate.h"
#include "daemon/probe.h"

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

/* The disk the kernel made of the drive; `path` is its folder, below the device's. */
typedef struct DriveDisk {
        bool known;
        uint32_t major, minor;
        uint64_t diskseq;
        char path[USB_PATH_MAX];
} DriveDisk;
typedef struct DriveTask DriveTask;

struct Drive {
        Manager *m;
        uint64_t number;
        DriveState state;
        UsbDevice *usb;
        Facts facts;
        Decision decision;
        Effect effect; /* in force */
        bool observed, before_start;
        bool recheck;      /* in use, but to be decided from what the kernel reads next */
        bool again;        /* decide again once the present step is over */
        bool retried;      /* the one second attempt at reading was made */
        bool stale;        /* a child was killed: the usbfs node is to be opened anew */
        bool close_wanted; /* once the present job is over, by close_next */
        GateWork close_next;
        uint32_t passing; /* interfaces let pass though the drive is blocked */
        uint64_t since_us;
        DriveDisk disk;
        Probe *probe;
        GateJob *job;
        sd_event_source *timer;
        DriveTask *task; /* a label being written, or the layout being read */
};

/* drive.c: 0, or -EINVAL for a move the table does not know: the drive is closed then. */
int drive_move(Drive *d, DriveEvent event) _must_check_;
int drive_arm(Drive *d, uint64_t usec, sd_event_time_handler_t handler) _must_check_;
void drive_disarm(Drive *d);

/* drive-verify.c: begin from closed, decide, record (without a record nothing passes, but in
 * observe mode), and do what was decided. */
void drive_begin(Drive *d);
void drive_judge(Drive *d, Decision *ret);
void drive_decide(Drive *d);
void drive_record(Drive *d);
void drive_conclude(Drive *d);
/* The daemon found the device itself at fault: closed at once, recorded. */
void drive_refuse(Drive *d, Reason reason);
Effect drive_effect_wanted(const Drive *d, const Decision *decision, bool *ret_observed);
bool drive_is_storage(const Drive *d);

/* drive-disk.c: has the disk in use read again through the kernel, and decides from that. */
int drive_ask_again(Drive *d) _must_check_;
/* drive-task.c */
void drive_task_end(Drive *d, int result, const ProbeAnswer *answer);
/* drive-keep.c: what a later instance of the daemon must know of a drive in use. Read gives 1 and
 * the effect in force if this very device was let pass by an earlier instance; else 0. */
void drive_keep_write(const Drive *d);
void drive_keep_remove(const Drive *d);
int drive_keep_read(const Drive *d, Effect *ret);
