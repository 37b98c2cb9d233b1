/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.usbzone1.Manager: the computer, its policy and mode, exceptions, records of root's tools. */
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "daemon/floor.h"
#include "daemon/grants.h"
#include "lib/names.h"
#include "lib/text.h"

#define RECORD_FIELDS_MAX 32u
#define RECORD_KEY_MAX 32u
#define RECORD_VALUE_MAX 1024u
#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define METHOD SD_BUS_VTABLE_UNPRIVILEGED

/* What the properties show, made anew for every question. */
typedef struct ManagerView {
        const char *version, *mode, *host_id, *host_name, *zone, *level, *authority;
        const char *policy_status, *policy_message, *contact, *ledger_head, *ledger_status;
        uint64_t policy_version, whitelist_count, ledger_sequence;
        int64_t policy_expires, system_time, remembered_time, judged_time;
        char id[2 * HOST_ID_SIZE + 1], head[CHAIN_HEAD_TEXT];
} ManagerView;

static void view_host(ManagerView *v, const Snapshot *s)
{
        static const uint8_t none[HOST_ID_SIZE];

        v->authority = s->authority.name;
        v->host_id = v->id;
        v->host_name = s->host.name;
        v->zone = zone_name(s->host.zone);
        v->level = level_name(s->host.level);
        if (memcmp(s->host.id, none, HOST_ID_SIZE) != 0)
                text_hex(s->host.id, HOST_ID_SIZE, v->id);
}

/* Loaded and genuine, but its time is over: every drive is blocked for that. */
static void view_expiry(ManagerView *v, const Snapshot *s, int64_t now)
{
        bool policy = s->bundle.not_after && now >= s->bundle.not_after;

        if (!policy && (!s->host.not_after || now < s->host.not_after))
                return;
        v->policy_status = reason_slug(REASON_POLICY_EXPIRED);
        v->policy_message =
                policy ? UZ_ETC_DIR "/" UZ_POLICY_FILE " has expired: install a newer one"
                       : UZ_ETC_DIR "/" UZ_CREDENTIAL_FILE " has expired: install a newer one";
}

/* The one for any language. */
static const char *plain_text(const Snapshot *s, BundleTextKind kind)
{
        const BundleText *t = NULL;

        while ((t = bundle_next_text(&s->bundle, kind, s->host.zone, t)))
                if (!*t->language)
                        return t->text;
        return "";
}

static void view_policy(ManagerView *v, const Trust *t, int64_t now)
{
        const Snapshot *s = &t->snapshot;

        v->policy_status = reason_slug(s->status);
        v->policy_message = t->message;
        v->contact = "";
        if (s->status != REASON_OK)
                return;
        v->policy_version = s->bundle.version;
        v->policy_expires = s->bundle.not_after;
        v->whitelist_count = s->whitelist.read ? s->whitelist.count : 0;
        v->contact = plain_text(s, BUNDLE_CONTACT);
        view_expiry(v, s, now);
}

static void view_ledger(ManagerView *v, const Ledger *l)
{
        Chain head = {0};

        if (l)
                ledger_head(l, &head);
        v->ledger_sequence = head.seq;
        chain_head_text(&head, v->head);
        v->ledger_head = v->head;
        v->ledger_status = l && ledger_status(l) == 0 ? "ok" : "unwritable";
}

static void view_clock(ManagerView *v, const Manager *m)
{
        v->system_time = floor_system();
        v->remembered_time = floor_time(m);
        v->judged_time = manager_now(m);
}

/* A property is a field of the view, which is filled anew for each question. */
typedef struct PropertyRow {
        const char *name;
        char type;
        size_t offset;
} PropertyRow;

#define TEXT(name, field) \
        { \
                name, 's', offsetof(ManagerView, field) \
        }
#define NUMBER(name, field) \
        { \
                name, 't', offsetof(ManagerView, field) \
        }

#define TIME(name, field) \
        { \
                name, 'x', offsetof(ManagerView, field) \
        }

static const PropertyRow properties[] = {
        TEXT("Version", version),
        TEXT("Mode", mode),
        TEXT("HostId", host_id),
        TEXT("HostName", host_name),
        TEXT("Zone", zone),
        TEXT("Level", level),
        TEXT("Authority", authority),
        TEXT("PolicyStatus", policy_status),
        TEXT("PolicyMessage", policy_message),
        NUMBER("PolicyVersion", policy_version),
        TIME("PolicyExpires", policy_expires),
        NUMBER("WhitelistCount", whitelist_count),
        TEXT("Contact", contact),
        NUMBER("LedgerSequence", ledger_sequence),
        TEXT("LedgerHead", ledger_head),
        TEXT("LedgerStatus", ledger_status),
        TIME("SystemTime", system_time),
        TIME("RememberedTime", remembered_time),
        TIME("JudgedTime", judged_time),
};

static int get_property(sd_bus *bus _unused_, const char *path _unused_,
                        const char *interface _unused_, const char *property, sd_bus_message *reply,
                        void *userdata, sd_bus_error *error _unused_)
{
        Manager *m = ((const Bus *)userdata)->m;
        ManagerView v = {.version = UZ_VERSION, .mode = m->observe ? "observe" : "enforce"};

        view_host(&v, &m->trust->snapshot);
        view_clock(&v, m);
        view_policy(&v, m->trust, v.judged_time);
        view_ledger(&v, m->ledger);
        for (size_t i = 0; i < ARRAY_SIZE(properties); i++) {
                const void *field = (const char *)&v + properties[i].offset;

                if (strcmp(properties[i].name, property) != 0)
                        continue;
                if (properties[i].type == 's')
                        field = *(const char *const *)field;
                return sd_bus_message_append_basic(reply, properties[i].type, field);
        }
        return -ENOENT;
}

/* (language, text), "" for all other languages: what the policy says to the users of this zone. */
static int get_texts(sd_bus *bus _unused_, const char *path _unused_,
                     const char *interface _unused_, const char *property, sd_bus_message *reply,
                     void *userdata, sd_bus_error *error _unused_)
{
        const Snapshot *s = &((const Bus *)userdata)->m->trust->snapshot;
        BundleTextKind kind = strcmp(property, "Contacts") == 0 ? BUNDLE_CONTACT : BUNDLE_NOTICE;
        const BundleText *t = NULL;
        int r = sd_bus_message_open_container(reply, 'a', "(ss)");

        while (r >= 0 && s->status == REASON_OK &&
               (t = bundle_next_text(&s->bundle, kind, s->host.zone, t)))
                r = sd_bus_message_append(reply, "(ss)", t->language, t->text);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

int bus_reload(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_, sd_bus_error *error)
{
        _cleanup_(freep) char *message = NULL;
        int r;

        r = manager_reload(b->m, &message);
        if (r > 0) {
                (void)sd_bus_error_setf(error, BUS_ERROR_INVALID, "%s. The policy before stays",
                                        message ? message : SAID("The new policy is not valid"));
                return -EINVAL;
        }
        if (r < 0)
                return bus_fail(error, r, "The policy could not be loaded");
        return sd_bus_reply_method_return(call, NULL);
}

int bus_set_mode(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        const char *mode, *reason;
        bool observe;
        int r;

        r = sd_bus_message_read(call, "ss", &mode, &reason);
        if (r < 0)
                return r;
        observe = strcmp(mode, "observe") == 0;
        if (!observe && strcmp(mode, "enforce") != 0)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "There are the modes observe and enforce");
        r = bus_check_text(reason, "reason", error);
        if (r < 0)
                return r;
        r = manager_set_mode(b->m, observe, caller->who, reason);
        if (r < 0)
                return bus_fail(error, r, "The mode could not be changed");
        return sd_bus_reply_method_return(call, NULL);
}

int bus_accept_clock(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        const char *reason;
        int r;

        r = sd_bus_message_read(call, "s", &reason);
        if (r < 0)
                return r;
        r = bus_check_text(reason, "reason", error);
        if (r < 0)
                return r;
        r = floor_trust_clock(b->m, caller->who, reason);
        if (r < 0)
                return bus_fail(error, r, "The clock could not be accepted");
        return sd_bus_reply_method_return(call, NULL);
}

static bool is_record_kind(const char *kind, EventKind *ret)
{
        static const EventKind kinds[] = {EVENT_ENROLLED, EVENT_COSIGNED,    EVENT_REVOKED,
                                          EVENT_SETUP,    EVENT_UNINSTALLED, EVENT_PICKED_UP};

        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
                if (strcmp(event_kind_name(kinds[i]), kind) == 0) {
                        *ret = kinds[i];
                        return true;
                }
        return false;
}

static bool is_record_key(const char *key)
{
        size_t n = strspn(key, "abcdefghijklmnopqrstuvwxyz0123456789_");

        return n > 0 && n < RECORD_KEY_MAX && key[n] == '\0';
}

static int read_record(sd_bus_message *call, json_object *o, sd_bus_error *error)
{
        const char *key, *value;
        unsigned n = 0;
        int r;

        r = sd_bus_message_enter_container(call, 'a', "{ss}");
        if (r < 0)
                return r;
        while ((r = sd_bus_message_read(call, "{ss}", &key, &value)) > 0) {
                if (++n > RECORD_FIELDS_MAX || !is_record_key(key) ||
                    strlen(value) > RECORD_VALUE_MAX || !text_is_clean(value, strlen(value)))
                        return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                                 "A record takes at most %u fields, names in "
                                                 "lower_case, clean text up to %u bytes",
                                                 RECORD_FIELDS_MAX, RECORD_VALUE_MAX);
                if (json_object_object_add(o, key, json_object_new_string(value)) < 0)
                        return -ENOMEM;
        }
        return r < 0 ? r : sd_bus_message_exit_container(call);
}

int bus_record(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        json_object *o = json_object_new_object();
        EventKind kind = EVENT_SETUP;
        const char *name;
        Chain head = {0};
        int r;

        r = o ? sd_bus_message_read(call, "s", &name) : -ENOMEM;
        if (r >= 0 && !is_record_kind(name, &kind))
                r = sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                      "The kinds are enrolled, cosigned, revoked, setup, "
                                      "uninstalled and picked-up");
        if (r >= 0)
                r = read_record(call, o, error);
        if (r >= 0) {
                (void)json_object_object_add(o, "who", json_object_new_string(caller->who));
                r = event_emit(b->m, kind, o);
        }
        (void)json_object_put(o);
        if (r < 0)
                return bus_fail(error, r, "The record could not be written");
        ledger_head(b->m->ledger, &head);
        return sd_bus_reply_method_return(call, "t", head.seq);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Version", "s", get_property, 0, SD_BUS_VTABLE_PROPERTY_CONST),
        SD_BUS_PROPERTY("Mode", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("HostId", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("HostName", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Zone", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Level", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Authority", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("PolicyStatus", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("PolicyMessage", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("PolicyVersion", "t", get_property, 0, EMITS),
        SD_BUS_PROPERTY("PolicyExpires", "x", get_property, 0, EMITS),
        SD_BUS_PROPERTY("WhitelistCount", "t", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Contact", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Contacts", "a(ss)", get_texts, 0, EMITS),
        SD_BUS_PROPERTY("Notices", "a(ss)", get_texts, 0, EMITS),
        SD_BUS_PROPERTY("LedgerSequence", "t", get_property, 0, 0),
        SD_BUS_PROPERTY("LedgerHead", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("LedgerStatus", "s", get_property, 0, 0),
        SD_BUS_PROPERTY("SystemTime", "x", get_property, 0, 0),
        SD_BUS_PROPERTY("RememberedTime", "x", get_property, 0, 0),
        SD_BUS_PROPERTY("JudgedTime", "x", get_property, 0, 0),
        SD_BUS_METHOD("Reload", NULL, NULL, bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("SetMode", "ss", SD_BUS_PARAM(mode) SD_BUS_PARAM(reason), NULL, ,
                                 bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("AcceptClock", "s", SD_BUS_PARAM(reason), NULL, ,
                                 bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("Grant", "sstss",
                                 SD_BUS_PARAM(drive) SD_BUS_PARAM(verdict) SD_BUS_PARAM(seconds)
                                         SD_BUS_PARAM(reason) SD_BUS_PARAM(approval),
                                 "s", SD_BUS_PARAM(grant), bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("EndGrant", "s", SD_BUS_PARAM(grant), NULL, , bus_access_method,
                                 METHOD),
        SD_BUS_METHOD_WITH_NAMES("ListGrants", NULL, , "a(sssxxsss)", SD_BUS_PARAM(grants),
                                 bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("Record", "sa{ss}", SD_BUS_PARAM(kind) SD_BUS_PARAM(fields), "t",
                                 SD_BUS_PARAM(seq), bus_access_method, METHOD),
        SD_BUS_SIGNAL_WITH_NAMES("Violation", "a{sv}", SD_BUS_PARAM(fields), 0),
        SD_BUS_SIGNAL_WITH_NAMES("VerdictChanged", "oa{sv}",
                                 SD_BUS_PARAM(drive) SD_BUS_PARAM(fields), 0),
        SD_BUS_SIGNAL_WITH_NAMES("DriveAdded", "o", SD_BUS_PARAM(drive), 0),
        SD_BUS_SIGNAL_WITH_NAMES("DriveRemoved", "o", SD_BUS_PARAM(drive), 0),
        SD_BUS_SIGNAL_WITH_NAMES("GrantEnding", "osx",
                                 SD_BUS_PARAM(drive) SD_BUS_PARAM(grant) SD_BUS_PARAM(end), 0),
        SD_BUS_VTABLE_END,
};

int bus_manager_add(Bus *b)
{
        return sd_bus_add_object_vtable(b->conn, NULL, UZ_BUS_ROOT, UZ_BUS_MANAGER, vtable, b);
}
