/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The few SCSI commands a label needs (SPC-4, SBC-3), over Bulk-Only Transport. */
#pragma once

#include "daemon/probe/bot.h"
#include "daemon/probe/wire.h"

/* All return 0 or a ProbeOutcome other than OK as a number > 0; FAILED is given as
 * SCSI_E_FAILED. */
#define SCSI_E_FAILED PROBE_OUTCOME_MAX_

typedef struct ScsiInquiry {
        uint8_t device_type;
        uint8_t vendor[PROBE_VENDOR_SIZE], product[PROBE_PRODUCT_SIZE];
} ScsiInquiry;

int scsi_inquiry(Bot *b, ScsiInquiry *ret) _must_check_;

/* TEST UNIT READY until it is, taking UNIT ATTENTION and "becoming ready" as steps on the way. */
int scsi_wait_ready(Bot *b) _must_check_;

/* READ CAPACITY(10), and (16) beyond 2 TiB. Block size 512 .. 4096, a power of two. */
int scsi_capacity(Bot *b, uint32_t *ret_block_size, uint64_t *ret_blocks) _must_check_;

/* Exactly `size` bytes at `offset`, both whole blocks, within the first 2^32 blocks. */
int scsi_read(Bot *b, uint32_t block_size, uint64_t offset, void *ret, uint32_t size) _must_check_;
int scsi_write(Bot *b, uint32_t block_size, uint64_t offset, const void *data,
               uint32_t size) _must_check_;
int scsi_flush(Bot *b) _must_check_;
