/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.usbzone1.Drive: one object for each gated device. */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "lib/names.h"
#include "lib/text.h"

#define EMITS SD_BUS_VTABLE_PROPERTY_EMITS_CHANGE
#define CONST SD_BUS_VTABLE_PROPERTY_CONST
#define METHOD SD_BUS_VTABLE_UNPRIVILEGED

/* What the plain properties show, made anew for every question. */
typedef struct View {
        DriveView v;
        const char *state, *verdict, *effect, *reason, *severity, *check, *rule, *serial;
        const char *scsi_vendor, *scsi_product, *block, *syspath;
        uint64_t policy_version;
        int observed, has_label, before_start;
        char identity[2 * DIGEST_SIZE + 1], grant[2 * GRANT_ID_SIZE + 1];
        char interfaces[EVENT_INTERFACES_MAX];
        const char *identity_text, *grant_text, *interfaces_text;
} View;

void bus_drive_path(uint64_t number, char ret[BUS_PATH_MAX])
{
        (void)snprintf(ret, BUS_PATH_MAX, "%s/%" PRIu64, UZ_BUS_DRIVE_PREFIX, number);
}

Drive *bus_drive_at(Bus *b, const char *path)
{
        size_t n = strlen(UZ_BUS_DRIVE_PREFIX);
        uint64_t number;

        if (strncmp(path, UZ_BUS_DRIVE_PREFIX "/", n + 1) != 0 || path[n + 1] == '0' ||
            text_u64(path + n + 1, UINT64_MAX, &number) < 0)
                return NULL;
        if (b->announced && drive_number(b->announced) == number)
                return b->announced;
        return manager_find_drive(b->m, number);
}

static void view_decision(View *w)
{
        const Verdict *verdict = &w->v.decision->verdict;

        w->verdict = effect_name(verdict->effect);
        w->reason = reason_slug(verdict->reason);
        w->severity = severity_name(verdict->severity);
        w->check = check_slug(verdict->check);
        w->rule = verdict->rule;
        w->policy_version = verdict->policy_version;
        w->has_label = w->v.decision->label.reason == REASON_OK;
        if (w->v.decision->has_identity)
                text_hex(w->v.decision->identity, DIGEST_SIZE, w->identity);
        if (verdict->reason == REASON_GRANTED)
                text_hex(w->v.decision->grant.id, GRANT_ID_SIZE, w->grant);
}

static void view_fill(const Drive *d, View *w)
{
        *w = (View){0};
        drive_view(d, &w->v);
        w->state = drive_state_name(w->v.state);
        w->effect = effect_name(w->v.effect);
        w->observed = w->v.observed;
        w->before_start = w->v.before_start;
        w->serial = w->v.serial;
        w->scsi_vendor = w->v.scsi_vendor;
        w->scsi_product = w->v.scsi_product;
        w->block = w->v.block;
        w->syspath = w->v.syspath;
        w->identity_text = w->identity;
        w->grant_text = w->grant;
        w->interfaces_text = w->interfaces;
        event_interfaces_text(&w->v.facts->interfaces, w->interfaces, sizeof(w->interfaces));
        view_decision(w);
}

typedef struct PropertyRow {
        const char *name;
        char type;
        bool in_facts; /* an offset into Identity */
        size_t offset;
} PropertyRow;

#define ROW(name, type, field) \
        { \
                name, type, false, offsetof(View, field) \
        }
#define IDENTITY(name, type, field) \
        { \
                name, type, true, offsetof(Identity, field) \
        }

static const PropertyRow rows[] = {
        ROW("Number", 't', v.number),
        ROW("State", 's', state),
        ROW("Verdict", 's', verdict),
        ROW("Effect", 's', effect),
        ROW("Observed", 'b', observed),
        ROW("Reason", 's', reason),
        ROW("Severity", 's', severity),
        ROW("Check", 's', check),
        ROW("Rule", 's', rule),
        ROW("PolicyVersion", 't', policy_version),
        IDENTITY("VendorId", 'q', vid),
        IDENTITY("ProductId", 'q', pid),
        ROW("Serial", 's', serial),
        ROW("ScsiVendor", 's', scsi_vendor),
        ROW("ScsiProduct", 's', scsi_product),
        IDENTITY("Capacity", 't', capacity),
        IDENTITY("BlockSize", 'u', block_size),
        ROW("Identity", 's', identity_text),
        ROW("Interfaces", 's', interfaces_text),
        ROW("HasLabel", 'b', has_label),
        ROW("BlockDevice", 's', block),
        ROW("SysPath", 's', syspath),
        ROW("BeforeStart", 'b', before_start),
        ROW("Since", 't', v.since_us),
        ROW("Grant", 's', grant_text),
};

static int get_property(sd_bus *bus _unused_, const char *path, const char *interface _unused_,
                        const char *property, sd_bus_message *reply, void *userdata,
                        sd_bus_error *error _unused_)
{
        const Drive *d = bus_drive_at(userdata, path);
        View w;

        if (!d)
                return -ENOENT;
        view_fill(d, &w);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const char *base =
                        rows[i].in_facts ? (const char *)&w.v.facts->identity : (const char *)&w;
                const void *field = base + rows[i].offset;

                if (strcmp(rows[i].name, property) != 0)
                        continue;
                if (rows[i].type == 's')
                        field = *(const char *const *)field;
                return sd_bus_message_append_basic(reply, rows[i].type, field);
        }
        return -ENOENT;
}

static int append_hex(sd_bus_message *m, const char *key, const void *data, size_t n)
{
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(data, n, hex);
        return sd_bus_message_append(m, "{sv}", key, "s", hex);
}

static int append_label_texts(sd_bus_message *m, const Label *l)
{
        int r = append_hex(m, "id", l->id, LABEL_ID_SIZE);

        if (r >= 0)
                r = append_hex(m, "key", l->key_id[0], KEY_ID_SIZE);
        if (r >= 0 && l->n_signatures > 1)
                r = append_hex(m, "second-key", l->key_id[1], KEY_ID_SIZE);
        if (r >= 0)
                r = sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}", "media-number", "s",
                                          l->media_number, "zone", "s", zone_name(l->zone), "level",
                                          "s", level_name(l->level), "unit", "s", l->unit, "holder",
                                          "s", l->holder);
        return r;
}

static int append_label(sd_bus_message *m, const LabelArea *area)
{
        const Label *l = &area->label;
        int r;

        r = append_label_texts(m, l);
        if (r < 0)
                return r;
        return sd_bus_message_append(m, "{sv}{sv}{sv}{sv}{sv}{sv}{sv}", "sequence", "t",
                                     l->sequence, "issued", "x", l->issued, "not-before", "x",
                                     l->not_before, "not-after", "x", l->not_after, "retention-end",
                                     "x", l->retention_end, "retention-years", "q",
                                     (int)l->retention_years, "copies", "as", 2,
                                     reason_slug(area->copies[0]), reason_slug(area->copies[1]));
}

static int get_label(sd_bus *bus _unused_, const char *path, const char *interface _unused_,
                     const char *property _unused_, sd_bus_message *reply, void *userdata,
                     sd_bus_error *error _unused_)
{
        const Drive *d = bus_drive_at(userdata, path);
        DriveView v;
        int r;

        if (!d)
                return -ENOENT;
        drive_view(d, &v);
        r = sd_bus_message_open_container(reply, 'a', "{sv}");
        if (r >= 0 && v.decision->label.reason == REASON_OK)
                r = append_label(reply, &v.decision->label);
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static int get_steps(sd_bus *bus _unused_, const char *path, const char *interface _unused_,
                     const char *property _unused_, sd_bus_message *reply, void *userdata,
                     sd_bus_error *error _unused_)
{
        const Drive *d = bus_drive_at(userdata, path);
        DriveView v;
        int r;

        if (!d)
                return -ENOENT;
        drive_view(d, &v);
        r = sd_bus_message_open_container(reply, 'a', "(ssss)");
        for (size_t i = 0; r >= 0 && i < v.decision->n_steps; i++) {
                const DecisionStep *s = &v.decision->steps[i];

                r = sd_bus_message_append(reply, "(ssss)", check_slug(s->check),
                                          reason_slug(s->reason), s->saw, s->wanted);
        }
        return r < 0 ? r : sd_bus_message_close_container(reply);
}

static const sd_bus_vtable vtable[] = {
        SD_BUS_VTABLE_START(0),
        SD_BUS_PROPERTY("Number", "t", get_property, 0, CONST),
        SD_BUS_PROPERTY("State", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Verdict", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Effect", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Observed", "b", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Reason", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Severity", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Check", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Rule", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("PolicyVersion", "t", get_property, 0, EMITS),
        SD_BUS_PROPERTY("VendorId", "q", get_property, 0, CONST),
        SD_BUS_PROPERTY("ProductId", "q", get_property, 0, CONST),
        SD_BUS_PROPERTY("Serial", "s", get_property, 0, CONST),
        SD_BUS_PROPERTY("ScsiVendor", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("ScsiProduct", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Capacity", "t", get_property, 0, EMITS),
        SD_BUS_PROPERTY("BlockSize", "u", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Identity", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Interfaces", "s", get_property, 0, CONST),
        SD_BUS_PROPERTY("HasLabel", "b", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Label", "a{sv}", get_label, 0, EMITS),
        SD_BUS_PROPERTY("BlockDevice", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("SysPath", "s", get_property, 0, CONST),
        SD_BUS_PROPERTY("BeforeStart", "b", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Since", "t", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Grant", "s", get_property, 0, EMITS),
        SD_BUS_PROPERTY("Steps", "a(ssss)", get_steps, 0, EMITS),
        SD_BUS_METHOD("Reprobe", NULL, NULL, bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("ReadLabelArea", NULL, , "ay", SD_BUS_PARAM(area),
                                 bus_access_method, METHOD),
        SD_BUS_METHOD_WITH_NAMES("WriteLabel", "ay", SD_BUS_PARAM(label), NULL, , bus_access_method,
                                 METHOD),
        SD_BUS_METHOD_WITH_NAMES("CheckLayout", NULL, , "ts",
                                 SD_BUS_PARAM(first_used) SD_BUS_PARAM(table), bus_access_method,
                                 METHOD),
        SD_BUS_VTABLE_END,
};

static int find_drive(sd_bus *bus _unused_, const char *path, const char *interface _unused_,
                      void *userdata, void **ret_found, sd_bus_error *error _unused_)
{
        if (!bus_drive_at(userdata, path))
                return 0;
        *ret_found = userdata; /* the Bus: a Drive may be gone when its turn comes */
        return 1;
}

static int list_paths(sd_bus *bus _unused_, const char *prefix _unused_, void *userdata,
                      char ***ret_nodes, sd_bus_error *error _unused_)
{
        const Manager *m = ((const Bus *)userdata)->m;
        char **list = calloc(m->n_drives + 1, sizeof(*list));

        if (!list)
                return -ENOMEM;
        for (size_t i = 0; i < m->n_drives; i++) {
                char path[BUS_PATH_MAX];

                bus_drive_path(drive_number(m->drives[i]), path);
                list[i] = strdup(path);
                if (!list[i]) {
                        while (i > 0)
                                free(list[--i]);
                        free(list);
                        return -ENOMEM;
                }
        }
        *ret_nodes = list;
        return 1;
}

int bus_drives_add(Bus *b)
{
        int r;

        r = sd_bus_add_fallback_vtable(b->conn, NULL, UZ_BUS_DRIVE_PREFIX, UZ_BUS_DRIVE, vtable,
                                       find_drive, b);
        return r < 0 ? r
                     : sd_bus_add_node_enumerator(b->conn, NULL, UZ_BUS_DRIVE_PREFIX, list_paths,
                                                  b);
}
