/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel messages: which lines make a USB storage device, and which do not. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/kernlog.h"

TestSuite(kernlog, .timeout = 20);

static void feed(Kernlog *k, const char *line, int64_t time)
{
        cr_assert_eq(kernlog_line(k, line, strlen(line), time), 0);
}

static void plug(Kernlog *k, const char *serial, int64_t time)
{
        char line[256];

        feed(k, "usb 1-1.2: new high-speed USB device number 5 using xhci_hcd", time);
        feed(k, "usb 1-1.2: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10",
             time);
        feed(k, "usb 1-1.2: Product: DataTraveler 3.0", time);
        feed(k, "usb 1-1.2: Manufacturer: Kingston", time);
        snprintf(line, sizeof(line), "usb 1-1.2: SerialNumber: %s", serial);
        feed(k, line, time);
        feed(k, "usb-storage 1-1.2:1.0: USB Mass Storage device detected", time);
        feed(k, "scsi host6: usb-storage 1-1.2:1.0", time);
        feed(k, "sd 6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)", time);
}

Test(kernlog, a_drive_has_ids_serial_names_and_size)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        const KernlogDevice *d;

        cr_assert_eq(kernlog_new(&k), 0);
        plug(k, "60A44C41", 100);
        cr_assert_eq(kernlog_count(k), 1);
        d = kernlog_device(k, 0);
        cr_expect_str_eq(d->vid, "0951");
        cr_expect_str_eq(d->pid, "1666");
        cr_expect_str_eq(d->serial, "60A44C41");
        cr_expect_str_eq(d->product, "DataTraveler 3.0");
        cr_expect_str_eq(d->manufacturer, "Kingston");
        cr_expect_eq(d->size, 60437492ull * 512);
        cr_expect_eq(d->count, 1);
}

Test(kernlog, the_same_drive_again_is_counted_and_another_serial_is_another_drive)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;

        cr_assert_eq(kernlog_new(&k), 0);
        plug(k, "A", 200);
        feed(k, "usb 1-1.2: USB disconnect, device number 5", 250);
        plug(k, "A", 100);
        plug(k, "B", 300);
        cr_assert_eq(kernlog_count(k), 2);
        cr_expect_eq(kernlog_device(k, 0)->count, 2);
        cr_expect_eq(kernlog_device(k, 0)->first, 100);
        cr_expect_eq(kernlog_device(k, 0)->last, 200);
        cr_expect_str_eq(kernlog_device(k, 1)->serial, "B");
}

Test(kernlog, what_is_no_storage_is_not_listed)
{
        static const char *const lines[] = {
                "usb 1-3: New USB device found, idVendor=046d, idProduct=c31c, bcdDevice=64.00",
                "usb 1-3: Product: USB Keyboard",
                "usb 1-3: USB disconnect, device number 7",
                "usb-storage 1-3:1.0: USB Mass Storage device detected",
                "usb-storage 9-9:1.0: USB Mass Storage device detected",
                "usb 1-4: New USB device found, idVendor=09, idProduct=1666",
                "usb-storage 1-4:1.0: USB Mass Storage device detected",
                "sd 6:0:0:0: [sda] 1 512-byte logical blocks: ()",
                "usb ",
                "usb :",
                "scsi host",
                "sd ",
                "sd 1: [",
                "",
        };
        _cleanup_(kernlog_freep) Kernlog *k = NULL;

        cr_assert_eq(kernlog_new(&k), 0);
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                feed(k, lines[i], 1);
        cr_expect_eq(kernlog_count(k), 0);
}

Test(kernlog, device_text_is_escaped_and_bounded)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        char serial[200];

        memset(serial, 'x', sizeof(serial) - 1);
        serial[sizeof(serial) - 1] = '\0';
        memcpy(serial, "\033[31m", 5);
        cr_assert_eq(kernlog_new(&k), 0);
        plug(k, serial, 1);
        cr_assert_eq(kernlog_count(k), 1);
        cr_expect_eq(strchr(kernlog_device(k, 0)->serial, '\033'), NULL);
        cr_expect_lt(strlen(kernlog_device(k, 0)->serial), KERNLOG_TEXT_MAX);
}

/* Linux says of UAS, and before 2.6.37 of all, only the host's number. */
Test(kernlog, a_host_that_names_no_port_is_of_the_device_just_before)
{
        static const struct {
                const char *name, *line;
                int64_t after;
                size_t listed;
        } rows[] = {
                {"uas", "scsi host6: uas", 1, 1},
                {"2.6.32", "scsi6 : SCSI emulation for USB Mass Storage devices", 1, 1},
                {"2.6.37", "scsi6 : usb-storage 1-1.2:1.0", 1, 1},
                {"another bus", "scsi host6: ahci", 1, 0},
                {"no number", "scsi host: uas", 1, 0},
                {"long after", "scsi host6: uas", 60, 0},
                {"before it", "scsi host6: uas", -1, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(kernlog_freep) Kernlog *k = NULL;

                cr_assert_eq(kernlog_new(&k), 0);
                feed(k, "usb 1-1.2: New USB device found, idVendor=174c, idProduct=55aa", 100);
                feed(k, rows[i].line, 100 + rows[i].after);
                feed(k, "sd 6:0:0:0: [sdb] 8 512-byte logical blocks: (4.10 kB/4.00 KiB)", 102);
                feed(k, rows[i].line, 100 + rows[i].after);
                cr_expect_eq(kernlog_count(k), rows[i].listed, "row '%s'", rows[i].name);
                if (rows[i].listed && kernlog_count(k)) {
                        cr_expect_eq(kernlog_device(k, 0)->size, 4096, "row '%s'", rows[i].name);
                        cr_expect_eq(kernlog_device(k, 0)->count, 1, "row '%s'", rows[i].name);
                }
        }
}
