/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows each port through the messages of usbcore, usb-storage and sd. */
#include "policy/kernlog.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/kernlog_internal.h"

#define NO_HOST UINT64_MAX
#define LINE_BYTES 512u
#define PROBE_SECONDS 10 /* from the device to its host, the loading of a driver included */

/* Where the columns of an INQUIRY line begin; the whole of it up to " PQ: ". */
#define INQUIRY_VENDOR 18u
#define INQUIRY_PRODUCT (INQUIRY_VENDOR + SCSI_VENDOR_SIZE + 1u)
#define INQUIRY_REVISION (INQUIRY_PRODUCT + SCSI_PRODUCT_SIZE + 1u)
#define INQUIRY_WIDTH (INQUIRY_REVISION + 4u)

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

static Port *find_port(Kernlog *k, const char *name)
{
        for (size_t i = 0; i < KERNLOG_PORTS_MAX; i++)
                if (strcmp(k->ports[i].name, name) == 0)
                        return &k->ports[i];
        return NULL;
}

/* What was plugged in there is gone, or was read to its end. */
static int end_port(Kernlog *k, Port *p)
{
        int r = p->storage ? kernlog_list(k, &p->device) : 0;

        *p = (Port){.host = NO_HOST};
        return r;
}

/* The oldest port gives way: a log that names endless ports must not grow us. */
static int take_port(Kernlog *k, const char *name, Port **ret)
{
        Port *p = find_port(k, name);
        int r;

        if (!p) {
                p = &k->ports[k->next];
                k->next = (k->next + 1) % KERNLOG_PORTS_MAX;
        }
        r = end_port(k, p);
        (void)snprintf(p->name, sizeof(p->name), "%s", name);
        (void)snprintf(p->device.port, sizeof(p->device.port), "%s", name);
        *ret = p;
        return r;
}

/* It is storage: it will be listed, as of now. */
static void mark_storage(Port *p, int64_t time)
{
        if (p->storage || !p->device.vid[0])
                return;
        p->storage = true;
        p->device.first = p->device.last = time;
        p->device.count = 1;
}

/* Another medium, or other answers, in the same port: another drive from now on. */
static int begin_again(Kernlog *k, Port *p, unsigned keep, int64_t time)
{
        int r;

        p->device.gone = time;
        r = kernlog_list(k, &p->device);
        p->device.gone = 0;
        p->device.told &= keep;
        p->device.identity.capacity = p->device.size = 0;
        p->device.first = p->device.last = time;
        return r;
}

/* "idVendor=0951, idProduct=1666, ..." */
static void read_ids(Port *p, const char *text)
{
        char vid[5], pid[5];
        uint8_t v[2], d[2];

        if (sscanf(text, "idVendor=%4[0-9a-fA-F], idProduct=%4[0-9a-fA-F]", vid, pid) != 2 ||
            text_unhex(vid, v, 2) < 0 || text_unhex(pid, d, 2) < 0)
                return;
        p->device.identity.vid = (uint16_t)(v[0] << 8 | v[1]);
        p->device.identity.pid = (uint16_t)(d[0] << 8 | d[1]);
        memcpy(p->device.vid, vid, sizeof(vid));
        memcpy(p->device.pid, pid, sizeof(pid));
}

static const char *after(const char *text, const char *prefix)
{
        size_t n = strlen(prefix);

        return strncmp(text, prefix, n) == 0 ? text + n : NULL;
}

/* Log writers put "#033" or "\\x1b" for a byte that is not text; the bytes themselves look no
 * different. */
static bool may_be_escaped(const char *text)
{
        for (; *text; text++)
                if ((text[0] == '\\' && text[1] == 'x') ||
                    (text[0] == '#' && strspn(text + 1, "01234567") >= 3))
                        return true;
        return false;
}

/* `whole`: the line is all there. */
static void read_serial(KernlogDevice *d, const char *text, bool whole)
{
        size_t n = strlen(text);

        text_escape(text, n, d->serial, KERNLOG_TEXT_MAX);
        d->identity.serial_size = MIN(n, (size_t)USB_STRING_MAX);
        memcpy(d->identity.serial, text, d->identity.serial_size);
        if (whole && !may_be_escaped(text))
                d->told |= KERNLOG_SERIAL;
}

/* "Mfr=1, Product=2, SerialNumber=0": there is none. */
static void read_strings(KernlogDevice *d, const char *text)
{
        const char *serial = strstr(text, ", SerialNumber=");

        if (serial && !strcmp(serial, ", SerialNumber=0"))
                d->told |= KERNLOG_SERIAL;
}

static int read_usb(Kernlog *k, const char *name, const char *text, bool whole, int64_t time)
{
        const char *value = after(text, "New USB device found, ");
        Port *p;
        int r;

        if (value) {
                r = take_port(k, name, &p);
                p->found = time;
                read_ids(p, value);
                k->newest = p;
                return r;
        }
        p = find_port(k, name);
        if (!p)
                return 0;
        if (after(text, "USB disconnect")) {
                p->device.gone = time;
                return end_port(k, p);
        }
        if ((value = after(text, "Product: ")))
                text_escape(value, strlen(value), p->device.product, KERNLOG_TEXT_MAX);
        else if ((value = after(text, "Manufacturer: ")))
                text_escape(value, strlen(value), p->device.manufacturer, KERNLOG_TEXT_MAX);
        else if ((value = after(text, "SerialNumber: ")))
                read_serial(&p->device, value, whole);
        else if ((value = after(text, "New USB device strings: ")))
                read_strings(&p->device, value);
        return 0;
}

/* "1-1.2:1.0" of an interface is port "1-1.2". */
static Port *port_of_interface(Kernlog *k, const char *text)
{
        char name[KERNLOG_PORT_MAX];

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

        if (!p || !p->name[0] || p->storage || time < p->found)
                return NULL;
        return (uint64_t)time - (uint64_t)p->found <= PROBE_SECONDS ? p : NULL;
}

static Port *port_of_host(Kernlog *k, uint64_t host)
{
        for (size_t i = 0; host != NO_HOST && i < KERNLOG_PORTS_MAX; i++)
                if (k->ports[i].storage && k->ports[i].host == host)
                        return &k->ports[i];
        return NULL;
}

/* "6: usb-storage 1-1.2:1.0"; "6 : usb-storage 1-1.2:1.0" before Linux 3.19; "6: uas"; "6 : SCSI
 * emulation for USB Mass Storage devices" before Linux 2.6.37 */
static void read_host(Kernlog *k, const char *text, int64_t time)
{
        const char *what = strchr(text, ':'), *storage;
        uint64_t host = leading_number(text);
        Port *p = NULL, *old;

        if (!what || host == NO_HOST || what[1] != ' ')
                return;
        what += 2;
        storage = after(what, "usb-storage ");
        if (storage)
                p = port_of_interface(k, storage);
        else if (!strcmp(what, "uas") || after(what, "SCSI emulation for USB Mass Storage"))
                p = newest_port(k, time);
        old = port_of_host(k, host);
        if (old)
                old->host = NO_HOST; /* the number is another's now, of whatever kind */
        if (!p)
                return;
        p->host = host;
        mark_storage(p, time);
}

/* "6:0:0:0: TEXT": the first unit of a drive; of others only `ret_first` tells. */
static const char *unit_text(Kernlog *k, const char *text, Port **ret, bool *ret_first)
{
        const char *rest = text + strspn(text, "0123456789");

        *ret = port_of_host(k, leading_number(text));
        *ret_first = after(rest, ":0:0:0: ");
        rest = strstr(rest, ": ");
        return *ret && rest ? rest + 2 : NULL;
}

/* "Direct-Access     Kingston DataTraveler 3.0      PQ: 0 ANSI: 6": type, vendor, product and
 * revision, 17, 8, 16 and 4 characters wide (drivers/scsi/scsi_scan.c). Anything else can be
 * divided in more than one way. */
static int read_inquiry(Kernlog *k, const char *line, int64_t time)
{
        const char *vendor, *product, *text;
        bool first;
        Port *p;
        int r = 0;

        text = unit_text(k, line, &p, &first);
        if (!text || !first || !after(text, "Direct-Access") || strlen(text) < INQUIRY_WIDTH ||
            !after(text + INQUIRY_WIDTH, " PQ: ") || text[INQUIRY_VENDOR - 1] != ' ' ||
            text[INQUIRY_PRODUCT - 1] != ' ' || text[INQUIRY_REVISION - 1] != ' ')
                return 0;
        vendor = text + INQUIRY_VENDOR;
        product = text + INQUIRY_PRODUCT;
        if (p->device.told & KERNLOG_INQUIRY &&
            (memcmp(p->device.identity.scsi_vendor, vendor, SCSI_VENDOR_SIZE) != 0 ||
             memcmp(p->device.identity.scsi_product, product, SCSI_PRODUCT_SIZE) != 0))
                r = begin_again(k, p, KERNLOG_SERIAL, time);
        memcpy(p->device.identity.scsi_vendor, vendor, SCSI_VENDOR_SIZE);
        memcpy(p->device.identity.scsi_product, product, SCSI_PRODUCT_SIZE);
        p->device.told |= KERNLOG_INQUIRY;
        return r;
}

/* Bytes of the drive and, where the kernel takes one block less than it was told, bytes told. */
static int take_size(Kernlog *k, Port *p, uint64_t size, uint64_t told, int64_t time)
{
        int r = 0;

        if (p->device.told & KERNLOG_CAPACITY && p->device.identity.capacity != told)
                r = begin_again(k, p, KERNLOG_SERIAL | KERNLOG_INQUIRY, time);
        p->device.size = size;
        p->device.identity.capacity = told;
        p->device.told |= KERNLOG_CAPACITY;
        return r;
}

/* "6:0:0:0: [sdb] 60437492 512-byte logical blocks: (30.9 GB/28.8 GiB)", and before it for a drive
 * that counts wrong "[sdb] Adjusting the sector count from its reported value: 60437493" */
static int read_disk(Kernlog *k, const char *line, int64_t time)
{
        const char *count, *size, *reported;
        uint64_t blocks, block;
        bool first;
        Port *p;

        count = unit_text(k, line, &p, &first);
        count = count ? strstr(count, "] ") : NULL;
        if (!count)
                return 0;
        count += 2;
        reported = after(count, "Adjusting the sector count from its reported value: ");
        if (reported && first)
                p->reported = leading_number(reported);
        size = strchr(count, ' ');
        if (!size ||
            (!strstr(size, "-byte logical blocks") && !strstr(size, "-byte hardware sectors")))
                return 0;
        blocks = leading_number(count);
        block = leading_number(size + 1);
        if (blocks == NO_HOST || blocks == 0 || block > 65536 || blocks > UINT64_MAX / 131072)
                return 0;
        if (first)
                return take_size(k, p, blocks * block,
                                 (blocks + (p->reported == blocks + 1)) * block, time);
        if (!(p->device.told & KERNLOG_CAPACITY))
                p->device.size = blocks * block;
        return 0;
}

/* A computer that starts has no device of before. */
int kernlog_end_ports(Kernlog *k)
{
        int r = 0;

        for (size_t i = 0; i < KERNLOG_PORTS_MAX && r == 0; i++)
                r = end_port(k, &k->ports[i]);
        k->newest = NULL;
        return r;
}

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* Behind "scsi": " host6: ..." or "6 : ..." of a host, " 6:0:0:0: ..." of a unit. */
static int read_scsi(Kernlog *k, const char *text, int64_t time)
{
        const char *host = after(text, " host");

        if (!host && text[0] == ' ' && is_digit(text[1]))
                return read_inquiry(k, text + 1, time);
        if (!host)
                host = text;
        if (is_digit(*host))
                read_host(k, host, time);
        return 0;
}

int kernlog_line(Kernlog *k, const char *line, size_t size, int64_t time)
{
        char copy[LINE_BYTES], name[KERNLOG_PORT_MAX];
        bool whole = size < sizeof(copy);
        const char *text;
        Port *p;

        size = MIN(size, sizeof(copy) - 1);
        memcpy(copy, line, size);
        copy[size] = '\0';
        text = after(copy, "usb ");
        if (text && sscanf(text, "%31[0-9.-]", name) == 1 && after(text + strlen(name), ": "))
                return read_usb(k, name, text + strlen(name) + 2, whole, time);
        text = after(copy, "usb-storage ");
        if (!text)
                text = after(copy, "uas ");
        p = text ? port_of_interface(k, text) : NULL;
        if (p)
                mark_storage(p, time);
        text = after(copy, "scsi");
        if (text)
                return read_scsi(k, text, time);
        text = after(copy, "sd ");
        if (text)
                return read_disk(k, text, time);
        return after(copy, "Linux version ") ? kernlog_end_ports(k) : 0;
}
