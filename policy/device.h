/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What kind of device is this: the gated USB classes, as one table. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define USB_INTERFACES_MAX 64u

typedef struct UsbInterface {
        uint8_t number, alternate;
        uint8_t class, subclass, protocol; /* USB 2.0 table 9-12 */
} UsbInterface;

/* X(name, class, subclass, protocol, storage?, words); -1 matches any. The udev rule holds the same
 * patterns; a test compares the two. */
#define DEVICE_CLASS_TABLE(X) \
        X(STORAGE, 0x08, -1, -1, true, "storage") \
        X(IMAGE, 0x06, -1, -1, false, "camera or phone (PTP/MTP)") \
        X(MTP_VENDOR, 0xff, 0xff, 0x00, false, "phone (MTP)") \
        X(ADB, 0xff, 0x42, 0x01, false, "phone debugging (ADB)") \
        X(COMMUNICATION, 0x02, -1, -1, false, "network or serial modem") \
        X(CDC_DATA, 0x0a, -1, -1, false, "network or serial data") \
        X(RNDIS_WIRELESS, 0xe0, 0x01, 0x03, false, "network (RNDIS)") \
        X(RNDIS_MISC, 0xef, 0x04, 0x01, false, "network (RNDIS)")

#define X(name, c, s, p, storage, words) DEVICE_CLASS_##name,
typedef enum DeviceClass {
        DEVICE_CLASS_TABLE(X) DEVICE_CLASS_MAX_,
        DEVICE_CLASS_FREE = -1
} DeviceClass;
#undef X

/* The gated class of an interface, or DEVICE_CLASS_FREE. */
DeviceClass device_class_of(const UsbInterface *i);
const char *device_class_words(DeviceClass c); /* English, a gettext message id */

typedef struct DeviceInterfaces {
        UsbInterface list[USB_INTERFACES_MAX];
        size_t n;
        bool overflow; /* there were more: treated as composite */
} DeviceInterfaces;

/* Parses a `descriptors` blob as sysfs shows it (device descriptor, then each configuration): all
 * interfaces and alternate settings of every configuration. 0, -EBADMSG for a malformed chain. */
int device_interfaces_parse(const void *blob, size_t size, DeviceInterfaces *ret) _must_check_;

bool device_is_gated(const DeviceInterfaces *d);
bool device_has_storage(const DeviceInterfaces *d);
/* Storage and nothing else, one interface. */
bool device_is_plain_storage(const DeviceInterfaces *d);
