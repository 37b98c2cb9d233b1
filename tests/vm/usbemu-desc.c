/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors of the emulated USB device. */
#include "usbemu.h"

#include <errno.h>
#include <string.h>

static const uint8_t hid_report[] = {
        0x05, 0x01, 0x09, 0x06, 0xa1, 0x01, 0x05, 0x07, 0x19, 0xe0, 0x29, 0xe7, 0x15, 0x00, 0x25,
        0x01, 0x75, 0x01, 0x95, 0x08, 0x81, 0x02, 0x95, 0x01, 0x75, 0x08, 0x81, 0x03, 0x95, 0x06,
        0x75, 0x08, 0x15, 0x00, 0x25, 0x65, 0x05, 0x07, 0x19, 0x00, 0x29, 0x65, 0x81, 0x00, 0xc0,
};

typedef struct Out {
        uint8_t *buf;
        size_t len, cap;
} Out;

static void put(Out *o, const uint8_t *bytes, size_t len)
{
        if (o->len + len <= o->cap)
                memcpy(o->buf + o->len, bytes, len);
        o->len += len;
}

#define PUT(o, ...) put((o), (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

const uint8_t *desc_hid_report(size_t *ret_len)
{
        *ret_len = sizeof(hid_report);
        return hid_report;
}

bool desc_is_storage(const Iface *i)
{
        return i->class == 8 && i->protocol == 0x50;
}

unsigned desc_n_ifaces(const Emu *e)
{
        return e->n_ifaces + (e->resets > 0 ? e->n_reset_ifaces : 0);
}

static void put_endpoint(Out *o, uint8_t address, uint8_t attributes, unsigned packet)
{
        PUT(o, 7, 5, address, attributes, (uint8_t)packet, (uint8_t)(packet >> 8),
            attributes == 3 ? 4 : 0);
}

static void put_alternate(Out *o, const Emu *e, unsigned n, unsigned alt)
{
        const Iface *i = &e->ifaces[n];
        unsigned bulk = e->speed == 3 ? 512 : 64;
        bool hid = i->class == 3, uas = i->class == 8 && i->protocol == 0x62;
        uint8_t count = hid ? 1 : uas ? 4 : 2;

        if (alt == 0)
                PUT(o, 9, 4, (uint8_t)n, 0, count, i->class, i->subclass, i->protocol, 0);
        else
                PUT(o, 9, 4, (uint8_t)n, (uint8_t)alt, 0, 0xff, (uint8_t)alt, 0xff, 0);
        if (alt > 0)
                return;
        if (hid)
                PUT(o, 9, 0x21, 0x11, 0x01, 0, 1, 0x22, sizeof(hid_report), 0);
        for (uint8_t k = 0; k < count; k++) {
                put_endpoint(o, (uint8_t)(i->ep + k / 2) | (k % 2 == 0 ? 0x80 : 0), hid ? 3 : 2,
                             hid ? 8 : bulk);
                if (uas)
                        PUT(o, 4, 0x24, (uint8_t)(k == 0 ? 2 : k == 1 ? 1 : k + 1), 0);
        }
}

static void put_config(Out *o, const Emu *e)
{
        unsigned n_ifaces = desc_n_ifaces(e);

        PUT(o, 9, 2, 0, 0, (uint8_t)n_ifaces, 1, 0, 0x80, 50);
        for (unsigned n = 0; n < n_ifaces; n++) {
                for (unsigned alt = 0; alt <= e->ifaces[n].alts; alt++)
                        put_alternate(o, e, n, alt);
                if (e->ifaces[n].odd)
                        PUT(o, 2, 0xff);
        }
        o->buf[2] = (uint8_t)o->len;
        o->buf[3] = (uint8_t)(o->len >> 8);
}

static void put_device(Out *o, const Emu *e)
{
        uint16_t pid = e->resets > 0 && e->reset_pid ? e->reset_pid : e->pid;

        PUT(o, 18, 1, 0x00, 0x02, e->device_class[0], e->device_class[1], e->device_class[2], 64,
            (uint8_t)e->vid, (uint8_t)(e->vid >> 8), (uint8_t)pid, (uint8_t)(pid >> 8),
            (uint8_t)e->bcd, (uint8_t)(e->bcd >> 8), e->manufacturer.absent ? 0 : 1,
            e->product.absent ? 0 : 2, e->serial.absent ? 0 : 3, 1);
}

static int put_string(Out *o, const Emu *e, uint8_t index)
{
        const Text *texts[] = {NULL, &e->manufacturer, &e->product, &e->serial};

        if (index == 0) {
                PUT(o, 4, 3, 0x09, 0x04);
                return 0;
        }
        if (index > 3 || texts[index]->absent)
                return -ENOENT;
        PUT(o, (uint8_t)(2 + texts[index]->len), 3);
        put(o, texts[index]->bytes, texts[index]->len);
        return 0;
}

int desc_get(const Emu *e, uint8_t type, uint8_t index, uint8_t *buf, size_t cap, size_t *ret_len)
{
        Out o = {.buf = buf, .cap = cap};

        switch (type) {
        case 1:
                put_device(&o, e);
                break;
        case 2:
                put_config(&o, e);
                break;
        case 3:
                if (put_string(&o, e, index) < 0)
                        return -ENOENT;
                break;
        default:
                return -ENOENT;
        }
        *ret_len = o.len < o.cap ? o.len : o.cap;
        return 0;
}
