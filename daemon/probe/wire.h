/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the probe child answers: a fixed size, little endian, no raw structs. The child holds one
 * socket; over it one request (request.h) comes, with the usbfs descriptor, and one answer goes. */
#pragma once

#include <stdint.h>
#include <string.h>

#include "lib/cursor.h"

#define PROBE_FD_SOCKET 3
#define PROBE_FD_DEVICE 4 /* in the child */

#define PROBE_MAGIC 0x31707a75u /* "uzp1" */
#define PROBE_AREA_OFFSET (960u * 1024u)
#define PROBE_AREA_SIZE 8192u
#define PROBE_COPY_SIZE 4096u
#define PROBE_DRIVE_MIN (2u * 1024u * 1024u)
#define PROBE_VENDOR_SIZE 8u
#define PROBE_PRODUCT_SIZE 16u
#define PROBE_TABLE_SIZE 16u
#define PROBE_WHY_SIZE 64u
#define PROBE_ANSWER_SIZE \
        (4 + 4 + PROBE_VENDOR_SIZE + PROBE_PRODUCT_SIZE + 4 + 8 + 8 + PROBE_TABLE_SIZE + \
         PROBE_WHY_SIZE + PROBE_AREA_SIZE)

#define PROBE_COMMAND_MS 1000u
#define PROBE_DATA_MS 2000u
#define PROBE_TOTAL_MS 5000u

typedef enum ProbeOutcome {
        PROBE_OUTCOME_FAILED = 0, /* the zero value: nothing was learnt */
        PROBE_OUTCOME_OK = 1,
        PROBE_OUTCOME_TIMEOUT = 2,
        PROBE_OUTCOME_NO_MEDIUM = 3,
        PROBE_OUTCOME_WRITE_PROTECTED = 4,
        PROBE_OUTCOME_COMPARE = 5, /* what was written does not read back */
        PROBE_OUTCOME_MAX_,
} ProbeOutcome;

typedef struct ProbeAnswer {
        uint8_t outcome;     /* ProbeOutcome */
        uint8_t n_luns;      /* GET MAX LUN + 1 */
        uint8_t device_type; /* INQUIRY byte 0, low five bits */
        uint8_t has_area;    /* 1: the area was read */
        uint8_t vendor[PROBE_VENDOR_SIZE], product[PROBE_PRODUCT_SIZE];
        uint32_t block_size;
        uint64_t capacity;   /* bytes */
        uint64_t first_used; /* bytes; layout only */
        char table[PROBE_TABLE_SIZE];
        char why[PROBE_WHY_SIZE]; /* what went wrong, for the log */
        uint8_t area[PROBE_AREA_SIZE];
} ProbeAnswer;

static inline void probe_answer_encode(const ProbeAnswer *a, uint8_t ret[PROBE_ANSWER_SIZE])
{
        Writer w = writer(ret, PROBE_ANSWER_SIZE);

        writer_le32(&w, PROBE_MAGIC);
        writer_u8(&w, a->outcome);
        writer_u8(&w, a->n_luns);
        writer_u8(&w, a->device_type);
        writer_u8(&w, a->has_area);
        writer_bytes(&w, a->vendor, sizeof(a->vendor));
        writer_bytes(&w, a->product, sizeof(a->product));
        writer_le32(&w, a->block_size);
        writer_le64(&w, a->capacity);
        writer_le64(&w, a->first_used);
        writer_bytes(&w, a->table, sizeof(a->table));
        writer_bytes(&w, a->why, sizeof(a->why));
        writer_bytes(&w, a->area, sizeof(a->area));
}

/* Takes the fields apart; whether they make sense is for the caller to check. */
static inline int probe_answer_decode(const uint8_t bytes[PROBE_ANSWER_SIZE], ProbeAnswer *ret)
{
        Reader r = reader(bytes, PROBE_ANSWER_SIZE);

        if (reader_le32(&r) != PROBE_MAGIC)
                return -EBADMSG;
        ret->outcome = reader_u8(&r);
        ret->n_luns = reader_u8(&r);
        ret->device_type = reader_u8(&r);
        ret->has_area = reader_u8(&r);
        reader_bytes(&r, ret->vendor, sizeof(ret->vendor));
        reader_bytes(&r, ret->product, sizeof(ret->product));
        ret->block_size = reader_le32(&r);
        ret->capacity = reader_le64(&r);
        ret->first_used = reader_le64(&r);
        reader_bytes(&r, ret->table, sizeof(ret->table));
        reader_bytes(&r, ret->why, sizeof(ret->why));
        reader_bytes(&r, ret->area, sizeof(ret->area));
        return r.failed ? -EBADMSG : 0;
}
