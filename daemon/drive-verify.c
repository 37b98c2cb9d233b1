/* SPDX-License-Identifier: GPL-2.0-or-later */
/* From plug to verdict: reads a drive, decides, records, and lets the gate do what was decided. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/drive-internal.h"
#include "daemon/event.h"
#include "daemon/floor.h"
#include "lib/clock.h"
#include "lib/text.h"

/* A disk needs seconds to spin up and to be scanned; then something is wrong. */
#define DISK_USEC 30000000u
/* More of it for the driver: udev loads it, and may be busy with a whole boot. */
#define DRIVER_USEC 90000000u

bool drive_is_storage(const Drive *d)
{
        return usb_device_storage(d->usb) != NULL;
}

Effect drive_effect_wanted(const Drive *d, const Decision *decision, bool *ret_observed)
{
        Effect effect = decision->verdict.effect;

        *ret_observed = d->m->observe && effect != EFFECT_ALLOW;
        if (d->m->observe)
                return EFFECT_ALLOW;
        /* Only a disk can be read-only. */
        if (effect == EFFECT_READ_ONLY && !drive_is_storage(d))
                return EFFECT_BLOCK;
        return effect;
}

/* What is to be said of the drive now; nothing comes of it yet. */
void drive_judge(Drive *d, Decision *ret)
{
        int64_t now = manager_now(d->m), clock = floor_system();

        d->facts.clock = clock < now ? clock : 0;
        policy_decide(&d->m->trust->snapshot, &d->facts, &d->m->grants, now, ret);
}

void drive_decide(Drive *d)
{
        drive_judge(d, &d->decision);
        d->effect = drive_effect_wanted(d, &d->decision, &d->observed);
        d->since_us = clock_us(CLOCK_REALTIME);
}

static int emit_verdict(const Drive *d)
{
        json_object *fields = event_drive_fields(d);
        int r;

        r = event_emit(d->m, EVENT_VERDICT, fields);
        (void)json_object_put(fields);
        return r;
}

void drive_record(Drive *d)
{
        Verdict *v = &d->decision.verdict;

        if (emit_verdict(d) >= 0 || v->effect == EFFECT_BLOCK)
                return;
        *v = (Verdict){.reason = REASON_LEDGER_UNWRITABLE,
                       .severity = reason_severity(REASON_LEDGER_UNWRITABLE),
                       .check = CHECK_LEDGER,
                       .rule = "built-in",
                       .policy_version = v->policy_version};
        d->effect = drive_effect_wanted(d, &d->decision, &d->observed);
        (void)emit_verdict(d); /* the journal has it, and the user hears of it */
}

static void enforce_block(Drive *d)
{
        d->probe = probe_free(d->probe);
        if (drive_move(d, DRIVE_EV_CLOSE) < 0)
                return;
        d->passing = drive_passing_mask(d);
        if (d->passing != 0)
                drive_pass_interfaces(d, d->passing);
        else if (d->job ||
                 drive_has_driver(d, false)) /* what was active before we came may be mounted */
                drive_close_gate(d, d->before_start ? GATE_SAVE : GATE_CLOSE);
        else
                (void)!gate_close_unbound(d->usb);
}

static int on_no_driver(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Drive *d = userdata;

        drive_disarm(d);
        d->facts.probe = PROBE_ERROR;
        d->facts.probe_reason = REASON_PROBE_TIMEOUT;
        drive_conclude(d);
        return 0;
}

static int on_no_disk(sd_event_source *s, uint64_t usec, void *userdata)
{
        Drive *d = userdata;

        if (!drive_has_driver(d, true) && drive_arm(d, DRIVER_USEC, on_no_driver) >= 0)
                return 0;
        return on_no_driver(s, usec, d);
}

static void on_handed_over(void *userdata, int result)
{
        Drive *d = userdata;

        drive_complain(d, "handed over", result);
        if (drive_job_over(d) || result == -ENODEV)
                return;
        if (result < 0) {
                drive_refuse(d, REASON_PROBE_FAILED);
                return;
        }
        /* What is only observed may have no disk at all. */
        if (d->state == DRIVE_HANDOVER && d->observed && drive_move(d, DRIVE_EV_SHOW) == 0)
                bus_drive_changed(d->m->bus, d);
}

/* The kernel gets the interface through the descriptor held since the beginning. */
static void hand_over(Drive *d, GateWork work)
{
        int r = -EBUSY;

        if (drive_move(d, work == GATE_HAND_OVER ? DRIVE_EV_HAND_OVER : DRIVE_EV_MEDIATE) < 0)
                return;
        if (!d->job)
                r = gate_start(d->m->event, d->usb, work, 1, on_handed_over, d, &d->job);
        if (r == 0)
                r = drive_arm(d, DISK_USEC, on_no_disk);
        if (r < 0)
                drive_refuse(d, REASON_INTERNAL_ERROR);
}

static void enforce_pass(Drive *d)
{
        int r = 0;

        if (drive_is_storage(d) && d->state == DRIVE_PROBING) {
                r = d->observed ? 0 : usb_device_compare(d->usb);
                if (r == 0)
                        hand_over(d, GATE_HAND_OVER);
                else if (r > 0)
                        drive_refuse(d, REASON_DESCRIPTORS_CHANGED);
                return;
        }
        if (drive_move(d, DRIVE_EV_SHOW) == 0)
                drive_pass_interfaces(d, UINT32_MAX);
}

void drive_conclude(Drive *d)
{
        drive_decide(d);
        drive_record(d);
        if (d->effect == EFFECT_BLOCK)
                enforce_block(d);
        else
                enforce_pass(d);
        bus_drive_changed(d->m->bus, d);
}

/* In observe mode the device keeps what it has; the record says what would have been done. */
void drive_refuse(Drive *d, Reason reason)
{
        d->facts.refused = reason;
        drive_decide(d);
        drive_record(d);
        if (d->effect == EFFECT_BLOCK) {
                if (drive_move(d, DRIVE_EV_CLOSE) == 0)
                        drive_close_gate(d, GATE_CLOSE);
        } else if (d->state != DRIVE_IN_USE) {
                (void)!drive_move(d, DRIVE_EV_SHOW);
        }
        bus_drive_changed(d->m->bus, d);
}

static void take_answer(Drive *d, const ProbeAnswer *a)
{
        Identity *i = &d->facts.identity;

        d->facts.n_luns = a->n_luns;
        d->facts.device_type = a->device_type;
        memcpy(i->scsi_vendor, a->vendor, sizeof(i->scsi_vendor));
        memcpy(i->scsi_product, a->product, sizeof(i->scsi_product));
        i->capacity = a->capacity;
        i->block_size = a->block_size;
        memcpy(d->facts.area, a->area, sizeof(d->facts.area));
}

static Reason reason_of(int result, const ProbeAnswer *a)
{
        if (result == -ETIMEDOUT || (a && a->outcome == PROBE_OUTCOME_TIMEOUT))
                return REASON_PROBE_TIMEOUT;
        return REASON_PROBE_FAILED;
}

static void on_probed(void *userdata, int result, const ProbeAnswer *a);

/* 0, GATE_E_TAKEN, -errno. */
static int claim_and_read(Drive *d)
{
        int r = gate_authorize_and_claim(d->usb, d->usb->held);

        if (r != 0)
                return r;
        return probe_start(d->m->probes, d->usb, PROBE_READ, NULL, 0, on_probed, d, &d->probe);
}

static void log_failure(const Drive *d, int result, const ProbeAnswer *a)
{
        char why[PROBE_WHY_SIZE * 4];

        text_escape(result < 0 ? "" : a->why, result < 0 ? 0 : strlen(a->why), why, sizeof(why));
        (void)fprintf(stderr, SD_NOTICE "usbzoned: %s could not be read: %s\n", d->usb->sysname,
                      result < 0 ? strerror(-result) : why);
}

/* A drive that gave a wrong answer, unlike one that gave none in time, is read once more, from
 * closed and by a new child: drives stumble at times, and nobody is to be locked out for that. */
static bool try_again(Drive *d, int result, const ProbeAnswer *a)
{
        log_failure(d, result, a);
        if (d->retried || reason_of(result, a) != REASON_PROBE_FAILED ||
            !usb_device_is_alive(d->usb))
                return false;
        d->retried = true;
        return gate_close_unbound(d->usb) == 0 && usb_device_reopen(d->usb) == 0 &&
               claim_and_read(d) == 0;
}

static void on_probed(void *userdata, int result, const ProbeAnswer *a)
{
        Drive *d = userdata;

        d->probe = NULL;
        if (result == 0 && a->outcome == PROBE_OUTCOME_OK) {
                d->facts.probe = PROBE_OK;
                take_answer(d, a);
        } else if (try_again(d, result, a)) {
                return;
        } else {
                d->facts.probe = PROBE_ERROR;
                d->facts.probe_reason = reason_of(result, a);
                d->stale = true;
                if (!usb_device_is_alive(d->usb))
                        return;
        }
        d->again = false;
        drive_conclude(d);
}

static void start_probe(Drive *d)
{
        int r;

        if (drive_move(d, DRIVE_EV_PROBE) < 0)
                return;
        r = claim_and_read(d);
        if (r == GATE_E_TAKEN) {
                drive_refuse(d, REASON_INTERFACE_TAKEN);
                return;
        }
        if (r == 0 || (r == -ENODEV && !usb_device_is_alive(d->usb)))
                return;
        (void)fprintf(stderr, SD_ERR "usbzoned: %s cannot be read: %s\n", d->usb->sysname,
                      strerror(-r));
        d->facts.probe = PROBE_ERROR;
        d->facts.probe_reason = REASON_PROBE_FAILED;
        drive_conclude(d);
}

/* A device that a storage driver would take by its number, but that does not say it is storage, can
 * be neither read nor trusted. */
static void forget_facts(Drive *d)
{
        bool posing = d->usb->listed && !device_has_storage(&d->facts.interfaces);

        d->retried = false;
        d->facts.probe = PROBE_NOT_TRIED;
        d->facts.probe_reason = REASON_INTERNAL_ERROR;
        d->facts.refused = posing ? REASON_DEVICE_CLASS_BLOCKED : REASON_INTERNAL_ERROR;
        memset(d->facts.area, 0, sizeof(d->facts.area));
}

/* From closed: reads the drive and decides. */
void drive_begin(Drive *d)
{
        if (d->job) {
                d->again = true;
                return;
        }
        d->again = false;
        forget_facts(d);
        (void)!gate_forget_in_sleep(d->usb);
        /* Closed by now: what a killed child left under way goes with the old descriptor. */
        if (TAKE(d->stale, false))
                drive_complain(d, "opened", usb_device_reopen(d->usb));
        if (!drive_is_storage(d))
                drive_conclude(d);
        else if (usb_device_is_bulk_only(d->usb))
                start_probe(d);
        else
                hand_over(d, GATE_PASS);
}
