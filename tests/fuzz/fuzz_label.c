/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Label areas of any bytes: unsigned ones are never genuine, signed ones read back as written. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/label.h"

static void read_raw(const uint8_t area[LABEL_AREA_SIZE])
{
        LabelArea a;

        label_area_read(area, fuzz_ring(), &a);
        HOLDS(a.reason != REASON_OK && a.reason != REASON_INTERNAL_ERROR);
        HOLDS(a.reason != REASON_LABEL_ONE_SIGNATURE);
}

/* A genuine signature over bytes that may be anything behind the head. */
static void read_signed(uint8_t copy[LABEL_SIZE])
{
        static const uint8_t head[] = {'U', 'Z', 'L', 'A', 'B', 'E', 'L', '1', 1, 0, 1, 1};
        const PrivateKey *key = fuzz_key(PURPOSE_LABEL);
        uint8_t again[LABEL_SIZE];
        Label label;
        Reason reason;

        memcpy(copy, head, sizeof(head));
        memcpy(copy + LABEL_KEY_ID_OFFSET, private_key_public(key)->id, KEY_ID_SIZE);
        memset(copy + LABEL_SIGNED_SIZE, 0, LABEL_SIZE - LABEL_SIGNED_SIZE);
        HOLDS(label_sign(copy, 0, key) == 0);
        reason = label_read(copy, fuzz_ring(), &label);
        HOLDS(reason == REASON_OK || reason == REASON_LABEL_MALFORMED);
        if (reason == REASON_OK) {
                HOLDS(label_encode(&label, again) == 0);
                HOLDS(memcmp(again, copy, LABEL_SIGNED_SIZE) == 0);
        }
}

/* The same, waiting for a second key: never good. */
static void read_half(uint8_t copy[LABEL_SIZE])
{
        const PrivateKey *key = fuzz_key(PURPOSE_LABEL);
        LabelSignature list[LABEL_SIGNATURES_MAX];
        Label label;
        Reason reason;

        copy[11] = 2;
        memset(copy + LABEL_KEY_ID_OFFSET + KEY_ID_SIZE, 0x5a, KEY_ID_SIZE);
        HOLDS(label_sign(copy, 0, key) == 0);
        reason = label_read(copy, fuzz_ring(), &label);
        HOLDS(reason == REASON_LABEL_ONE_SIGNATURE || reason == REASON_LABEL_MALFORMED);
        HOLDS(label_signatures(copy, fuzz_ring(), list) == 2);
        HOLDS(list[0].reason == REASON_OK && list[1].reason == REASON_LABEL_ONE_SIGNATURE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        uint8_t area[LABEL_AREA_SIZE] = {0};

        if (size > 0)
                memcpy(area, data, MIN(size, sizeof(area)));
        read_raw(area);
        read_signed(area);
        read_half(area);
        return 0;
}
