/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: what the kernel does with USB by default, and what is bound already. */
#include <dirent.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/out.h"
#include "cli/plugged.h"

#define USB_DEVICES "/sys/bus/usb/devices"

bool doctor_read(const char *path, char *ret, size_t size)
{
        FILE *f = fopen(path, "re");
        size_t n;

        if (!f)
                return false;
        n = fread(ret, 1, size - 1, f);
        fclose(f);
        while (n > 0 && ret[n - 1] == '\n')
                n--;
        ret[n] = '\0';
        return true;
}

static void check_hubs(Doctor *d)
{
        glob_t g = {0};

        if (glob(USB_DEVICES "/usb*/interface_authorized_default", 0, NULL, &g) != 0) {
                doctor_find(d, FINDING_NOTE, "no-usb", "", "%s",
                            _("the kernel shows no USB controller"));
                return;
        }
        for (size_t i = 0; i < g.gl_pathc; i++) {
                char value[16];

                if (!doctor_read(g.gl_pathv[i], value, sizeof(value)) || !strcmp(value, "0"))
                        continue;
                doctor_find(d, FINDING_HOLE, "hub-open",
                            _("udevadm control --reload && udevadm trigger --action=add "
                              "--subsystem-match=usb"),
                            _("%s is %s: new drives on this hub are bound before they are checked"),
                            g.gl_pathv[i], value);
        }
        globfree(&g);
}

static void check_parameters(Doctor *d)
{
        char value[512];

        if (doctor_read("/sys/module/usbcore/parameters/authorized_default", value,
                        sizeof(value)) &&
            (!strcmp(value, "0") || !strcmp(value, "2")))
                doctor_find(
                        d, FINDING_NOTE, "authorized-default",
                        _("remove usbcore.authorized_default from the kernel command line and "
                          "/etc/modprobe.d"),
                        _("usbcore.authorized_default is %s: keyboards may stay dead, and drives "
                          "are "
                          "not seen at all"),
                        value);
        if (doctor_read("/sys/module/usb_storage/parameters/quirks", value, sizeof(value)) &&
            *value)
                doctor_find(d, FINDING_NOTE, "storage-quirks",
                            _("look for usb-storage.quirks on the kernel command line and in "
                              "/etc/modprobe.d"),
                            _("usb-storage treats some drives in a way of their own: quirks=%s"),
                            value);
        if (doctor_read("/sys/module/usbcore/parameters/quirks", value, sizeof(value)) && *value)
                doctor_find(d, FINDING_NOTE, "usb-quirks",
                            _("look for usbcore.quirks on the kernel command line and in "
                              "/etc/modprobe.d"),
                            _("the kernel treats some devices in a way of their own: quirks=%s"),
                            value);
        if (doctor_read("/sys/module/usb_storage/parameters/delay_use", value, sizeof(value)) &&
            strcmp(value, "0") != 0)
                doctor_find(
                        d, FINDING_NOTE, "delay-use",
                        _("echo 0 > /sys/module/usb_storage/parameters/delay_use, or restart"),
                        _("usb-storage waits %s s before a drive can be used; it was loaded before "
                          "our option counted"),
                        value);
}

static void check_command_line(Doctor *d)
{
        char line[4096], *save = NULL;

        if (!doctor_read("/proc/cmdline", line, sizeof(line)))
                return;
        for (char *w = strtok_r(line, " ", &save); w; w = strtok_r(NULL, " ", &save)) {
                if (strncmp(w, "usbcore.authorized_default=", 27) != 0 &&
                    strcmp(w, "udev.children_max=0") && strcmp(w, "systemd.mask=" UZ_UNIT) != 0)
                        continue;
                doctor_find(d, strcmp(w, "systemd.mask=" UZ_UNIT) ? FINDING_NOTE : FINDING_HOLE,
                            "command-line", _("take it out of the boot loader's configuration"),
                            _("the kernel command line says %s"), w);
        }
}

void doctor_kernel(Doctor *d)
{
        check_hubs(d);
        check_parameters(d);
        check_command_line(d);
}

/* Does the daemon know of the device this interface is part of? */
static bool is_known(const Doctor *d, const char *interface)
{
        const char *colon = strrchr(interface, ':');
        size_t n = colon ? (size_t)(colon - interface) : strlen(interface);

        for (size_t i = 0; d->drives && i < json_object_array_length(d->drives); i++) {
                const char *path = json_text(json_object_array_get_idx(d->drives, i), "sys_path");
                const char *name = strrchr(path, '/');

                name = name ? name + 1 : path;
                if (strlen(name) >= n && !strncmp(name, interface, n) &&
                    (name[n] == '\0' || name[n] == ':'))
                        return true;
        }
        return false;
}

static void check_interface(void *data, const char *folder, DeviceClass class)
{
        Doctor *d = data;
        const char *name = strrchr(folder, '/') + 1;
        char path[PATH_MAX], target[PATH_MAX];
        ssize_t n;

        if (is_known(d, name))
                return;
        snprintf(path, sizeof(path), "%s/driver", folder);
        n = readlink(path, target, sizeof(target) - 1);
        if (n <= 0)
                return;
        target[n] = '\0';
        doctor_find(d, FINDING_HOLE, "bound-unchecked",
                    _("unplug it, or start the guard: it takes the device back and checks it"),
                    _("%s (%s) is bound to %s, and nobody checked it"), name,
                    _(device_class_words(class)),
                    strrchr(target, '/') ? strrchr(target, '/') + 1 : target);
}

void doctor_devices(Doctor *d)
{
        plugged_visit(check_interface, d);
}
