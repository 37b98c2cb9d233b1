/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The remembered time: kept on disk, told, taken back by who may. */
#include "daemon/floor.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/event.h"
#include "daemon/floor-ledger.h"
#include "daemon/grants.h"
#include "lib/clock.h"
#include "lib/file.h"
#include "lib/names.h"
#include "store/json.h"
#include "store/record.h"

#define SECOND_US INT64_C(1000000)
#define HOUR_US (3600 * UINT64_C(1000000))
#define ACCURACY_US (60 * UINT64_C(1000000))
#define TOUCHED (IN_MODIFY | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF)

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

void floor_load(Manager *m)
{
        ClockMoment now = moment();
        FloorFile file;

        record_boot_id(m->boot);
        floor_begin(&m->floor, read_file(m, &file) == 0 ? &file : NULL, m->boot, &now);
}

static void complain(int error)
{
        (void)fprintf(stderr, SD_ERR "usbzoned: %s/%s cannot be written: %s\n", UZ_STATE_DIR,
                      UZ_FLOOR_FILE, strerror(-error));
}

void floor_record(Manager *m, FloorFound found)
{
        json_object *o = found != FLOOR_FOUND ? json_object_new_object() : NULL;

        if (!o)
                return;
        json_put_text(o, "what", UZ_FLOOR_FILE);
        json_put_text(o, "file", UZ_STATE_DIR "/" UZ_FLOOR_FILE);
        json_put_text(o, "found", floor_found_name(found));
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
}

/* Somebody else had a hand on the file: its owner, times or place in a folder may change, what it
 * tells may not. */
static int on_touched(sd_event_source *s _unused_, const struct inotify_event *e _unused_,
                      void *userdata)
{
        FloorFound found = FLOOR_FOUND;
        Manager *m = userdata;
        FloorFile file;
        int r;

        r = read_file(m, &file);
        if (r == -ENOMEM)
                return 0;
        if (r < 0)
                found = r == -ENOENT ? FLOOR_MISSING : FLOOR_DAMAGED;
        else if (!floor_file_equal(&file, &m->floor_saved))
                found = FLOOR_CHANGED;
        floor_record(m, found);
        if (found != FLOOR_FOUND)
                (void)floor_save(m);
        return 0;
}

static void watch(Manager *m)
{
        char path[PATH_MAX];
        int r;

        if (sd_event_get_state(m->event) == SD_EVENT_FINISHED)
                return;
        (void)snprintf(path, sizeof(path), "%s/%s", file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR),
                       UZ_FLOOR_FILE);
        r = sd_event_add_inotify(m->event, &m->floor_watch, path, TOUCHED, on_touched, m);
        if (r < 0)
                (void)fprintf(stderr, SD_WARNING "usbzoned: %s is not watched: %s\n", path,
                              strerror(-r));
}

/* Our own hand on it is not to be seen. */
static int keep(Manager *m, const Floor *floor, const ClockMoment *now)
{
        char text[FLOOR_FILE_MAX];
        size_t size = floor_format(floor, m->boot, now, text);
        TextError error;
        int r;

        if (m->state_fd < 0)
                return -ENOENT;
        m->floor_watch = sd_event_source_disable_unref(m->floor_watch);
        r = file_replace(m->state_fd, UZ_FLOOR_FILE, text, size, 0644);
        if (r == 0)
                r = floor_parse(text, size, &m->floor_saved, &error);
        m->floor_kept = m->floor_kept || r == 0;
        if (m->floor_kept)
                watch(m);
        return r;
}

int floor_save(Manager *m)
{
        ClockMoment now = moment();
        int r;

        floor_look(&m->floor, &now);
        r = keep(m, &m->floor, &now);
        if (r < 0)
                complain(r);
        return r;
}

FloorFound floor_recover(Manager *m)
{
        FloorSources sources = {0};
        ClockMoment now = moment();
        FloorLedger ledger = {0};
        FloorFound found;
        FloorFile file;
        int r;

        r = read_file(m, &file);
        sources.file = r == 0 ? &file : NULL;
        sources.damaged = r == -EBADMSG;
        r = floor_from_ledger(m, &ledger);
        if (r < 0)
                (void)fprintf(stderr, SD_WARNING "usbzoned: the ledger is no witness: %s\n",
                              strerror(-r));
        sources.kept = ledger.has_kept ? &ledger.kept : NULL;
        sources.written = ledger.written;
        sources.last = ledger.has_last ? &ledger.last : NULL;
        found = floor_begin_with(&m->floor, &sources, m->boot, &now);
        (void)floor_save(m);
        return found;
}

void floor_fields(const Manager *m, json_object *fields)
{
        if (m->floor_kept)
                json_put_number(fields, FLOOR_FIELD,
                                (uint64_t)(m->floor_saved.believed.wall / SECOND_US));
}

static int on_hour(sd_event_source *s, uint64_t usec _unused_, void *userdata)
{
        int r;

        (void)floor_save(userdata);
        r = sd_event_source_set_time_relative(s, HOUR_US);
        return r < 0 ? r : sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
}

int floor_start(Manager *m)
{
        int r;

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
        r = keep(m, &floor, &now);
        if (r < 0)
                return r;
        m->floor = floor;
        floor_changed(m);
        return grants_arm(m);
}
