/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whitelist files of any bytes whose digest fits: every entry that stands in one is found. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/whitelist.h"

typedef struct Input {
        const uint8_t *data;
        size_t size;
} Input;

static int read_input(void *userdata, uint64_t offset, void *ret, size_t n)
{
        const Input *in = userdata;

        if (offset > in->size || n > in->size - offset)
                return -ENODATA;
        memcpy(ret, in->data + offset, n);
        return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Input in = {.data = data, .size = size};
        uint8_t digest[DIGEST_SIZE] = {0};
        WhitelistEntry e, found;
        Whitelist w;
        int r;

        HOLDS(whitelist_open(&w, read_input, &in, size, digest) != 0);
        HOLDS(digest_compute(data, size, digest) == 0);
        r = whitelist_open(&w, read_input, &in, size, digest);
        HOLDS(r >= 0);
        if (r != 0)
                return 0;
        for (uint64_t i = 0; i < w.count; i++) {
                HOLDS(whitelist_get(&w, i, &e) == 0);
                HOLDS(whitelist_find(&w, e.identity, &found) == 1);
                HOLDS(memcmp(e.identity, found.identity, DIGEST_SIZE) == 0);
                e.identity[DIGEST_SIZE - 1] ^= 0xff;
                HOLDS(whitelist_find(&w, e.identity, &found) >= 0);
        }
        HOLDS(whitelist_get(&w, w.count, &e) == -ENOENT);
        return 0;
}
