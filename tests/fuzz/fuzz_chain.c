/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ledger lines of any bytes, and bodies of any text made into lines. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "policy/chain.h"

static void check_lines(const char *data, size_t size)
{
        const char *last = "";
        size_t last_size = 0;
        Chain chain = {0};

        while (size > 0) {
                const char *end = memchr(data, '\n', size);
                size_t n = end ? (size_t)(end - data) + 1 : size;
                uint64_t seq = chain.seq;
                int r = chain_check_after(&chain, NULL, last, last_size, data, n);

                HOLDS(r >= 0 && chain.seq == seq + (r == 0 ? 1 : 0));
                HOLDS(end || r == CHAIN_E_TORN);
                HOLDS(r != CHAIN_E_HASH);
                if (r == 0) {
                        last = data;
                        last_size = n;
                }
                data += n;
                size -= n;
        }
}

/* What can be appended, checks, with a seal and without. */
static void append_body(const char *text, const MacKey *key, Hash as)
{
        static char line[CHAIN_LINE_MAX];
        Chain made = {.hash = as}, checked = {0};
        uint8_t mac[DIGEST_SIZE];
        size_t n, covered;
        Hash hash;

        if (chain_append(&made, text, key, line, &n) != 0)
                return;
        HOLDS(chain_check(&checked, NULL, line, n) == 0);
        HOLDS(made.seq == checked.seq && chain_same_head(&made, &checked));
        HOLDS(chain_check(&checked, NULL, line, n) == CHAIN_E_GAP);
        HOLDS(chain_line_mac(line, n, &covered, &hash, mac) == (key ? 1 : 0));
        HOLDS(!key || (covered < n && hash == as));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const MacKey key = {.seq = 1};
        char *text = fuzz_text(data, size);

        check_lines((const char *)data, size);
        for (Hash as = HASH_SHA256; as <= HASH_SM3; as++) {
                append_body(text, NULL, as);
                append_body(text, &key, as);
        }
        free(text);
        return 0;
}
