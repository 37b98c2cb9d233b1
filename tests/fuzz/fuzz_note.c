/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed text: no input verifies but what the keys have signed. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/note.h"

/* The input as text: signed, it verifies for its purpose and for no other. */
static void sign_it(const uint8_t *data, size_t size)
{
        _cleanup_(freep) char *note = NULL;
        size_t n, text_size;

        if (note_sign((const char *)data, size, fuzz_key(PURPOSE_HOST), &note, &n) != 0)
                return;
        HOLDS(note_verify(note, n, fuzz_ring(), PURPOSE_HOST, 1, 1, &text_size) == 0);
        HOLDS(text_size == size && memcmp(note, data, size) == 0);
        HOLDS(note_verify(note, n, fuzz_ring(), PURPOSE_POLICY, 1, 1, &text_size) > 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        size_t text_size = 0;
        int r;

        r = note_split((const char *)data, size, &text_size);
        if (r == 0)
                HOLDS(text_size < size && text_size > 0 && data[text_size - 1] == '\n' &&
                      data[text_size] == '\n');
        r = note_verify((const char *)data, size, fuzz_ring(), PURPOSE_POLICY, 1, 1, &text_size);
        HOLDS(r >= 0);
        /* The corpus holds one text that the policy key did sign. */
        if (r == 0)
                HOLDS(text_size == 17 && memcmp(data, "usbzone-signed 1", 16) == 0);
        sign_it(data, size);
        return 0;
}
