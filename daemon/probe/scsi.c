/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SCSI commands for the label: what a device answers is checked before any of it counts. */
#include "daemon/probe/scsi.h"

#include <time.h>

#include "lib/cursor.h"

#define OP_TEST_UNIT_READY 0x00u
#define OP_REQUEST_SENSE 0x03u
#define OP_INQUIRY 0x12u
#define OP_READ_CAPACITY_10 0x25u
#define OP_READ_10 0x28u
#define OP_WRITE_10 0x2au
#define OP_SYNCHRONIZE_CACHE_10 0x35u
#define OP_SERVICE_ACTION_IN_16 0x9eu
#define ACTION_READ_CAPACITY_16 0x10u

#define SENSE_SIZE 18u
#define INQUIRY_SIZE 36u
#define CAPACITY_10_SIZE 8u
#define CAPACITY_16_SIZE 32u

/* SPC-4 table 56 */
#define KEY_NO_SENSE 0x0u
#define KEY_RECOVERED 0x1u
#define KEY_NOT_READY 0x2u
#define KEY_ILLEGAL_REQUEST 0x5u
#define KEY_UNIT_ATTENTION 0x6u
#define KEY_DATA_PROTECT 0x7u
#define ASC_NO_MEDIUM 0x3au

#define RETRIES 4
#define READY_PAUSE_FIRST_MS 2u
#define READY_PAUSE_MAX_MS 100u

typedef struct Sense {
        uint8_t key, asc;
} Sense;

static int outcome_of(int bot)
{
        return bot == BOT_E_TIMEOUT ? (int)PROBE_OUTCOME_TIMEOUT : (int)SCSI_E_FAILED;
}

/* Fixed format only (SPC-4 4.5.3): BOT devices speak it. An unclear answer is key 0xff. */
static int request_sense(Bot *b, Sense *ret)
{
        uint8_t data[SENSE_SIZE] = {0};
        const BotCommand c = {.cdb = {OP_REQUEST_SENSE, 0, 0, 0, SENSE_SIZE},
                              .cdb_size = 6,
                              .data = data,
                              .size = sizeof(data)};
        uint32_t done;
        int r;

        *ret = (Sense){.key = 0xff};
        r = bot_run(b, &c, &done);
        if (r == BOT_E_CHECK)
                return 0;
        if (r != 0)
                return outcome_of(r);
        if (done >= 14 && (data[0] & 0x7eu) == 0x70u)
                *ret = (Sense){.key = data[2] & 0x0fu, .asc = data[12]};
        return 0;
}

static int outcome_of_sense(Bot *b, uint8_t op, Sense s)
{
        (void)bot_because(b, 0, "command %02x: sense key %x, code %02x", op, s.key, s.asc);
        if (s.key == KEY_NOT_READY && s.asc == ASC_NO_MEDIUM)
                return PROBE_OUTCOME_NO_MEDIUM;
        if (s.key == KEY_DATA_PROTECT)
                return PROBE_OUTCOME_WRITE_PROTECTED;
        return SCSI_E_FAILED;
}

/* Runs a command; UNIT ATTENTION is fetched and the command repeated. The data must be whole unless
 * `at_least` allows less. */
static int run(Bot *b, const BotCommand *c, uint32_t at_least)
{
        uint32_t done;
        Sense sense;
        int r;

        for (int i = 0; i < RETRIES; i++) {
                r = bot_run(b, c, &done);
                if (r == 0)
                        return done >= at_least
                                       ? 0
                                       : bot_because(b, SCSI_E_FAILED, "command %02x: %u bytes",
                                                     c->cdb[0], done);
                if (r != BOT_E_CHECK)
                        return outcome_of(r);
                r = request_sense(b, &sense);
                if (r != 0)
                        return r;
                if (sense.key != KEY_UNIT_ATTENTION)
                        return outcome_of_sense(b, c->cdb[0], sense);
        }
        return bot_because(b, SCSI_E_FAILED, "command %02x: attention without end", c->cdb[0]);
}

/* What the kernel does to the same bytes before it shows them in sysfs: beyond a NUL, and for what
 * is not printable ASCII, a blank. So a drive has one identity whichever way it was read. */
static void clean_text(uint8_t *text, size_t n)
{
        bool ended = false;

        for (size_t i = 0; i < n; i++) {
                ended |= text[i] == 0;
                if (ended || text[i] < 0x20 || text[i] > 0x7e)
                        text[i] = ' ';
        }
}

int scsi_inquiry(Bot *b, ScsiInquiry *ret)
{
        uint8_t data[INQUIRY_SIZE] = {0};
        const BotCommand c = {.cdb = {OP_INQUIRY, 0, 0, 0, INQUIRY_SIZE},
                              .cdb_size = 6,
                              .data = data,
                              .size = sizeof(data)};
        Reader r = reader(data, sizeof(data));
        ScsiInquiry i = {0};
        uint8_t first;
        int outcome;

        outcome = run(b, &c, INQUIRY_SIZE);
        if (outcome != 0)
                return outcome;
        first = reader_u8(&r);
        i.device_type = first & 0x1fu;
        reader_seek(&r, 8);
        reader_bytes(&r, i.vendor, sizeof(i.vendor));
        reader_bytes(&r, i.product, sizeof(i.product));
        if (r.failed || (first & 0xe0u) != 0) /* a LUN that is not there */
                return bot_because(b, SCSI_E_FAILED, "INQUIRY: no such unit");
        clean_text(i.vendor, sizeof(i.vendor));
        clean_text(i.product, sizeof(i.product));
        *ret = i;
        return 0;
}

static void pause_ms(unsigned ms)
{
        const struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};

        (void)nanosleep(&t, NULL);
}

int scsi_wait_ready(Bot *b)
{
        const BotCommand c = {.cdb = {OP_TEST_UNIT_READY}, .cdb_size = 6};
        unsigned pause = READY_PAUSE_FIRST_MS;
        uint32_t done;
        Sense sense;
        int r;

        while (bot_now_ms() < b->deadline_ms) {
                r = bot_run(b, &c, &done);
                if (r == 0)
                        return 0;
                if (r != BOT_E_CHECK)
                        return outcome_of(r);
                r = request_sense(b, &sense);
                if (r != 0)
                        return r;
                if (sense.key <= KEY_RECOVERED || sense.key == KEY_UNIT_ATTENTION)
                        continue;
                if (sense.key != KEY_NOT_READY || sense.asc == ASC_NO_MEDIUM)
                        return outcome_of_sense(b, OP_TEST_UNIT_READY, sense);
                pause_ms(pause);
                pause = MIN(pause * 2, READY_PAUSE_MAX_MS);
        }
        return bot_because(b, PROBE_OUTCOME_TIMEOUT, "not ready in time");
}

static int capacity_16(Bot *b, uint32_t *ret_block_size, uint64_t *ret_last)
{
        uint8_t data[CAPACITY_16_SIZE] = {0};
        const BotCommand c = {
                .cdb = {OP_SERVICE_ACTION_IN_16, ACTION_READ_CAPACITY_16, [13] = CAPACITY_16_SIZE},
                .cdb_size = 16,
                .data = data,
                .size = sizeof(data)};
        Reader r = reader(data, sizeof(data));
        int outcome;

        outcome = run(b, &c, 12);
        if (outcome != 0)
                return outcome;
        *ret_last = reader_be64(&r);
        *ret_block_size = reader_be32(&r);
        return 0;
}

int scsi_capacity(Bot *b, uint32_t *ret_block_size, uint64_t *ret_blocks)
{
        uint8_t data[CAPACITY_10_SIZE] = {0};
        const BotCommand c = {
                .cdb = {OP_READ_CAPACITY_10}, .cdb_size = 10, .data = data, .size = sizeof(data)};
        Reader r = reader(data, sizeof(data));
        uint64_t last;
        uint32_t size;
        int outcome;

        outcome = run(b, &c, CAPACITY_10_SIZE);
        if (outcome != 0)
                return outcome;
        last = reader_be32(&r);
        size = reader_be32(&r);
        if (last == UINT32_MAX)
                outcome = capacity_16(b, &size, &last);
        if (outcome != 0)
                return outcome;
        if (size < 512 || size > PROBE_COPY_SIZE || (size & (size - 1)) != 0 ||
            last >= UINT64_MAX / PROBE_COPY_SIZE)
                return bot_because(b, SCSI_E_FAILED, "blocks of %u bytes", size);
        *ret_block_size = size;
        *ret_blocks = last + 1;
        return 0;
}

/* READ(10) and WRITE(10), SBC-3 5.10 and 5.32 */
static int transfer(Bot *b, uint8_t op, uint32_t block_size, uint64_t offset, void *data,
                    uint32_t size)
{
        uint64_t lba = offset / block_size;
        uint32_t blocks = size / block_size;
        const BotCommand c = {.cdb = {op, 0, (uint8_t)(lba >> 24), (uint8_t)(lba >> 16),
                                      (uint8_t)(lba >> 8), (uint8_t)lba, 0, (uint8_t)(blocks >> 8),
                                      (uint8_t)blocks},
                              .cdb_size = 10,
                              .to_device = op == OP_WRITE_10,
                              .data = data,
                              .size = size};

        if (offset % block_size != 0 || size % block_size != 0 || lba > UINT32_MAX ||
            blocks > UINT16_MAX)
                return SCSI_E_FAILED;
        return run(b, &c, size);
}

int scsi_read(Bot *b, uint32_t block_size, uint64_t offset, void *ret, uint32_t size)
{
        return transfer(b, OP_READ_10, block_size, offset, ret, size);
}

int scsi_write(Bot *b, uint32_t block_size, uint64_t offset, const void *data, uint32_t size)
{
        return transfer(b, OP_WRITE_10, block_size, offset, (void *)data, size);
}

/* A device without a cache may refuse the command: then there is nothing to flush. */
int scsi_flush(Bot *b)
{
        const BotCommand c = {.cdb = {OP_SYNCHRONIZE_CACHE_10}, .cdb_size = 10};
        uint32_t done;
        Sense sense;
        int r;

        r = bot_run(b, &c, &done);
        if (r != BOT_E_CHECK)
                return r == 0 ? 0 : outcome_of(r);
        r = request_sense(b, &sense);
        if (r != 0)
                return r;
        if (sense.key <= KEY_RECOVERED || sense.key == KEY_ILLEGAL_REQUEST)
                return 0;
        return outcome_of_sense(b, OP_SYNCHRONIZE_CACHE_10, sense);
}
