/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Emulated USB device: attaches itself to vhci_hcd and speaks USB/IP with the kernel. */
#define _GNU_SOURCE

#include "usbemu.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ATTACH "/sys/devices/platform/vhci_hcd.0/attach"
#define CMD_SUBMIT 1
#define CMD_UNLINK 2
#define RET_SUBMIT 3
#define RET_UNLINK 4
#define TRANSFER_MAX (32U << 20)

/* A transfer the kernel waits for; those of one endpoint and direction are answered in order. */
typedef struct Transfer {
        struct Transfer *next;
        uint32_t seqnum, ep;
        bool in;
        uint32_t len;
        uint8_t setup[8];
        uint8_t *data;
} Transfer;

static Transfer *waiting;
static volatile sig_atomic_t swap_wanted;

int emu_options(Emu *e, int argc, char **argv, int *ret_port, const char **ret_ready);

uint64_t emu_now_ms(void)
{
        struct timespec ts;

        clock_gettime(CLOCK_BOOTTIME, &ts);
        return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

void emu_log(const Emu *e, const char *format, ...)
{
        char line[512];
        va_list ap;
        size_t n;
        int r;

        va_start(ap, format);
        r = vsnprintf(line, sizeof(line) - 40, format, ap);
        va_end(ap);
        n = r < 0 ? 0 : (size_t)r < sizeof(line) - 40 ? (size_t)r : sizeof(line) - 41;
        n += (size_t)snprintf(line + n, 40, " t=%llu\n", (unsigned long long)emu_now_ms());
        if (write(e->log, line, n) < 0)
                perror("usbemu: log");
}

void emu_swap(Emu *e)
{
        e->swapped = !e->swapped;
        emu_log(e, "medium %d", e->swapped ? 2 : 1);
        for (unsigned i = 0; i < e->n_luns && !e->swap_quiet; i++)
                e->luns[i].attention = true;
}

static bool event_matches(int rule, int event)
{
        bool read = event == 0x08 || event == 0x28 || event == 0x88 || event == 0xa8;
        bool write = event == 0x2a || event == 0x8a || event == 0xaa;

        return rule == event || (rule == EV_ANY && event < EV_ANY) || (rule == EV_READ && read) ||
               (rule == EV_WRITE && write);
}

void emu_count(Emu *e, int event)
{
        for (unsigned i = 0; i < e->n_rules; i++)
                if (event_matches(e->rules[i].event, event))
                        e->rules[i].seen++;
}

const Rule *emu_rule(const Emu *e, RuleKind kind, int event)
{
        for (unsigned i = 0; i < e->n_rules; i++) {
                const Rule *r = &e->rules[i];

                if (r->kind == kind && event_matches(r->event, event) &&
                    (r->nth == 0 || r->seen == r->nth))
                        return r;
        }
        return NULL;
}

static void read_all(int fd, void *buf, size_t len)
{
        uint8_t *p = buf;

        while (len > 0) {
                ssize_t n = read(fd, p, len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        exit(0); /* the port was detached */
                p += n;
                len -= (size_t)n;
        }
}

static void write_all(int fd, const void *buf, size_t len)
{
        const uint8_t *p = buf;

        while (len > 0) {
                ssize_t n = write(fd, p, len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        exit(0);
                p += n;
                len -= (size_t)n;
        }
}

static void answer(const Emu *e, const Transfer *t, int status, const uint8_t *data, size_t len)
{
        uint32_t head[12] = {htonl(RET_SUBMIT), htonl(t->seqnum)};

        head[5] = htonl((uint32_t)status);
        head[6] = htonl((uint32_t)len);
        write_all(e->sock, head, sizeof(head));
        if (t->in && len > 0)
                write_all(e->sock, data, len);
}

static bool control_rules(Emu *e, int event, const char *name, unsigned value)
{
        emu_log(e, "ctrl %s value=%u", name, value);
        emu_count(e, event);
        if (emu_rule(e, RULE_SWAP, event))
                emu_swap(e);
        if (emu_rule(e, RULE_VANISH, event)) {
                emu_log(e, "vanish at %s", name);
                exit(0);
        }
        return !emu_rule(e, RULE_STALL, event);
}

/* The kernel begins every enumeration and every reset by asking for 64 bytes of it. */
static void saw_device_descriptor(Emu *e, unsigned length)
{
        static bool enumerated;

        if (length != 64)
                return;
        if (enumerated) {
                e->resets++;
                control_rules(e, EV_RESET, "RESET", e->resets);
                bot_reset();
        }
        enumerated = true;
}

static int get_descriptor(Emu *e, const uint8_t *s, uint8_t *buf, size_t cap, size_t *ret_len)
{
        unsigned length = s[6] | s[7] << 8;
        size_t n;

        if (s[3] == 1)
                saw_device_descriptor(e, length);
        if (s[3] == 3 && s[2] != 0 && !control_rules(e, EV_GET_STRING, "GET_STRING", s[2]))
                return -EPIPE;
        if (s[3] == 0x22) {
                const uint8_t *report = desc_hid_report(&n);

                memcpy(buf, report, n);
                *ret_len = n;
                return 0;
        }
        return desc_get(e, s[3], s[2], buf, cap, ret_len) < 0 ? -EPIPE : 0;
}

static int class_request(Emu *e, const uint8_t *s, uint8_t *buf, size_t *ret_len)
{
        if (s[0] == 0xa1 && s[1] == 0xfe) {
                if (!control_rules(e, EV_GET_MAX_LUN, "GET_MAX_LUN", e->n_luns - 1))
                        return -EPIPE;
                buf[0] = (uint8_t)(e->n_luns - 1);
                *ret_len = 1;
                return 0;
        }
        if (s[0] == 0x21 && s[1] == 0xff) {
                control_rules(e, EV_BOT_RESET, "BOT_RESET", 0);
                bot_reset();
                return 0;
        }
        if (s[0] == 0xa1 && s[1] == 0x01) {
                memset(buf, 0, 8);
                *ret_len = 8;
                return 0;
        }
        /* SET_IDLE, SET_REPORT, SET_PROTOCOL and what network drivers say are taken silently. */
        return s[0] == 0x21 ? 0 : -EPIPE;
}

static int control(Emu *e, const uint8_t *s, uint8_t *buf, size_t cap, size_t *ret_len)
{
        unsigned value = s[2] | s[3] << 8;

        *ret_len = 0;
        if ((s[0] & 0x60) == 0x20)
                return class_request(e, s, buf, ret_len);
        if ((s[0] & 0x60) != 0)
                return -EPIPE;
        switch (s[1]) {
        case 0: /* GET_STATUS */
                memset(buf, 0, 2);
                *ret_len = 2;
                return 0;
        case 1: /* CLEAR_FEATURE */
                if (s[0] == 2) {
                        control_rules(e, EV_CLEAR_HALT, "CLEAR_HALT", s[4]);
                        bot_clear_halt(s[4] & 0x80);
                }
                return 0;
        case 6:
                return get_descriptor(e, s, buf, cap, ret_len);
        case 8: /* GET_CONFIGURATION */
                buf[0] = 1;
                *ret_len = 1;
                return 0;
        case 9:
                bot_reset();
                return control_rules(e, EV_SET_CONFIGURATION, "SET_CONFIGURATION", value) ? 0
                                                                                          : -EPIPE;
        case 11:
                bot_reset();
                return control_rules(e, EV_SET_INTERFACE, "SET_INTERFACE", value) ? 0 : -EPIPE;
        default:
                return s[0] & 0x80 ? -EPIPE : 0;
        }
}

static void answer_control(Emu *e, const Transfer *t)
{
        static uint8_t buf[8192];
        size_t len, length = t->setup[6] | (size_t)t->setup[7] << 8;
        int r = control(e, t->setup, buf, sizeof(buf), &len);

        if (len > length)
                len = length;
        if (len > t->len)
                len = t->len;
        answer(e, t, r, buf, r < 0 ? 0 : t->in ? len : t->len);
}

static const Iface *owner(const Emu *e, uint32_t ep)
{
        for (unsigned n = 0; n < desc_n_ifaces(e); n++)
                if (e->ifaces[n].ep == ep)
                        return &e->ifaces[n];
        return NULL;
}

/* Answers a transfer if the device has something to say; false leaves it waiting. */
static bool try_transfer(Emu *e, const Transfer *t)
{
        static uint8_t *buf;
        const Iface *i = owner(e, t->ep);
        ssize_t n = BOT_WAIT;

        if (!buf)
                buf = malloc(TRANSFER_MAX);
        if (!buf)
                exit(1);
        if (i && desc_is_storage(i))
                n = t->in ? bot_in(e, buf, t->len) : bot_out(e, t->data, t->len);
        else if (!t->in)
                n = (ssize_t)t->len;
        if (n == BOT_WAIT)
                return false;
        if (n == BOT_STALL)
                answer(e, t, -EPIPE, NULL, 0);
        else
                answer(e, t, 0, buf, (size_t)n);
        return true;
}

/* Goes round until nothing moves: an answer to one endpoint can free the other. */
static void pump(Emu *e)
{
        bool moved;

        do {
                bool blocked[2][16] = {0};
                Transfer **link = &waiting;

                moved = false;
                while (*link) {
                        Transfer *t = *link;

                        if (blocked[t->in][t->ep & 15] || !try_transfer(e, t)) {
                                blocked[t->in][t->ep & 15] = true;
                                link = &t->next;
                                continue;
                        }
                        *link = t->next;
                        free(t->data);
                        free(t);
                        moved = true;
                }
        } while (moved);
}

static void unlink_transfer(const Emu *e, uint32_t seqnum, uint32_t victim)
{
        uint32_t head[12] = {htonl(RET_UNLINK), htonl(seqnum)};

        for (Transfer **link = &waiting; *link; link = &(*link)->next) {
                Transfer *t = *link;

                if (t->seqnum != victim)
                        continue;
                *link = t->next;
                free(t->data);
                free(t);
                head[5] = htonl((uint32_t)-ECONNRESET);
                break;
        }
        write_all(e->sock, head, sizeof(head));
}

static void receive(Emu *e)
{
        uint32_t head[12];
        Transfer *t, **link;

        read_all(e->sock, head, sizeof(head));
        if (ntohl(head[0]) == CMD_UNLINK) {
                unlink_transfer(e, ntohl(head[1]), ntohl(head[5]));
                return;
        }
        t = calloc(1, sizeof(*t));
        if (!t)
                exit(1);
        t->seqnum = ntohl(head[1]);
        t->in = ntohl(head[3]) == 1;
        t->ep = ntohl(head[4]);
        t->len = ntohl(head[6]);
        memcpy(t->setup, head + 10, 8);
        if (ntohl(head[0]) != CMD_SUBMIT || t->len > TRANSFER_MAX)
                exit(1);
        if (!t->in && t->len > 0) {
                t->data = malloc(t->len);
                if (!t->data)
                        exit(1);
                read_all(e->sock, t->data, t->len);
        }
        if (t->ep == 0) {
                answer_control(e, t);
                free(t->data);
                free(t);
                return;
        }
        for (link = &waiting; *link; link = &(*link)->next)
                ;
        *link = t;
}

static int poll_timeout(void)
{
        uint64_t at = bot_ready_at(), now = emu_now_ms();

        if (at == 0)
                return -1;
        return at > now ? (int)(at - now) : 1;
}

static void serve(Emu *e)
{
        struct pollfd pfd = {.fd = e->sock, .events = POLLIN};

        for (;;) {
                int r = poll(&pfd, 1, poll_timeout());

                if (swap_wanted) {
                        swap_wanted = 0;
                        emu_swap(e);
                }
                if (r > 0)
                        receive(e);
                pump(e);
        }
}

static int attach(Emu *e, int port)
{
        int pair[2], fd, r = 0;
        char text[64];

        if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) < 0)
                return -errno;
        e->sock = pair[0];
        fd = open(ATTACH, O_WRONLY);
        if (fd < 0)
                return -errno;
        snprintf(text, sizeof(text), "%d %d %d %d", port, pair[1], 0x10000 + port + 1, e->speed);
        if (write(fd, text, strlen(text)) < 0)
                r = -errno;
        close(fd);
        close(pair[1]);
        return r;
}

static void on_swap(int sig)
{
        (void)sig;
        swap_wanted = 1;
}

int main(int argc, char **argv)
{
        struct sigaction sa = {.sa_handler = on_swap};
        const char *ready = NULL;
        static Emu e;
        int port = 0, r;

        signal(SIGPIPE, SIG_IGN);
        sigaction(SIGUSR1, &sa, NULL);
        bot_reset();
        if (emu_options(&e, argc, argv, &port, &ready) < 0)
                return 2;
        r = attach(&e, port);
        if (r < 0) {
                fprintf(stderr, "usbemu: cannot attach to port %d: %s\n", port, strerror(-r));
                return 1;
        }
        if (ready) {
                FILE *f = fopen(ready, "we");

                if (f) {
                        fprintf(f, "%d\n", port);
                        fclose(f);
                }
        }
        serve(&e);
}
