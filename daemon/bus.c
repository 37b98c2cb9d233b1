/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to the system bus: comes when it comes, comes back when it went; and the
 * signals. */
#include "daemon/bus.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "lib/names.h"
#include "lib/text.h"

#define BUS_ADDRESS "unix:path=/run/dbus/system_bus_socket"
#define RETRY_US 1000000u
#define ACCURACY_US 100000u

static int on_name(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        const sd_bus_error *e = sd_bus_message_get_error(reply);
        Bus *b = userdata;

        if (e) {
                fprintf(stderr, SD_ERR "usbzoned: the bus name %s is not to be had: %s\n",
                        UZ_BUS_NAME, e->message ? e->message : e->name);
                return 0;
        }
        b->owned = true;
        return 0;
}

static void disconnect(Bus *b)
{
        bus_access_clear(b);
        b->owned = false;
        b->conn = sd_bus_close_unref(b->conn);
}

/* Later, not here: we are inside a callback of the connection that ends. */
static int on_disconnected(sd_bus_message *m _unused_, void *userdata, sd_bus_error *error _unused_)
{
        Bus *b = userdata;
        int r;

        b->owned = false;
        r = sd_event_source_set_time_relative(b->retry, RETRY_US);
        if (r >= 0)
                r = sd_event_source_set_enabled(b->retry, SD_EVENT_ONESHOT);
        if (r < 0)
                fprintf(stderr, SD_ERR "usbzoned: cannot come back to the bus: %s\n", strerror(-r));
        return 0;
}

/* Waits for the bus's socket if there is none yet: we start before the bus does. */
static int open_connection(sd_bus *conn)
{
        const char *address = secure_getenv(UZ_ENV_BUS_ADDRESS);
        int r;

        r = sd_bus_set_address(conn, address && address[0] ? address : BUS_ADDRESS);
        if (r >= 0)
                r = sd_bus_set_bus_client(conn, 1);
        if (r >= 0)
                r = sd_bus_set_watch_bind(conn, 1);
        if (r >= 0)
                r = sd_bus_set_exit_on_disconnect(conn, 0);
        if (r >= 0)
                r = sd_bus_set_description(conn, "system");
        return r >= 0 ? sd_bus_start(conn) : r;
}

static int add_objects(Bus *b)
{
        int r;

        r = sd_bus_match_signal_async(b->conn, NULL, "org.freedesktop.DBus.Local", NULL,
                                      "org.freedesktop.DBus.Local", "Disconnected", on_disconnected,
                                      NULL, b);
        if (r >= 0)
                r = sd_bus_add_object_manager(b->conn, NULL, UZ_BUS_ROOT);
        if (r >= 0)
                r = bus_manager_add(b);
        if (r >= 0)
                r = bus_ledger_add(b);
        if (r >= 0)
                r = bus_drives_add(b);
        return r;
}

static int connect_bus(Bus *b)
{
        int r;

        r = sd_bus_new(&b->conn);
        if (r >= 0)
                r = open_connection(b->conn);
        if (r >= 0)
                r = add_objects(b);
        if (r >= 0)
                r = sd_bus_request_name_async(b->conn, NULL, UZ_BUS_NAME, 0, on_name, b);
        if (r >= 0)
                r = sd_bus_attach_event(b->conn, b->m->event, SD_EVENT_PRIORITY_NORMAL);
        if (r < 0)
                disconnect(b);
        return r < 0 ? r : 0;
}

static int on_retry(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Bus *b = userdata;

        disconnect(b);
        if (connect_bus(b) < 0)
                (void)on_disconnected(NULL, b, NULL);
        return 0;
}

int bus_new(Manager *m, Bus **ret)
{
        Bus *b = calloc(1, sizeof(*b));
        int r;

        if (!b)
                return -ENOMEM;
        b->m = m;
        r = sd_event_add_time_relative(m->event, &b->retry, CLOCK_BOOTTIME, 0, ACCURACY_US,
                                       on_retry, b);
        if (r < 0) {
                free(b);
                return r;
        }
        *ret = b;
        return 0;
}

Bus *bus_free(Bus *b)
{
        if (!b)
                return NULL;
        bus_job_forget(b);
        if (b->conn && b->owned)
                (void)sd_bus_flush(b->conn);
        disconnect(b);
        sd_event_source_disable_unref(b->retry);
        free(b);
        return NULL;
}

/* Starts a signal, or NULL while nobody could hear it. */
static sd_bus_message *new_signal(Bus *b, const char *path, const char *interface,
                                  const char *member)
{
        sd_bus_message *m = NULL;

        if (!b || !b->owned || sd_bus_message_new_signal(b->conn, &m, path, interface, member) < 0)
                return NULL;
        return m;
}

static void send_signal(sd_bus_message *m, int r)
{
        if (r >= 0)
                r = sd_bus_send(NULL, m, NULL);
        if (r < 0 && r != -ENOTCONN)
                fprintf(stderr, SD_WARNING "usbzoned: a signal was not sent: %s\n", strerror(-r));
        sd_bus_message_unref(m);
}

static void announce(Bus *b, Drive *d, const char *member)
{
        char path[BUS_PATH_MAX];
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_MANAGER, member);

        if (!m)
                return;
        bus_drive_path(drive_number(d), path);
        send_signal(m, sd_bus_message_append(m, "o", path));
        b->announced = d;
        if (strcmp(member, "DriveAdded") == 0)
                (void)sd_bus_emit_object_added(b->conn, path);
        else
                (void)sd_bus_emit_object_removed(b->conn, path);
        b->announced = NULL;
}

void bus_drive_added(Bus *b, Drive *d)
{
        announce(b, d, "DriveAdded");
}

void bus_drive_removed(Bus *b, Drive *d)
{
        announce(b, d, "DriveRemoved");
}

void bus_drive_changed(Bus *b, Drive *d)
{
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_MANAGER, "VerdictChanged");
        json_object *fields;
        char path[BUS_PATH_MAX];
        int r;

        if (!m)
                return;
        bus_drive_path(drive_number(d), path);
        b->announced = d;
        (void)sd_bus_emit_properties_changed_strv(b->conn, path, UZ_BUS_DRIVE, NULL);
        b->announced = NULL;
        fields = event_drive_fields(d);
        r = fields ? sd_bus_message_append(m, "o", path) : -ENOMEM;
        if (r >= 0)
                r = bus_append_fields(m, fields);
        send_signal(m, r);
        (void)json_object_put(fields);
}

void bus_violation(Bus *b, Drive *d _unused_, json_object *fields)
{
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_MANAGER, "Violation");

        if (m)
                send_signal(m, bus_append_fields(m, fields));
}

void bus_record_added(Bus *b, uint64_t seq, const char *kind)
{
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_LEDGER, "RecordAdded");

        if (m)
                send_signal(m, sd_bus_message_append(m, "ts", seq, kind));
}

void bus_grant_ending(Bus *b, Drive *d, const Grant *grant)
{
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_MANAGER, "GrantEnding");
        char path[BUS_PATH_MAX], id[2 * GRANT_ID_SIZE + 1];

        if (!m)
                return;
        bus_drive_path(drive_number(d), path);
        text_hex(grant->id, GRANT_ID_SIZE, id);
        send_signal(m, sd_bus_message_append(m, "osx", path, id, grant->end));
}

void bus_manager_changed(Bus *b)
{
        if (b && b->owned)
                (void)sd_bus_emit_properties_changed_strv(b->conn, UZ_BUS_ROOT, UZ_BUS_MANAGER,
                                                          NULL);
}
