/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signals of org.usbzone1; no-ops while there is no bus. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus-internal.h"
#include "daemon/event.h"
#include "lib/names.h"
#include "lib/text.h"

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

/* The place of a drive among those whose verdict was told; NULL if there is none free for it. */
static BusTold *find_told(Bus *b, uint64_t number)
{
        BusTold *free_place = NULL;

        for (size_t i = 0; i < MANAGER_DRIVES_MAX; i++) {
                if (b->told[i].number == number)
                        return &b->told[i];
                if (b->told[i].number == 0 && !free_place)
                        free_place = &b->told[i];
        }
        return free_place;
}

void bus_drive_removed(Bus *b, Drive *d)
{
        BusTold *told = b ? find_told(b, drive_number(d)) : NULL;

        if (told)
                *told = (BusTold){0};
        announce(b, d, "DriveRemoved");
}

/* True once for each verdict of a drive, whatever else changes about it. */
static bool is_news(Bus *b, const DriveView *v)
{
        const Decision *d = v->decision;
        BusTold *told = find_told(b, v->number);
        BusTold now = {.number = v->number,
                       .verdict = d->verdict.effect,
                       .effect = v->effect,
                       .reason = d->verdict.reason,
                       .check = d->verdict.check};

        if (d->verdict.check == CHECK_NONE && d->verdict.reason == REASON_INTERNAL_ERROR)
                return false; /* nothing was decided yet */
        if (d->verdict.reason == REASON_GRANTED)
                (void)memcpy(now.grant, d->grant.id, GRANT_ID_SIZE);
        if (!told)
                return true;
        if (told->number == now.number && told->verdict == now.verdict &&
            told->effect == now.effect && told->reason == now.reason && told->check == now.check &&
            memcmp(told->grant, now.grant, GRANT_ID_SIZE) == 0)
                return false;
        *told = now;
        return true;
}

static void tell_verdict(Bus *b, Drive *d, const char *path)
{
        sd_bus_message *m = new_signal(b, UZ_BUS_ROOT, UZ_BUS_MANAGER, "VerdictChanged");
        json_object *fields;
        int r;

        if (!m)
                return;
        fields = event_drive_fields(d);
        r = fields ? sd_bus_message_append(m, "o", path) : -ENOMEM;
        if (r >= 0)
                r = bus_append_fields(m, fields);
        send_signal(m, r);
        (void)json_object_put(fields);
}

void bus_drive_changed(Bus *b, Drive *d)
{
        char path[BUS_PATH_MAX];
        DriveView v;

        if (!b || !b->owned)
                return;
        drive_view(d, &v);
        bus_drive_path(v.number, path);
        b->announced = d;
        (void)sd_bus_emit_properties_changed_strv(b->conn, path, UZ_BUS_DRIVE, NULL);
        b->announced = NULL;
        if (is_news(b, &v))
                tell_verdict(b, d, path);
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
