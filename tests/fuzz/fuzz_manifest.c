/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that claim to be export packages; and manifests signed by the key that stands in them. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/manifest.h"
#include "policy/note.h"

/* What verifies can be made again, byte for byte. */
static void make_again(const Manifest *m, const char *note, size_t size)
{
        const PublicKey *key = private_key_public(fuzz_key(PURPOSE_LEDGER));
        _cleanup_(freep) char *again = NULL;
        uint64_t sum;
        size_t n;

        HOLDS(m->last.seq > m->before.seq && m->n_keys > 0);
        HOLDS(manifest_parts_size(m, &sum) == 0);
        if (m->keys[0].raw_size != key->raw_size || memcmp(m->keys[0].raw, key->raw, 32) != 0)
                return;
        HOLDS(manifest_sign(m, fuzz_key(PURPOSE_LEDGER), &again, &n) == 0);
        HOLDS(n == size && memcmp(again, note, n) == 0);
}

/* The input as the text of a manifest. */
static void sign_it(const uint8_t *data, size_t size)
{
        _cleanup_(freep) char *note = NULL, *file = NULL;
        Manifest m;
        TextError error;
        size_t n, end;

        if (note_sign((const char *)data, size, fuzz_key(PURPOSE_LEDGER), &note, &n) != 0)
                return;
        if (manifest_verify(note, n, &m, &error) != 0)
                return;
        make_again(&m, note, n);
        file = malloc(n + 1);
        HOLDS(file != NULL);
        memcpy(file, note, n);
        file[n] = '\n';
        HOLDS(manifest_split(file, n + 1, &end) == 0 && end == n);
        HOLDS(manifest_split(file, n, &end) == -EBADMSG);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *text = (const char *)data;
        Manifest m;
        TextError error;
        size_t n;

        if (manifest_split(text, size, &n) == 0) {
                HOLDS(n < size && text[n] == '\n');
                if (manifest_verify(text, n, &m, &error) == 0)
                        make_again(&m, text, n);
        }
        sign_it(data, size);
        return 0;
}
