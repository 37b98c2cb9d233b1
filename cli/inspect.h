/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of many computers, merged: what is kept of it while it is read, one record at a
 * time. Memory grows with computers and drives, not with records. Functions return CLI_*. */
#pragma once

#include <json-c/json.h>

#include "cli/out.h"
#include "policy/label.h"
#include "store/package.h"

#define INSPECT_DRIVES_MAX 4000000u
#define INSPECT_NONE UINT32_MAX

/* When and where something was seen; time 0: it was not. */
typedef struct InspectPlace {
        int64_t time;
        uint64_t seq;
        uint32_t host;
} InspectPlace;

typedef struct InspectDrive {
        uint8_t identity[DIGEST_SIZE], label_id[LABEL_ID_SIZE];
        char number[LABEL_NUMBER_SIZE]; /* the first one that was read; "" = none */
        unsigned label_zones;           /* bits, 1 << Zone */
        InspectPlace used[ZONE_MAX_], blocked[ZONE_MAX_]; /* on computers of this zone, last */
        InspectPlace last_use, overdue, revoked;
        uint32_t same_number; /* another drive with this number, or INSPECT_NONE */
} InspectDrive;

/* Drives by identity, by number and by label. */
typedef struct InspectDrives {
        InspectDrive *list;
        uint32_t n, room;
        uint32_t *by_identity, *by_number; /* open addressing, twice as large as `room` */
        struct {
                uint8_t label_id[LABEL_ID_SIZE];
                InspectPlace place;
        } * revoked_labels;
        size_t n_revoked;
} InspectDrives;

/* A record of a drive. -ENOMEM; -ENOSPC: more drives than INSPECT_DRIVES_MAX. */
int inspect_drives_add(InspectDrives *d, json_object *record, const InspectPlace *at) _must_check_;
/* Once all is read: revoked labels are put down at their drives. */
void inspect_drives_finish(InspectDrives *d);
void inspect_drives_clear(InspectDrives *d);

typedef struct InspectHost {
        char id[HEAD_HOST_SIZE], name[NAME_MAX_SIZE];
        Zone zone;
        uint64_t records, violations, gaps, counted; /* counted: up to this number */
        int64_t exported, last;                      /* times */
        uint8_t head[DIGEST_SIZE];                   /* of record `counted` */
        uint64_t seen; /* a journal holds a head of this record, and it should be in an export */
} InspectHost;

/* Something about an export or a computer. */
typedef struct InspectTrouble {
        const char *kind; /* slug: broken, forked, other-key, journal-differs */
        const char *message;
        char detail[160];
        uint32_t host; /* or INSPECT_NONE */
        uint64_t seq;
} InspectTrouble;

typedef struct Inspect {
        InspectHost *hosts;
        uint32_t n_hosts;
        InspectDrives drives;
        InspectTrouble *troubles;
        size_t n_troubles, n_exports;
        bool broken; /* evidence does not verify */
} Inspect;

/* Packages, ledgers, journals, folders of these. `authority` (may be NULL) checks credentials. */
int inspect_read(Inspect *in, char **paths, int n, const Authority *authority) _must_check_;
/* `silent`: seconds without a record, 0 = do not look. CLI_BROKEN; CLI_FAILED: findings. */
int inspect_report(const Inspect *in, int64_t silent, bool list, bool json) _must_check_;
void inspect_clear(Inspect *in);
