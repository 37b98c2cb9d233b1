/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Owns everything; starts it in order, loads what is trusted, passes changes on to the drives. */
#include "daemon/manager.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "daemon/block-server.h"
#include "daemon/bus.h"
#include "daemon/clock.h"
#include "daemon/coldplug.h"
#include "daemon/drive.h"
#include "daemon/event-repeat.h"
#include "daemon/floor.h"
#include "daemon/footprint.h"
#include "daemon/gate.h"
#include "daemon/grants.h"
#include "daemon/incidents.h"
#include "daemon/monitor.h"
#include "daemon/own-files.h"
#include "daemon/pick-up.h"
#include "daemon/policy-record.h"
#include "daemon/probe.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/json.h"

#define REST_USEC 400000u   /* after the last thing that happened to a drive */
#define TRIM_USEC 15000000u /* after that */

int manager_new(Manager **ret)
{
        _cleanup_(manager_freep) Manager *m = calloc(1, sizeof(*m));
        int r;

        if (!m)
                return -ENOMEM;
        m->etc_fd = m->state_fd = m->run_fd = -EBADF;
        m->next_drive = 1;
        r = sd_event_default(&m->event);
        if (r >= 0)
                r = monitor_new(m, &m->monitor);
        if (r >= 0)
                r = probe_pool_new(m->event, &m->probes);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(m);
        return 0;
}

Manager *manager_free(Manager *m)
{
        if (!m)
                return NULL;
        m->bus = bus_free(m->bus);
        while (m->n_drives > 0)
                (void)drive_free(m->drives[m->n_drives - 1]);
        m->monitor = monitor_free(m->monitor);
        m->block = block_server_free(m->block);
        sd_event_source_disable_unref(m->grant_timer);
        sd_event_source_disable_unref(m->rescan_timer);
        sd_event_source_disable_unref(m->rest_timer);
        sd_event_source_disable_unref(m->trim_timer);
        sd_event_source_disable_unref(m->floor_timer);
        sd_event_source_disable_unref(m->floor_watch);
        m->probes = probe_pool_free(m->probes);
        m->repeats = event_repeats_free(m->repeats);
        m->own_files = own_files_free(m->own_files);
        m->ledger = ledger_close(m->ledger);
        m->trust = trust_free(m->trust);
        (void)fd_close(m->etc_fd);
        (void)fd_close(m->state_fd);
        (void)fd_close(m->run_fd);
        (void)sd_event_unref(m->event);
        free(m);
        return NULL;
}

static void complain(const char *what, int error)
{
        (void)fprintf(stderr, SD_ERR "usbzoned: %s: %s\n", what, strerror(-error));
}

static int on_trim(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata _unused_)
{
        footprint_trim();
        return 0;
}

static int arm(Manager *m, sd_event_source **timer, uint64_t usec, sd_event_time_handler_t handler)
{
        int r;

        if (!*timer)
                r = sd_event_add_time_relative(m->event, timer, CLOCK_MONOTONIC, usec, usec / 4,
                                               handler, m);
        else
                r = sd_event_source_set_time_relative(*timer, usec);
        return r < 0 ? r : sd_event_source_set_enabled(*timer, SD_EVENT_ONESHOT);
}

static int on_rest(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Manager *m = userdata;
        int r;

        probe_pool_fill(m->probes);
        r = arm(m, &m->trim_timer, TRIM_USEC, on_trim);
        if (r < 0)
                complain("a timer", r);
        return 0;
}

void manager_rest_soon(Manager *m)
{
        int r;

        r = arm(m, &m->rest_timer, REST_USEC, on_rest);
        if (r < 0)
                complain("a timer", r);
}

int64_t manager_now(const Manager *m)
{
        return floor_now(m);
}

Drive *manager_find_drive(Manager *m, uint64_t number)
{
        for (size_t i = 0; i < m->n_drives; i++)
                if (drive_number(m->drives[i]) == number)
                        return m->drives[i];
        return NULL;
}

/* A folder that is missing is made; one that cannot be had is -errno. */
static int open_folder(const char *path, mode_t mode, int *ret)
{
        int fd;

        if (mkdir(path, mode) < 0 && errno != EEXIST && errno != EROFS)
                return -errno;
        fd = file_open_dir(AT_FDCWD, path);
        if (fd < 0)
                return fd;
        *ret = fd;
        return 0;
}

/* Only the run folder is needed to guard at all. Without the others everything is blocked. */
static int open_folders(Manager *m)
{
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
        const char *run = file_dir(UZ_ENV_RUN_DIR, UZ_RUN_DIR);
        int r;

        m->etc_fd = file_open_dir(AT_FDCWD, etc);
        if (m->etc_fd < 0)
                complain(etc, m->etc_fd);
        r = open_folder(state, 0750, &m->state_fd);
        if (r < 0)
                complain(state, r);
        r = open_folder(run, 0755, &m->run_fd);
        if (r == 0 && mkdirat(m->run_fd, UZ_DRIVES_DIR, 0700) < 0 && errno != EEXIST)
                r = -errno;
        if (r == 0 && mkdirat(m->run_fd, UZ_REPEATS_DIR, 0700) < 0 && errno != EEXIST)
                r = -errno;
        if (r < 0)
                complain(run, r);
        return r;
}

static json_object *fields_new(void)
{
        return json_object_new_object();
}

static void emit(Manager *m, EventKind kind, json_object *fields)
{
        (void)event_emit(m, kind, fields);
        (void)json_object_put(fields);
}

static void host_id(const Manager *m, char ret[2 * HOST_ID_SIZE + 1])
{
        static const uint8_t none[HOST_ID_SIZE];
        const Host *h = &m->trust->snapshot.host;

        ret[0] = '\0';
        if (memcmp(h->id, none, sizeof(none)) != 0)
                text_hex(h->id, HOST_ID_SIZE, ret);
}

static void record_damaged(Manager *m, const char *what)
{
        json_object *o = fields_new();

        json_put_filled(o, "what", what);
        emit(m, EVENT_TAMPER, o);
}

/* The highest versions ever seen; a file that was tampered with counts as none, and is told. */
static TrustFloor version_floor(Manager *m)
{
        TrustFloor floor = {0};
        const char *damaged;

        if (m->state_fd >= 0 && trust_remembered(m->state_fd, &floor, &damaged) < 0)
                record_damaged(m, damaged);
        return floor;
}

static void remember_version(Manager *m)
{
        const Snapshot *s = &m->trust->snapshot;
        const char *failed = NULL;
        int r;

        if (s->status != REASON_OK || m->state_fd < 0)
                return;
        r = trust_remember(m->state_fd, trust_seen(m->trust), &failed);
        if (r < 0)
                complain(failed, r);
}

/* Without a ledger the daemon goes on, and blocks. */
static void open_ledger(Manager *m)
{
        char id[2 * HOST_ID_SIZE + 1];
        json_object *o;
        size_t torn;
        int r;

        if (m->state_fd < 0)
                return;
        host_id(m, id);
        r = ledger_open(m->state_fd, id, &m->ledger);
        if (r < 0)
                complain("the ledger", r);
        if (!m->ledger)
                return;
        ledger_set_algorithm(m->ledger, authority_algorithm(&m->trust->snapshot.authority));
        clock_begin(m);
        if (r == -EUCLEAN)
                record_damaged(m, "ledger");
        torn = ledger_take_torn(m->ledger);
        if (torn > 0) {
                o = fields_new();
                json_put_number(o, "bytes", torn);
                emit(m, EVENT_TORN_TAIL, o);
        }
}

static void record_start(Manager *m)
{
        json_object *o = fields_new();

        json_put_filled(o, "version", UZ_VERSION);
        json_put_filled(o, "mode", m->observe ? "observe" : "enforce");
        json_put_filled(o, "policy", reason_slug(m->trust->snapshot.status));
        floor_fields(m, o);
        emit(m, EVENT_START, o);
}

static void record_stop(Manager *m)
{
        json_object *o = fields_new();

        if (floor_save(m) == 0)
                floor_fields(m, o);
        emit(m, EVENT_STOP, o);
}

static int load(Manager *m)
{
        FloorFound found;
        int r;

        floor_load(m);
        m->observe = m->state_fd >= 0 && faccessat(m->state_fd, UZ_OBSERVE_FILE, F_OK, 0) == 0;
        r = trust_load(m->etc_fd, manager_now(m), (TrustFloor){0}, &m->trust);
        if (r < 0)
                return r;
        open_ledger(m);
        found = floor_recover(m);
        record_start(m);
        floor_record(m, found);
        r = floor_start(m);
        if (r < 0)
                return r;
        event_repeats_recover(m);
        /* Once more with the ledger open, should the memory of versions be tampered with. */
        m->trust = trust_free(m->trust);
        r = trust_load(m->etc_fd, manager_now(m), version_floor(m), &m->trust);
        if (r < 0)
                return r;
        policy_record(m, m->trust);
        remember_version(m);
        pick_up_announce(m);
        r = grants_load(m);
        if (r < 0)
                complain("the list of exceptions", r);
        r = incidents_load(m);
        if (r < 0)
                complain("the list of incidents", r);
        r = grants_arm(m);
        if (r < 0)
                complain("the timer of exceptions", r);
        return 0;
}

static int set_ready(Manager *m)
{
        int fd =
                openat(m->run_fd, UZ_READY_FILE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);

        if (fd < 0)
                return -errno;
        (void)fd_close(fd);
        return 0;
}

int manager_start(Manager *m)
{
        int r;

        r = open_folders(m);
        if (r < 0)
                return r;
        r = gate_close_root_hubs();
        if (r < 0)
                complain("root hubs", r);
        r = load(m);
        if (r == 0)
                r = block_server_new(m, &m->block);
        if (r == 0)
                r = monitor_start(m->monitor);
        if (r == 0)
                r = set_ready(m);
        if (r < 0)
                return r;
        r = bus_new(m, &m->bus);
        if (r < 0)
                complain("D-Bus", r);
        r = coldplug_compare(m);
        if (r < 0)
                return r;
        drive_keep_sweep(m);
        r = own_files_new(m, &m->own_files);
        if (r < 0)
                complain("the product's own files", r);
        manager_rest_soon(m);
        return 0;
}

void manager_stop(Manager *m)
{
        if (m->run_fd >= 0)
                (void)unlinkat(m->run_fd, UZ_READY_FILE, 0);
        own_files_look(m->own_files);
        if (gate_close_root_hubs() > 0)
                own_files_defaults_changed(m);
        event_repeats_flush(m);
        if (m->trust)
                record_stop(m);
}

void manager_decide_all(Manager *m)
{
        int r;

        for (size_t i = 0; i < m->n_drives; i++) {
                r = drive_redecide(m->drives[i]);
                if (r < 0)
                        complain(drive_usb(m->drives[i])->sysname, r);
        }
}

int manager_reload(Manager *m, char **ret_message)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        char id[2 * HOST_ID_SIZE + 1];
        bool good;
        int r;

        if (m->etc_fd < 0)
                m->etc_fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        r = trust_load(m->etc_fd, manager_now(m), version_floor(m), &t);
        if (r < 0)
                return r;
        policy_record(m, t);
        good = t->snapshot.status == REASON_OK;
        *ret_message = strdup(t->message);
        if (good || m->trust->snapshot.status != REASON_OK) {
                Trust *old = m->trust;

                m->trust = t;
                t = old;
                host_id(m, id);
                if (m->ledger)
                        ledger_set_host(m->ledger, id);
                remember_version(m);
                pick_up_announce(m);
                manager_decide_all(m);
        }
        bus_manager_changed(m->bus);
        manager_rest_soon(m);
        return good ? 0 : 1;
}

static int persist_mode(Manager *m, bool observe)
{
        if (m->state_fd < 0)
                return -ENOENT;
        if (observe)
                return file_replace(m->state_fd, UZ_OBSERVE_FILE, "", 0, 0644);
        if (unlinkat(m->state_fd, UZ_OBSERVE_FILE, 0) < 0 && errno != ENOENT)
                return -errno;
        return fsync(m->state_fd) < 0 ? -errno : 0;
}

/* Loosening is recorded before it takes effect, or it does not take effect. */
int manager_set_mode(Manager *m, bool observe, const char *who, const char *reason)
{
        json_object *o;
        int r;

        if (observe == m->observe)
                return 0;
        o = fields_new();
        json_put_filled(o, "mode", observe ? "observe" : "enforce");
        json_put_filled(o, "who", who);
        json_put_filled(o, "why", reason);
        r = event_emit(m, EVENT_MODE, o);
        (void)json_object_put(o);
        if (r < 0 && observe)
                return r;
        r = persist_mode(m, observe);
        if (r < 0)
                return r;
        m->observe = observe;
        manager_decide_all(m);
        bus_manager_changed(m->bus);
        return 0;
}
