/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a drive asks of the gate: one worker at a time, and a close is never overtaken. */
#include "daemon/drive-gate.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

void drive_complain(const Drive *d, const char *what, int error)
{
        if (error < 0 && error != -ENODEV) /* unplugged: the event is on its way */
                (void)fprintf(stderr, SD_CRIT "usbzoned: %s cannot be %s: %s\n", d->usb->sysname,
                              what, strerror(-error));
}

/* One worker at a time on a device: a late "open" must never overtake a "close". What is to be
 * closed while one works is closed when it has done. */
bool drive_job_over(Drive *d)
{
        GateWork work = d->close_next;

        d->job = NULL;
        if (!TAKE(d->close_wanted, false))
                return false;
        drive_close_gate(d, work);
        return true;
}

static void on_closed(void *userdata, int result)
{
        Drive *d = userdata;

        drive_complain(d, "closed", result);
        if (!drive_job_over(d) && TAKE(d->again, false))
                drive_begin(d);
}

/* With a driver bound, closing can take as long as the device lets it: a worker does it. */
void drive_close_gate(Drive *d, GateWork work)
{
        int r;

        d->probe = probe_free(d->probe);
        drive_keep_remove(d);
        d->disk = (DriveDisk){0};
        d->recheck = false;
        if (d->job) {
                d->close_wanted = true;
                d->close_next = work;
                return;
        }
        r = gate_start(d->m->event, d->usb, work, 0, on_closed, d, &d->job);
        if (r < 0)
                drive_complain(d, "closed", gate_close_unbound(d->usb));
}

/* Bit n for held interface n: those of a named device that may pass though the drive may not. */
uint32_t drive_passing_mask(const Drive *d)
{
        uint64_t list = policy_passing_interfaces(&d->m->trust->snapshot, &d->facts);
        uint32_t mask = 0;

        for (size_t i = 0; i < d->usb->n_held; i++)
                for (size_t n = 0; n < d->facts.interfaces.n; n++)
                        if ((list >> n & 1) != 0 &&
                            d->facts.interfaces.list[n].number == d->usb->held[i].setting.number)
                                mask |= UINT32_C(1) << i;
        return mask;
}

bool drive_has_driver(const Drive *d, bool gated)
{
        char name[USB_NAME_MAX];

        for (size_t i = 0; i < d->usb->n_held; i++)
                if ((!gated || d->usb->held[i].gated) &&
                    usb_device_driver(d->usb, &d->usb->held[i], name, sizeof(name)) == 0 &&
                    strcmp(name, "usbfs") != 0)
                        return true;
        return false;
}

static void on_passed(void *userdata, int result)
{
        Drive *d = userdata;

        drive_complain(d, "bound", result);
        if (!drive_job_over(d) && TAKE(d->again, false))
                (void)!drive_redecide(d);
}

void drive_pass_interfaces(Drive *d, uint32_t mask)
{
        int r = -EBUSY;

        if (!d->job)
                r = gate_start(d->m->event, d->usb, GATE_PASS, mask, on_passed, d, &d->job);
        drive_complain(d, "bound", r);
}
