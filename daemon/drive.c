/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drive object: its states and what may happen in each, its life, its view. */
#include "daemon/drive-internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <time.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/event.h"
#include "lib/clock.h"
#include "lib/text.h"

/* Nothing ever becomes NEW: a zero is a move that must not happen. */
#define NEVER DRIVE_NEW
_Static_assert(DRIVE_NEW == 0, "the zero state marks illegal moves");

static const uint8_t moves[DRIVE_STATE_MAX_][DRIVE_EV_MAX_] = {
        [DRIVE_NEW] = {[DRIVE_EV_PROBE] = DRIVE_PROBING,
                       [DRIVE_EV_MEDIATE] = DRIVE_MEDIATED,
                       [DRIVE_EV_HAND_OVER] = DRIVE_HANDOVER,
                       [DRIVE_EV_SHOW] = DRIVE_IN_USE, /* active before, or no storage */
                       [DRIVE_EV_CLOSE] = DRIVE_BLOCKED,
                       [DRIVE_EV_SYSTEM] = DRIVE_SYSTEM,
                       [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_PROBING] = {[DRIVE_EV_HAND_OVER] = DRIVE_HANDOVER,
                           [DRIVE_EV_SHOW] = DRIVE_IN_USE, /* taken, and only observed */
                           [DRIVE_EV_CLOSE] = DRIVE_BLOCKED,
                           [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_MEDIATED] = {[DRIVE_EV_SHOW] = DRIVE_IN_USE,
                            [DRIVE_EV_CLOSE] = DRIVE_BLOCKED,
                            [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_HANDOVER] = {[DRIVE_EV_SHOW] = DRIVE_IN_USE,
                            [DRIVE_EV_CLOSE] = DRIVE_BLOCKED,
                            [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_IN_USE] = {[DRIVE_EV_CLOSE] = DRIVE_BLOCKED, [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_BLOCKED] = {[DRIVE_EV_PROBE] = DRIVE_PROBING,
                           [DRIVE_EV_MEDIATE] = DRIVE_MEDIATED,
                           [DRIVE_EV_HAND_OVER] = DRIVE_HANDOVER,
                           [DRIVE_EV_SHOW] = DRIVE_IN_USE, /* no storage */
                           [DRIVE_EV_CLOSE] = DRIVE_BLOCKED,
                           [DRIVE_EV_WRITE] = DRIVE_WRITING,
                           [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_WRITING] = {[DRIVE_EV_CLOSE] = DRIVE_BLOCKED, [DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_SYSTEM] = {[DRIVE_EV_REMOVE] = DRIVE_GONE},
        [DRIVE_GONE] = {[DRIVE_EV_REMOVE] = NEVER},
};

static const char *const state_names[] = {
#define X(name, text) [DRIVE_##name] = text,
        DRIVE_STATE_TABLE(X)
#undef X
};

const char *drive_state_name(DriveState state)
{
        return (unsigned)state < DRIVE_STATE_MAX_ ? state_names[state] : "invalid";
}

uint64_t drive_number(const Drive *d)
{
        return d->number;
}

int drive_move(Drive *d, DriveEvent event)
{
        DriveState next = (DriveState)moves[d->state][event];

        if (next == NEVER) {
                (void)fprintf(stderr,
                              SD_CRIT "usbzoned: drive %" PRIu64
                                      ": event %d must not happen in state %s; closing it\n",
                              d->number, (int)event, drive_state_name(d->state));
                drive_disarm(d);
                d->state = DRIVE_BLOCKED;
                d->effect = EFFECT_BLOCK;
                drive_close_gate(d, GATE_CLOSE);
                return -EINVAL;
        }
        drive_disarm(d);
        d->state = next;
        manager_rest_soon(d->m);
        return 0;
}

int drive_arm(Drive *d, uint64_t usec, sd_event_time_handler_t handler)
{
        drive_disarm(d);
        return MIN(sd_event_add_time_relative(d->m->event, &d->timer, CLOCK_MONOTONIC, usec, 0,
                                              handler, d),
                   0);
}

void drive_disarm(Drive *d)
{
        d->timer = sd_event_source_disable_unref(d->timer);
}

/* Malformed descriptors: what the kernel made of them counts. */
static void set_interfaces(Drive *d)
{
        const UsbDevice *u = d->usb;

        d->facts.interfaces = u->interfaces;
        if (!u->malformed)
                return;
        d->facts.interfaces = (DeviceInterfaces){0};
        for (size_t i = 0; i < u->n_held; i++)
                d->facts.interfaces.list[d->facts.interfaces.n++] = u->held[i].setting;
}

int drive_new(Manager *m, UsbDevice *usb, Drive **ret)
{
        Drive *d;

        if (m->n_drives >= MANAGER_DRIVES_MAX)
                return -ENOSPC;
        d = calloc(1, sizeof(*d));
        if (!d)
                return -ENOMEM;
        d->m = m;
        d->number = m->next_drive++;
        d->usb = usb;
        d->since_us = clock_us(CLOCK_REALTIME);
        d->facts.identity = usb->identity;
        set_interfaces(d);
        m->drives[m->n_drives++] = d;
        bus_drive_added(m->bus, d);
        *ret = d;
        return 0;
}

/* Ends what is under way; the objects of the drive are free to go. */
static void stop(Drive *d)
{
        drive_disarm(d);
        d->probe = probe_free(d->probe);
        d->job = gate_detach(d->job);
        if (d->task)
                drive_task_end(d, -ENODEV, NULL);
}

Drive *drive_free(Drive *d)
{
        Manager *m = d->m;

        stop(d);
        for (size_t i = 0; i < m->n_drives; i++)
                if (m->drives[i] == d) {
                        m->drives[i] = m->drives[--m->n_drives];
                        m->drives[m->n_drives] = NULL;
                        break;
                }
        d->usb = usb_device_close(d->usb);
        free(d);
        return NULL;
}

void drive_gone(Drive *d)
{
        json_object *fields;

        stop(d);
        (void)!drive_move(d, DRIVE_EV_REMOVE);
        drive_keep_remove(d);
        fields = event_drive_fields(d);
        (void)event_emit(d->m, EVENT_REMOVED, fields);
        (void)json_object_put(fields);
        bus_drive_removed(d->m->bus, d);
        (void)drive_free(d);
}

const UsbDevice *drive_usb(const Drive *d)
{
        return d->usb;
}

void drive_view(const Drive *d, DriveView *ret)
{
        const Identity *i = &d->facts.identity;
        const char *name = strrchr(d->disk.path, '/');

        *ret = (DriveView){.number = d->number,
                           .state = d->state,
                           .decision = &d->decision,
                           .facts = &d->facts,
                           .effect = d->effect,
                           .observed = d->observed,
                           .before_start = d->before_start,
                           .since_us = d->since_us};
        (void)snprintf(ret->sysname, sizeof(ret->sysname), "%s", d->usb->sysname);
        (void)snprintf(ret->syspath, sizeof(ret->syspath), "%s", d->usb->syspath);
        if (d->disk.known && name)
                (void)snprintf(ret->block, sizeof(ret->block), "%.31s", name + 1);
        text_escape(i->serial, i->serial_size, ret->serial, sizeof(ret->serial));
        if (d->facts.probe != PROBE_OK)
                return;
        text_escape(i->scsi_vendor, sizeof(i->scsi_vendor), ret->scsi_vendor,
                    sizeof(ret->scsi_vendor));
        text_escape(i->scsi_product, sizeof(i->scsi_product), ret->scsi_product,
                    sizeof(ret->scsi_product));
}
