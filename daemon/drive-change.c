/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Deciding again while a drive is here: a reload, a grant, a mode, the clock. Narrowing acts on
 * what is known; widening always reads the drive again. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/drive-internal.h"
#include "daemon/event.h"

/* A newer policy that says the same of a drive is no news. */
static bool same_verdict(const Verdict *a, const Verdict *b)
{
        return a->effect == b->effect && a->reason == b->reason && a->severity == b->severity &&
               a->check == b->check;
}

/* Read-only takes hold when the helper is asked again, after what is under way has been written. */
static void on_saved(void *userdata, int result _unused_)
{
        Drive *d = userdata;

        if (!drive_job_over(d) && drive_ask_again(d) < 0)
                drive_refuse(d, REASON_INTERNAL_ERROR);
}

static int narrow(Drive *d)
{
        int r;

        if (d->effect == EFFECT_READ_ONLY && d->disk.known && !d->job) {
                return gate_start(d->m->event, d->usb, GATE_SYNC, 0, on_saved, d, &d->job);
        }
        d->effect = EFFECT_BLOCK;
        r = drive_move(d, DRIVE_EV_CLOSE);
        if (r == 0)
                drive_close_gate(d, GATE_SAVE);
        return r;
}

static int widen(Drive *d)
{
        if (d->state == DRIVE_IN_USE && d->disk.known)
                return drive_ask_again(d);
        if (d->state == DRIVE_BLOCKED)
                drive_begin(d);
        return 0;
}

/* Takes a new decision that allows no more than the one in force. */
static int take_over(Drive *d, const Decision *decision)
{
        bool changed = !same_verdict(&d->decision.verdict, &decision->verdict);
        Effect before = d->effect;
        bool observed;

        d->effect = drive_effect_wanted(d, decision, &observed);
        changed |= observed != d->observed || before != d->effect;
        d->decision = *decision;
        d->observed = observed;
        if (!changed)
                return 0;
        drive_record(d);
        bus_drive_changed(d->m->bus, d);
        if (d->state == DRIVE_IN_USE && d->effect < before)
                return narrow(d);
        return 0;
}

static int redecide_now(Drive *d)
{
        _cleanup_(freep) Decision *decision = calloc(1, sizeof(*decision));
        Effect wanted;
        bool observed;

        if (!decision)
                return -ENOMEM;
        drive_judge(d, decision);
        wanted = drive_effect_wanted(d, decision, &observed);
        if (wanted > d->effect)
                return widen(d);
        if (d->state == DRIVE_BLOCKED && drive_passing_mask(d) != d->passing) {
                drive_begin(d);
                return 0;
        }
        return take_over(d, decision);
}

int drive_redecide(Drive *d)
{
        switch (d->state) {
        case DRIVE_IN_USE:
                if (!d->recheck)
                        return redecide_now(d);
                return 0; /* about to be decided */
        case DRIVE_BLOCKED:
                if (!d->job)
                        return redecide_now(d);
                d->again = true;
                return 0;
        case DRIVE_NEW:
        case DRIVE_PROBING:
        case DRIVE_MEDIATED:
        case DRIVE_HANDOVER:
        case DRIVE_WRITING:
                d->again = true;
                return 0;
        case DRIVE_SYSTEM:
        case DRIVE_GONE:
        case DRIVE_STATE_MAX_:
                break;
        }
        return 0;
}

int drive_reprobe(Drive *d)
{
        switch (d->state) {
        case DRIVE_BLOCKED:
                drive_begin(d);
                return 0;
        case DRIVE_IN_USE:
                return d->disk.known ? drive_ask_again(d) : redecide_now(d);
        case DRIVE_NEW:
        case DRIVE_PROBING:
        case DRIVE_MEDIATED:
        case DRIVE_HANDOVER:
        case DRIVE_WRITING:
                return -EBUSY;
        case DRIVE_SYSTEM:
        case DRIVE_GONE:
        case DRIVE_STATE_MAX_:
                break;
        }
        return -EOPNOTSUPP;
}

/* New interfaces are unauthorized. A drive must not change; of another device, whose configurations
 * were all looked at, they get what the device got. */
void drive_reconfigured(Drive *d)
{
        bool first = d->usb->n_held == 0;

        if (d->state == DRIVE_SYSTEM)
                return;
        drive_complain(d, "looked at", usb_device_hold_interfaces(d->usb));
        if (first && d->state == DRIVE_BLOCKED) /* the device itself was unauthorized until now */
                drive_begin(d);
        else if (device_has_storage(&d->facts.interfaces) && !d->m->observe)
                drive_refuse(d, REASON_DESCRIPTORS_CHANGED);
        else if (d->state == DRIVE_IN_USE)
                drive_pass_interfaces(d, UINT32_MAX);
}

/* The interface of a blocked drive was authorized by someone else, or a driver has it. */
static bool is_open(const Drive *d)
{
        for (size_t i = 0; i < d->usb->n_held; i++) {
                char value = '\0';

                if (d->passing >> i & 1)
                        continue;
                if (pread(d->usb->held[i].authorized_fd, &value, 1, 0) == 1 && value != '0')
                        return true;
        }
        return false;
}

void drive_inspect(Drive *d)
{
        json_object *fields;

        if (d->state != DRIVE_BLOCKED || d->job || !is_open(d))
                return;
        fields = event_drive_fields(d);
        (void)event_emit(d->m, EVENT_TAMPER, fields);
        (void)json_object_put(fields);
        drive_close_gate(d, GATE_CLOSE);
}
