/* SPDX-License-Identifier: GPL-2.0-or-later */
/* USB Mass Storage Bulk-Only Transport 1.0: one command, its data, its status, and recovery. */
#pragma once

#include <libusb-1.0/libusb.h>
#include <stdbool.h>
#include <stdint.h>

#include "daemon/probe/wire.h"
#include "lib/macros.h"

typedef struct Bot {
        libusb_device_handle *handle;
        int fd; /* the usbfs descriptor, for the host's side of a cleared halt */
        uint8_t interface, in, out;
        uint8_t lun;
        uint32_t tag;
        uint64_t deadline_ms;     /* CLOCK_MONOTONIC; nothing starts after it */
        char why[PROBE_WHY_SIZE]; /* what went wrong last, for the log */
} Bot;

/* Outcomes > 0. */
typedef enum BotOutcome {
        BOT_E_CHECK = 1,   /* the command failed: fetch sense data */
        BOT_E_TIMEOUT = 2, /* no answer in time; the transport has been reset */
        BOT_E_BROKEN = 3,  /* the device does not keep to the protocol */
} BotOutcome;

typedef struct BotCommand {
        uint8_t cdb[16];
        uint8_t cdb_size;
        bool to_device;
        void *data; /* sent from or received into; NULL with size 0 */
        uint32_t size;
} BotCommand;

uint64_t bot_now_ms(void);
/* Notes what went wrong and returns `outcome`. */
int bot_because(Bot *b, int outcome, const char *format, ...) _printf_(3, 4);

/* GET MAX LUN (BOT 3.2): highest LUN, 0 when the device stalls it. 0, BOT_E_TIMEOUT,
 * BOT_E_BROKEN. */
int bot_max_lun(Bot *b, uint8_t *ret) _must_check_;

/* Runs one command. `ret_done` is the number of data bytes that count (sent minus residue). */
int bot_run(Bot *b, const BotCommand *c, uint32_t *ret_done) _must_check_;
