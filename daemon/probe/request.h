/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the probe child is asked: a fixed size, little endian. */
#pragma once

#include "daemon/probe/wire.h"

#define PROBE_REQUEST_SIZE (4 + 4 + PROBE_COPY_SIZE)

typedef enum ProbeMode { PROBE_READ, PROBE_WRITE, PROBE_LAYOUT, PROBE_MODE_MAX_ } ProbeMode;

typedef struct ProbeRequest {
        uint8_t mode; /* ProbeMode */
        uint8_t interface;
        uint8_t first_copy;             /* 0 or 1: which is written first */
        uint8_t label[PROBE_COPY_SIZE]; /* to write */
} ProbeRequest;

static inline void probe_request_encode(const ProbeRequest *q, uint8_t ret[PROBE_REQUEST_SIZE])
{
        Writer w = writer(ret, PROBE_REQUEST_SIZE);

        writer_le32(&w, PROBE_MAGIC);
        writer_u8(&w, q->mode);
        writer_u8(&w, q->interface);
        writer_u8(&w, q->first_copy);
        writer_u8(&w, 0);
        writer_bytes(&w, q->label, sizeof(q->label));
}

static inline int probe_request_decode(const uint8_t bytes[PROBE_REQUEST_SIZE], ProbeRequest *ret)
{
        Reader r = reader(bytes, PROBE_REQUEST_SIZE);

        if (reader_le32(&r) != PROBE_MAGIC)
                return -EBADMSG;
        ret->mode = reader_u8(&r);
        ret->interface = reader_u8(&r);
        ret->first_copy = reader_u8(&r);
        reader_skip(&r, 1);
        reader_bytes(&r, ret->label, sizeof(ret->label));
        return r.failed || ret->mode >= PROBE_MODE_MAX_ || ret->first_copy > 1 ? -EBADMSG : 0;
}
