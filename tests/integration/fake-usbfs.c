/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Preloaded beside umockdev, which fakes sysfs and paths: makes its file for a usbfs node look
 * like a USB device's character node, and lets claim, release and driver calls succeed. Nothing
 * can be read from such a device. The wall clock is as many seconds ahead as the file that
 * USBZONE_TEST_CLOCK names says; as many hours have passed since the start of the computer as its
 * second number says, if there is one. */
#include <dlfcn.h>
#include <errno.h>
#include <linux/usbdevice_fs.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#define USB_MAJOR 189

/* The device's number within the node's name .../bus/usb/001/NNN, or -1. */
static int usb_number(int fd)
{
        char link[48], path[512];
        const char *node;
        unsigned bus, number;
        ssize_t n;

        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        n = readlink(link, path, sizeof(path) - 1);
        if (n <= 0)
                return -1;
        path[n] = '\0';
        node = strstr(path, "/dev/bus/usb/");
        if (!node || sscanf(node, "/dev/bus/usb/%3u/%3u", &bus, &number) != 2 || bus != 1)
                return -1;
        return (int)number - 1;
}

int clock_gettime(clockid_t clock, struct timespec *ret)
{
        bool wall = clock == CLOCK_REALTIME, boot = clock == CLOCK_BOOTTIME;
        const char *path = wall || boot ? getenv("USBZONE_TEST_CLOCK") : NULL;
        int r = (int)syscall(SYS_clock_gettime, clock, ret);
        FILE *f = path ? fopen(path, "re") : NULL;
        long ahead = 0, hours = 0;

        if (f)
                (void)!fscanf(f, "%ld %ld", &ahead, &hours);
        ret->tv_sec += wall ? ahead : hours * 3600;
        if (f)
                (void)fclose(f);
        return r;
}

int fstat(int fd, struct stat *st)
{
        static int (*next)(int, struct stat *);
        int r, number;

        if (!next)
                next = (int (*)(int, struct stat *))dlsym(RTLD_NEXT, "fstat");
        r = next(fd, st);
        number = r == 0 && S_ISREG(st->st_mode) ? usb_number(fd) : -1;
        if (number >= 0) {
                st->st_mode = S_IFCHR | 0600;
                st->st_rdev = makedev(USB_MAJOR, (unsigned)number);
        }
        return r;
}

int ioctl(int fd, unsigned long request, ...)
{
        static int (*next)(int, unsigned long, ...);
        void *arg;
        va_list ap;

        va_start(ap, request);
        arg = va_arg(ap, void *);
        va_end(ap);
        if (!next)
                next = (int (*)(int, unsigned long, ...))dlsym(RTLD_NEXT, "ioctl");
        if (_IOC_TYPE(request) != 'U' || usb_number(fd) < 0)
                return next(fd, request, arg);
        switch (request) {
        case USBDEVFS_CLAIMINTERFACE:
        case USBDEVFS_RELEASEINTERFACE:
        case USBDEVFS_IOCTL:
                return 0;
        }
        errno = ENOTTY;
        return -1;
}
