/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enrolment through the daemon: writes a label, or looks where the first partition begins. The
 * drive is blocked before, during and after; the probe child does the work. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/drive-internal.h"

struct DriveTask {
        DriveDone done;
        DriveLayoutDone layout_done;
        void *userdata;
        uint8_t label[LABEL_SIZE];
};

void drive_task_end(Drive *d, int result, const ProbeAnswer *answer)
{
        _cleanup_(freep) DriveTask *task = TAKE_PTR(d->task);

        if (task->done)
                task->done(task->userdata, result);
        if (task->layout_done)
                task->layout_done(task->userdata, result, result == 0 ? answer->first_used : 0,
                                  result == 0 ? answer->table : "");
}

static int error_of(int result, const ProbeAnswer *a)
{
        if (result < 0)
                return result;
        switch ((ProbeOutcome)a->outcome) {
        case PROBE_OUTCOME_OK:
                return 0;
        case PROBE_OUTCOME_TIMEOUT:
                return -ETIMEDOUT;
        case PROBE_OUTCOME_NO_MEDIUM:
                return -ENOMEDIUM;
        case PROBE_OUTCOME_WRITE_PROTECTED:
                return -EROFS;
        case PROBE_OUTCOME_COMPARE:
        case PROBE_OUTCOME_FAILED:
        case PROBE_OUTCOME_MAX_:
                break;
        }
        return -EIO;
}

static void on_done(void *userdata, int result, const ProbeAnswer *a)
{
        Drive *d = userdata;
        bool wrote = d->task->done != NULL;

        d->probe = NULL;
        (void)!gate_close_unbound(d->usb);
        result = error_of(result, a);
        d->stale |= result < 0;
        if (drive_move(d, DRIVE_EV_CLOSE) < 0)
                result = -EIO;
        drive_task_end(d, result, a);
        bus_drive_changed(d->m->bus, d);
        if (wrote || d->again)
                drive_begin(d);
}

/* The copy that does not count, or counts less, is written first. */
static unsigned first_copy(const Drive *d)
{
        const LabelArea *area = &d->decision.label;

        return area->reason == REASON_OK && area->copy == 0 ? 1 : 0;
}

static int start(Drive *d, ProbeMode mode, DriveTask *task)
{
        int r;

        if (d->state != DRIVE_BLOCKED || d->job || d->task || !usb_device_is_bulk_only(d->usb))
                return d->state == DRIVE_BLOCKED && !d->job && !d->task ? -EOPNOTSUPP : -EBUSY;
        r = drive_move(d, DRIVE_EV_WRITE);
        if (r == 0)
                r = gate_authorize_and_claim(d->usb, d->usb->held);
        if (r == GATE_E_TAKEN)
                r = -EBUSY;
        if (r == 0)
                r = probe_start(d->m->probes, d->usb, mode,
                                mode == PROBE_WRITE ? task->label : NULL, first_copy(d), on_done, d,
                                &d->probe);
        if (r < 0) {
                if (drive_move(d, DRIVE_EV_CLOSE) == 0)
                        drive_close_gate(d, GATE_CLOSE);
                return r;
        }
        bus_drive_changed(d->m->bus, d);
        return 0;
}

int drive_write_label(Drive *d, const uint8_t label[LABEL_SIZE], DriveDone done, void *userdata)
{
        _cleanup_(freep) DriveTask *task = calloc(1, sizeof(*task));
        int r;

        if (!task)
                return -ENOMEM;
        task->done = done;
        task->userdata = userdata;
        memcpy(task->label, label, LABEL_SIZE);
        r = start(d, PROBE_WRITE, task);
        if (r == 0)
                d->task = TAKE_PTR(task);
        return r;
}

int drive_check_layout(Drive *d, DriveLayoutDone done, void *userdata)
{
        _cleanup_(freep) DriveTask *task = calloc(1, sizeof(*task));
        int r;

        if (!task)
                return -ENOMEM;
        task->layout_done = done;
        task->userdata = userdata;
        r = start(d, PROBE_LAYOUT, task);
        if (r == 0)
                d->task = TAKE_PTR(task);
        return r;
}
