/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The identity digest of a drive. */
#include "policy/identity.h"

#include "lib/cursor.h"
#include "policy/label.h"

#define IDENTITY_TAG "usbzone-identity-1"
#define IDENTITY_BYTES_MAX 512u

static void put_field(Writer *w, const void *data, size_t n)
{
        writer_le32(w, (uint32_t)n);
        writer_bytes(w, data, n);
}

int identity_digest(const Identity *i, uint8_t ret[DIGEST_SIZE])
{
        uint8_t bytes[IDENTITY_BYTES_MAX];
        Writer w = writer(bytes, sizeof(bytes));

        if (i->serial_size > USB_STRING_MAX)
                return -EINVAL;
        writer_bytes(&w, IDENTITY_TAG, sizeof(IDENTITY_TAG) - 1);
        writer_le32(&w, sizeof(uint16_t));
        writer_le16(&w, i->vid);
        writer_le32(&w, sizeof(uint16_t));
        writer_le16(&w, i->pid);
        put_field(&w, i->serial, i->serial_size);
        put_field(&w, i->scsi_vendor, sizeof(i->scsi_vendor));
        put_field(&w, i->scsi_product, sizeof(i->scsi_product));
        writer_le32(&w, sizeof(uint64_t));
        writer_le64(&w, i->capacity);
        writer_le32(&w, sizeof(uint64_t));
        writer_le64(&w, LABEL_AREA_OFFSET);
        if (w.failed)
                return -EINVAL;
        return digest_compute(bytes, w.pos, ret);
}
