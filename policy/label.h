/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The label: 4096 signed bytes in the gap before the first partition, in two copies.
 * Byte by byte: docs/usbzone-label.5 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "policy/authority.h"
#include "policy/key.h"
#include "policy/reason.h"
#include "policy/zone.h"

#define LABEL_SIZE 4096u
#define LABEL_SIGNED_SIZE 3968u
#define LABEL_COPIES 2u
#define LABEL_AREA_OFFSET (960u * 1024u) /* bytes from the start of the drive */
#define LABEL_AREA_SIZE (LABEL_COPIES * LABEL_SIZE)
#define LABEL_RESERVED_END (1024u * 1024u) /* the visit ring follows the label up to here */
#define LABEL_DRIVE_MIN (2u * 1024u * 1024u)
#define LABEL_KEY_ID_OFFSET 16u /* of the first key id within a copy */
#define LABEL_ID_SIZE 16u
#define LABEL_NUMBER_SIZE 32u
#define LABEL_TEXT_SIZE 96u
#define LABEL_HOSTS_MAX 32u
#define LABEL_SIGNATURES_MAX 2u

typedef struct Label {
        Algorithm algorithm;
        uint8_t n_signatures; /* 1 or 2, by two different keys */
        Zone zone;
        Level level;
        uint8_t key_id[LABEL_SIGNATURES_MAX][KEY_ID_SIZE];
        uint8_t id[LABEL_ID_SIZE];
        uint64_t sequence; /* generation: the higher of two good copies counts */
        int64_t issued, not_before, not_after; /* seconds since the epoch; not_after 0 = no end */
        int64_t retention_end;                 /* 保密期限: 0 = none */
        uint16_t retention_years;              /* 0 = none */
        uint8_t identity[DIGEST_SIZE];
        char media_number[LABEL_NUMBER_SIZE]; /* 编号 */
        char unit[LABEL_TEXT_SIZE];
        char holder[LABEL_TEXT_SIZE]; /* 责任人 */
        uint16_t n_hosts;             /* 0 = every computer of the zone */
        uint8_t hosts[LABEL_HOSTS_MAX][HOST_ID_SIZE];
} Label;

/* Writes the fields, signatures zero. -EINVAL for a label that could not be read back. */
int label_encode(const Label *label, uint8_t ret[LABEL_SIZE]) _must_check_;

/* Adds signature `slot` (0 or 1); the key's id must stand in that slot, its algorithm must be the
 * label's. -EINVAL. */
int label_sign(uint8_t bytes[LABEL_SIZE], unsigned slot, const PrivateKey *key) _must_check_;

/* Verifies one copy, then parses it. REASON_OK with `ret`; REASON_LABEL_ONE_SIGNATURE with `ret`:
 * the first of two fits, the place of the second is empty; REASON_NO_LABEL (no magic);
 * REASON_LABEL_* ; REASON_INTERNAL_ERROR. Validity dates are not looked at here. */
Reason label_read(const uint8_t bytes[LABEL_SIZE], const Keyring *ring, Label *ret) _must_check_;

typedef struct LabelSignature {
        uint8_t key_id[KEY_ID_SIZE];
        Reason reason; /* as of label_read(), of this signature alone */
} LabelSignature;

/* Judges each signature by itself, to show which one does not fit. Returns how many the copy says
 * it has; 0: no label, or none whose signatures could be looked for. */
unsigned label_signatures(const uint8_t bytes[LABEL_SIZE], const Keyring *ring,
                          LabelSignature ret[LABEL_SIGNATURES_MAX]);

typedef struct LabelArea {
        Reason reason; /* OK, ONE_SIGNATURE: `label` is set; else the worse reason of the two */
        Label label;
        unsigned copy;               /* which copy was taken */
        Reason copies[LABEL_COPIES]; /* of each copy alone */
} LabelArea;

/* Reads both copies and takes the good one with the higher sequence. */
void label_area_read(const uint8_t area[LABEL_AREA_SIZE], const Keyring *ring, LabelArea *ret);
