/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The access table, and the way of a call from the bus through it to its handler. */
#include "daemon/bus-access.h"

#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"

#define CALLS_MAX 256u      /* waiting in all */
#define CALLS_SENDER_MAX 4u /* of one connection */
#define POLKIT_UID_MAX 16u  /* of one user, at polkit */
#define POLKIT_MAX 64u
#define QUESTION_US (10u * 1000000u)
#define DBUS_NAME "org.freedesktop.DBus"
#define DBUS_PATH "/org/freedesktop/DBus"
#define ERROR_DENIED_TEXT SAID("%s.%s is not for this user: it takes the right \"%s\"")

static const AccessRow table[] = {
        {UZ_BUS_MANAGER, "Reload", ACCESS_POLKIT, "org.usbzone1.reload", bus_reload},
        {UZ_BUS_MANAGER, "SetMode", ACCESS_POLKIT, "org.usbzone1.set-mode", bus_set_mode},
        {UZ_BUS_MANAGER, "AcceptClock", ACCESS_POLKIT, "org.usbzone1.accept-clock",
         bus_accept_clock},
        {UZ_BUS_MANAGER, "Grant", ACCESS_POLKIT, "org.usbzone1.grant", bus_grant},
        {UZ_BUS_MANAGER, "EndGrant", ACCESS_POLKIT, "org.usbzone1.grant", bus_end_grant},
        {UZ_BUS_MANAGER, "ListGrants", ACCESS_POLKIT, "org.usbzone1.inspect", bus_list_grants},
        {UZ_BUS_MANAGER, "Record", ACCESS_POLKIT, "org.usbzone1.record", bus_record},
        {UZ_BUS_LEDGER, "Query", ACCESS_POLKIT, "org.usbzone1.audit", bus_query},
        {UZ_BUS_LEDGER, "Head", ACCESS_POLKIT, "org.usbzone1.inspect", bus_head},
        {UZ_BUS_LEDGER, "Acknowledge", ACCESS_POLKIT, "org.usbzone1.audit", bus_acknowledge},
        {UZ_BUS_LEDGER, "AddFinding", ACCESS_POLKIT, "org.usbzone1.audit", bus_add_finding},
        {UZ_BUS_LEDGER, "FollowFinding", ACCESS_POLKIT, "org.usbzone1.audit", bus_follow_finding},
        {UZ_BUS_LEDGER, "OpenIncident", ACCESS_POLKIT, "org.usbzone1.audit", bus_open_incident},
        {UZ_BUS_LEDGER, "CloseIncident", ACCESS_POLKIT, "org.usbzone1.audit", bus_close_incident},
        {UZ_BUS_LEDGER, "ListIncidents", ACCESS_POLKIT, "org.usbzone1.inspect", bus_list_incidents},
        {UZ_BUS_LEDGER, "RecordArchive", ACCESS_POLKIT, "org.usbzone1.audit", bus_record_archive},
        {UZ_BUS_DRIVE, "Reprobe", ACCESS_POLKIT, "org.usbzone1.reprobe", bus_reprobe},
        {UZ_BUS_DRIVE, "ReadLabelArea", ACCESS_POLKIT, "org.usbzone1.inspect", bus_read_label_area},
        {UZ_BUS_DRIVE, "WriteLabel", ACCESS_POLKIT, "org.usbzone1.enroll", bus_write_label},
        {UZ_BUS_DRIVE, "CheckLayout", ACCESS_POLKIT, "org.usbzone1.enroll", bus_check_layout},
};

static const AccessRow *find_row(sd_bus_message *call)
{
        for (size_t i = 0; i < ARRAY_SIZE(table); i++)
                if (sd_bus_message_is_method_call(call, table[i].interface, table[i].member) > 0)
                        return &table[i];
        return NULL;
}

/* Takes a call out of the list and drops it. */
static void call_free(AccessCall *call)
{
        AccessCall **p = &call->b->calls;

        while (*p && *p != call)
                p = &(*p)->next;
        if (*p) {
                *p = call->next;
                call->b->n_calls--;
        }
        sd_bus_slot_unref(call->slot);
        sd_bus_message_unref(call->message);
        free(call);
}

void bus_access_clear(Bus *b)
{
        while (b->calls)
                call_free(b->calls);
}

static void deny(AccessCall *call)
{
        (void)sd_bus_reply_method_errorf(call->message, SD_BUS_ERROR_ACCESS_DENIED,
                                         ERROR_DENIED_TEXT, call->row->interface, call->row->member,
                                         call->row->action ? call->row->action : "root");
        call_free(call);
}

static void run(AccessCall *call)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;
        int r;

        (void)sd_bus_message_rewind(call->message, true);
        r = call->row->handler(call->b, call->message, &call->caller, &error);
        if (sd_bus_error_is_set(&error))
                (void)sd_bus_reply_method_error(call->message, &error);
        else if (r < 0)
                (void)sd_bus_reply_method_errorf(call->message, BUS_ERROR_UNAVAILABLE,
                                                 "usbzone could not do it: %s", strerror(-r));
        sd_bus_error_free(&error);
        call_free(call);
}

static int on_polkit(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        AccessCall *call = userdata;

        if (bus_polkit_allows(reply))
                run(call);
        else
                deny(call);
        return 0;
}

/* A name for the record. From the local file alone: a lookup over the network could hang. */
static void name_caller(BusCaller *caller)
{
        char escaped[BUS_WHO_MAX / 2] = "";
        FILE *f = fopen("/etc/passwd", "re");
        const struct passwd *p;

        while (f && (p = fgetpwent(f)))
                if (p->pw_uid == caller->uid) {
                        text_escape(p->pw_name, strlen(p->pw_name), escaped, sizeof(escaped));
                        break;
                }
        if (f)
                (void)fclose(f);
        (void)snprintf(caller->who, sizeof(caller->who), "%s%suid %u%s", escaped,
                       escaped[0] ? " (" : "", (unsigned)caller->uid, escaped[0] ? ")" : "");
}

static bool may_ask_polkit(const Bus *b, uid_t uid)
{
        unsigned all = 0, own = 0;

        for (const AccessCall *c = b->calls; c; c = c->next) {
                all += c->asked_polkit;
                own += c->asked_polkit && c->caller.uid == uid;
        }
        return all < POLKIT_MAX && own < POLKIT_UID_MAX;
}

static int on_uid(sd_bus_message *reply, void *userdata, sd_bus_error *error _unused_)
{
        AccessCall *call = userdata;
        uint32_t uid;

        call->slot = sd_bus_slot_unref(call->slot);
        if (sd_bus_message_is_method_error(reply, NULL) ||
            sd_bus_message_read(reply, "u", &uid) <= 0) {
                deny(call);
                return 0;
        }
        call->caller.uid = uid;
        name_caller(&call->caller);
        if (uid == 0) {
                run(call);
                return 0;
        }
        if (call->row->kind != ACCESS_POLKIT || !may_ask_polkit(call->b, uid) ||
            bus_polkit_ask(call, on_polkit) < 0) {
                deny(call);
                return 0;
        }
        call->asked_polkit = true;
        return 0;
}

static bool has_room(const Bus *b, const char *sender)
{
        unsigned own = 0;

        for (const AccessCall *c = b->calls; c; c = c->next)
                own += strcmp(sd_bus_message_get_sender(c->message), sender) == 0;
        return b->n_calls < CALLS_MAX && own < CALLS_SENDER_MAX;
}

static int new_call(Bus *b, sd_bus_message *message, const AccessRow *row)
{
        AccessCall *call = calloc(1, sizeof(*call));
        int r;

        if (!call)
                return -ENOMEM;
        call->b = b;
        call->row = row;
        call->message = sd_bus_message_ref(message);
        call->next = b->calls;
        b->calls = call;
        b->n_calls++;
        r = sd_bus_call_method_async(b->conn, &call->slot, DBUS_NAME, DBUS_PATH, DBUS_NAME,
                                     "GetConnectionUnixUser", on_uid, call, "s",
                                     sd_bus_message_get_sender(message));
        if (r < 0)
                call_free(call);
        return r < 0 ? r : 1;
}

int bus_access_method(sd_bus_message *call, void *userdata, sd_bus_error *error)
{
        const AccessRow *row = find_row(call);
        const char *sender = sd_bus_message_get_sender(call);
        Bus *b = userdata;

        if (!row || row->kind == ACCESS_NOBODY || !sender)
                return sd_bus_error_setf(error, SD_BUS_ERROR_ACCESS_DENIED, "Nobody may call %s",
                                         sd_bus_message_get_member(call));
        if (!has_room(b, sender))
                return sd_bus_error_setf(error, SD_BUS_ERROR_LIMITS_EXCEEDED,
                                         "Too many calls are waiting; wait for an answer first");
        if (!bus_is_small(call))
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "The arguments are more than %d bytes", BUS_ARGUMENTS_MAX);
        return new_call(b, call, row);
}
