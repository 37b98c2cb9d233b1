/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The connection to the system bus: comes when it comes, comes back when it went. */
#include "daemon/bus.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus-access.h"
#include "lib/names.h"

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
