/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What makes a drive this drive: the digest a label and a whitelist entry are bound to. */
#pragma once

#include <stdint.h>

#include "policy/key.h"

#define USB_STRING_MAX 255u
#define SCSI_VENDOR_SIZE 8u
#define SCSI_PRODUCT_SIZE 16u

typedef struct Identity {
        uint16_t vid, pid;
        uint8_t serial[USB_STRING_MAX]; /* raw bytes as in sysfs, no terminator */
        size_t serial_size;
        uint8_t scsi_vendor[SCSI_VENDOR_SIZE];   /* INQUIRY bytes 8-15, space padded (SPC-4 6.6) */
        uint8_t scsi_product[SCSI_PRODUCT_SIZE]; /* INQUIRY bytes 16-31 */
        uint64_t capacity;                       /* bytes; 0 for a device that is no storage */
        uint32_t block_size;                     /* bytes; not part of the digest */
} Identity;

/* SHA-256 over "usbzone-identity-1" and the fields, each with its length as le32 before it: VID,
 * PID, serial, SCSI vendor, SCSI product, capacity (le64), label offset (le64). */
int identity_digest(const Identity *identity, uint8_t ret[DIGEST_SIZE]) _must_check_;
