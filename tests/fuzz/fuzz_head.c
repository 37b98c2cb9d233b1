/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heads of any bytes, texts that are signed as heads, and records that may name a key. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/head.h"
#include "policy/note.h"

/* What verifies can be made again, byte for byte, by who has the key. */
static void verify(const char *note, size_t size)
{
        const PrivateKey *key = fuzz_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *again = NULL;
        size_t n;
        Head h;

        if (head_verify(note, size, &h) != 0)
                return;
        HOLDS(h.kind > HEAD_NONE && h.kind < HEAD_MAX_ && h.key.purpose == PURPOSE_LEDGER);
        HOLDS((memmem(note, size, "\n" HEAD_HASH "sm3\n", 10) != NULL) ==
              (h.chain.hash == HASH_SM3));
        if (memcmp(h.key.id, private_key_public(key)->id, KEY_ID_SIZE) != 0)
                return;
        HOLDS(head_sign(&h, key, &again, &n) == 0);
        HOLDS(n == size && memcmp(again, note, n) == 0);
}

static void sign_it(const char *text, size_t size)
{
        _cleanup_(freep) char *note = NULL;
        size_t n;

        if (note_sign(text, size, fuzz_key(PURPOSE_LEDGER), &note, &n) == 0)
                verify(note, n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *)data;
        PublicKey key;

        verify(text, size);
        sign_it(text, size);
        if (head_key_named(text, size, &key))
                HOLDS(key.raw_size == algorithm_raw_size(key.algorithm));
        return 0;
}
