/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the ledger, the journal and the signals say of a drive. */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "daemon/drive.h"
#include "daemon/event.h"
#include "lib/text.h"

/* Fields under way; an allocation that fails drops the whole. */
typedef struct Fields {
        json_object *o;
        bool failed;
} Fields;

static void put(Fields *f, const char *key, json_object *value)
{
        if (value && json_object_object_add(f->o, key, value) == 0)
                return;
        (void)json_object_put(value);
        f->failed = true;
}

static void put_text(Fields *f, const char *key, const char *text)
{
        if (text && text[0])
                put(f, key, json_object_new_string(text));
}

static void put_number(Fields *f, const char *key, uint64_t n)
{
        put(f, key, json_object_new_uint64(n));
}

static void put_hex(Fields *f, const char *key, const void *data, size_t n)
{
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(data, n, hex);
        put_text(f, key, hex);
}

static void put_usb_id(Fields *f, const char *key, uint16_t id)
{
        char text[5];

        (void)snprintf(text, sizeof(text), "%04x", id);
        put_text(f, key, text);
}

static void put_verdict(Fields *f, const DriveView *v)
{
        const Decision *d = v->decision;

        put_text(f, "verdict", effect_name(d->verdict.effect));
        put_text(f, "effect", effect_name(v->effect));
        put_text(f, "reason", reason_slug(d->verdict.reason));
        put_text(f, "severity", severity_name(d->verdict.severity));
        put_text(f, "check", check_slug(d->verdict.check));
        put_text(f, "rule", d->verdict.rule);
        put_number(f, "policy_version", d->verdict.policy_version);
        if (d->verdict.reason == REASON_GRANTED)
                put_hex(f, "grant", d->grant.id, GRANT_ID_SIZE);
        if (d->remembered)
                put_number(f, "judged", (uint64_t)d->now);
}

static void put_keys(Fields *f, const Label *label)
{
        char text[LABEL_SIGNATURES_MAX * (2 * KEY_ID_SIZE + 1)];
        size_t at = 0;

        for (size_t i = 0; i < label->n_signatures; i++) {
                if (i > 0)
                        text[at++] = ' ';
                text_hex(label->key_id[i], KEY_ID_SIZE, text + at);
                at += (size_t)2 * KEY_ID_SIZE;
        }
        if (at > 0)
                put_text(f, "label_key", text);
}

static void put_label(Fields *f, const Label *label)
{
        put_text(f, "drive_zone", zone_name(label->zone));
        if (label->level != LEVEL_NONE)
                put_text(f, "drive_level", level_name(label->level));
        put_text(f, "media_number", label->media_number);
        put_hex(f, "label_id", label->id, LABEL_ID_SIZE);
        put_text(f, "unit", label->unit);
        put_text(f, "holder", label->holder);
        put_keys(f, label);
        if (label->not_after > 0)
                put_number(f, "label_ends", (uint64_t)label->not_after);
        if (label->retention_end > 0)
                put_number(f, "retention_ends", (uint64_t)label->retention_end);
}

void event_interfaces_text(const DeviceInterfaces *d, char *ret, size_t size)
{
        size_t pos = 0;

        ret[0] = '\0';
        for (size_t i = 0; i < d->n && pos + 8 < size; i++)
                pos += (size_t)snprintf(ret + pos, size - pos, "%s%02x%02x%02x:", i == 0 ? ":" : "",
                                        d->list[i].class, d->list[i].subclass, d->list[i].protocol);
}

static void put_device(Fields *f, const DriveView *v)
{
        char interfaces[EVENT_INTERFACES_MAX];

        put_usb_id(f, "vid", v->facts->identity.vid);
        put_usb_id(f, "pid", v->facts->identity.pid);
        put_text(f, "serial", v->serial);
        put_text(f, "scsi_vendor", v->scsi_vendor);
        put_text(f, "scsi_product", v->scsi_product);
        if (v->facts->identity.capacity > 0)
                put_number(f, "capacity", v->facts->identity.capacity);
        event_interfaces_text(&v->facts->interfaces, interfaces, sizeof(interfaces));
        put_text(f, "interfaces", interfaces);
        put_text(f, "sysname", v->sysname);
        put_text(f, "block", v->block);
        if (v->before_start)
                put_number(f, "before_start", 1);
}

json_object *event_drive_fields(const Drive *d)
{
        Fields f = {.o = json_object_new_object()};
        DriveView v;

        if (!f.o)
                return NULL;
        drive_view(d, &v);
        put_number(&f, "drive", v.number);
        put_verdict(&f, &v);
        if (v.decision->label.reason == REASON_OK)
                put_label(&f, &v.decision->label.label);
        if (v.decision->has_identity)
                put_hex(&f, "identity", v.decision->identity, DIGEST_SIZE);
        put_device(&f, &v);
        if (f.failed) {
                (void)json_object_put(f.o);
                return NULL;
        }
        return f.o;
}
