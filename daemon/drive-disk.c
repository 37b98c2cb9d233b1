/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel's disk shows, as the block helper reads it: the last comparison before user space
 * sees a drive, the reading of drives that only the kernel can read, and changes while in use. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/drive-internal.h"
#include "daemon/event.h"
#include "daemon/gate.h"

/* udev may be busy with a whole boot. */
#define ANSWER_USEC 120000000u
#define ATTRIBUTE_MAX 64u
/* Between a drive that cannot be read and the news that it is gone. */
#define REMOVAL_USEC 2000000u

static void answer(const Drive *d, BlockAnswer a, BlockReply *ret)
{
        *ret = (BlockReply){.answer = (uint8_t)a, .drive = d->number};
        (void)snprintf(ret->reason, sizeof(ret->reason), "%s",
                       reason_slug(d->decision.verdict.reason));
}

static void answer_effect(const Drive *d, BlockReply *ret)
{
        static const BlockAnswer answers[] = {[EFFECT_BLOCK] = BLOCK_HIDE,
                                              [EFFECT_READ_ONLY] = BLOCK_READ_ONLY,
                                              [EFFECT_ALLOW] = BLOCK_ALLOW};

        answer(d, answers[d->effect], ret);
}

static bool is_other_disk(const Drive *d, const BlockQuery *q)
{
        return d->disk.known && (d->disk.major != q->major || d->disk.minor != q->minor);
}

static void note_disk(Drive *d, const BlockQuery *q, const char *path)
{
        d->disk = (DriveDisk){
                .known = true, .major = q->major, .minor = q->minor, .diskseq = q->diskseq};
        (void)snprintf(d->disk.path, sizeof(d->disk.path), "%s", path);
}

/* SCSI text as the kernel keeps it: blanks to its full width. */
static void read_scsi_text(const Drive *d, const char *name, uint8_t *ret, size_t n)
{
        char path[USB_PATH_MAX + ATTRIBUTE_MAX], text[ATTRIBUTE_MAX];
        int size;

        memset(ret, ' ', n);
        (void)snprintf(path, sizeof(path), "%s/device/%s", d->disk.path, name);
        size = usb_device_attribute(d->usb, path, text, sizeof(text));
        if (size > 0)
                memcpy(ret, text, MIN((size_t)size, n));
}

static uint8_t read_scsi_type(const Drive *d)
{
        char path[USB_PATH_MAX + ATTRIBUTE_MAX], text[ATTRIBUTE_MAX];

        (void)snprintf(path, sizeof(path), "%s/device/type", d->disk.path);
        if (usb_device_attribute(d->usb, path, text, sizeof(text)) < 0)
                return 0x1f;
        return (uint8_t)strtoul(text, NULL, 10);
}

/* The facts as the kernel tells them, for drives the probe cannot read or must not take away. */
static void take_query(Drive *d, const BlockQuery *q)
{
        Facts *f = &d->facts;

        f->probe = PROBE_OK;
        f->refused = REASON_INTERNAL_ERROR;
        f->n_luns = 1;
        f->device_type = read_scsi_type(d);
        read_scsi_text(d, "vendor", f->identity.scsi_vendor, sizeof(f->identity.scsi_vendor));
        read_scsi_text(d, "model", f->identity.scsi_product, sizeof(f->identity.scsi_product));
        f->identity.capacity = q->capacity;
        f->identity.block_size = q->block_size;
        memcpy(f->area, q->area, sizeof(f->area));
        if (q->has_area || (q->capacity > 0 && q->capacity < LABEL_DRIVE_MIN))
                return;
        f->probe = PROBE_ERROR;
        f->probe_reason = REASON_PROBE_FAILED;
}

static bool same_area(const Drive *d, const BlockQuery *q)
{
        return q->has_area && memcmp(d->facts.area, q->area, sizeof(d->facts.area)) == 0;
}

/* Decides from the disk's own bytes while it is bound. What may stay is not detached; what may not
 * is synced and cut, hidden before that. */
static void decide_bound(Drive *d, const BlockQuery *q, BlockReply *ret)
{
        take_query(d, q);
        drive_decide(d);
        drive_record(d);
        if (d->effect == EFFECT_BLOCK) {
                bool shown = d->state == DRIVE_IN_USE;

                if (drive_move(d, DRIVE_EV_CLOSE) == 0)
                        drive_close_gate(d, shown ? GATE_SAVE : GATE_CLOSE);
        } else {
                if (d->state != DRIVE_IN_USE && drive_move(d, DRIVE_EV_SHOW) < 0) {
                        answer(d, BLOCK_HIDE, ret);
                        return;
                }
                drive_keep_write(d);
        }
        answer_effect(d, ret);
        bus_drive_changed(d->m->bus, d);
}

static int on_unreadable(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Drive *d = userdata;

        drive_disarm(d);
        if (usb_device_is_alive(d->usb))
                drive_refuse(d, REASON_PROBE_FAILED);
        return 0;
}

/* Hidden, and nothing said yet: mostly it is being pulled this very moment. */
static void wait_for_removal(Drive *d, BlockReply *ret)
{
        answer(d, BLOCK_HIDE, ret);
        if (drive_arm(d, REMOVAL_USEC, on_unreadable) < 0)
                drive_refuse(d, REASON_PROBE_FAILED);
}

static void on_handover(Drive *d, const BlockQuery *q, const char *path, BlockReply *ret)
{
        note_disk(d, q, path);
        if (!d->m->observe && !q->has_area) {
                wait_for_removal(d, ret);
                return;
        }
        if (!d->m->observe && !same_area(d, q)) {
                drive_refuse(d, REASON_MEDIUM_SWAPPED);
                answer(d, BLOCK_HIDE, ret);
                return;
        }
        if (drive_move(d, DRIVE_EV_SHOW) < 0) {
                answer(d, BLOCK_HIDE, ret);
                return;
        }
        drive_keep_write(d);
        answer_effect(d, ret);
        bus_drive_changed(d->m->bus, d);
        if (TAKE(d->again, false))
                (void)!drive_redecide(d);
}

/* A drive whose label area was written anew (enrolment) is decided by what it says now; a medium
 * that was changed under a decision is not. */
static void on_change(Drive *d, const BlockQuery *q, BlockReply *ret)
{
        bool swapped = q->media_change || q->diskseq != d->disk.diskseq;

        if (d->m->observe || same_area(d, q)) {
                d->disk.diskseq = q->diskseq;
                drive_keep_write(d);
                answer_effect(d, ret);
        } else if (q->capacity == 0) { /* an empty slot: nothing to see, nothing to decide */
                answer(d, BLOCK_HIDE, ret);
        } else if (!q->has_area) {
                wait_for_removal(d, ret);
        } else if (swapped) {
                drive_refuse(d, REASON_MEDIUM_SWAPPED);
                answer(d, BLOCK_HIDE, ret);
        } else {
                decide_bound(d, q, ret);
        }
}

static void on_use(Drive *d, const BlockQuery *q, const char *path, BlockReply *ret)
{
        if (!drive_is_storage(d)) { /* let pass as a whole, by policy or by observing */
                answer_effect(d, ret);
                return;
        }
        if (is_other_disk(d, q)) {
                if (!d->m->observe)
                        drive_refuse(d, REASON_DEVICE_MULTI_LUN);
                answer_effect(d, ret);
                return;
        }
        if (!d->disk.known)
                note_disk(d, q, path);
        if (TAKE(d->recheck, false)) {
                d->disk.diskseq = q->diskseq;
                decide_bound(d, q, ret);
                return;
        }
        on_change(d, q, ret);
}

void drive_disk(Drive *d, const BlockQuery *q, const char *path, BlockReply *ret)
{
        drive_disarm(d);
        switch (d->state) {
        case DRIVE_HANDOVER:
                on_handover(d, q, path, ret);
                return;
        case DRIVE_MEDIATED:
                note_disk(d, q, path);
                if (q->has_area || q->capacity < LABEL_DRIVE_MIN)
                        decide_bound(d, q, ret);
                else
                        wait_for_removal(d, ret);
                return;
        case DRIVE_IN_USE:
                on_use(d, q, path, ret);
                return;
        case DRIVE_SYSTEM:
                answer(d, BLOCK_ALLOW, ret);
                return;
        case DRIVE_NEW:
        case DRIVE_PROBING:
        case DRIVE_BLOCKED:
        case DRIVE_WRITING:
        case DRIVE_GONE:
        case DRIVE_STATE_MAX_:
                break;
        }
        answer(d, BLOCK_HIDE, ret);
}

static int on_no_answer(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Drive *d = userdata;

        drive_disarm(d);
        d->recheck = false;
        drive_refuse(d, REASON_PROBE_TIMEOUT);
        return 0;
}

int drive_ask_again(Drive *d)
{
        int r;

        if (!d->disk.known)
                return -ENODEV;
        r = gate_ask_again(d->usb, d->disk.path);
        if (r < 0)
                return r;
        d->recheck = true;
        return drive_arm(d, ANSWER_USEC, on_no_answer);
}
