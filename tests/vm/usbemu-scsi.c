/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bulk-Only Transport and the SCSI commands of the emulated drive. */
#include "usbemu.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA_MAX (32U << 20)

typedef enum BotState { BOT_IDLE, BOT_DATA_IN, BOT_DATA_OUT, BOT_STATUS, BOT_HUNG } BotState;

static struct {
        BotState state;
        uint32_t tag, expected;
        uint8_t status;
        uint8_t *data; /* what is sent, or room for what is received */
        size_t len, done;
        bool halt_in, halt_out, short_sent, bad_tag, bad_signature, lie;
        uint64_t ready_at;
        int write_fd;
        uint64_t write_offset;
} bot;

static uint32_t be32(const uint8_t *p)
{
        return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static uint64_t be64(const uint8_t *p)
{
        return (uint64_t)be32(p) << 32 | be32(p + 4);
}

static uint32_t le32(const uint8_t *p)
{
        return (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
}

static void put_be32(uint8_t *p, uint32_t v)
{
        for (int i = 0; i < 4; i++)
                p[i] = (uint8_t)(v >> (24 - 8 * i));
}

static void put_be64(uint8_t *p, uint64_t v)
{
        put_be32(p, (uint32_t)(v >> 32));
        put_be32(p + 4, (uint32_t)v);
}

static void put_le32(uint8_t *p, uint32_t v)
{
        for (int i = 0; i < 4; i++)
                p[i] = (uint8_t)(v >> (8 * i));
}

void bot_reset(void)
{
        free(bot.data);
        memset(&bot, 0, sizeof(bot));
        bot.write_fd = -1;
}

uint64_t bot_ready_at(void)
{
        return bot.ready_at;
}

static const char *op_name(uint8_t op)
{
        static char other[16];

        switch (op) {
#define X(code, name) \
        case code: \
                return name;
#include "usbemu-ops.h"
#undef X
        default:
                snprintf(other, sizeof(other), "OP_%02x", op);
                return other;
        }
}

static void reply(size_t len)
{
        bot.len = len < bot.expected ? len : bot.expected;
}

static void sense(Lun *l, unsigned key, unsigned asc, unsigned ascq)
{
        l->key = (uint8_t)key;
        l->asc = (uint8_t)asc;
        l->ascq = (uint8_t)ascq;
        bot.status = 1;
        bot.len = 0;
}

static void do_inquiry(Lun *l, const uint8_t *cdb)
{
        uint8_t type = l->cdrom ? 5 : 0;

        if (cdb[1] & 1) {
                if (cdb[2] == 0x00) {
                        memcpy(bot.data, (uint8_t[]){type, 0, 0, 2, 0x00, 0x80}, 6);
                        reply(6);
                } else if (cdb[2] == 0x80) {
                        memcpy(bot.data, (uint8_t[]){type, 0x80, 0, 4, 'S', 'C', 'S', '1'}, 8);
                        reply(8);
                } else {
                        sense(l, 5, 0x24, 0);
                }
                return;
        }
        memcpy(bot.data, (uint8_t[]){type, l->removable ? 0x80 : 0, 4, 2, 31, 0, 0, 0}, 8);
        memcpy(bot.data + 8, l->inquiry, 28);
        reply(36);
}

static void do_mode_sense(const Lun *l, bool ten)
{
        memset(bot.data, 0, 8);
        if (ten) {
                bot.data[1] = 6;
                bot.data[3] = l->read_only ? 0x80 : 0;
                reply(8);
        } else {
                bot.data[0] = 3;
                bot.data[2] = l->read_only ? 0x80 : 0;
                reply(4);
        }
}

static void do_capacity(Lun *l, const uint8_t *cdb)
{
        uint64_t last = l->capacity - 1;

        memset(bot.data, 0, 32);
        if (cdb[0] == 0x25) {
                put_be32(bot.data, last > UINT32_MAX ? UINT32_MAX : (uint32_t)last);
                put_be32(bot.data + 4, l->sector);
                reply(8);
        } else if (cdb[0] == 0x23) {
                bot.data[3] = 8;
                put_be32(bot.data + 4, (uint32_t)l->capacity);
                put_be32(bot.data + 8, l->sector);
                bot.data[8] = 2;
                reply(12);
        } else if ((cdb[1] & 0x1f) == 0x10) {
                put_be64(bot.data, last);
                put_be32(bot.data + 8, l->sector);
                reply(32);
        } else {
                sense(l, 5, 0x24, 0);
        }
}

static bool is_transfer(uint8_t op)
{
        return op == 0x08 || op == 0x28 || op == 0xa8 || op == 0x88 || op == 0x2a || op == 0xaa ||
               op == 0x8a || op == 0x2f;
}

static bool is_write(uint8_t op)
{
        return op == 0x2a || op == 0xaa || op == 0x8a;
}

static void transfer_range(const uint8_t *cdb, uint64_t *lba, uint32_t *count)
{
        if (cdb[0] == 0x08) {
                *lba = (cdb[1] & 0x1fU) << 16 | (uint32_t)cdb[2] << 8 | cdb[3];
                *count = cdb[4] ? cdb[4] : 256;
        } else if (cdb[0] == 0x88 || cdb[0] == 0x8a) {
                *lba = be64(cdb + 2);
                *count = be32(cdb + 10);
        } else {
                *lba = be32(cdb + 2);
                *count = cdb[0] >> 5 == 5 ? be32(cdb + 6) : (uint32_t)cdb[7] << 8 | cdb[8];
        }
}

static void do_transfer(const Emu *e, Lun *l, const uint8_t *cdb)
{
        int fd = e->swapped && l->swap_fd >= 0 ? l->swap_fd : l->fd;
        uint64_t lba, bytes;
        uint32_t count;
        ssize_t n;

        transfer_range(cdb, &lba, &count);
        bytes = (uint64_t)count * l->sector;
        if (lba > l->capacity || count > l->capacity - lba) {
                sense(l, 5, 0x21, 0);
                return;
        }
        if (cdb[0] == 0x2f)
                return;
        if (is_write(cdb[0]) && (l->read_only || l->cdrom)) {
                sense(l, 7, 0x27, 0);
                return;
        }
        reply(bytes > DATA_MAX ? DATA_MAX : (size_t)bytes);
        if (is_write(cdb[0])) {
                bot.write_fd = fd;
                bot.write_offset = lba * l->sector;
                return;
        }
        memset(bot.data, 0, bot.len);
        n = pread(fd, bot.data, bot.len, (off_t)(lba * l->sector));
        if (n < 0)
                sense(l, 3, 0x11, 0);
}

static void do_read_toc(Lun *l)
{
        static const uint8_t toc[] = {0, 18, 1, 1,    0,    0x14, 1, 0, 0, 0,
                                      0, 0,  0, 0x14, 0xaa, 0,    0, 0, 0, 0};

        if (!l->cdrom) {
                sense(l, 5, 0x20, 0);
                return;
        }
        memcpy(bot.data, toc, sizeof(toc));
        put_be32(bot.data + 16, (uint32_t)l->capacity);
        reply(sizeof(toc));
}

static void do_request_sense(Lun *l)
{
        memset(bot.data, 0, 18);
        bot.data[0] = 0x70;
        bot.data[2] = l->key;
        bot.data[7] = 10;
        bot.data[12] = l->asc;
        bot.data[13] = l->ascq;
        l->key = l->asc = l->ascq = 0;
        reply(18);
}

static void execute(const Emu *e, Lun *l, const uint8_t *cdb)
{
        uint8_t op = cdb[0];

        if (l->attention && op != 0x12 && op != 0x03 && op != 0xa0) {
                l->attention = false;
                sense(l, 6, 0x28, 0);
                return;
        }
        if (op != 0x03)
                l->key = l->asc = l->ascq = 0;
        if (is_transfer(op)) {
                do_transfer(e, l, cdb);
                return;
        }
        switch (op) {
        case 0x00: /* TEST UNIT READY, START STOP, PREVENT REMOVAL, SYNCHRONIZE CACHE */
        case 0x1b:
        case 0x1e:
        case 0x35:
                return;
        case 0x03:
                do_request_sense(l);
                return;
        case 0x12:
                do_inquiry(l, cdb);
                return;
        case 0x1a:
        case 0x5a:
                do_mode_sense(l, op == 0x5a);
                return;
        case 0x23:
        case 0x25:
        case 0x9e:
                do_capacity(l, cdb);
                return;
        case 0x43:
                do_read_toc(l);
                return;
        default:
                sense(l, 5, 0x20, 0);
        }
}

/* The state after a command has been executed, before the rules that break it. */
static void begin_phase(bool in)
{
        if (bot.expected == 0)
                bot.state = BOT_STATUS;
        else if (in)
                bot.state = BOT_DATA_IN;
        else
                bot.state = BOT_DATA_OUT;
        if (bot.expected == 0 || bot.len > 0)
                return;
        bot.halt_in = in;
        bot.halt_out = !in;
        bot.state = BOT_STATUS;
}

static void apply_rules(Emu *e, Lun *l, uint8_t op)
{
        const Rule *r;

        r = emu_rule(e, RULE_FAIL, op);
        if (r)
                sense(l, r->arg[0], r->arg[1], r->arg[2]);
        if (emu_rule(e, RULE_STALL, op))
                bot.len = 0;
        r = emu_rule(e, RULE_SHORT, op);
        if (r && r->arg[0] < bot.len) {
                bot.len = r->arg[0];
                bot.lie = true;
        }
        if (emu_rule(e, RULE_CORRUPT, op) && bot.len > 0)
                bot.data[0] ^= 0xff;
        r = emu_rule(e, RULE_DELAY, op);
        bot.ready_at = r ? emu_now_ms() + r->arg[0] : 0;
        bot.bad_tag = emu_rule(e, RULE_BAD_TAG, op) != NULL;
        bot.bad_signature = emu_rule(e, RULE_BAD_SIGNATURE, op) != NULL;
        if (emu_rule(e, RULE_PHASE_ERROR, op))
                bot.status = 2;
}

static void log_command(const Emu *e, unsigned lun, const uint8_t *cdb)
{
        uint64_t lba = 0;
        uint32_t count = bot.expected;

        if (is_transfer(cdb[0])) {
                transfer_range(cdb, &lba, &count);
                emu_log(e, "scsi %s lun=%u lba=%llu count=%u medium=%d status=%u", op_name(cdb[0]),
                        lun, (unsigned long long)lba, count, e->swapped ? 2 : 1, bot.status);
        } else {
                emu_log(e, "scsi %s lun=%u lba=- bytes=%u evpd=%d/%02x status=%u", op_name(cdb[0]),
                        lun, count, cdb[1] & 1, cdb[2], bot.status);
        }
}

static ssize_t command(Emu *e, const uint8_t *cbw, size_t len)
{
        static Lun nowhere;
        const uint8_t *cdb = cbw + 15;
        unsigned lun = cbw[13] & 0x0f;
        Lun *l = lun < e->n_luns ? &e->luns[lun] : &nowhere;

        if (len != 31 || le32(cbw) != 0x43425355) {
                emu_log(e, "error: no command block wrapper");
                bot.halt_in = bot.halt_out = true;
                return BOT_STALL;
        }
        bot_reset();
        bot.tag = le32(cbw + 4);
        bot.expected = le32(cbw + 8);
        bot.data = calloc(1, (bot.expected < DATA_MAX ? bot.expected : DATA_MAX) + 256);
        if (!bot.data)
                return BOT_STALL;
        emu_count(e, cdb[0]);
        if (emu_rule(e, RULE_SWAP, cdb[0]))
                emu_swap(e);
        if (emu_rule(e, RULE_VANISH, cdb[0])) {
                emu_log(e, "vanish at %s", op_name(cdb[0]));
                exit(0);
        }
        if (l == &nowhere)
                sense(l, 5, 0x25, 0);
        else
                execute(e, l, cdb);
        apply_rules(e, l, cdb[0]);
        log_command(e, lun, cdb);
        if (emu_rule(e, RULE_HANG, cdb[0]))
                bot.state = BOT_HUNG;
        else
                begin_phase(cbw[12] & 0x80);
        return (ssize_t)len;
}

ssize_t bot_out(Emu *e, const uint8_t *data, size_t len)
{
        size_t room = bot.len - bot.done;

        if (bot.halt_out)
                return BOT_STALL;
        if (bot.state == BOT_IDLE)
                return command(e, data, len);
        if (bot.state != BOT_DATA_OUT)
                return BOT_WAIT;
        if (len > room)
                len = room;
        memcpy(bot.data + bot.done, data, len);
        bot.done += len;
        if (bot.done == bot.len) {
                if (bot.write_fd >= 0 && pwrite(bot.write_fd, bot.data, bot.len,
                                                (off_t)bot.write_offset) != (ssize_t)bot.len)
                        bot.status = 1;
                bot.state = BOT_STATUS;
                bot.halt_out = bot.len < bot.expected;
        }
        return (ssize_t)len;
}

static ssize_t send_status(uint8_t *buf, size_t len)
{
        uint8_t csw[13] = {'U', 'S', 'B', 'S'};
        uint32_t left = bot.expected - (uint32_t)bot.len;

        if (bot.bad_signature)
                csw[0] = 'X';
        put_le32(csw + 4, bot.bad_tag ? bot.tag ^ 0x5a5a5a5a : bot.tag);
        put_le32(csw + 8, bot.lie ? 0 : left);
        csw[12] = bot.status;
        if (len > sizeof(csw))
                len = sizeof(csw);
        memcpy(buf, csw, len);
        bot_reset();
        return (ssize_t)len;
}

ssize_t bot_in(Emu *e, uint8_t *buf, size_t len)
{
        size_t left = bot.len - bot.done;

        (void)e;
        if (bot.halt_in)
                return BOT_STALL;
        if (bot.state == BOT_IDLE || bot.state == BOT_HUNG || bot.state == BOT_DATA_OUT ||
            emu_now_ms() < bot.ready_at)
                return BOT_WAIT;
        if (bot.state == BOT_STATUS)
                return send_status(buf, len);
        if (len >= left) {
                /* The end of the data: a short packet says so, or else the pipe is halted. */
                bot.halt_in = len == left && bot.len < bot.expected;
                bot.state = BOT_STATUS;
                len = left;
        }
        memcpy(buf, bot.data + bot.done, len);
        bot.done += len;
        return (ssize_t)len;
}

void bot_clear_halt(bool in)
{
        if (in)
                bot.halt_in = false;
        else
                bot.halt_out = false;
}
