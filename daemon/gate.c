/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes to sysfs and to usbfs, through held descriptors. */
#include "daemon/gate.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define SYSFS_DEVICES "/sys/bus/usb/devices"
#define DEFAULT_FILE "interface_authorized_default"

/* sysfs takes a value in one write at offset 0. */
static int write_value(int fd, const char *value)
{
        return pwrite(fd, value, strlen(value), 0) < 0 ? -errno : 0;
}

static int write_attribute(int dirfd, const char *name, const char *value)
{
        _cleanup_(fd_closep) int fd = openat(dirfd, name, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

        return fd < 0 ? -errno : write_value(fd, value);
}

static int authorize(const UsbHeld *h, bool yes)
{
        return write_value(h->authorized_fd, yes ? "1" : "0");
}

int gate_close_root_hub(const char *sysname)
{
        char path[sizeof(SYSFS_DEVICES) + 64], value = '\0';
        _cleanup_(fd_closep) int fd = -EBADF;
        int r;

        (void)snprintf(path, sizeof(path), SYSFS_DEVICES "/%.32s/" DEFAULT_FILE, sysname);
        fd = open(path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
                return errno == ENOENT || errno == ENODEV ? 0 : -errno;
        if (pread(fd, &value, 1, 0) < 0)
                return errno == ENODEV ? 0 : -errno;
        if (value == '0')
                return 0;
        r = write_value(fd, "0");
        return r < 0 ? r : 1;
}

int gate_close_root_hubs(void)
{
        DIR *dir = opendir(SYSFS_DEVICES);
        const struct dirent *e;
        int r, n = 0, error = 0;

        if (!dir)
                return errno == ENOENT ? 0 : -errno;
        while ((e = readdir(dir))) {
                if (strncmp(e->d_name, "usb", 3) != 0)
                        continue;
                r = gate_close_root_hub(e->d_name);
                if (r < 0)
                        error = r;
                else
                        n += r;
        }
        (void)closedir(dir);
        return error < 0 ? error : n;
}

int gate_authorize_and_claim(UsbDevice *u, const UsbHeld *h)
{
        unsigned number = h->setting.number;
        int r;

        r = authorize(h, true);
        if (r < 0)
                return r;
        if (ioctl(u->usbfs_fd, USBDEVFS_CLAIMINTERFACE, &number) == 0)
                return 0;
        r = errno == EBUSY ? (int)GATE_E_TAKEN : -errno;
        return r;
}

int gate_close_unbound(const UsbDevice *u)
{
        int r, error = 0;

        for (size_t i = 0; i < u->n_held; i++) {
                r = authorize(&u->held[i], false);
                if (r < 0 && error == 0)
                        error = r;
        }
        return error;
}

int gate_close_unused(const UsbDevice *u)
{
        char driver[USB_NAME_MAX];
        int r, error = 0;

        for (size_t i = 0; i < u->n_held; i++) {
                r = usb_device_driver(u, &u->held[i], driver, sizeof(driver));
                if (r > 0)
                        r = authorize(&u->held[i], false);
                if (r < 0 && error == 0)
                        error = r;
        }
        return error;
}

int gate_forget_in_sleep(const UsbDevice *u)
{
        return write_attribute(u->dirfd, "power/persist", "0");
}

int gate_ask_again(const UsbDevice *u, const char *path)
{
        char name[USB_PATH_MAX];

        if ((size_t)snprintf(name, sizeof(name), "%s/uevent", path) >= sizeof(name))
                return -ENAMETOOLONG;
        return write_attribute(u->dirfd, name, "change");
}
