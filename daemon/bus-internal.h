/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the bus share: the connection, callers, errors and the objects' tables. */
#pragma once

#include <sys/types.h>
#include <systemd/sd-bus.h>

#include "daemon/bus.h"
#include "daemon/drive.h"

#define BUS_ERROR_NOT_FOUND "org.usbzone1.Error.NotFound"
#define BUS_ERROR_INVALID "org.usbzone1.Error.Invalid"
#define BUS_ERROR_BUSY "org.usbzone1.Error.Busy"
#define BUS_ERROR_REFUSED "org.usbzone1.Error.Refused"
#define BUS_ERROR_UNAVAILABLE "org.usbzone1.Error.Unavailable"

#define BUS_PATH_MAX 64u
#define BUS_WHO_MAX 96u
#define BUS_ARGUMENTS_MAX (64 * 1024) /* bytes of a call's arguments, about */
#define BUS_TEXT_MAX 200u /* reasons and the like that a caller may give, with the NUL */

typedef struct AccessCall AccessCall;
typedef struct BusJob BusJob;

/* The verdict of a drive that was signalled last. */
typedef struct BusTold {
        uint64_t number; /* 0: a free place */
        Effect verdict, effect;
        Reason reason;
        Check check;
        uint8_t grant[GRANT_ID_SIZE];
} BusTold;

struct Bus {
        Manager *m;
        sd_bus *conn; /* NULL between two connections */
        sd_event_source *retry;
        bool owned;        /* the name is ours: signals may go out */
        Drive *announced;  /* found by its path though it is in no list yet, or no more */
        AccessCall *calls; /* waiting for an answer on who may */
        unsigned n_calls;
        BusJob *job; /* the one write or layout check under way */
        BusTold told[MANAGER_DRIVES_MAX];
};

/* Who called. */
typedef struct BusCaller {
        uid_t uid;
        char who[BUS_WHO_MAX]; /* "alice (uid 1000)" */
} BusCaller;

/* Runs a method whose caller may call it. Replies itself and returns >= 0, or fills `error` (or
 * not) and returns -errno. */
typedef int (*BusHandler)(Bus *b, sd_bus_message *call, const BusCaller *caller,
                          sd_bus_error *error);

/* Fills `error` from -errno and a sentence "The drive cannot be read"; returns -errno. */
int bus_fail(sd_bus_error *error, int r, const char *sentence);
/* Are the arguments of a call, which is to wait, small enough to be kept? */
bool bus_is_small(sd_bus_message *m);
/* Refuses text that is empty, too long or not clean. */
int bus_check_text(const char *text, const char *what, sd_bus_error *error) _must_check_;
/* The same for other text: 1 to `max` - 1 bytes. */
int bus_check_line(const char *text, const char *what, size_t max, sd_bus_error *error);
/* Appends a flat json object as a{sv}: strings as s, whole numbers as x. */
int bus_append_fields(sd_bus_message *m, json_object *fields) _must_check_;

void bus_drive_path(uint64_t number, char ret[BUS_PATH_MAX]);
Drive *bus_drive_at(Bus *b, const char *path);
/* By number, media number or identity. 0; -ENOENT or -EINVAL with `error`. */
int bus_identity_of(Bus *b, const char *drive, uint8_t ret[DIGEST_SIZE],
                    sd_bus_error *error) _must_check_;
void bus_job_forget(Bus *b);

/* Object tables, added to every new connection. */
int bus_manager_add(Bus *b) _must_check_;
int bus_ledger_add(Bus *b) _must_check_;
int bus_drives_add(Bus *b) _must_check_;
