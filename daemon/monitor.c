/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel events of USB devices, the rate of plugs per port, and the slow comparison. */
#include "daemon/monitor.h"

#include <libudev.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/coldplug.h"
#include "daemon/drive.h"
#include "daemon/gate.h"
#include "daemon/own-files.h"

/* Events straight from the kernel: everything a decision needs is in sysfs, and udev's rules for
 * the same device do nothing to a gated interface. Waiting for them would only delay the user. */
#define EVENT_SOURCE "kernel"
#define BUFFER_SIZE (8 * 1024 * 1024)
#define COMPARE_USEC 60000000u
#define COMPARE_ACCURACY_USEC 10000000u

/* More plugs than this at one port within the window are not read any more. */
#define PLUGS_MAX 20u
#define PLUGS_WINDOW_USEC 10000000u
#define PORTS_MAX 64u

typedef struct Port {
        char sysname[USB_NAME_MAX];
        uint64_t first_usec;
        unsigned plugs;
} Port;

struct Monitor {
        Manager *m;
        struct udev *udev;
        struct udev_monitor *monitor;
        sd_event_source *io;
        Port ports[PORTS_MAX];
};

/* The slot of this port, or of the one not heard of for the longest time. */
static Port *find_port(Monitor *mon, const char *sysname)
{
        Port *oldest = &mon->ports[0];

        for (size_t i = 0; i < PORTS_MAX; i++) {
                if (strcmp(mon->ports[i].sysname, sysname) == 0)
                        return &mon->ports[i];
                if (mon->ports[i].first_usec < oldest->first_usec)
                        oldest = &mon->ports[i];
        }
        *oldest = (Port){0};
        (void)snprintf(oldest->sysname, sizeof(oldest->sysname), "%.31s", sysname);
        return oldest;
}

static bool is_flood(Monitor *mon, const char *sysname)
{
        Port *p = find_port(mon, sysname);
        uint64_t now = 0;

        (void)sd_event_now(mon->m->event, CLOCK_MONOTONIC, &now);
        if (now - p->first_usec > PLUGS_WINDOW_USEC) {
                p->first_usec = now;
                p->plugs = 0;
        }
        return ++p->plugs > PLUGS_MAX;
}

static void compare(Monitor *mon)
{
        int r;

        own_files_look(mon->m->own_files);
        r = coldplug_compare(mon->m);
        if (r < 0) {
                (void)fprintf(stderr, SD_ERR "usbzoned: USB devices cannot be compared: %s\n",
                              strerror(-r));
                return;
        }
        if (r > 0)
                own_files_defaults_changed(mon->m);
}

/* "1-1.2:1.0" was added: of interest only if "1-1.2" is known, and then a new configuration. */
static void take_interface(Monitor *mon, const char *action, const char *name)
{
        char parent[USB_NAME_MAX];

        if (strcmp(action, "add") != 0 || strlen(name) >= sizeof(parent))
                return;
        (void)snprintf(parent, sizeof(parent), "%.*s", (int)strcspn(name, ":"), name);
        coldplug_interface(mon->m, parent, name);
}

/* A device is complete, all its interfaces made, when its own driver has been bound. */
static void take_event(Monitor *mon, struct udev_device *dev)
{
        const char *action = udev_device_get_action(dev), *name = udev_device_get_sysname(dev);

        if (!action || !name)
                return;
        if (strchr(name, ':')) {
                take_interface(mon, action, name);
        } else if (strcmp(action, "remove") == 0) {
                coldplug_forget(mon->m, name);
        } else if (strncmp(name, "usb", 3) == 0) {
                if (strcmp(action, "add") == 0)
                        (void)!gate_close_root_hub(name);
        } else if (strcmp(action, "bind") == 0) {
                coldplug_look(mon->m, name, is_flood(mon, name));
        }
}

static int on_io(sd_event_source *s _unused_, int fd _unused_, uint32_t events _unused_,
                 void *userdata)
{
        Monitor *mon = userdata;
        struct udev_device *dev;

        for (;;) {
                errno = 0;
                dev = udev_monitor_receive_device(mon->monitor);
                if (!dev)
                        break;
                take_event(mon, dev);
                (void)udev_device_unref(dev);
        }
        if (errno == ENOBUFS) {
                (void)fprintf(stderr, SD_WARNING "usbzoned: events were lost, comparing\n");
                compare(mon);
        }
        return 0;
}

static int on_timer(sd_event_source *s, uint64_t usec _unused_, void *userdata)
{
        Monitor *mon = userdata;

        compare(mon);
        (void)sd_event_source_set_time_relative(s, COMPARE_USEC);
        (void)sd_event_source_set_enabled(s, SD_EVENT_ONESHOT);
        return 0;
}

static int open_monitor(Monitor *mon)
{
        int r;

        mon->udev = udev_new();
        if (!mon->udev)
                return -ENOMEM;
        mon->monitor = udev_monitor_new_from_netlink(mon->udev, EVENT_SOURCE);
        if (!mon->monitor)
                return -errno;
        r = udev_monitor_filter_add_match_subsystem_devtype(mon->monitor, "usb", NULL);
        if (r < 0)
                return r;
        /* What does not fit is not lost for good: see compare(). */
        (void)udev_monitor_set_receive_buffer_size(mon->monitor, BUFFER_SIZE);
        return 0;
}

int monitor_new(Manager *m, Monitor **ret)
{
        Monitor *mon = calloc(1, sizeof(*mon));
        int r;

        if (!mon)
                return -ENOMEM;
        mon->m = m;
        r = open_monitor(mon);
        if (r < 0) {
                (void)monitor_free(mon);
                return r;
        }
        *ret = mon;
        return 0;
}

int monitor_start(Monitor *mon)
{
        int r;

        r = udev_monitor_enable_receiving(mon->monitor);
        if (r < 0)
                return r;
        r = sd_event_add_io(mon->m->event, &mon->io, udev_monitor_get_fd(mon->monitor), EPOLLIN,
                            on_io, mon);
        if (r >= 0)
                r = sd_event_add_time_relative(mon->m->event, &mon->m->rescan_timer,
                                               CLOCK_MONOTONIC, COMPARE_USEC, COMPARE_ACCURACY_USEC,
                                               on_timer, mon);
        return r < 0 ? r : 0;
}

Monitor *monitor_free(Monitor *mon)
{
        if (!mon)
                return NULL;
        sd_event_source_disable_unref(mon->io);
        if (mon->monitor)
                (void)udev_monitor_unref(mon->monitor);
        if (mon->udev)
                (void)udev_unref(mon->udev);
        free(mon);
        return NULL;
}
