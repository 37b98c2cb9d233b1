/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Command line of the emulated USB device. */
#include "usbemu.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int emu_options(Emu *e, int argc, char **argv, int *ret_port, const char **ret_ready);

static const char usage[] =
        "usage: usbemu [OPTION]...\n"
        "  --port N --log FILE --ready FILE --speed high|full\n"
        "  --vid X --pid X --bcd X --device-class C:S:P\n"
        "  --serial TEXT --manufacturer TEXT --product TEXT   (\\xNN, \\n, \\e in TEXT; UTF-8)\n"
        "  --serial-hex HEX    bytes of the serial string descriptor as they are\n"
        "  --no-serial --no-strings\n"
        "  --iface C:S:P       (hexadecimal; 8:6:50 is the drive) --alts N, --odd for the last one\n"
        "  --reset-iface C:S:P --reset-pid X    what differs after the first reset\n"
        "  --file IMG          one more LUN, and the drive's interface if none was given; then:\n"
        "  --cdrom --ro --fixed --sector N --capacity SECTORS --inquiry TEXT(28) --no-ua\n"
        "  --swap IMG          the medium it changes to on SIGUSR1 or by --swap-at; --swap-quiet\n"
        "rules, EVENT is a SCSI command (READ_10, 0x28), ANY, READ, WRITE or SET_CONFIGURATION,\n"
        "SET_INTERFACE, CLEAR_HALT, GET_MAX_LUN, BOT_RESET, RESET, GET_STRING; :NTH counts from 1:\n"
        "  --hang EVENT[:NTH] --delay EVENT[:NTH]=MS --stall EVENT[:NTH]\n"
        "  --fail EVENT[:NTH]=KEY/ASC/ASCQ --short EVENT[:NTH]=BYTES --bad-tag EVENT[:NTH]\n"
        "  --bad-signature EVENT[:NTH] --phase-error EVENT[:NTH] --corrupt EVENT[:NTH]\n"
        "  --swap-at EVENT[:NTH] --vanish EVENT[:NTH]\n";

static const struct {
        const char *name;
        int event;
} events[] = {
        {"ANY", EV_ANY},
        {"READ", EV_READ},
        {"WRITE", EV_WRITE},
        {"SET_CONFIGURATION", EV_SET_CONFIGURATION},
        {"SET_INTERFACE", EV_SET_INTERFACE},
        {"CLEAR_HALT", EV_CLEAR_HALT},
        {"GET_MAX_LUN", EV_GET_MAX_LUN},
        {"BOT_RESET", EV_BOT_RESET},
        {"RESET", EV_RESET},
        {"GET_STRING", EV_GET_STRING},
#define X(code, text) {text, code},
#include "usbemu-ops.h"
#undef X
};

static const struct {
        const char *option;
        RuleKind kind;
} rule_options[] = {
        {"--hang", RULE_HANG},
        {"--delay", RULE_DELAY},
        {"--stall", RULE_STALL},
        {"--fail", RULE_FAIL},
        {"--short", RULE_SHORT},
        {"--bad-tag", RULE_BAD_TAG},
        {"--bad-signature", RULE_BAD_SIGNATURE},
        {"--phase-error", RULE_PHASE_ERROR},
        {"--swap-at", RULE_SWAP},
        {"--vanish", RULE_VANISH},
        {"--corrupt", RULE_CORRUPT},
};

static int find_event(const char *name, size_t len)
{
        for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++)
                if (strlen(events[i].name) == len && !strncmp(events[i].name, name, len))
                        return events[i].event;
        if (!strncmp(name, "0x", 2))
                return (int)strtoul(name, NULL, 16);
        return -1;
}

static int add_rule(Emu *e, RuleKind kind, const char *text)
{
        const char *end = text + strcspn(text, ":=");
        Rule *r = &e->rules[e->n_rules];
        const char *arg = strchr(text, '=');

        if (e->n_rules == EMU_RULES_MAX)
                return -1;
        r->kind = kind;
        r->event = find_event(text, (size_t)(end - text));
        if (r->event < 0)
                return -1;
        if (*end == ':')
                r->nth = (unsigned)strtoul(end + 1, NULL, 10);
        if (arg && kind == RULE_FAIL) {
                if (sscanf(arg, "=%x/%x/%x", &r->arg[0], &r->arg[1], &r->arg[2]) != 3)
                        return -1;
        } else if (arg) {
                r->arg[0] = (unsigned)strtoul(arg + 1, NULL, 10);
        }
        e->n_rules++;
        return 0;
}

static unsigned unescape(const char **p)
{
        const char *s = *p;

        if (s[0] == '\\' && s[1] == 'n') {
                *p += 2;
                return '\n';
        }
        if (s[0] == '\\' && s[1] == 'e') {
                *p += 2;
                return 0x1b;
        }
        if (s[0] == '\\' && s[1] == 'x' && s[2] && s[3]) {
                char hex[3] = {s[2], s[3], '\0'};

                *p += 4;
                return (unsigned)strtoul(hex, NULL, 16);
        }
        (*p)++;
        return (unsigned char)*s;
}

static void set_text(Text *t, const char *s)
{
        memset(t, 0, sizeof(*t));
        while (*s && t->len + 2 <= sizeof(t->bytes)) {
                unsigned c = unescape(&s);
                int more = c >= 0xe0 && c < 0xf0 ? 2 : c >= 0xc0 && c < 0xe0 ? 1 : 0;

                if (more)
                        c &= more == 2 ? 0x0f : 0x1f;
                for (; more > 0 && (*s & 0xc0) == 0x80; more--, s++)
                        c = c << 6 | (*s & 0x3f);
                t->bytes[t->len++] = (uint8_t)c;
                t->bytes[t->len++] = (uint8_t)(c >> 8);
        }
}

static void set_hex(Text *t, const char *s)
{
        unsigned v;

        memset(t, 0, sizeof(*t));
        for (; t->len < sizeof(t->bytes) && sscanf(s, "%2x", &v) == 1 && s[1]; s += 2)
                t->bytes[t->len++] = (uint8_t)v;
}

static int add_iface(Emu *e, const char *text, bool after_reset)
{
        unsigned c, s, p, all = e->n_ifaces + e->n_reset_ifaces,
                          n = after_reset ? all : e->n_ifaces;

        if (all == EMU_IFACES_MAX || sscanf(text, "%x:%x:%x", &c, &s, &p) != 3)
                return -1;
        memmove(&e->ifaces[n + 1], &e->ifaces[n], (all - n) * sizeof(e->ifaces[0]));
        e->ifaces[n] = (Iface){.class = (uint8_t)c, .subclass = (uint8_t)s, .protocol = (uint8_t)p};
        if (after_reset)
                e->n_reset_ifaces++;
        else
                e->n_ifaces++;
        return 0;
}

static int open_image(const char *path, uint64_t *ret_size)
{
        struct stat st;
        int fd = open(path, O_RDWR | O_CLOEXEC);

        if (fd < 0 || fstat(fd, &st) < 0) {
                perror(path);
                return -1;
        }
        *ret_size = (uint64_t)st.st_size;
        return fd;
}

static int add_lun(Emu *e, const char *path)
{
        Lun *l = &e->luns[e->n_luns];

        if (e->n_luns == EMU_LUNS_MAX)
                return -1;
        l->fd = open_image(path, &l->capacity);
        if (l->fd < 0)
                return -1;
        l->swap_fd = -1;
        l->removable = l->attention = true;
        l->sector = 512;
        memcpy(l->inquiry, "usbzone Emulated drive  0100", 29);
        e->n_luns++;
        return 0;
}

static int lun_option(Lun *l, const char *option, const char *value)
{
        uint64_t size;

        if (!strcmp(option, "--cdrom")) {
                l->cdrom = true;
                l->sector = 2048;
        } else if (!strcmp(option, "--ro")) {
                l->read_only = true;
        } else if (!strcmp(option, "--fixed")) {
                l->removable = false;
        } else if (!strcmp(option, "--no-ua")) {
                l->attention = false;
        } else if (!value) {
                return -1;
        } else if (!strcmp(option, "--sector")) {
                l->sector = (uint32_t)strtoul(value, NULL, 0);
        } else if (!strcmp(option, "--capacity")) {
                l->capacity = strtoull(value, NULL, 0);
                l->capacity_set = true;
        } else if (!strcmp(option, "--inquiry")) {
                memset(l->inquiry, ' ', 28);
                memcpy(l->inquiry, value, strlen(value) < 28 ? strlen(value) : 28);
        } else if (!strcmp(option, "--swap")) {
                l->swap_fd = open_image(value, &size);
                return l->swap_fd < 0 ? -1 : 1;
        } else {
                return -1;
        }
        return option[2] == 's' || !strcmp(option, "--capacity") || !strcmp(option, "--inquiry");
}

static int identity_option(Emu *e, const char *option, const char *value)
{
        unsigned c, s, p;

        if (!strcmp(option, "--vid"))
                e->vid = (uint16_t)strtoul(value, NULL, 16);
        else if (!strcmp(option, "--pid"))
                e->pid = (uint16_t)strtoul(value, NULL, 16);
        else if (!strcmp(option, "--bcd"))
                e->bcd = (uint16_t)strtoul(value, NULL, 16);
        else if (!strcmp(option, "--reset-pid"))
                e->reset_pid = (uint16_t)strtoul(value, NULL, 16);
        else if (!strcmp(option, "--serial"))
                set_text(&e->serial, value);
        else if (!strcmp(option, "--serial-hex"))
                set_hex(&e->serial, value);
        else if (!strcmp(option, "--manufacturer"))
                set_text(&e->manufacturer, value);
        else if (!strcmp(option, "--product"))
                set_text(&e->product, value);
        else if (!strcmp(option, "--speed"))
                e->speed = strcmp(value, "full") ? 3 : 2;
        else if (!strcmp(option, "--device-class") && sscanf(value, "%x:%x:%x", &c, &s, &p) == 3)
                memcpy(e->device_class, (uint8_t[]){(uint8_t)c, (uint8_t)s, (uint8_t)p}, 3);
        else
                return -1;
        return 1;
}

/* Returns how many further arguments the option took, or -1. */
static int device_option(Emu *e, const char *option, const char *value)
{
        if (!strcmp(option, "--no-serial"))
                return e->serial.absent = true, 0;
        if (!strcmp(option, "--no-strings"))
                return e->serial.absent = e->product.absent = e->manufacturer.absent = true, 0;
        if (!strcmp(option, "--swap-quiet"))
                return e->swap_quiet = true, 0;
        if (!strcmp(option, "--odd") && e->n_ifaces > 0)
                return e->ifaces[e->n_ifaces - 1].odd = true, 0;
        if (!value)
                return -1;
        if (!strcmp(option, "--iface") || !strcmp(option, "--reset-iface"))
                return add_iface(e, value, option[2] == 'r') < 0 ? -1 : 1;
        if (!strcmp(option, "--alts") && e->n_ifaces > 0)
                return e->ifaces[e->n_ifaces - 1].alts = (unsigned)atoi(value), 1;
        if (!strcmp(option, "--file"))
                return add_lun(e, value) < 0 ? -1 : 1;
        for (size_t i = 0; i < sizeof(rule_options) / sizeof(rule_options[0]); i++)
                if (!strcmp(option, rule_options[i].option))
                        return add_rule(e, rule_options[i].kind, value) < 0 ? -1 : 1;
        return identity_option(e, option, value);
}

static int finish(Emu *e)
{
        bool drive = false;
        uint8_t ep = 1;

        for (unsigned n = 0; n < e->n_ifaces; n++)
                drive = drive || desc_is_storage(&e->ifaces[n]);
        if (e->n_luns > 0 && !drive && add_iface(e, "8:6:50", false) < 0)
                return -1;
        for (unsigned n = 0; n < e->n_ifaces + e->n_reset_ifaces; n++) {
                e->ifaces[n].ep = ep;
                ep = (uint8_t)(ep +
                               (e->ifaces[n].class == 8 && e->ifaces[n].protocol == 0x62 ? 2 : 1));
        }
        for (unsigned i = 0; i < e->n_luns; i++)
                if (!e->luns[i].capacity_set)
                        e->luns[i].capacity /= e->luns[i].sector;
        return 0;
}

int emu_options(Emu *e, int argc, char **argv, int *ret_port, const char **ret_ready)
{
        e->speed = 3;
        e->vid = 0x1209;
        e->pid = 0x0002;
        e->bcd = 0x0100;
        e->log = STDERR_FILENO;
        set_text(&e->manufacturer, "usbzone");
        set_text(&e->product, "Emulated device");
        set_text(&e->serial, "EMU0001");
        for (int i = 1; i < argc; i++) {
                const char *value = i + 1 < argc ? argv[i + 1] : NULL;
                int took = 1;

                if (!strcmp(argv[i], "--port") && value)
                        *ret_port = atoi(value);
                else if (!strcmp(argv[i], "--ready") && value)
                        *ret_ready = value;
                else if (!strcmp(argv[i], "--log") && value)
                        e->log = open(value, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC,
                                      0644);
                else
                        took = device_option(e, argv[i], value);
                if (took < 0 && e->n_luns > 0)
                        took = lun_option(&e->luns[e->n_luns - 1], argv[i], value);
                if (took < 0) {
                        fprintf(stderr, "usbemu: bad option: %s\n%s", argv[i], usage);
                        return -1;
                }
                i += took;
        }
        return finish(e);
}
