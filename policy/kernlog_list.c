/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The devices that kernel messages name, each by all that is told of it. */
#include <string.h>

#include "policy/kernlog_internal.h"

#define TOLD_ALL (unsigned)(KERNLOG_SERIAL | KERNLOG_INQUIRY | KERNLOG_CAPACITY)

void kernlog_each(Kernlog *k)
{
        k->each = true;
}

size_t kernlog_count(const Kernlog *k)
{
        return k->n;
}

const KernlogDevice *kernlog_device(const Kernlog *k, size_t i)
{
        return &k->devices[i];
}

static bool same_identity(const Identity *a, const Identity *b)
{
        return a->vid == b->vid && a->pid == b->pid && a->capacity == b->capacity &&
               a->serial_size == b->serial_size && !memcmp(a->serial, b->serial, a->serial_size) &&
               !memcmp(a->scsi_vendor, b->scsi_vendor, sizeof(a->scsi_vendor)) &&
               !memcmp(a->scsi_product, b->scsi_product, sizeof(a->scsi_product));
}

static bool same_device(const KernlogDevice *a, const KernlogDevice *b)
{
        return a->told == b->told && same_identity(&a->identity, &b->identity);
}

static int make_room(Kernlog *k)
{
        size_t room = k->room ? 2 * k->room : 16;
        KernlogDevice *devices;

        if (k->n < k->room)
                return 0;
        if (k->n >= (k->each ? KERNLOG_PLUGS_MAX : KERNLOG_DEVICES_MAX))
                return -E2BIG;
        devices = reallocarray(k->devices, room, sizeof(*devices));
        if (!devices)
                return -ENOMEM;
        k->devices = devices;
        k->room = room;
        return 0;
}

static void merge(KernlogDevice *to, const KernlogDevice *d)
{
        if (d->last >= to->last) {
                to->gone = d->gone;
                memcpy(to->port, d->port, sizeof(to->port));
        }
        to->first = MIN(to->first, d->first);
        to->last = MAX(to->last, d->last);
        to->count += d->count;
        to->size = d->size ? d->size : to->size;
}

int kernlog_list(Kernlog *k, const KernlogDevice *d)
{
        int r;

        for (size_t i = 0; i < k->n && !k->each; i++)
                if (same_device(&k->devices[i], d)) {
                        merge(&k->devices[i], d);
                        return 0;
                }
        r = make_room(k);
        if (r == 0)
                k->devices[k->n++] = *d;
        return r;
}

int kernlog_identity(const KernlogDevice *d, Identity *ret)
{
        if (!(d->told & KERNLOG_SERIAL))
                return KERNLOG_E_SERIAL;
        if (!(d->told & KERNLOG_INQUIRY))
                return KERNLOG_E_INQUIRY;
        if (!(d->told & KERNLOG_CAPACITY))
                return KERNLOG_E_CAPACITY;
        *ret = d->identity;
        return 0;
}

/* What is told of `part`, by its serial number at least, is so of `d` too. */
static bool may_be(const KernlogDevice *part, const KernlogDevice *d)
{
        Identity i = d->identity;

        if (d->told != TOLD_ALL || !(part->told & KERNLOG_SERIAL) || !part->serial[0])
                return false;
        if (!(part->told & KERNLOG_INQUIRY)) {
                memset(i.scsi_vendor, 0, sizeof(i.scsi_vendor));
                memset(i.scsi_product, 0, sizeof(i.scsi_product));
        }
        if (!(part->told & KERNLOG_CAPACITY))
                i.capacity = 0;
        return same_identity(&part->identity, &i);
}

/* A plug that the log has only in part counts with the one drive it may have been. */
static void join_parts(Kernlog *k)
{
        size_t kept = 0;

        for (size_t i = 0; i < k->n; i++) {
                KernlogDevice *whole = NULL, *d = &k->devices[i];
                size_t found = 0;

                for (size_t j = 0; d->told != TOLD_ALL && j < k->n; j++)
                        if (j != i && may_be(d, &k->devices[j])) {
                                whole = &k->devices[j];
                                found++;
                        }
                if (found == 1) {
                        merge(whole, d);
                        d->count = 0;
                }
        }
        for (size_t i = 0; i < k->n; i++)
                if (k->devices[i].count)
                        k->devices[kept++] = k->devices[i];
        k->n = kept;
}

static int by_first(const void *a, const void *b)
{
        const KernlogDevice *x = a, *y = b;
        int r = (x->first > y->first) - (x->first < y->first);

        if (r == 0)
                r = strcmp(x->vid, y->vid);
        if (r == 0)
                r = strcmp(x->pid, y->pid);
        if (r == 0)
                r = strcmp(x->serial, y->serial);
        return r ? r : (x->size > y->size) - (x->size < y->size);
}

int kernlog_end(Kernlog *k)
{
        int r = kernlog_end_ports(k);

        if (r < 0)
                return r;
        if (!k->each)
                join_parts(k);
        if (k->n)
                qsort(k->devices, k->n, sizeof(*k->devices), by_first);
        return 0;
}
