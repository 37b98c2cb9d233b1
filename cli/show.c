/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A drive in words. */
#include "cli/show.h"

#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"

#define US_PER_SECOND 1000000u

static json_object *label_of(json_object *drive)
{
        json_object *label = NULL;

        if (!json_true(drive, "has_label") || !json_object_object_get_ex(drive, "label", &label))
                return NULL;
        return label;
}

void show_zone(json_object *drive, char *ret, size_t size)
{
        json_object *label = label_of(drive);
        const char *level;

        if (!label) {
                snprintf(ret, size, "%s", _("not registered"));
                return;
        }
        level = json_text(label, "level");
        if (!*level || !strcmp(level, "none"))
                snprintf(ret, size, "%s", _(json_text(label, "zone")));
        else
                snprintf(ret, size, _("%s, %s"), _(json_text(label, "zone")), _(level));
}

void show_name(json_object *drive, char *ret, size_t size)
{
        json_object *label = label_of(drive);
        const char *vendor = json_text(drive, "scsi_vendor"),
                   *product = json_text(drive, "scsi_product");

        if (label && *json_text(label, "media_number"))
                snprintf(ret, size, "%s", json_text(label, "media_number"));
        else if (*vendor || *product)
                snprintf(ret, size, "%s %s", vendor, product);
        else
                snprintf(ret, size, "%s:%s", json_text(drive, "vendor_id"),
                         json_text(drive, "product_id"));
}

const char *show_reason(const char *slug)
{
        Reason reason;

        return reason_parse(slug, &reason) == 0 ? _(reason_text(reason)) : slug;
}

void show_reason_full(const char *slug, char ret[SHOW_REASON_MAX])
{
        snprintf(ret, SHOW_REASON_MAX, _("%s (%s)"), show_reason(slug), slug);
}

Style show_verdict_style(json_object *drive)
{
        return out_effect_style(json_text(drive, "verdict"));
}

void show_verdict(json_object *drive, char *ret, size_t size)
{
        if (json_true(drive, "observed"))
                snprintf(ret, size, _("%s (observed)"), _(json_text(drive, "verdict")));
        else
                snprintf(ret, size, "%s", _(json_text(drive, "verdict")));
}

static void show_label(json_object *drive)
{
        json_object *label = label_of(drive);
        char zone[96], time[32];

        show_zone(drive, zone, sizeof(zone));
        out_field(_("Zone"), "%s", zone);
        if (!label)
                return;
        out_field(_("Media number"), "%s", json_text(label, "media_number"));
        out_field(_("Holder"), "%s",
                  *json_text(label, "holder") ? json_text(label, "holder") : "-");
        out_field(_("Unit"), "%s", *json_text(label, "unit") ? json_text(label, "unit") : "-");
        out_time((int64_t)json_number(label, "not_after"), time, sizeof(time));
        out_field(_("Valid until"), "%s", json_number(label, "not_after") ? time : _("no end"));
        out_field(_("Label id"), "%s", json_text(label, "id"));
}

static void show_device(json_object *drive)
{
        char size[32], time[32];

        out_field(_("Device"), "%s:%s %s %s", json_text(drive, "vendor_id"),
                  json_text(drive, "product_id"), json_text(drive, "scsi_vendor"),
                  json_text(drive, "scsi_product"));
        out_field(_("Serial number"), "%s",
                  *json_text(drive, "serial") ? json_text(drive, "serial") : "-");
        out_bytes(json_number(drive, "capacity"), size, sizeof(size));
        out_field(_("Capacity"), "%s", size);
        out_field(_("Interfaces"), "%s", json_text(drive, "interfaces"));
        out_field(_("Identity"), "%s",
                  *json_text(drive, "identity") ? json_text(drive, "identity") : "-");
        if (*json_text(drive, "block_device"))
                out_field(_("Block device"), "/dev/%s", json_text(drive, "block_device"));
        out_time((int64_t)(json_number(drive, "since") / US_PER_SECOND), time, sizeof(time));
        out_field(_("Plugged in"), "%s%s", time,
                  json_true(drive, "before_start") ? _(" (before the guard started)") : "");
}

void show_drive(json_object *drive)
{
        char verdict[96], reason[SHOW_REASON_MAX];

        show_verdict(drive, verdict, sizeof(verdict));
        show_reason_full(json_text(drive, "reason"), reason);
        out_field(_("Drive"), "%" PRIu64, json_number(drive, "number"));
        out_field_styled(show_verdict_style(drive), _("Verdict"), "%s", verdict);
        out_field(_("Reason"), "%s", reason);
        out_field(_("State"), "%s", _(json_text(drive, "state")));
        if (*json_text(drive, "grant"))
                out_field(_("Exception"), "%s", json_text(drive, "grant"));
        show_label(drive);
        show_device(drive);
}
