/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key lists and host credentials of any text, signed by the right key. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/authority.h"
#include "policy/note.h"

static void load_keys(const char *note, size_t size)
{
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        Authority a;
        size_t n;

        if (authority_load(note, size, &a, &error) != 0) {
                HOLDS(error.message[0]);
                return;
        }
        HOLDS(a.threshold >= 1 && a.ring.n >= 1 && a.version >= 1 && a.name[0]);
        HOLDS(authority_format(&a, &text, &n) == 0);
}

static void load_host(const char *note, size_t size)
{
        _cleanup_(freep) char *text = NULL, *again = NULL;
        Authority a = {.threshold = 1, .ring = *fuzz_ring()};
        TextError error = {0};
        Host h, back;
        size_t n;

        if (host_load(note, size, &a, 1, &h, &error) != 0) {
                HOLDS(error.message[0]);
                return;
        }
        HOLDS(h.zone != ZONE_NONE && zone_level_valid(h.zone, h.level));
        HOLDS(host_format(&h, &text, &n) == 0);
        HOLDS(note_sign(text, n, fuzz_key(PURPOSE_HOST), &again, &n) == 0);
        HOLDS(host_load(again, n, &a, 1, &back, &error) == 0);
        HOLDS(memcmp(&h, &back, sizeof(h)) == 0);
}

static void load_request(const char *note, size_t size)
{
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t n;
        Host h;

        if (request_load(note, size, &h, &error) == 0)
                HOLDS(request_format(&h, &text, &n) == 0);
        else
                HOLDS(error.message[0]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(freep) char *keys = NULL, *host = NULL;
        size_t n;

        load_keys((const char *)data, size);
        load_request((const char *)data, size);
        if (note_sign((const char *)data, size, fuzz_key(PURPOSE_ROOT), &keys, &n) == 0)
                load_keys(keys, n);
        if (note_sign((const char *)data, size, fuzz_key(PURPOSE_HOST), &host, &n) == 0)
                load_host(host, n);
        return 0;
}
