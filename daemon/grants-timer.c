/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ends grants on time, whatever happens to the clock. */
#include "daemon/grants.h"

#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "daemon/bus.h"
#include "daemon/clock.h"
#include "daemon/drive.h"
#include "daemon/floor.h"
#include "lib/clock.h"

#define SECOND_US 1000000u
#define NOTICE_LEAD 60 /* seconds */
#define ACCURACY_US 10000u
#define FAR_FUTURE 8000000000 /* seconds; the year 2223: only a clock that is set wakes us */

/* A grant's end on a clock that nobody can set back. */
typedef struct Deadline {
        uint8_t id[GRANT_ID_SIZE];
        uint64_t boot_us;
        bool noticed;
} Deadline;

/* Belongs to the timer of the wall clock, m->grant_timer. */
typedef struct Timers {
        Manager *m;
        sd_event_source *boot, *clock_set;
        Deadline list[GRANTS_MAX];
        size_t n;
} Timers;

static int64_t notice_lead(const Grant *g)
{
        return MIN(NOTICE_LEAD, (g->end - g->start) / 2);
}

static Deadline *find_deadline(Timers *t, const uint8_t id[GRANT_ID_SIZE])
{
        for (size_t i = 0; i < t->n; i++)
                if (memcmp(t->list[i].id, id, GRANT_ID_SIZE) == 0)
                        return &t->list[i];
        return NULL;
}

/* One deadline per grant: those known are kept, so that setting the clock back gains nothing. */
static void sync_deadlines(Timers *t, const Grants *grants, int64_t now)
{
        Deadline list[GRANTS_MAX];
        size_t n = 0;

        for (size_t i = 0; i < grants->n; i++) {
                const Grant *g = &grants->list[i];
                const Deadline *known = find_deadline(t, g->id);
                int64_t left = MIN(MAX(g->end - now, 0), g->end - g->start);

                if (known) {
                        list[n++] = *known;
                        continue;
                }
                list[n] = (Deadline){.boot_us =
                                             clock_us(CLOCK_BOOTTIME) + (uint64_t)left * SECOND_US};
                (void)memcpy(list[n++].id, g->id, GRANT_ID_SIZE);
        }
        (void)memcpy(t->list, list, n * sizeof(list[0]));
        t->n = n;
}

/* Tells whoever uses a drive of this grant. */
static void give_notice(Manager *m, const Grant *g)
{
        bool used = false;

        for (size_t i = 0; i < m->n_drives; i++) {
                DriveView v;

                drive_view(m->drives[i], &v);
                if (v.decision->verdict.reason != REASON_GRANTED ||
                    memcmp(v.decision->grant.id, g->id, GRANT_ID_SIZE) != 0)
                        continue;
                used = true;
                bus_grant_ending(m->bus, m->drives[i], g);
        }
        if (used)
                (void)grants_record(m, EVENT_GRANT_ENDING, g, NULL, NULL);
}

/* Does what is due for one grant; true if the list has changed. */
static bool attend(Timers *t, const Grant *g, int64_t now, uint64_t boot)
{
        Deadline *d = find_deadline(t, g->id);
        uint64_t lead = (uint64_t)notice_lead(g) * SECOND_US;

        if (now >= g->end || (d && boot >= d->boot_us))
                return grants_take(t->m, g, NULL, "its time was over") != -ENOENT;
        if (d && !d->noticed && (now >= g->end - notice_lead(g) || boot + lead >= d->boot_us)) {
                d->noticed = true;
                give_notice(t->m, g);
        }
        return false;
}

static void attend_all(Timers *t)
{
        Manager *m = t->m;
        int64_t now = manager_now(m);
        uint64_t boot = clock_us(CLOCK_BOOTTIME);
        size_t i = 0;

        while (i < m->grants.n)
                i = attend(t, &m->grants.list[i], now, boot) ? 0 : i + 1;
}

static int on_time(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Timers *t = userdata;
        int r;

        attend_all(t);
        r = grants_arm(t->m);
        if (r < 0)
                fprintf(stderr, SD_ERR "usbzoned: the timer of grants cannot be set: %s\n",
                        strerror(-r));
        return 0;
}

static int watch_clock(int fd)
{
        struct itimerspec far = {.it_value.tv_sec = FAR_FUTURE};
        int flags = TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET;

        return timerfd_settime(fd, flags, &far, NULL) < 0 ? -errno : 0;
}

/* The wall clock was set: what holds "today" may not hold any more, for any drive. */
static int on_clock_set(sd_event_source *s _unused_, int fd, uint32_t events _unused_,
                        void *userdata)
{
        Timers *t = userdata;
        Manager *m = t->m;
        uint64_t ticks;

        if (read(fd, &ticks, sizeof(ticks)) < 0 && errno == EAGAIN)
                return 0;
        if (watch_clock(fd) < 0)
                fprintf(stderr, SD_WARNING "usbzoned: changes of the clock are not seen: %m\n");
        clock_check(m);
        (void)floor_save(m);
        (void)on_time(NULL, 0, t);
        floor_changed(m);
        return 0;
}

static int add_clock_watch(Timers *t)
{
        _cleanup_(fd_closep) int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK | TFD_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;
        r = watch_clock(fd);
        if (r == 0)
                r = sd_event_add_io(t->m->event, &t->clock_set, fd, EPOLLIN, on_clock_set, t);
        if (r >= 0)
                r = sd_event_source_set_io_fd_own(t->clock_set, 1);
        if (r < 0)
                return r;
        (void)TAKE_FD(fd);
        return 0;
}

static void free_timers(void *userdata)
{
        Timers *t = userdata;

        sd_event_source_disable_unref(t->boot);
        sd_event_source_disable_unref(t->clock_set);
        free(t);
}

static int add_sources(Manager *m, Timers *t)
{
        int r;

        r = sd_event_add_time(m->event, &m->grant_timer, CLOCK_REALTIME, 0, ACCURACY_US, on_time,
                              t);
        if (r < 0) {
                free(t);
                return r;
        }
        r = sd_event_source_set_destroy_callback(m->grant_timer, free_timers);
        if (r < 0) {
                m->grant_timer = sd_event_source_disable_unref(m->grant_timer);
                free(t);
                return r;
        }
        r = sd_event_add_time(m->event, &t->boot, CLOCK_BOOTTIME, 0, ACCURACY_US, on_time, t);
        if (r >= 0)
                r = add_clock_watch(t);
        if (r < 0)
                m->grant_timer = sd_event_source_disable_unref(m->grant_timer);
        return MIN(r, 0);
}

static int need_timers(Manager *m, Timers **ret)
{
        if (!m->grant_timer) {
                Timers *t = calloc(1, sizeof(*t));
                int r;

                if (!t)
                        return -ENOMEM;
                t->m = m;
                r = add_sources(m, t);
                if (r < 0)
                        return r;
        }
        *ret = sd_event_source_get_userdata(m->grant_timer);
        return 0;
}

static int set_timer(sd_event_source *s, uint64_t usec)
{
        int r;

        if (usec == UINT64_MAX)
                return sd_event_source_set_enabled(s, SD_EVENT_OFF);
        r = sd_event_source_set_time(s, usec);
        return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

int grants_arm(Manager *m)
{
        uint64_t wall = UINT64_MAX, boot = UINT64_MAX;
        Timers *t;
        int r;

        r = need_timers(m, &t);
        if (r < 0)
                return r;
        sync_deadlines(t, &m->grants, manager_now(m));
        for (size_t i = 0; i < t->n; i++) {
                const Grant *g = &m->grants.list[i];
                int64_t lead = t->list[i].noticed ? 0 : notice_lead(g);
                uint64_t lead_us = (uint64_t)lead * SECOND_US;

                wall = MIN(wall, (uint64_t)MAX(g->end - lead, 0) * SECOND_US);
                boot = MIN(boot, t->list[i].boot_us - MIN(lead_us, t->list[i].boot_us));
        }
        r = set_timer(m->grant_timer, wall);
        if (r >= 0)
                r = set_timer(t->boot, boot);
        return MIN(r, 0);
}
