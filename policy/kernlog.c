/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows each port through the messages of usbcore, usb-storage and sd. */
#include "policy/kernlog.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define PORT_MAX 32u
#define NO_HOST UINT64_MAX
#define PROBE_SECONDS 10 /* from the device to its host, the loading of a driver included */

typedef struct Port {
        char name[PORT_MAX]; /* "1-1.2"; "" = free */
        KernlogDevice device;
        int64_t found;
        uint64_t host; /* of scsi */
        size_t listed; /* its entry + 1; 0 = not known to be storage */
} Port;

struct Kernlog {
        Port ports[KERNLOG_PORTS_MAX];
        size_t next, n, room;
        Port *newest; /* named last as a device */
        KernlogDevice *devices;
};

int kernlog_new(Kernlog **ret)
{
        Kernlog *k = calloc(1, sizeof(*k));

        if (!k)
                return -ENOMEM;
        *ret = k;
        return 0;
}

Kernlog *kernlog_free(Kernlog *k)
{
        if (k)
                free(k->devices);
        free(k);
        return NULL;
}

size_t kernlog_count(const Kernlog *k)
{
        return k->n;
}

const KernlogDevice *kernlog_device(const Kernlog *k, size_t i)
{
        return &k->devices[i];
}

static Port *find_port(Kernlog *k, const char *name)
{
        for (size_t i = 0; i < KERNLOG_PORTS_MAX; i++)
                if (strcmp(k->ports[i].name, name) == 0)
                        return &k->ports[i];
        return NULL;
}

/* The oldest port gives way: a log that names endless ports must not grow us. */
static Port *take_port(Kernlog *k, const char *name)
{
        Port *p = find_port(k, name);

        if (!p) {
                p = &k->ports[k->next];
                k->next = (k->next + 1) % KERNLOG_PORTS_MAX;
        }
        *p = (Port){.host = NO_HOST};
        (void)snprintf(p->name, sizeof(p->name), "%s", name);
        return p;
}

static bool same_device(const KernlogDevice *a, const KernlogDevice *b)
{
        return !strcmp(a->vid, b->vid) && !strcmp(a->pid, b->pid) && !strcmp(a->serial, b->serial);
}

static size_t find_device(const Kernlog *k, const KernlogDevice *d)
{
        for (size_t i = 0; i < k->n; i++)
                if (same_device(&k->devices[i], d))
                        return i;
        return k->n;
}

static int make_room(Kernlog *k)
{
        size_t room = k->room ? 2 * k->room : 16;
        KernlogDevice *devices;

        if (k->n < k->room)
                return 0;
        if (k->n >= KERNLOG_DEVICES_MAX)
                return -E2BIG;
        devices = reallocarray(k->devices, room, sizeof(*devices));
        if (!devices)
                return -ENOMEM;
        k->devices = devices;
        k->room = room;
        return 0;
}

/* It is storage: from now on it is listed. */
static int list_port(Kernlog *k, Port *p, int64_t time)
{
        size_t i = find_device(k, &p->device);
        int r;

        if (p->listed || !p->device.vid[0])
                return 0;
        if (i == k->n) {
                r = make_room(k);
                if (r < 0)
                        return r;
                k->devices[k->n] = p->device;
                k->devices[k->n++].first = time;
        }
        p->listed = i + 1;
        k->devices[i].first = MIN(k->devices[i].first, time);
        k->devices[i].last = MAX(k->devices[i].last, time);
        k->devices[i].count++;
        return 0;
}

/* "idVendor=0951, idProduct=1666, ..." */
static void read_ids(Port *p, const char *text)
{
        char vid[5], pid[5];
        uint8_t raw[2];

        if (sscanf(text, "idVendor=%4[0-9a-fA-F], idProduct=%4[0-9a-fA-F]", vid, pid) != 2 ||
            text_unhex(vid, raw, 2) < 0 || text_unhex(pid, raw, 2) < 0)
                return;
        memcpy(p->device.vid, vid, sizeof(vid));
        memcpy(p->device.pid, pid, sizeof(pid));
}

static const char *after(const char *text, const char *prefix)
{
        size_t n = strlen(prefix);

        return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

static void read_usb(Kernlog *k, const char *name, const char *text, int64_t time)
{
        const char *value;
        Port *p;

        value = after(text, "New USB device found, ");
        if (value) {
                p = take_port(k, name);
                p->found = time;
                read_ids(p, value);
                k->newest = p;
                return;
        }
        p = find_port(k, name);
        if (!p)
                return;
        if (after(text, "USB disconnect"))
                *p = (Port){.host = NO_HOST};
        else if ((value = after(text, "Product: ")))
                text_escape(value, strlen(value), p->device.product, KERNLOG_TEXT_MAX);
        else if ((value = after(text, "Manufacturer: ")))
                text_escape(value, strlen(value), p->device.manufacturer, KERNLOG_TEXT_MAX);
        else if ((value = after(text, "SerialNumber: ")))
                text_escape(value, strlen(value), p->device.serial, KERNLOG_TEXT_MAX);
}

/* "1-1.2:1.0" of an interface is port "1-1.2". */
static Port *port_of_interface(Kernlog *k, const char *text)
{
        char name[PORT_MAX];

        if (sscanf(text, "%31[0-9.-]:", name) != 1)
                return NULL;
        return find_port(k, name);
}

static uint64_t leading_number(const char *text)
{
        char digits[20];
        uint64_t n;

        if (sscanf(text, "%19[0-9]", digits) != 1 || text_u64(digits, NO_HOST - 1, &n) < 0)
                return NO_HOST;
        return n;
}

/* The line names no port: it is that of the device that came just before. */
static Port *newest_port(Kernlog *k, int64_t time)
{
        Port *p = k->newest;

        if (!p || !p->name[0] || p->listed || time < p->found)
                return NULL;
        return (uint64_t)time - (uint64_t)p->found <= PROBE_SECONDS ? p : NULL;
}

/* "6: usb-storage 1-1.2:1.0"; "6 : usb-storage 1-1.2:1.0" before Linux 3.19; "6: uas"; "6 : SCSI
 * emulation for USB Mass Storage devices" before Linux 2.6.37 */
static int read_host(Kernlog *k, const char *text, int64_t time)
{
        const char *what = strchr(text, ':'), *storage;
        uint64_t host = leading_number(text);
        Port *p = NULL;

        if (!what || host == NO_HOST || what[1] != ' ')
                return 0;
        what += 2;
        storage = after(what, "usb-storage ");
        if (storage)
                p = port_of_interface(k, storage);
        else if (!strcmp(what, "uas") || after(what, "SCSI emulation for USB Mass Storage"))
                p = newest_port(k, time);
        if (!p)
                return 0;
        p->host = host;
        return list_port(k, p, time);
}

/* "6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)" */
static void read_disk(Kernlog *k, const char *text)
{
        uint64_t host = leading_number(text), blocks, block;
        const char *count = strstr(text, "] ");
        const char *size = count ? strchr(count + 2, ' ') : NULL;

        if (!size ||
            (!strstr(size, "-byte logical blocks") && !strstr(size, "-byte hardware sectors")))
                return;
        blocks = leading_number(count + 2);
        block = leading_number(size + 1);
        if (host == NO_HOST || blocks == NO_HOST || block > 65536 || blocks > UINT64_MAX / 65536)
                return;
        for (size_t i = 0; i < KERNLOG_PORTS_MAX; i++)
                if (k->ports[i].name[0] && k->ports[i].host == host && k->ports[i].listed)
                        k->devices[k->ports[i].listed - 1].size = blocks * block;
}

int kernlog_line(Kernlog *k, const char *line, size_t size, int64_t time)
{
        char copy[512], name[PORT_MAX];
        const char *text;
        Port *p;

        size = MIN(size, sizeof(copy) - 1);
        memcpy(copy, line, size);
        copy[size] = '\0';
        text = after(copy, "usb ");
        if (text && sscanf(text, "%31[0-9.-]", name) == 1 && after(text + strlen(name), ": "))
                read_usb(k, name, text + strlen(name) + 2, time);
        text = after(copy, "usb-storage ");
        if (!text)
                text = after(copy, "uas ");
        p = text ? port_of_interface(k, text) : NULL;
        if (p)
                return list_port(k, p, time);
        text = after(copy, "scsi host");
        if (!text)
                text = after(copy, "scsi");
        if (text && *text >= '0' && *text <= '9')
                return read_host(k, text, time);
        text = after(copy, "sd ");
        if (text)
                read_disk(k, text);
        return 0;
}
