/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's one object: owns the event loop, what is trusted, the drives, the ledger and the
 * bus. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-event.h>

#include "policy/clock.h"
#include "policy/decide.h"
#include "policy/floor.h"
#include "policy/incident.h"
#include "store/ledger.h"
#include "store/trust.h"

#define MANAGER_DRIVES_MAX 128u

typedef struct Bus Bus;
typedef struct Monitor Monitor;
typedef struct BlockServer BlockServer;
typedef struct Drive Drive;

typedef struct Manager {
        sd_event *event;
        int etc_fd, state_fd, run_fd;
        Trust *trust; /* never NULL; replaced as a whole by manager_reload() */
        Grants grants;
        Incidents incidents;
        struct OwnFiles *own_files;
        struct EventRepeats *repeats; /* NULL: nothing has come yet that may come again */
        ClockMoment clock;            /* at the last record, if known */
        bool clock_known, clock_other_boot;
        Floor floor;                /* what drives are judged by: daemon/floor.h */
        FloorFile floor_saved;      /* what is on disk of it */
        bool floor_kept;            /* something is */
        char boot[FLOOR_BOOT_SIZE]; /* which boot this is */
        bool observe;               /* decide and record, let pass */
        Ledger *ledger;             /* NULL: not writable */
        Monitor *monitor;
        BlockServer *block;
        Bus *bus; /* NULL until connected; everything works without it */
        Drive *drives[MANAGER_DRIVES_MAX];
        size_t n_drives;
        uint64_t next_drive; /* number of the next drive object, 1.. */
        sd_event_source *grant_timer;
        sd_event_source *rescan_timer;
        sd_event_source *rest_timer, *trim_timer, *floor_timer, *floor_watch;
        struct ProbePool *probes;
} Manager;

int manager_new(Manager **ret) _must_check_;
Manager *manager_free(Manager *m);
DEFINE_FREEP(Manager, manager_free)

/* Opens directories, trust, ledger, grants, block server, monitor, bus; coldplugs. */
int manager_start(Manager *m) _must_check_;
/* A clean end: recorded; drives in use stay in use, everything else stays closed. */
void manager_stop(Manager *m);

/* Loads /etc/usbzone anew. The old snapshot stays if the new one is bad (then > 0 and the message
 * of what is wrong); all drives are decided again. Records "policy-loaded" or "policy-refused". */
int manager_reload(Manager *m, char **ret_message) _must_check_;

/* Sets and persists the mode, records it with who asked, decides all drives again. */
int manager_set_mode(Manager *m, bool observe, const char *who, const char *reason) _must_check_;

/* Decides all drives again. */
void manager_decide_all(Manager *m);

/* When nothing has happened for a while: memory is given back, a probe made ready. */
void manager_rest_soon(Manager *m);

/* Seconds since the epoch, as decisions see it: daemon/floor.h. */
int64_t manager_now(const Manager *m);

Drive *manager_find_drive(Manager *m, uint64_t number);
