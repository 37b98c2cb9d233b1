/* SPDX-License-Identifier: GPL-2.0-or-later */
/* USB interfaces of a device, and which of them are gated. */
#include "policy/device.h"

#include "lib/cursor.h"

/* USB 2.0 tables 9-5, 9-8, 9-10 and 9-12 */
#define DESCRIPTOR_DEVICE 1u
#define DESCRIPTOR_CONFIG 2u
#define DESCRIPTOR_INTERFACE 4u
#define DEVICE_SIZE 18u
#define CONFIG_SIZE 9u
#define INTERFACE_SIZE 9u

static const struct {
        int16_t class, subclass, protocol;
        bool storage;
        const char *words;
} classes[] = {
#define X(name, c, s, p, storage_, words_) [DEVICE_CLASS_##name] = {c, s, p, storage_, words_},
        DEVICE_CLASS_TABLE(X)
#undef X
};

static bool matches(int16_t pattern, uint8_t value)
{
        return pattern < 0 || pattern == value;
}

DeviceClass device_class_of(const UsbInterface *i)
{
        for (int c = 0; c < DEVICE_CLASS_MAX_; c++)
                if (matches(classes[c].class, i->class) &&
                    matches(classes[c].subclass, i->subclass) &&
                    matches(classes[c].protocol, i->protocol))
                        return (DeviceClass)c;
        return DEVICE_CLASS_FREE;
}

const char *device_class_words(DeviceClass c)
{
        return c >= 0 && c < DEVICE_CLASS_MAX_ ? classes[c].words : "other";
}

static void add_interface(DeviceInterfaces *d, Reader body)
{
        UsbInterface i = {0};

        i.number = reader_u8(&body);
        i.alternate = reader_u8(&body);
        reader_skip(&body, 1); /* bNumEndpoints */
        i.class = reader_u8(&body);
        i.subclass = reader_u8(&body);
        i.protocol = reader_u8(&body);
        if (d->n < USB_INTERFACES_MAX)
                d->list[d->n++] = i;
        else
                d->overflow = true;
}

/* Takes one descriptor: its type and what follows the two leading bytes. False: malformed. */
static bool take_descriptor(Reader *r, uint8_t *ret_type, Reader *ret_body)
{
        uint8_t length = reader_u8(r);
        const uint8_t *body;

        *ret_type = reader_u8(r);
        if (r->failed || length < 2)
                return false;
        body = reader_take(r, length - 2u);
        *ret_body = reader(body, length - 2u);
        return !r->failed;
}

/* One configuration, of exactly the length it declares. */
static bool parse_config(Reader *r, DeviceInterfaces *d)
{
        Reader head = *r, config, body;
        const uint8_t *bytes;
        uint16_t total;
        uint8_t type;

        if (!take_descriptor(&head, &type, &body) || type != DESCRIPTOR_CONFIG ||
            body.size < CONFIG_SIZE - 2)
                return false;
        total = reader_le16(&body);
        bytes = reader_take(r, total);
        if (!bytes || total < CONFIG_SIZE)
                return false;
        config = reader(bytes, total);
        while (reader_left(&config) > 0) {
                if (!take_descriptor(&config, &type, &body))
                        return false;
                if (type != DESCRIPTOR_INTERFACE)
                        continue;
                if (body.size < INTERFACE_SIZE - 2)
                        return false;
                add_interface(d, body);
        }
        return true;
}

int device_interfaces_parse(const void *blob, size_t size, DeviceInterfaces *ret)
{
        Reader r = reader(blob, size), body;
        DeviceInterfaces d = {0};
        uint8_t type;

        if (!take_descriptor(&r, &type, &body) || type != DESCRIPTOR_DEVICE ||
            body.size < DEVICE_SIZE - 2)
                return -EBADMSG;
        while (reader_left(&r) > 0)
                if (!parse_config(&r, &d))
                        return -EBADMSG;
        *ret = d;
        return 0;
}

bool device_is_gated(const DeviceInterfaces *d)
{
        for (size_t i = 0; i < d->n; i++)
                if (device_class_of(&d->list[i]) != DEVICE_CLASS_FREE)
                        return true;
        return d->overflow;
}

bool device_has_storage(const DeviceInterfaces *d)
{
        for (size_t i = 0; i < d->n; i++)
                if (device_class_of(&d->list[i]) == DEVICE_CLASS_STORAGE)
                        return true;
        return false;
}

/* Alternate settings (Bulk-Only and UAS on interface 0) are one interface. */
bool device_is_plain_storage(const DeviceInterfaces *d)
{
        for (size_t i = 0; i < d->n; i++)
                if (device_class_of(&d->list[i]) != DEVICE_CLASS_STORAGE ||
                    d->list[i].number != d->list[0].number)
                        return false;
        return d->n > 0 && !d->overflow;
}
