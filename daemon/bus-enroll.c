/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Drive's methods: reading it again, and what enrolment needs. One write or check at a time. */
#include <inttypes.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "lib/text.h"
#include "store/json.h"

/* Outlives the connection and the Bus: the drive answers when it is done. */
struct BusJob {
        Bus *b; /* NULL: the bus is gone */
        sd_bus_message *call;
        uint64_t drive;
        Label label;
        char who[BUS_WHO_MAX];
};

static BusJob *job_free(BusJob *job)
{
        if (job->b)
                job->b->job = NULL;
        sd_bus_message_unref(job->call);
        free(job);
        return NULL;
}

void bus_job_forget(Bus *b)
{
        if (b->job)
                b->job->b = NULL;
        b->job = NULL;
}

static int job_new(Bus *b, sd_bus_message *call, const BusCaller *caller, BusJob **ret,
                   sd_bus_error *error)
{
        BusJob *job;

        if (b->job)
                return sd_bus_error_setf(error, BUS_ERROR_BUSY,
                                         "Another drive is being written or checked; try again "
                                         "when that is done");
        job = calloc(1, sizeof(*job));
        if (!job)
                return -ENOMEM;
        job->b = b;
        job->call = sd_bus_message_ref(call);
        (void)memcpy(job->who, caller->who, sizeof(job->who));
        b->job = job;
        *ret = job;
        return 0;
}

static void job_refuse(BusJob *job, int r, const char *sentence)
{
        sd_bus_error error = SD_BUS_ERROR_NULL;

        (void)bus_fail(&error, r, sentence);
        (void)sd_bus_reply_method_error(job->call, &error);
        sd_bus_error_free(&error);
}

static Drive *called_drive(Bus *b, sd_bus_message *call, sd_bus_error *error)
{
        Drive *d = bus_drive_at(b, sd_bus_message_get_path(call));

        if (!d)
                (void)sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND, "The drive is gone");
        return d;
}

int bus_reprobe(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_, sd_bus_error *error)
{
        Drive *d = called_drive(b, call, error);
        int r;

        if (!d)
                return -ENODEV;
        r = drive_reprobe(d);
        if (r < 0)
                return bus_fail(error, r, "The drive cannot be read again now");
        return sd_bus_reply_method_return(call, NULL);
}

int bus_read_label_area(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_,
                        sd_bus_error *error)
{
        const Drive *d = called_drive(b, call, error);
        sd_bus_message *reply = NULL;
        DriveView v;
        int r;

        if (!d)
                return -ENODEV;
        drive_view(d, &v);
        if (v.facts->probe != PROBE_OK)
                return sd_bus_error_setf(error, BUS_ERROR_UNAVAILABLE,
                                         "The label area of this drive has not been read");
        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_append_array(reply, 'y', v.facts->area, LABEL_AREA_SIZE);
        if (r >= 0)
                r = sd_bus_message_send(reply);
        sd_bus_message_unref(reply);
        return r;
}

/* Only a label that this computer would believe of this very drive is written, or would as soon as
 * the second person has signed: until then it opens nothing. */
static int check_label(Bus *b, const Drive *d, const void *bytes, size_t size, Label *ret,
                       sd_bus_error *error)
{
        const Snapshot *s = &b->m->trust->snapshot;
        Reason reason;
        DriveView v;

        if (size != LABEL_SIZE)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID, "A label has %u bytes",
                                         LABEL_SIZE);
        if (s->status != REASON_OK)
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED, "%s", reason_text(s->status));
        reason = label_read(bytes, &s->authority.ring, ret);
        if (reason == REASON_LABEL_ONE_SIGNATURE)
                reason = REASON_OK;
        else if (reason == REASON_OK && ret->n_signatures < LABEL_SIGNATURES_MAX &&
                 two_wanted(&s->bundle.two, ret->zone, ret->level, NULL))
                reason = REASON_LABEL_ONE_SIGNATURE;
        if (reason != REASON_OK)
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED, "%s (%s)", reason_text(reason),
                                         reason_slug(reason));
        if (!zone_level_valid(ret->zone, ret->level))
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                         "The label's level does not belong to its zone");
        drive_view(d, &v);
        if (!v.decision->has_identity ||
            memcmp(v.decision->identity, ret->identity, DIGEST_SIZE) != 0)
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED, "%s (%s)",
                                         reason_text(REASON_IDENTITY_MISMATCH),
                                         reason_slug(REASON_IDENTITY_MISMATCH));
        return 0;
}

static void record_written(const BusJob *job)
{
        json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1];

        if (!o)
                return;
        (void)json_object_object_add(o, "drive", json_object_new_uint64(job->drive));
        text_hex(job->label.identity, DIGEST_SIZE, hex);
        json_put_filled(o, "identity", hex);
        text_hex(job->label.id, LABEL_ID_SIZE, hex);
        json_put_filled(o, "label_id", hex);
        json_put_filled(o, "media_number", job->label.media_number);
        json_put_filled(o, "drive_zone", zone_name(job->label.zone));
        json_put_filled(o, "drive_level", level_name(job->label.level));
        json_put_filled(o, "unit", job->label.unit);
        json_put_filled(o, "holder", job->label.holder);
        json_put_filled(o, "who", job->who);
        (void)event_emit(job->b->m, EVENT_LABEL_WRITTEN, o);
        (void)json_object_put(o);
}

static void on_written(void *userdata, int result)
{
        BusJob *job = userdata;

        if (result == 0 && job->b)
                record_written(job);
        if (result == 0)
                (void)sd_bus_reply_method_return(job->call, NULL);
        else
                job_refuse(job, result, "The label could not be written");
        (void)job_free(job);
}

int bus_write_label(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        Drive *d = called_drive(b, call, error);
        const void *bytes;
        BusJob *job = NULL;
        Label label;
        size_t size;
        int r;

        if (!d)
                return -ENODEV;
        r = sd_bus_message_read_array(call, 'y', &bytes, &size);
        if (r >= 0)
                r = check_label(b, d, bytes, size, &label, error);
        if (r >= 0)
                r = job_new(b, call, caller, &job, error);
        if (r < 0)
                return r;
        job->drive = drive_number(d);
        job->label = label;
        r = drive_write_label(d, bytes, on_written, job);
        if (r < 0) {
                (void)job_free(job);
                return bus_fail(error, r, "The label cannot be written now");
        }
        return 1;
}

static void on_layout(void *userdata, int result, uint64_t first_used, const char *table)
{
        BusJob *job = userdata;

        if (result == 0)
                (void)sd_bus_reply_method_return(job->call, "ts", first_used, table);
        else
                job_refuse(job, result, "The drive's layout could not be read");
        (void)job_free(job);
}

int bus_check_layout(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        Drive *d = called_drive(b, call, error);
        BusJob *job = NULL;
        int r;

        if (!d)
                return -ENODEV;
        r = job_new(b, call, caller, &job, error);
        if (r < 0)
                return r;
        r = drive_check_layout(d, on_layout, job);
        if (r < 0) {
                (void)job_free(job);
                return bus_fail(error, r, "The drive's layout cannot be read now");
        }
        return 1;
}
