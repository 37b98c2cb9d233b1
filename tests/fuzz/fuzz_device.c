/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of any device. */
#include "tests/fuzz/fuzz.h"

#include "policy/device.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        DeviceInterfaces d;

        if (device_interfaces_parse(data, size, &d) != 0)
                return 0;
        HOLDS(d.n <= USB_INTERFACES_MAX && (d.n == USB_INTERFACES_MAX || !d.overflow));
        if (device_is_plain_storage(&d))
                HOLDS(device_has_storage(&d));
        if (device_has_storage(&d))
                HOLDS(device_is_gated(&d));
        for (size_t i = 0; i < d.n; i++) {
                DeviceClass c = device_class_of(&d.list[i]);

                HOLDS(c == DEVICE_CLASS_FREE || device_is_gated(&d));
                HOLDS(device_class_words(c)[0] != '\0');
        }
        return 0;
}
