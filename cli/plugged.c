/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the USB interfaces and their devices in sysfs. */
#include "cli/plugged.h"

#include <fcntl.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/device.h"
#include "cli/doctor.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"

#define INTERFACES "/sys/bus/usb/devices/*:*"
#define DISKS "/*:*/host*/target*/*/block/*"
#define ATTRIBUTE_MAX 256u /* a USB string has at most 126 characters */

typedef struct Found {
        Plugged *list;
        size_t n;
} Found;

static uint8_t read_hex8(const char *folder, const char *name)
{
        char path[PATH_MAX], value[16];

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        return doctor_read(path, value, sizeof(value)) ? (uint8_t)strtoul(value, NULL, 16) : 0;
}

void plugged_visit(PluggedVisit visit, void *data)
{
        char pattern[PATH_MAX];
        glob_t g = {0};

        snprintf(pattern, sizeof(pattern), "%s%s", file_dir(UZ_ENV_ROOT_DIR, ""), INTERFACES);
        if (glob(pattern, 0, NULL, &g) == 0)
                for (size_t i = 0; i < g.gl_pathc; i++) {
                        const char *folder = g.gl_pathv[i];
                        UsbInterface u = {.class = read_hex8(folder, "bInterfaceClass"),
                                          .subclass = read_hex8(folder, "bInterfaceSubClass"),
                                          .protocol = read_hex8(folder, "bInterfaceProtocol")};
                        DeviceClass class = device_class_of(&u);

                        if (class != DEVICE_CLASS_FREE)
                                visit(data, folder, class);
                }
        globfree(&g);
}

/* "" if the device does not say. */
static void read_text(const char *folder, const char *name, char *ret, size_t size)
{
        char path[PATH_MAX + 32], value[ATTRIBUTE_MAX];

        *ret = '\0';
        snprintf(path, sizeof(path), "%s/%s", folder, name);
        if (doctor_read(path, value, sizeof(value)))
                text_escape(value, strlen(value), ret, size);
}

static bool carries_system(const char *folder)
{
        char pattern[PATH_MAX + 32], path[PATH_MAX];
        bool system = false;
        glob_t g = {0};

        snprintf(pattern, sizeof(pattern), "%s%s", folder, DISKS);
        if (glob(pattern, 0, NULL, &g) == 0)
                for (size_t i = 0; i < g.gl_pathc && !system; i++) {
                        _cleanup_(fd_closep) int fd = -EBADF;
                        Device d;

                        snprintf(path, sizeof(path), "/dev/%s", strrchr(g.gl_pathv[i], '/') + 1);
                        fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
                        system = fd >= 0 && device_inspect(fd, &d) == 0 && d.system;
                }
        globfree(&g);
        return system;
}

static void read_device(const char *folder, Plugged *p)
{
        char maker[64], product[64];

        read_text(folder, "idVendor", p->vid, sizeof(p->vid));
        read_text(folder, "idProduct", p->pid, sizeof(p->pid));
        read_text(folder, "manufacturer", maker, sizeof(maker));
        read_text(folder, "product", product, sizeof(product));
        snprintf(p->name, sizeof(p->name), "%s%s%s", maker, *maker && *product ? " " : "", product);
        p->system = carries_system(folder);
}

/* Interface "1-1.2:1.0" is of the device "1-1.2", the folder beside it. */
static void take_interface(void *data, const char *folder, DeviceClass class)
{
        Found *found = data;
        char device[PATH_MAX];
        const char *port;
        Plugged *p;

        snprintf(device, sizeof(device), "%s", folder);
        *strrchr(device, ':') = '\0';
        port = strrchr(device, '/') + 1;
        for (size_t i = 0; i < found->n; i++)
                if (!strcmp(found->list[i].port, port)) {
                        found->list[i].class = MIN(found->list[i].class, class);
                        return;
                }
        if (found->n >= PLUGGED_MAX || strlen(port) >= sizeof(p->port))
                return;
        p = &found->list[found->n++];
        *p = (Plugged){.class = class};
        strcpy(p->port, port);
        read_device(device, p);
}

size_t plugged_find(Plugged *ret)
{
        Found found = {.list = ret};

        plugged_visit(take_interface, &found);
        return found.n;
}
