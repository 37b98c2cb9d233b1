/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers what is shown, lays it out, waits. */
#include "cli/live.h"

#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/screen.h"
#include "cli/show.h"
#include "lib/clock.h"

#define CELL_MAX 256u
#define WIDE_COLUMNS 72 /* from here on a drive's zone and reason have room */

typedef struct LiveEvent {
        int64_t time;
        Style style;
        char text[CELL_MAX];
} LiveEvent;

struct Live {
        Client *client;
        Screen screen;
        LiveEvent events[LIVE_EVENTS_MAX];
        size_t n_events, next; /* of all that came; where the next one goes */
        bool stale;            /* what is on the screen is not what is */
        bool running;          /* the daemon */
        json_object *manager, *drives;
};

static int on_any(_unused_ sd_bus_message *m, void *userdata, _unused_ sd_bus_error *error)
{
        ((Live *)userdata)->stale = true;
        return 0;
}

int live_new(Client *client, Live **ret)
{
        _cleanup_(live_freep) Live *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        l->client = client;
        l->screen.signals = -EBADF;
        l->stale = true;
        r = sd_bus_add_match(client_bus(client), NULL, "type='signal',sender='" UZ_BUS_NAME "'",
                             on_any, l);
        if (r >= 0)
                r = sd_bus_add_match(client_bus(client), NULL,
                                     "type='signal',sender='org.freedesktop.DBus',"
                                     "member='NameOwnerChanged',arg0='" UZ_BUS_NAME "'",
                                     on_any, l);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(l);
        return 0;
}

static void forget(Live *l)
{
        json_object_put(TAKE_PTR(l->manager));
        json_object_put(TAKE_PTR(l->drives));
}

Live *live_free(Live *l)
{
        if (!l)
                return NULL;
        screen_close(&l->screen);
        forget(l);
        free(l);
        return NULL;
}

void live_event(Live *l, Style style, const char *text)
{
        live_event_at(l, (int64_t)time(NULL), style, text);
}

void live_clear(Live *l)
{
        l->n_events = l->next = 0;
        l->stale = true;
}

void live_event_at(Live *l, int64_t time, Style style, const char *text)
{
        LiveEvent *e = &l->events[l->next];

        *e = (LiveEvent){.time = time, .style = style};
        snprintf(e->text, sizeof(e->text), "%s", text);
        l->next = (l->next + 1) % LIVE_EVENTS_MAX;
        l->n_events = MIN(l->n_events + 1, (size_t)LIVE_EVENTS_MAX);
        l->stale = true;
}

/* Asks only a daemon that is there, so that no error is written over the screen. */
static void gather(Live *l)
{
        _cleanup_(sd_bus_creds_unrefp) sd_bus_creds *creds = NULL;

        forget(l);
        l->running = sd_bus_get_name_creds(client_bus(l->client), UZ_BUS_NAME, 0, &creds) >= 0 &&
                     client_manager(l->client, &l->manager) == 0 &&
                     client_drives(l->client, &l->drives) == 0;
}

static void draw_head(Live *l)
{
        char line[2 * CELL_MAX];
        bool enforce, ok;

        if (!l->running) {
                snprintf(line, sizeof(line), _("%s is not running: systemctl start %s"), UZ_DAEMON,
                         UZ_DAEMON);
                screen_line(&l->screen, STYLE_BAD, line);
                screen_line(&l->screen, STYLE_PLAIN, "");
                return;
        }
        enforce = !strcmp(json_text(l->manager, "mode"), "enforce");
        ok = !strcmp(json_text(l->manager, "ledger_status"), "ok");
        snprintf(line, sizeof(line), "%s  %s  %s", json_text(l->manager, "host_name"),
                 *json_text(l->manager, "zone") ? _(json_text(l->manager, "zone")) : "-",
                 _(json_text(l->manager, "mode")));
        screen_line(&l->screen, enforce ? STYLE_BOLD : STYLE_WARN, line);
        snprintf(line, sizeof(line), _("Ledger: %s, %" PRIu64 " records, head %.16s"),
                 _(json_text(l->manager, "ledger_status")),
                 json_number(l->manager, "ledger_sequence"), json_text(l->manager, "ledger_head"));
        screen_line(&l->screen, ok ? STYLE_PLAIN : STYLE_BAD, line);
}

/* "  3  W-7  internet  block  zone-mismatch"; where it is narrow, without zone and reason. */
static void draw_drive(Live *l, json_object *drive)
{
        char name[CELL_MAX], zone[CELL_MAX], verdict[CELL_MAX], line[4 * CELL_MAX];
        char a[CELL_MAX], b[CELL_MAX], c[CELL_MAX];
        int width = l->screen.columns;

        show_name(drive, name, sizeof(name));
        show_zone(drive, zone, sizeof(zone));
        show_verdict(drive, verdict, sizeof(verdict));
        if (width < WIDE_COLUMNS) {
                screen_fit(name, MAX(width - 23, 8), true, a, sizeof(a));
                snprintf(line, sizeof(line), "%3" PRIu64 "  %s  %s", json_number(drive, "number"),
                         a, verdict);
        } else {
                /* At 80 columns: 21, 16, 16 and what is left for the reason. */
                int spare = width - 80, more = MAX(spare, 0) / 3;

                screen_fit(name, 21 + (spare < 0 ? spare : more), true, a, sizeof(a));
                screen_fit(zone, 16 + more, true, b, sizeof(b));
                screen_fit(verdict, 16, true, c, sizeof(c));
                snprintf(line, sizeof(line), "%3" PRIu64 "  %s  %s  %s  %s",
                         json_number(drive, "number"), a, b, c, json_text(drive, "reason"));
        }
        screen_line(&l->screen, show_verdict_style(drive), line);
}

static void draw_drives(Live *l, size_t n, size_t room)
{
        char line[CELL_MAX];

        if (l->running && n == 0)
                screen_line(&l->screen, STYLE_DIM, _("No drive is plugged in."));
        for (size_t i = 0; i < n; i++) {
                if (i + 1 == room && n > room) {
                        snprintf(line, sizeof(line), _("  and %zu more"), n - i);
                        screen_line(&l->screen, STYLE_DIM, line);
                        return;
                }
                draw_drive(l, json_object_array_get_idx(l->drives, i));
        }
}

/* The newest one first: where the eye falls. */
static void draw_events(Live *l, size_t room)
{
        char line[2 * CELL_MAX], stamp[32], today[32];

        out_time((int64_t)time(NULL), today, sizeof(today));
        if (l->n_events == 0)
                screen_line(&l->screen, STYLE_DIM,
                            _("Nothing has happened since this view began."));
        for (size_t i = 0; i < MIN(l->n_events, room); i++) {
                const LiveEvent *e =
                        &l->events[(l->next + LIVE_EVENTS_MAX - 1 - i) % LIVE_EVENTS_MAX];
                const char *clock;

                out_time(e->time, stamp, sizeof(stamp));
                clock = strchr(stamp, ' ');
                /* The day of what did not happen today. */
                if (clock && !strncmp(stamp, today, (size_t)(clock - stamp)))
                        clock++;
                else
                        clock = stamp;
                snprintf(line, sizeof(line), "%s  %s", clock, e->text);
                screen_line(&l->screen, e->style, line);
        }
}

static int draw(Live *l)
{
        size_t n = l->drives ? json_object_array_length(l->drives) : 0, room, drives;
        Screen *s = &l->screen;
        int r = screen_begin(s);

        if (r < 0)
                return r;
        /* Beside head (2), two titles and the last line; drives get at least half. */
        room = (size_t)MAX(s->rows - 5, 2);
        drives = MAX(MIN(n, MAX(room / 2, room - MIN(l->n_events, room))), (size_t)1);
        if (drives == room)
                drives--;
        draw_head(l);
        screen_line(s, STYLE_BOLD, _("Drives"));
        draw_drives(l, n, drives);
        screen_line(s, STYLE_BOLD, _("Events"));
        draw_events(l, room - drives);
        while (s->row + 1 < s->rows)
                screen_line(s, STYLE_PLAIN, "");
        screen_line(s, STYLE_DIM, _("q quits"));
        return screen_end(s);
}

/* What has come from the bus, all of it, then at most one frame. */
static int update(Live *l)
{
        int r;

        while ((r = sd_bus_process(client_bus(l->client), NULL)) > 0)
                ;
        if (r < 0 || !l->stale)
                return r;
        l->stale = false;
        gather(l);
        return draw(l);
}

/* True if the person wants out. */
static bool read_keys(void)
{
        char keys[64];
        ssize_t n = read(STDIN_FILENO, keys, sizeof(keys));

        if (n < 0 && errno == EINTR)
                return false;
        return n <= 0 || memchr(keys, 'q', (size_t)n) || memchr(keys, 'Q', (size_t)n);
}

static int wait_ms(sd_bus *bus)
{
        uint64_t due, now;

        if (sd_bus_get_timeout(bus, &due) < 0 || due == UINT64_MAX)
                return -1;
        now = clock_us(CLOCK_MONOTONIC);
        return due <= now ? 0 : (int)MIN((due - now) / 1000u + 1, UINT64_C(60000));
}

/* 0: go on, 1: out, -errno; a signal's number above 1 ends. */
static int wait_for_something(Live *l, int *ret_signal)
{
        sd_bus *bus = client_bus(l->client);
        struct pollfd p[] = {{.fd = sd_bus_get_fd(bus), .events = (short)sd_bus_get_events(bus)},
                             {.fd = STDIN_FILENO, .events = POLLIN},
                             {.fd = l->screen.signals, .events = POLLIN}};

        if (poll(p, ARRAY_SIZE(p), wait_ms(bus)) < 0)
                return errno == EINTR ? 0 : -errno;
        if (p[2].revents) {
                *ret_signal = screen_signal(&l->screen);
                l->stale = true;
        }
        if (*ret_signal || (p[1].revents && read_keys()))
                return 1;
        return 0;
}

int live_run(Live *l)
{
        int r = screen_open(&l->screen), sig = 0;

        while (r == 0) {
                r = update(l);
                if (r >= 0)
                        r = wait_for_something(l, &sig);
        }
        screen_close(&l->screen);
        if (sig && sig != SIGINT)
                screen_die(sig);
        return r < 0 ? cli_fail_errno(r, "%s", _("the connection to the bus was lost")) : 0;
}
