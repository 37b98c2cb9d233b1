/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Merges what ledger, daemon and logs know of drives. */
#include "cli/simulate.h"

#include <string.h>

#include "cli/out.h"
#include "store/json.h"

#define DRIVES_MAX 10000u
#define US_PER_SECOND 1000000u

void simulation_clear(Simulation *s)
{
        json_object_put(TAKE_PTR(s->drives));
        json_object_put(TAKE_PTR(s->by_key));
        json_object_put(TAKE_PTR(s->by_numbers));
}

/* What a log knows of a drive, too. */
static void numbers_of(json_object *o, char ret[RECORD_KEY_MAX])
{
        snprintf(ret, RECORD_KEY_MAX, "%s:%s:%.500s", json_text(o, "vid"), json_text(o, "pid"),
                 json_text(o, "serial"));
}

static json_object *find(Simulation *s, json_object *o)
{
        char key[RECORD_KEY_MAX], numbers[RECORD_KEY_MAX];
        json_object *drive;

        if (!s->drives) {
                s->drives = json_object_new_array();
                s->by_key = json_object_new_object();
                s->by_numbers = json_object_new_object();
        }
        record_drive_key(o, key);
        numbers_of(o, numbers);
        if (json_object_object_get_ex(s->by_key, key, &drive))
                return drive;
        if (json_object_array_length(s->drives) >= DRIVES_MAX) {
                s->left++;
                return NULL;
        }
        drive = json_object_new_object();
        json_object_array_add(s->drives, drive);
        json_object_object_add(s->by_key, key, json_object_get(drive));
        json_object_object_add(s->by_numbers, numbers, json_object_get(drive));
        return drive;
}

/* The newest that is known of a drive takes the place of what was known; what it does not say
 * (a drive that no longer answers has no label) is no longer true. */
static json_object *take(Simulation *s, json_object *o, const char *source, int64_t time)
{
        static const char *const copied[] = {"vid",         "pid",          "serial",
                                             "identity",    "media_number", "drive_zone",
                                             "drive_level", "scsi_vendor",  "scsi_product",
                                             "verdict",     "reason",       "severity"};
        json_object *drive = find(s, o);

        if (!drive)
                return NULL;
        json_put_text(drive, "source", source);
        for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
                json_put_text(drive, copied[i], json_text(o, copied[i]));
        json_put_number(drive, "last",
                        MAX((uint64_t)MAX(time, INT64_C(0)), json_number(drive, "last")));
        json_put_number(drive, "times", json_number(drive, "times"));
        return drive;
}

static bool is_block(json_object *o)
{
        return !strcmp(json_text(o, "verdict"), effect_name(EFFECT_BLOCK));
}

/* "The same verdict, so many more times": says which drive, but not the verdict again. */
static void add_repeats(Simulation *s, json_object *record)
{
        char key[RECORD_KEY_MAX];
        json_object *drive;

        record_drive_key(record, key);
        if (!s->by_key || !json_object_object_get_ex(s->by_key, key, &drive) || !is_block(drive))
                return;
        json_put_number(drive, "times", json_number(drive, "times") + json_number(record, "times"));
}

void simulation_record(Simulation *s, json_object *record)
{
        const char *kind = json_text(record, "kind");
        json_object *drive;

        if (record_seconds(record) < s->since)
                return;
        if (!strcmp(kind, "repeated") && !strcmp(json_text(record, "of"), "verdict"))
                add_repeats(s, record);
        if (strcmp(kind, "verdict") != 0)
                return;
        drive = take(s, record, "ledger", record_seconds(record));
        if (drive && is_block(record))
                json_put_number(drive, "times", json_number(drive, "times") + 1);
}

/* The names that a record has for what the bus says. */
static json_object *as_record(json_object *drive)
{
        static const char *const names[][2] = {
                {"vendor_id", "vid"},           {"product_id", "pid"},
                {"serial", "serial"},           {"identity", "identity"},
                {"scsi_vendor", "scsi_vendor"}, {"scsi_product", "scsi_product"},
                {"verdict", "verdict"},         {"reason", "reason"},
                {"severity", "severity"}};
        static const char *const of_label[][2] = {{"media_number", "media_number"},
                                                  {"zone", "drive_zone"},
                                                  {"level", "drive_level"},
                                                  {"id", "label_id"}};
        json_object *o = json_object_new_object(), *label;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                json_put_text(o, names[i][1], json_text(drive, names[i][0]));
        if (!json_true(drive, "has_label") || !json_object_object_get_ex(drive, "label", &label))
                return o;
        for (size_t i = 0; i < ARRAY_SIZE(of_label); i++)
                json_put_text(o, of_label[i][1], json_text(label, of_label[i][0]));
        return o;
}

void simulation_present(Simulation *s, json_object *drive)
{
        _cleanup_(json_object_putp) json_object *o = NULL;
        json_object *taken;

        /* Not decided yet: what the ledger says of it stands. */
        if (!strcmp(json_text(drive, "check"), check_slug(CHECK_NONE)))
                return;
        o = as_record(drive);
        taken = take(s, o, "present", (int64_t)(json_number(drive, "since") / US_PER_SECOND));
        if (taken && is_block(o))
                json_put_number(taken, "times", MAX(json_number(taken, "times"), UINT64_C(1)));
}

static json_object *logged(const KernlogDevice *d)
{
        json_object *o = json_object_new_object();

        json_put_text(o, "vid", d->vid);
        json_put_text(o, "pid", d->pid);
        json_put_text(o, "serial", d->serial);
        json_put_text(o, "scsi_vendor", d->manufacturer);
        json_put_text(o, "scsi_product", d->product);
        json_put_text(o, "verdict", effect_name(EFFECT_BLOCK));
        json_put_text(o, "reason", reason_slug(REASON_NO_LABEL));
        json_put_text(o, "severity", severity_name(reason_severity(REASON_NO_LABEL)));
        return o;
}

void simulation_log(Simulation *s, const Kernlog *k)
{
        for (size_t i = 0; i < kernlog_count(k); i++) {
                const KernlogDevice *d = kernlog_device(k, i);
                _cleanup_(json_object_putp) json_object *o = logged(d);
                char numbers[RECORD_KEY_MAX];
                json_object *drive;

                if (d->last < s->since)
                        continue;
                numbers_of(o, numbers);
                drive = NULL;
                if (s->by_numbers && json_object_object_get_ex(s->by_numbers, numbers, &drive) &&
                    strcmp(json_text(drive, "source"), "log") != 0)
                        continue;
                drive = take(s, o, "log", d->last);
                if (drive)
                        json_put_number(drive, "times", json_number(drive, "times") + d->count);
        }
}

void simulation_finish(Simulation *s)
{
        s->blocked = s->unknown = 0;
        for (size_t i = 0; s->drives && i < json_object_array_length(s->drives); i++) {
                json_object *drive = json_object_array_get_idx(s->drives, i);
                bool block = is_block(drive);

                s->blocked += block;
                s->unknown += block && !strcmp(json_text(drive, "source"), "log");
        }
}
