/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first look at a drive: fresh, or in use already when the daemon came. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/bus.h"
#include "daemon/drive-gate.h"
#include "daemon/drive-internal.h"
#include "daemon/event.h"
#include "daemon/system-drive.h"
#include "lib/text.h"

/* INTERFACE/hostN/targetN:N:N/N:N:N:N/block/NAME */
#define DISK_DEPTH 6u

static bool may_lead_to_disk(const char *name, unsigned depth)
{
        static const char *const starts[DISK_DEPTH] = {"", "host", "target", "", "block", ""};

        if (name[0] == '.')
                return false;
        if (depth == 3)
                return name[0] >= '0' && name[0] <= '9';
        return strncmp(name, starts[depth], strlen(starts[depth])) == 0;
}

/* The first folder of a disk below `path`; appends to it. */
static bool find_disk(int dirfd, char *path, size_t size, unsigned depth)
{
        size_t n = strlen(path);
        const struct dirent *e;
        bool found = false;
        DIR *dir;
        int fd;

        if (depth == DISK_DEPTH)
                return true;
        fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return false;
        dir = fdopendir(fd);
        if (!dir) {
                (void)fd_close(fd);
                return false;
        }
        while (!found && (e = readdir(dir))) {
                if (!may_lead_to_disk(e->d_name, depth) ||
                    (size_t)snprintf(path + n, size - n, "/%s", e->d_name) >= size - n)
                        continue;
                found = find_disk(dirfd, path, size, depth + 1);
        }
        if (!found)
                path[n] = '\0';
        (void)closedir(dir);
        return found;
}

static void look_for_disk(Drive *d)
{
        char name[USB_PATH_MAX + 16], text[64];
        unsigned major, minor;

        (void)snprintf(d->disk.path, sizeof(d->disk.path), "%s", d->usb->held[0].name);
        if (!find_disk(d->usb->dirfd, d->disk.path, sizeof(d->disk.path), 1))
                return;
        (void)snprintf(name, sizeof(name), "%s/dev", d->disk.path);
        if (usb_device_attribute(d->usb, name, text, sizeof(text)) < 0 ||
            sscanf(text, "%u:%u", &major, &minor) != 2)
                return;
        d->disk.major = major;
        d->disk.minor = minor;
        (void)snprintf(name, sizeof(name), "%s/diskseq", d->disk.path);
        if (usb_device_attribute(d->usb, name, text, sizeof(text)) >= 0)
                (void)!text_u64(text, UINT64_MAX, &d->disk.diskseq);
        d->disk.known = true;
}

static void emit(Drive *d, EventKind kind)
{
        json_object *fields = event_drive_fields(d);

        (void)event_emit(d->m, kind, fields);
        (void)json_object_put(fields);
}

static void start_system(Drive *d)
{
        if (drive_move(d, DRIVE_EV_SYSTEM) < 0)
                return;
        d->effect = EFFECT_ALLOW;
        d->decision.verdict = (Verdict){.effect = EFFECT_ALLOW,
                                        .reason = REASON_SYSTEM_DRIVE,
                                        .severity = reason_severity(REASON_SYSTEM_DRIVE),
                                        .rule = "built-in",
                                        .policy_version = d->m->trust->snapshot.bundle.version};
        emit(d, EVENT_VERDICT);
        bus_drive_changed(d->m->bus, d);
}

/* Left where it is until the block helper has read it; then it is decided. */
static void keep_bound(Drive *d, Effect effect)
{
        d->effect = effect;
        if (drive_move(d, DRIVE_EV_SHOW) < 0)
                return;
        if (drive_ask_again(d) < 0)
                drive_refuse(d, REASON_PROBE_FAILED);
}

/* A driver had it before we could look: before the daemon started, or on a host controller that was
 * plugged in a moment ago, whose default is open. */
static void start_active(Drive *d)
{
        DriveUse use = DRIVE_MOUNTED;
        Effect kept;
        int r;

        d->before_start = true;
        r = system_drive_use(d->usb->syspath, &use);
        if (r < 0)
                (void)fprintf(stderr, SD_WARNING "usbzoned: what is mounted cannot be read: %s\n",
                              strerror(-r));
        if (use == DRIVE_CARRIES_SYSTEM) {
                start_system(d);
                return;
        }
        look_for_disk(d);
        if (d->disk.known && drive_keep_read(d, &kept)) {
                keep_bound(d, kept);
                return;
        }
        emit(d, EVENT_ACTIVE_BEFORE_START);
        if (!drive_is_storage(d)) {
                drive_conclude(d);
        } else if (d->disk.known && (use == DRIVE_MOUNTED || d->m->observe)) {
                keep_bound(d, EFFECT_ALLOW);
        } else {
                d->again = true;
                drive_close_gate(d, GATE_CLOSE);
        }
}

void drive_start(Drive *d, bool flood)
{
        if (drive_has_driver(d, true)) {
                start_active(d);
                return;
        }
        /* Authorized and unbound: an earlier instance was killed between two steps. */
        (void)!gate_close_unused(d->usb);
        if (!flood) {
                drive_begin(d);
                return;
        }
        d->facts.refused = REASON_RATE_LIMITED;
        drive_conclude(d);
}
