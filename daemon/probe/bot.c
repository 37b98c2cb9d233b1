/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bulk-Only Transport over libusb; section numbers are those of the specification, revision 1.0. */
#include "daemon/probe/bot.h"

#include <linux/usbdevice_fs.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>

#include "lib/cursor.h"

#define CBW_SIZE 31
#define CSW_SIZE 13
#define CBW_SIGNATURE 0x43425355u /* "USBC", section 5.1 */
#define CSW_SIGNATURE 0x53425355u /* "USBS", section 5.2 */
#define CBW_DATA_IN 0x80u
#define REQUEST_RESET 0xffu
#define REQUEST_MAX_LUN 0xfeu
#define LUN_LIMIT 15u

typedef enum CswStatus { CSW_PASSED = 0, CSW_FAILED = 1, CSW_PHASE_ERROR = 2 } CswStatus;

uint64_t bot_now_ms(void)
{
        struct timespec t;

        (void)clock_gettime(CLOCK_MONOTONIC, &t);
        return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

int bot_because(Bot *b, int outcome, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        (void)vsnprintf(b->why, sizeof(b->why), format, args);
        va_end(args);
        return outcome;
}

/* The time a transfer may take: its own limit, or what is left of the whole; 0 = none left. */
static unsigned time_left(const Bot *b, unsigned limit_ms)
{
        uint64_t now = bot_now_ms();

        if (now >= b->deadline_ms)
                return 0;
        return (unsigned)MIN(b->deadline_ms - now, (uint64_t)limit_ms);
}

static int control(Bot *b, uint8_t type, uint8_t request, uint16_t value, uint16_t index,
                   uint8_t *data, uint16_t size)
{
        unsigned ms = time_left(b, PROBE_COMMAND_MS);

        if (ms == 0)
                return LIBUSB_ERROR_TIMEOUT;
        return libusb_control_transfer(b->handle, type, request, value, index, data, size, ms);
}

/* Not libusb_clear_halt(): its request cannot be interrupted and holds the device for five seconds
 * when the device does not answer. Here the request has our time limit, and the kernel is only
 * told to start again with the first data toggle. */
static int clear_halt(Bot *b, uint8_t endpoint)
{
        unsigned number = endpoint;
        int r;

        r = control(b, LIBUSB_RECIPIENT_ENDPOINT, LIBUSB_REQUEST_CLEAR_FEATURE, 0, endpoint, NULL,
                    0);
        if (r < 0)
                return r;
        return ioctl(b->fd, USBDEVFS_RESETEP, &number) < 0 ? LIBUSB_ERROR_IO : 0;
}

/* Reset recovery, section 5.3.4. */
static void reset_recovery(Bot *b)
{
        if (control(b, LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE, REQUEST_RESET, 0,
                    b->interface, NULL, 0) < 0)
                return;
        if (clear_halt(b, b->in) == 0)
                (void)clear_halt(b, b->out);
}

static int outcome_of(Bot *b, int libusb_error, const char *phase)
{
        return bot_because(b, libusb_error == LIBUSB_ERROR_TIMEOUT ? BOT_E_TIMEOUT : BOT_E_BROKEN,
                           "%s: %s", phase, libusb_error_name(libusb_error));
}

int bot_max_lun(Bot *b, uint8_t *ret)
{
        uint8_t max = 0;
        int r;

        r = control(b, LIBUSB_ENDPOINT_IN | LIBUSB_REQUEST_TYPE_CLASS | LIBUSB_RECIPIENT_INTERFACE,
                    REQUEST_MAX_LUN, 0, b->interface, &max, 1);
        if (r == LIBUSB_ERROR_PIPE || r == 0)
                max = 0;
        else if (r < 0)
                return outcome_of(b, r, "GET MAX LUN");
        else if (max > LUN_LIMIT)
                return bot_because(b, BOT_E_BROKEN, "GET MAX LUN: %u", max);
        *ret = max;
        return 0;
}

static int bulk(Bot *b, uint8_t endpoint, void *data, uint32_t size, unsigned limit_ms,
                uint32_t *ret_done)
{
        unsigned ms = time_left(b, limit_ms);
        int r, done = 0;

        if (ms == 0)
                return LIBUSB_ERROR_TIMEOUT;
        r = libusb_bulk_transfer(b->handle, endpoint, data, (int)size, &done, ms);
        *ret_done = done > 0 ? (uint32_t)done : 0;
        return r;
}

static int send_command(Bot *b, const BotCommand *c)
{
        uint8_t cbw[CBW_SIZE];
        Writer w = writer(cbw, sizeof(cbw));
        uint32_t done;
        int r;

        writer_le32(&w, CBW_SIGNATURE);
        writer_le32(&w, ++b->tag);
        writer_le32(&w, c->size);
        writer_u8(&w, c->size > 0 && !c->to_device ? CBW_DATA_IN : 0);
        writer_u8(&w, b->lun);
        writer_u8(&w, c->cdb_size);
        writer_bytes(&w, c->cdb, sizeof(c->cdb));
        r = bulk(b, b->out, cbw, CBW_SIZE, PROBE_COMMAND_MS, &done);
        if (r < 0)
                return outcome_of(b, r, "command");
        return done == CBW_SIZE ? 0 : bot_because(b, BOT_E_BROKEN, "command cut");
}

/* A stall ends the data early and is no error: the status tells (section 6.7). */
static int move_data(Bot *b, const BotCommand *c, uint32_t *ret_done)
{
        uint8_t endpoint = c->to_device ? b->out : b->in;
        int r;

        *ret_done = 0;
        if (c->size == 0)
                return 0;
        r = bulk(b, endpoint, c->data, c->size, PROBE_DATA_MS, ret_done);
        if (r == LIBUSB_ERROR_PIPE)
                r = clear_halt(b, endpoint);
        return r < 0 ? outcome_of(b, r, "data") : 0;
}

/* Figure 2: a stalled or empty status is asked for once more. */
static int receive_status(Bot *b, uint8_t csw[CSW_SIZE])
{
        uint32_t done = 0;
        int r = 0;

        for (int attempt = 0; attempt < 2; attempt++) {
                r = bulk(b, b->in, csw, CSW_SIZE, PROBE_COMMAND_MS, &done);
                if (r == LIBUSB_ERROR_PIPE) {
                        r = clear_halt(b, b->in);
                        if (r < 0)
                                break;
                        continue;
                }
                if (r < 0 || done > 0)
                        break;
        }
        if (r < 0)
                return outcome_of(b, r, "status");
        return done == CSW_SIZE ? 0 : bot_because(b, BOT_E_BROKEN, "status of %u bytes", done);
}

/* Valid and meaningful, section 6.3. */
static int check_status(Bot *b, const BotCommand *c, const uint8_t csw[CSW_SIZE], uint32_t moved,
                        uint32_t *ret_done)
{
        Reader r = reader(csw, CSW_SIZE);
        uint32_t signature = reader_le32(&r);
        uint32_t tag = reader_le32(&r);
        uint32_t residue = reader_le32(&r);
        uint8_t status = reader_u8(&r);

        if (r.failed || signature != CSW_SIGNATURE || tag != b->tag)
                return bot_because(b, BOT_E_BROKEN, "status is none, or of another command");
        if (status == CSW_FAILED)
                return BOT_E_CHECK;
        if (status != CSW_PASSED || residue > c->size)
                return bot_because(b, BOT_E_BROKEN, "status %u, residue %u of %u", status, residue,
                                   c->size);
        *ret_done = MIN(moved, c->size - residue);
        return 0;
}

int bot_run(Bot *b, const BotCommand *c, uint32_t *ret_done)
{
        uint8_t csw[CSW_SIZE] = {0};
        uint32_t moved = 0;
        int r;

        *ret_done = 0;
        r = send_command(b, c);
        if (r == 0)
                r = move_data(b, c, &moved);
        if (r == 0)
                r = receive_status(b, csw);
        if (r == 0)
                r = check_status(b, c, csw, moved, ret_done);
        if (r == BOT_E_TIMEOUT || r == BOT_E_BROKEN)
                reset_recovery(b);
        return r;
}
