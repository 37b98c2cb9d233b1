/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes to sysfs and to usbfs, through held descriptors. */
#include "daemon/gate.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#define SYSFS_DEVICES "/sys/bus/usb/devices"
#define DEFAULT_FILE "interface_authorized_default"
#define SYNC_MS 5000

struct GateJob {
        sd_event_source *source;
        GateDone done;
        void *userdata;
};

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

/* In the child from here on. */

static void sync_with_limit(void)
{
        struct pollfd p = {.fd = -EBADF, .events = POLLIN};
        pid_t pid;

        pid = fork();
        if (pid == 0) {
                sync();
                _exit(0);
        }
        if (pid < 0)
                return;
        p.fd = pidfd_open(pid, 0);
        if (p.fd >= 0)
                (void)poll(&p, 1, SYNC_MS);
}

/* The claim may be gone with its driver; then there is nothing to release. */
static int bind_interface(const UsbDevice *u, const UsbHeld *h)
{
        unsigned number = h->setting.number;
        struct usbdevfs_ioctl c = {.ifno = (int)number, .ioctl_code = USBDEVFS_CONNECT};

        if (ioctl(u->usbfs_fd, USBDEVFS_RELEASEINTERFACE, &number) < 0 && errno != EINVAL)
                return -errno;
        return ioctl(u->usbfs_fd, USBDEVFS_IOCTL, &c) < 0 && errno != EBUSY ? -errno : 0;
}

static int pass(const UsbDevice *u, uint32_t mask)
{
        int r, error = 0;

        /* All closed before any opens: a driver that takes several finds none it must not have. */
        for (size_t i = 0; i < u->n_held; i++)
                if (!(mask & (1u << i)) && (r = authorize(&u->held[i], false)) < 0)
                        error = r;
        for (size_t i = 0; error == 0 && i < u->n_held; i++)
                if (mask & (1u << i))
                        error = authorize(&u->held[i], true);
        for (size_t i = 0; error == 0 && i < u->n_held; i++)
                if (mask & (1u << i))
                        error = bind_interface(u, &u->held[i]);
        return error;
}

static int work_do(const UsbDevice *u, GateWork work, uint32_t mask)
{
        switch (work) {
        case GATE_SAVE:
                sync_with_limit();
                return gate_close_unbound(u);
        case GATE_CLOSE:
                return gate_close_unbound(u);
        case GATE_SYNC:
                sync_with_limit();
                return 0;
        case GATE_HAND_OVER:
                return bind_interface(u, u->held);
        case GATE_PASS:
                return pass(u, mask);
        }
        return -EINVAL;
}

/* In the daemon again. */

static int on_child(sd_event_source *s _unused_, const siginfo_t *si, void *userdata)
{
        GateJob *job = userdata;
        int result = si->si_code == CLD_EXITED ? -si->si_status : -ECHILD;
        GateDone done = job->done;
        void *data = job->userdata;

        sd_event_source_disable_unref(job->source);
        free(job);
        if (done)
                done(data, result);
        return 0;
}

int gate_start(sd_event *event, const UsbDevice *u, GateWork work, uint32_t mask, GateDone done,
               void *userdata, GateJob **ret)
{
        GateJob *job = calloc(1, sizeof(*job));
        pid_t pid;
        int r;

        if (!job)
                return -ENOMEM;
        pid = fork();
        if (pid == 0)
                _exit(MIN(-work_do(u, work, mask), 255));
        if (pid < 0) {
                r = -errno;
                free(job);
                return r;
        }
        job->done = done;
        job->userdata = userdata;
        r = sd_event_add_child(event, &job->source, pid, WEXITED, on_child, job);
        if (r < 0) {
                /* It does its work all the same; nobody hears of it but init. */
                free(job);
                return r;
        }
        *ret = job;
        return 0;
}

GateJob *gate_detach(GateJob *job)
{
        if (job)
                job->done = NULL;
        return NULL;
}
