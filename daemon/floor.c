/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remembered time: kept on disk, told, taken back by who may. */
#include "daemon/floor.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/event.h"
#include "daemon/grants.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/names.h"
#include "store/record.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * UINT64_C(1000000))
#define ACCURACY_US (60 * UINT64_C(1000000))

static ClockMoment moment(void)
{
        return (ClockMoment){.wall = (int64_t)clock_us(CLOCK_REALTIME),
                             .boot = (int64_t)clock_us(CLOCK_BOOTTIME)};
}

int64_t floor_system(void)
{
        return moment().wall / SECOND_US;
}

int64_t floor_time(const Manager *m)
{
        ClockMoment now = moment();

        return floor_remembered(&m->floor, &now) / SECOND_US;
}

int64_t floor_now(const Manager *m)
{
        ClockMoment now = moment();

        return floor_judged(&m->floor, &now) / SECOND_US;
}

/* 0, -ENOENT; -EBADMSG for what nobody of ours wrote. */
static int read_file(Manager *m, FloorFile *ret)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        TextError error;
        size_t size;
        int r;

        if (m->state_fd < 0)
                return -ENOENT;
        r = file_open_trusted(m->state_fd, UZ_FLOOR_FILE, FILE_PUBLIC, FLOOR_FILE_MAX, &fd);
        if (r == 0)
                r = file_read_fd(fd, FLOOR_FILE_MAX, &text, &size);
        if (r == 0)
                r = floor_parse(text, size, ret, &error);
        return r == 0 || r == -ENOENT || r == -ENOMEM ? r : -EBADMSG;
}

int floor_load(Manager *m)
{
        ClockMoment now = moment();
        FloorFile file;
        int r;

        record_boot_id(m->boot);
        r = read_file(m, &file);
        floor_begin(&m->floor, r == 0 ? &file : NULL, m->boot, &now);
        return r == -ENOENT ? 0 : r;
}

static int write_file(Manager *m, const Floor *floor, const ClockMoment *now)
{
        char text[FLOOR_FILE_MAX];
        size_t size = floor_format(floor, m->boot, now, text);

        if (m->state_fd < 0)
                return -ENOENT;
        return file_replace(m->state_fd, UZ_FLOOR_FILE, text, size, 0644);
}

void floor_save(Manager *m)
{
        ClockMoment now = moment();
        int r;

        floor_look(&m->floor, &now);
        r = write_file(m, &m->floor, &now);
        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: %s/%s cannot be written: %s\n",
                              UZ_STATE_DIR, UZ_FLOOR_FILE, strerror(-r));
}

static int on_hour(sd_event_source *s, uint64_t usec _unused_, void *userdata)
{
        int r;

        floor_save(userdata);
        r = sd_event_source_set_time_relative(s, HOUR_US);
        return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

int floor_start(Manager *m)
{
        int r;

        floor_save(m);
        r = sd_event_add_time_relative(m->event, &m->floor_timer, CLOCK_BOOTTIME, HOUR_US,
                                       ACCURACY_US, on_hour, m);
        return MIN(r, 0);
}

static int record_accepted(Manager *m, int64_t from, int64_t to, const char *who,
                           const char *reason)
{
        json_object *o = json_object_new_object();
        int r;

        if (!o)
                return -ENOMEM;
        (void)json_object_object_add(o, "step", json_object_new_int64(to - from));
        (void)json_object_object_add(o, "from", json_object_new_int64(from));
        (void)json_object_object_add(o, "to", json_object_new_int64(to));
        (void)json_object_object_add(o, "who", json_object_new_string(who));
        (void)json_object_object_add(o, "why", json_object_new_string(reason));
        r = event_emit(m, EVENT_CLOCK_ACCEPTED, o);
        (void)json_object_put(o);
        return r;
}

void floor_changed(Manager *m)
{
        _cleanup_(freep) char *message = NULL;

        if (m->trust->snapshot.status == REASON_OK || manager_reload(m, &message) != 0)
                manager_decide_all(m);
        bus_manager_changed(m->bus);
}

int floor_trust_clock(Manager *m, const char *who, const char *reason)
{
        ClockMoment now = moment();
        Floor floor = m->floor;
        int r;

        r = record_accepted(m, floor_remembered(&floor, &now) / SECOND_US, now.wall / SECOND_US,
                            who, reason);
        if (r < 0)
                return r;
        floor_accept(&floor, &now);
        r = write_file(m, &floor, &now);
        if (r < 0)
                return r;
        m->floor = floor;
        floor_changed(m);
        return grants_arm(m);
}
