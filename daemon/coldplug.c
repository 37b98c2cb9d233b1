/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Enumerates USB devices at start, and again whenever events may have been lost. */
#include "daemon/coldplug.h"

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/drive.h"
#include "daemon/gate.h"
#include "lib/names.h"

#define SYSFS_DEVICES "/sys/bus/usb/devices"

static Drive *find(const Manager *m, const char *sysname)
{
        for (size_t i = 0; i < m->n_drives; i++)
                if (strcmp(drive_usb(m->drives[i])->sysname, sysname) == 0)
                        return m->drives[i];
        return NULL;
}

void coldplug_forget(Manager *m, const char *sysname)
{
        Drive *d = find(m, sysname);

        /* The event may be older than a comparison that has already put its successor there. */
        if (d && !usb_device_is_alive(drive_usb(d)))
                drive_gone(d);
}

void coldplug_interface(Manager *m, const char *sysname, const char *interface)
{
        Drive *d = find(m, sysname);

        if (d && !usb_device_holds(drive_usb(d), interface))
                drive_reconfigured(d);
}

static void report(const char *sysname, int error)
{
        if (error == -ENODEV || error == -ENOENT)
                return; /* unplugged while we looked */
        (void)fprintf(stderr, SD_ERR "usbzoned: %s stays closed: %s\n", sysname, strerror(-error));
}

/* Not gated: the udev rule lets it pass, but for lists of interfaces it cannot rely on. */
static void let_pass(Manager *m, const UsbDevice *u)
{
        GateJob *job = NULL;
        char driver[USB_NAME_MAX];
        int r = 1;

        if (usb_device_is_left_out(u) && u->n_held > 0)
                r = usb_device_driver(u, &u->held[0], driver, sizeof(driver)) > 0 ? 0 : 1;
        if (r == 0)
                r = gate_start(m->event, u, GATE_PASS, UINT32_MAX, NULL, NULL, &job);
        if (r < 0)
                report(u->sysname, r);
}

void coldplug_look(Manager *m, const char *sysname, bool flood)
{
        Drive *d = find(m, sysname);
        UsbDevice *usb = NULL;
        int r;

        if (d && usb_device_is_alive(drive_usb(d)))
                return;
        if (d)
                drive_gone(d);
        r = usb_device_open(sysname, &usb);
        if (r > 0)
                let_pass(m, usb);
        if (r == 0)
                r = drive_new(m, usb, &d);
        if (r == 0) {
                drive_start(d, flood);
                return;
        }
        usb = usb_device_close(usb);
        if (r < 0)
                report(sysname, r);
}

/* Backwards: a drive that is gone leaves the list. */
static void forget_gone(Manager *m)
{
        for (size_t i = m->n_drives; i-- > 0;)
                if (!usb_device_is_alive(drive_usb(m->drives[i])))
                        drive_gone(m->drives[i]);
}

/* Calls `look` with the name of every USB device; a kernel without USB has none. */
static int for_each_device(void (*look)(void *userdata, const char *sysname), void *userdata)
{
        DIR *dir = opendir(SYSFS_DEVICES);
        const struct dirent *e;

        if (!dir)
                return errno == ENOENT ? 0 : -errno;
        while ((e = readdir(dir)))
                if (e->d_name[0] >= '0' && e->d_name[0] <= '9' && !strchr(e->d_name, ':'))
                        look(userdata, e->d_name);
        (void)closedir(dir);
        return 0;
}

static void look_quietly(void *userdata, const char *sysname)
{
        coldplug_look(userdata, sysname, false);
}

int coldplug_compare(Manager *m)
{
        int r, n;

        n = gate_close_root_hubs();
        if (n < 0)
                return n;
        forget_gone(m);
        r = for_each_device(look_quietly, m);
        if (r < 0)
                return r;
        for (size_t i = 0; i < m->n_drives; i++)
                drive_inspect(m->drives[i]);
        return n;
}

static void lock_device(void *userdata, const char *sysname)
{
        _cleanup_(usb_device_closep) UsbDevice *u = NULL;
        int r, *error = userdata;

        r = usb_device_open(sysname, &u);
        if (r == 0)
                r = gate_close_unused(u);
        if (r > 0)
                return;
        if (r < 0 && r != -ENODEV && r != -ENOENT)
                *error = r;
}

int coldplug_lock(void)
{
        int r, error = 0;

        (void)unlink(UZ_RUN_DIR "/" UZ_READY_FILE);
        r = gate_close_root_hubs();
        if (r >= 0)
                r = for_each_device(lock_device, &error);
        return r < 0 ? r : error;
}
