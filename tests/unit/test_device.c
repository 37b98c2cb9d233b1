/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of devices, honest and not, and the classes that are gated. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/device.h"

TestSuite(device, .timeout = 10);

#define DEVICE_BYTES 0x12, 1, 0, 2, 0, 0, 0, 0x40, 0x51, 0x09, 0x66, 0x16, 0, 1, 1, 2, 3, 1
#define CONFIG(total, interfaces) 9, 2, (total), 0, (interfaces), 1, 0, 0x80, 0x32
#define INTERFACE(number, alternate, class, subclass, protocol) \
        9, 4, (number), (alternate), 2, (class), (subclass), (protocol), 0
#define ENDPOINT 7, 5, 0x81, 2, 0, 2, 0

static const uint8_t stick[] = {DEVICE_BYTES, CONFIG(32, 1), INTERFACE(0, 0, 8, 6, 0x50), ENDPOINT,
                                ENDPOINT};

Test(device, a_plain_stick_is_plain_storage)
{
        DeviceInterfaces d;

        cr_assert_eq(device_interfaces_parse(stick, sizeof(stick), &d), 0);
        cr_assert_eq(d.n, 1);
        cr_assert_eq(d.list[0].class, 8);
        cr_assert_eq(d.list[0].subclass, 6);
        cr_assert_eq(d.list[0].protocol, 0x50);
        cr_assert(device_is_gated(&d));
        cr_assert(device_has_storage(&d));
        cr_assert(device_is_plain_storage(&d));
}

static const uint8_t bot_uas[] = {DEVICE_BYTES, CONFIG(27, 1), INTERFACE(0, 0, 8, 6, 0x50),
                                  INTERFACE(0, 1, 8, 6, 0x62)};
static const uint8_t badusb[] = {DEVICE_BYTES, CONFIG(27, 2), INTERFACE(0, 0, 8, 6, 0x50),
                                 INTERFACE(1, 0, 3, 1, 1)};
static const uint8_t hidden[] = {DEVICE_BYTES, CONFIG(18, 1), INTERFACE(0, 0, 8, 6, 0x50),
                                 CONFIG(18, 1), INTERFACE(0, 0, 3, 1, 1)};
static const uint8_t two_disks[] = {DEVICE_BYTES, CONFIG(27, 2), INTERFACE(0, 0, 8, 6, 0x50),
                                    INTERFACE(1, 0, 8, 6, 0x50)};
static const uint8_t keyboard[] = {DEVICE_BYTES, CONFIG(18, 1), INTERFACE(0, 0, 3, 1, 1)};
static const uint8_t turning[] = {DEVICE_BYTES, CONFIG(27, 1), INTERFACE(0, 0, 3, 1, 1),
                                  INTERFACE(0, 1, 8, 6, 0x50)};

Test(device, composites_are_told_from_plain_storage)
{
        static const struct {
                const char *name;
                const uint8_t *blob;
                size_t size, n;
                bool gated, storage, plain;
        } rows[] = {
                {"alternate settings", bot_uas, sizeof(bot_uas), 2, true, true, true},
                {"storage and keyboard", badusb, sizeof(badusb), 2, true, true, false},
                {"keyboard in a second configuration", hidden, sizeof(hidden), 2, true, true,
                 false},
                {"two disks", two_disks, sizeof(two_disks), 2, true, true, false},
                {"keyboard", keyboard, sizeof(keyboard), 1, false, false, false},
                {"keyboard with a storage setting", turning, sizeof(turning), 2, true, true, false},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                DeviceInterfaces d;

                cr_assert_eq(device_interfaces_parse(rows[i].blob, rows[i].size, &d), 0, "row '%s'",
                             rows[i].name);
                cr_assert_eq(d.n, rows[i].n, "row '%s'", rows[i].name);
                cr_assert_eq(device_is_gated(&d), rows[i].gated, "row '%s'", rows[i].name);
                cr_assert_eq(device_has_storage(&d), rows[i].storage, "row '%s'", rows[i].name);
                cr_assert_eq(device_is_plain_storage(&d), rows[i].plain, "row '%s'", rows[i].name);
        }
}

Test(device, the_gated_classes_are_these)
{
        static const struct {
                const char *name;
                uint8_t class, subclass, protocol;
                DeviceClass result;
        } rows[] = {
                {"storage", 8, 6, 0x50, DEVICE_CLASS_STORAGE},
                {"floppy", 8, 4, 0, DEVICE_CLASS_STORAGE},
                {"camera", 6, 1, 1, DEVICE_CLASS_IMAGE},
                {"MTP", 0xff, 0xff, 0, DEVICE_CLASS_MTP_VENDOR},
                {"ADB", 0xff, 0x42, 1, DEVICE_CLASS_ADB},
                {"serial modem", 2, 2, 1, DEVICE_CLASS_COMMUNICATION},
                {"ethernet", 2, 6, 0, DEVICE_CLASS_COMMUNICATION},
                {"CDC data", 10, 0, 0, DEVICE_CLASS_CDC_DATA},
                {"RNDIS", 0xe0, 1, 3, DEVICE_CLASS_RNDIS_WIRELESS},
                {"RNDIS, other", 0xef, 4, 1, DEVICE_CLASS_RNDIS_MISC},
                {"keyboard", 3, 1, 1, DEVICE_CLASS_FREE},
                {"hub", 9, 0, 0, DEVICE_CLASS_FREE},
                {"bluetooth", 0xe0, 1, 1, DEVICE_CLASS_FREE},
                {"audio", 1, 1, 0, DEVICE_CLASS_FREE},
                {"smart card", 0x0b, 0, 0, DEVICE_CLASS_FREE},
                {"vendor", 0xff, 0, 0, DEVICE_CLASS_FREE},
                {"vendor, like ADB", 0xff, 0x42, 2, DEVICE_CLASS_FREE},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                UsbInterface u = {.class = rows[i].class,
                                  .subclass = rows[i].subclass,
                                  .protocol = rows[i].protocol};

                cr_assert_eq(device_class_of(&u), rows[i].result, "row '%s'", rows[i].name);
                cr_assert(device_class_words(rows[i].result)[0], "row '%s'", rows[i].name);
        }
}

Test(device, every_cut_blob_is_refused)
{
        for (size_t size = 0; size < sizeof(stick); size++) {
                DeviceInterfaces d;
                int r = device_interfaces_parse(stick, size, &d);

                /* A device descriptor alone is a device with no configuration. */
                cr_assert_eq(r, size == 18 ? 0 : -EBADMSG, "size %zu", size);
                if (r == 0)
                        cr_assert_eq(d.n, 0);
        }
}

Test(device, lengths_that_lie_are_refused)
{
        static const struct {
                const char *name;
                size_t offset;
                uint8_t value;
        } rows[] = {
                {"device descriptor of another type", 1, 2},
                {"device descriptor too short", 0, 17},
                {"device descriptor of length 0", 0, 0},
                {"configuration of another type", 19, 4},
                {"configuration of length 8", 18, 8},
                {"configuration beyond the end", 20, 33},
                {"configuration beyond the end, high byte", 21, 0xff},
                {"configuration that ends in a descriptor", 20, 31},
                {"configuration shorter than itself", 20, 8},
                {"interface of length 0", 27, 0},
                {"interface of length 1", 27, 1},
                {"interface too short", 27, 8},
                {"interface beyond the end", 27, 24},
                {"endpoint of length 0", 36, 0},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint8_t blob[sizeof(stick)];
                DeviceInterfaces d;

                memcpy(blob, stick, sizeof(blob));
                blob[rows[i].offset] = rows[i].value;
                cr_assert_eq(device_interfaces_parse(blob, sizeof(blob), &d), -EBADMSG, "row '%s'",
                             rows[i].name);
        }
}

Test(device, more_interfaces_than_there_is_room_for_are_no_plain_storage)
{
        static uint8_t blob[18 + 9 + 9 * (USB_INTERFACES_MAX + 1)];
        const uint8_t head[] = {DEVICE_BYTES, CONFIG(0, 1)};
        const uint8_t one[] = {INTERFACE(0, 0, 8, 6, 0x50)};
        uint16_t total = 9 + 9 * USB_INTERFACES_MAX;
        DeviceInterfaces d;

        memcpy(blob, head, sizeof(head));
        for (size_t i = 0; i <= USB_INTERFACES_MAX; i++)
                memcpy(blob + 27 + 9 * i, one, sizeof(one));
        blob[20] = (uint8_t)total;
        blob[21] = (uint8_t)(total >> 8);
        cr_assert_eq(device_interfaces_parse(blob, sizeof(blob) - 9, &d), 0);
        cr_assert_not(d.overflow);
        cr_assert(device_is_plain_storage(&d));
        total += 9;
        blob[20] = (uint8_t)total;
        blob[21] = (uint8_t)(total >> 8);
        cr_assert_eq(device_interfaces_parse(blob, sizeof(blob), &d), 0);
        cr_assert(d.overflow);
        cr_assert_not(device_is_plain_storage(&d));
        cr_assert(device_is_gated(&d));
}
