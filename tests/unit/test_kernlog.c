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

#define INQUIRY "scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6"

/* What is listed in the end. */
static size_t count(Kernlog *k)
{
        cr_assert_eq(kernlog_end(k), 0);
        return kernlog_count(k);
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
        feed(k, INQUIRY, time);
        feed(k, "sd 6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)", time);
}

Test(kernlog, a_drive_has_ids_serial_names_and_size)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        const KernlogDevice *d;

        cr_assert_eq(kernlog_new(&k), 0);
        plug(k, "60A44C41", 100);
        cr_assert_eq(count(k), 1);
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
        cr_assert_eq(count(k), 2);
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
        cr_expect_eq(count(k), 0);
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
        cr_assert_eq(count(k), 1);
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
                cr_expect_eq(count(k), rows[i].listed, "row '%s'", rows[i].name);
                if (rows[i].listed && kernlog_count(k)) {
                        cr_expect_eq(kernlog_device(k, 0)->size, 4096, "row '%s'", rows[i].name);
                        cr_expect_eq(kernlog_device(k, 0)->count, 1, "row '%s'", rows[i].name);
                }
        }
}

/* The lines of one plug, with what a row changes; NULL: the usual, "": none. */
typedef struct Lines {
        const char *name, *serial, *inquiry, *size;
        int want; /* of kernlog_identity() */
        const char *scsi_product;
        uint64_t capacity;
} Lines;

#define CAPACITY (60437492ull * 512)
#define PRODUCT "DataTraveler 3.0"

static const Lines all_lines[] = {
        {"all of it", NULL, NULL, NULL, 0, PRODUCT, CAPACITY},
        {"without a serial number",
         "usb 1-1: New USB device strings: Mfr=1, Product=2, SerialNumber=0", NULL, NULL, 0,
         PRODUCT, CAPACITY},
        {"an empty one", "usb 1-1: SerialNumber: ", NULL, NULL, 0, PRODUCT, CAPACITY},
        {"one block less than told", NULL, NULL,
         "sd 6:0:0:0: [sdb] Adjusting the sector count from its reported value: 60437493", 0,
         PRODUCT, CAPACITY + 512},
        {"no line of the serial number", "", NULL, NULL, KERNLOG_E_SERIAL, NULL, 0},
        {"there is one, and it is not told",
         "usb 1-1: New USB device strings: Mfr=1, Product=2, SerialNumber=3", NULL, NULL,
         KERNLOG_E_SERIAL, NULL, 0},
        {"escaped by the log, or not", "usb 1-1: SerialNumber: A#033B", NULL, NULL,
         KERNLOG_E_SERIAL, NULL, 0},
        {"in another way", "usb 1-1: SerialNumber: A\\x1bB", NULL, NULL, KERNLOG_E_SERIAL, NULL, 0},
        {"no INQUIRY", NULL, "", NULL, KERNLOG_E_INQUIRY, NULL, 0},
        {"cut", NULL, "scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.1", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"blanks squeezed", NULL,
         "scsi 6:0:0:0: Direct-Access Kingston DataTraveler 3.0 1.10 PQ: 0", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"a column moved", NULL,
         "scsi 6:0:0:0: Direct-Access     Kingstons DataTraveler 3.01.10 PQ: 0 ANSI: 6", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"of the second unit", NULL,
         "scsi 6:0:0:1: Direct-Access     Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"of another host", NULL,
         "scsi 7:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"a CD", NULL,
         "scsi 6:0:0:0: CD-ROM            Kingston DataTraveler 3.0 1.10 PQ: 0 ANSI: 6", NULL,
         KERNLOG_E_INQUIRY, NULL, 0},
        {"no size", NULL, NULL, "", KERNLOG_E_CAPACITY, NULL, 0},
        {"a size of nothing", NULL, NULL, "sd 6:0:0:0: [sdb] 0 512-byte logical blocks: (0 B/0 B)",
         KERNLOG_E_CAPACITY, NULL, 0},
        {"of the second unit's size", NULL, NULL,
         "sd 6:0:0:1: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)",
         KERNLOG_E_CAPACITY, NULL, 0},
};

#define SIZE "sd 6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)"

static void feed_lines(Kernlog *k, const Lines *l)
{
        feed(k, "usb 1-1: New USB device found, idVendor=0951, idProduct=1666, bcdDevice= 1.10", 1);
        feed(k, l->serial ? l->serial : "usb 1-1: SerialNumber: 60A44C41", 1);
        feed(k, "scsi host6: usb-storage 1-1:1.0", 1);
        feed(k, l->inquiry ? l->inquiry : INQUIRY, 1);
        if (l->size)
                feed(k, l->size, 1);
        if (!l->size || l->want == 0)
                feed(k, SIZE, 1);
}

Test(kernlog, an_identity_needs_every_part_of_it)
{
        for (size_t i = 0; i < ARRAY_SIZE(all_lines); i++) {
                const Lines *l = &all_lines[i];
                _cleanup_(kernlog_freep) Kernlog *k = NULL;
                Identity id = {0};

                cr_assert_eq(kernlog_new(&k), 0);
                feed_lines(k, l);
                cr_assert_eq(count(k), 1, "row '%s'", l->name);
                cr_expect_eq(kernlog_identity(kernlog_device(k, 0), &id), l->want, "row '%s'",
                             l->name);
                if (l->want)
                        continue;
                cr_expect_eq(id.vid, 0x0951, "row '%s'", l->name);
                cr_expect_eq(id.pid, 0x1666, "row '%s'", l->name);
                cr_expect_eq(id.capacity, l->capacity, "row '%s'", l->name);
                cr_expect_eq(id.serial_size, l->serial ? 0 : 8, "row '%s'", l->name);
                cr_expect_eq(memcmp(id.scsi_vendor, "Kingston", 8), 0, "row '%s'", l->name);
                cr_expect_eq(memcmp(id.scsi_product, l->scsi_product, 16), 0, "row '%s'", l->name);
        }
}

/* The same digest as that of the drive's own bytes: blanks included, wherever they stand. */
Test(kernlog, the_digest_is_that_of_the_drive)
{
        static const struct {
                const char *name, *vendor, *product;
        } rows[] = {
                {"short names", "Linux   ", "File-Stor Gadget"},
                {"blanks in front", "  Vendor", "   Product      "},
                {"blanks only", "        ", "                "},
                {"what looks like columns", "PQ: 0   ", "a PQ: 0 ANSI: 6 "},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(kernlog_freep) Kernlog *k = NULL;
                uint8_t want[DIGEST_SIZE], got[DIGEST_SIZE];
                Identity told, own = {.vid = 0x0951,
                                      .pid = 0x1666,
                                      .serial = "60A44C41",
                                      .serial_size = 8,
                                      .capacity = CAPACITY,
                                      .block_size = 512};
                char line[128];

                memcpy(own.scsi_vendor, rows[i].vendor, SCSI_VENDOR_SIZE);
                memcpy(own.scsi_product, rows[i].product, SCSI_PRODUCT_SIZE);
                snprintf(line, sizeof(line),
                         "scsi 6:0:0:0: Direct-Access     %s %s 0601 PQ: 0 ANSI: 2", rows[i].vendor,
                         rows[i].product);
                cr_assert_eq(kernlog_new(&k), 0);
                feed_lines(k, &(Lines){.inquiry = line});
                cr_assert_eq(count(k), 1, "row '%s'", rows[i].name);
                cr_assert_eq(kernlog_identity(kernlog_device(k, 0), &told), 0, "row '%s'",
                             rows[i].name);
                cr_assert_eq(identity_digest(&told, got), 0);
                cr_assert_eq(identity_digest(&own, want), 0);
                cr_expect_eq(memcmp(got, want, DIGEST_SIZE), 0, "row '%s'", rows[i].name);
        }
}

Test(kernlog, another_size_or_model_under_one_serial_number_is_another_drive)
{
        static const struct {
                const char *name, *line;
                size_t listed;
        } rows[] = {
                {"the same lines", SIZE, 1},
                {"another size", "sd 6:0:0:0: [sdb] 60437493 512-byte logical blocks: ()", 2},
                {"another model",
                 "scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 2.0 1.10 PQ: 0 ANSI: 6", 2},
                {"another revision of the firmware",
                 "scsi 6:0:0:0: Direct-Access     Kingston DataTraveler 3.0 1.20 PQ: 0 ANSI: 6", 1},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const Lines sized = {.inquiry = i == 1 ? INQUIRY : rows[i].line,
                                     .size = i == 1 ? rows[i].line : NULL,
                                     .want = 1};

                for (int again = 0; again < 2; again++) {
                        _cleanup_(kernlog_freep) Kernlog *k = NULL;

                        cr_assert_eq(kernlog_new(&k), 0);
                        feed_lines(k, &(Lines){0});
                        if (again) {
                                feed_lines(k, i == 0 ? &(Lines){0} : &sized);
                        } else { /* while it is plugged in: a card, or answers, changed */
                                feed(k, rows[i].line, 2);
                                feed(k, i == 1 ? rows[i].line : SIZE, 2);
                        }
                        cr_expect_eq(count(k), rows[i].listed, "row '%s', %d", rows[i].name, again);
                }
        }
}

Test(kernlog, a_plug_told_in_part_counts_with_the_one_drive_it_may_have_been)
{
        static const struct {
                const char *name, *serial;
                bool second; /* another drive of that serial number is there */
                size_t listed;
        } rows[] = {
                {"one drive", NULL, false, 1},
                {"two may be meant", NULL, true, 3},
                {"no serial number",
                 "usb 1-1: New USB device strings: Mfr=0, Product=0, SerialNumber=0", false, 2},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(kernlog_freep) Kernlog *k = NULL;

                cr_assert_eq(kernlog_new(&k), 0);
                feed_lines(k, &(Lines){.serial = rows[i].serial});
                if (rows[i].second)
                        feed_lines(k,
                                   &(Lines){.size = "sd 6:0:0:0: [sdb] 8 512-byte logical blocks",
                                            .want = 1});
                feed_lines(
                        k,
                        &(Lines){.serial = rows[i].serial, .inquiry = "", .size = "", .want = 1});
                cr_expect_eq(count(k), rows[i].listed, "row '%s'", rows[i].name);
                cr_expect_eq(kernlog_device(k, 0)->count, rows[i].listed == 1 ? 2 : 1, "row '%s'",
                             rows[i].name);
        }
}

/* Numbers of hosts begin anew with each start of a computer. */
Test(kernlog, a_disk_of_another_bus_is_not_the_stick_that_had_its_host)
{
        static const char *const between[] = {"Linux version 6.1.0-18-amd64 (debian-kernel@...)",
                                              "scsi host6: ahci"};

        for (size_t i = 0; i < ARRAY_SIZE(between); i++) {
                _cleanup_(kernlog_freep) Kernlog *k = NULL;

                cr_assert_eq(kernlog_new(&k), 0);
                feed_lines(k, &(Lines){0});
                feed(k, between[i], 5);
                feed(k,
                     "scsi 6:0:0:0: Direct-Access     ATA      QEMU HARDDISK    2.5+ PQ: 0 ANSI: 5",
                     6);
                feed(k, "sd 6:0:0:0: [sda] 1000 512-byte logical blocks: ()", 6);
                cr_expect_eq(count(k), 1, "row '%s'", between[i]);
                cr_expect_eq(kernlog_device(k, 0)->size, CAPACITY, "row '%s'", between[i]);
        }
}

Test(kernlog, the_oldest_comes_first)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;

        cr_assert_eq(kernlog_new(&k), 0);
        plug(k, "LATER", 300);
        plug(k, "EARLIER", 100);
        cr_assert_eq(count(k), 2);
        cr_expect_str_eq(kernlog_device(k, 0)->serial, "EARLIER");
}

Test(kernlog, each_time_is_an_entry_if_asked_for)
{
        for (int each = 0; each < 2; each++) {
                _cleanup_(kernlog_freep) Kernlog *k = NULL;

                cr_assert_eq(kernlog_new(&k), 0);
                if (each)
                        kernlog_each(k);
                plug(k, "A", 100);
                feed(k, "usb 1-1.2: USB disconnect, device number 5", 150);
                plug(k, "A", 200);
                cr_assert_eq(count(k), each ? 2 : 1);
                cr_expect_eq(kernlog_device(k, 0)->count, each ? 1 : 2);
                cr_expect_eq(kernlog_device(k, 0)->gone, each ? 150 : 0,
                             "the last time it was not pulled out");
                cr_expect_str_eq(kernlog_device(k, 0)->port, "1-1.2");
        }
}
