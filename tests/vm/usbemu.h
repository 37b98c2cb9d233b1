/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated USB device for tests: what its options describe, shared by its three parts. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define EMU_IFACES_MAX 14
#define EMU_LUNS_MAX 15
#define EMU_RULES_MAX 32

/* Events that are no SCSI operation codes, for the same rules. */
enum {
        EV_ANY = 0x100,
        EV_READ,
        EV_WRITE,
        EV_SET_CONFIGURATION,
        EV_SET_INTERFACE,
        EV_CLEAR_HALT,
        EV_GET_MAX_LUN,
        EV_BOT_RESET,
        EV_RESET,
        EV_GET_STRING,
};

typedef enum RuleKind {
        RULE_HANG = 1, /* never answer */
        RULE_DELAY,    /* answer after arg[0] milliseconds */
        RULE_STALL,    /* stall the data phase, or the control request */
        RULE_FAIL,     /* CHECK CONDITION with key/asc/ascq arg[0..2] */
        RULE_SHORT,    /* send arg[0] bytes and claim it was everything */
        RULE_BAD_TAG,
        RULE_BAD_SIGNATURE,
        RULE_PHASE_ERROR,
        RULE_SWAP,    /* change the medium just before this is answered */
        RULE_VANISH,  /* unplug instead of answering */
        RULE_CORRUPT, /* invert the first byte of the data */
} RuleKind;

typedef struct Rule {
        RuleKind kind;
        int event;
        unsigned nth; /* 0: every time */
        unsigned seen;
        unsigned arg[3];
} Rule;

typedef struct Iface {
        uint8_t class, subclass, protocol;
        bool odd;      /* a descriptor of two bytes follows, where udev stops reading */
        unsigned alts; /* further alternate settings, each with a triple of its own */
        uint8_t ep;
} Iface;

typedef struct Lun {
        int fd, swap_fd;
        bool cdrom, read_only, removable;
        uint32_t sector;
        bool capacity_set;
        uint64_t capacity; /* sectors */
        char inquiry[29];
        bool attention;
        uint8_t key, asc, ascq;
} Lun;

typedef struct Text {
        uint8_t bytes[252]; /* UTF-16LE as on the wire */
        size_t len;
        bool absent;
} Text;

typedef struct Emu {
        int speed; /* enum usb_device_speed: 2 full, 3 high */
        uint16_t vid, pid, bcd, reset_pid;
        uint8_t device_class[3];
        Text manufacturer, product, serial;
        Iface ifaces[EMU_IFACES_MAX + 1];
        unsigned n_ifaces, n_reset_ifaces; /* the latter appear after a reset only */
        Lun luns[EMU_LUNS_MAX];
        unsigned n_luns;
        bool swap_quiet, swapped;
        Rule rules[EMU_RULES_MAX];
        unsigned n_rules;
        unsigned resets;
        int log;
        int sock;
} Emu;

uint64_t emu_now_ms(void);
void emu_log(const Emu *e, const char *format, ...) __attribute__((format(printf, 2, 3)));
void emu_swap(Emu *e);

/* Counts the event and returns the first rule of that kind that applies to it now, or NULL. */
const Rule *emu_rule(const Emu *e, RuleKind kind, int event);
void emu_count(Emu *e, int event);

/* usbemu-desc.c: *ret_len is at most cap. */
int desc_get(const Emu *e, uint8_t type, uint8_t index, uint8_t *buf, size_t cap, size_t *ret_len);
const uint8_t *desc_hid_report(size_t *ret_len);
bool desc_is_storage(const Iface *i);
unsigned desc_n_ifaces(const Emu *e);

/* usbemu-scsi.c: Bulk-Only Transport. Results of bot_out and bot_in besides an actual length. */
enum { BOT_WAIT = -1, BOT_STALL = -2 };
ssize_t bot_out(Emu *e, const uint8_t *data, size_t len);
ssize_t bot_in(Emu *e, uint8_t *buf, size_t len);
void bot_reset(void);
void bot_clear_halt(bool in);
uint64_t bot_ready_at(void);
