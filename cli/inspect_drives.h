/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the records of many computers say about each drive. Memory grows with drives, not with
 * records. */
#pragma once

#include <json-c/json.h>

#include "cli/inspect_revoked.h"
#include "cli/out.h"
#include "policy/label.h"

#define INSPECT_DRIVES_MAX 4000000u
#define INSPECT_LABELS_MAX 8000000u
#define INSPECT_KEYS_MAX 4096u
#define INSPECT_DRIVE_LABELS_MAX 256u /* of one drive: in years of use it has a few */

/* A label that a drive had, or a number that it had by another account. */
typedef struct InspectLabel {
        uint8_t id[LABEL_ID_SIZE];           /* zeros: not told */
        char number[LABEL_NUMBER_SIZE];      /* "" = none */
        uint32_t next;                       /* of this drive */
        uint32_t drive, same;                /* `same`: a label of another drive with this number */
        uint16_t keys[LABEL_SIGNATURES_MAX]; /* 1 + place in `keys`; 0 = none */
        InspectPlace used, overdue, retained; /* last; after its end; after its retention */
} InspectLabel;

typedef struct InspectDrive {
        uint8_t identity[DIGEST_SIZE];
        unsigned label_zones;                             /* bits, 1 << Zone */
        uint32_t labels;                                  /* the first one that was read */
        uint32_t crowd;                                   /* 1 + place in `crowds`; 0: none */
        InspectPlace used[ZONE_MAX_], blocked[ZONE_MAX_]; /* on computers of this zone, last */
} InspectDrive;

/* A drive with more labels than are kept of one. */
typedef struct InspectCrowd {
        InspectPlace first; /* record of a label that is not kept, as read */
        uint64_t records;   /* of such labels */
} InspectCrowd;

typedef struct InspectIndex {
        uint32_t *slots, room; /* open addressing, twice as large as `room` */
} InspectIndex;

/* Drives by identity; their labels, and those by number. */
typedef struct InspectDrives {
        InspectDrive *list;
        InspectLabel *labels;
        uint32_t n, n_labels;
        InspectIndex by_identity, by_number; /* by_number: the first label with it */
        uint8_t (*keys)[KEY_ID_SIZE];
        uint16_t n_keys;
        InspectCrowd *crowds;
        uint32_t n_crowds;
} InspectDrives;

/* A record of a drive. -ENOMEM; -ENOSPC: more than a maximum above. `ret_used` is set if the drive
 * was let in. Of labels beyond INSPECT_DRIVE_LABELS_MAX their number is kept (InspectCrowd), and
 * what the record says of the drive itself. */
int inspect_drives_add(InspectDrives *d, json_object *record, const InspectPlace *at,
                       bool *ret_used) _must_check_;
/* The last time it was let in anywhere. */
InspectPlace inspect_drive_use(const InspectDrive *drive);
void inspect_drives_clear(InspectDrives *d);
