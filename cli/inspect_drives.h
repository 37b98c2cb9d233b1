/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the records of many computers say about each drive. Memory grows with drives, not with
 * records. */
#pragma once

#include <json-c/json.h>

#include "cli/out.h"
#include "policy/label.h"

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
