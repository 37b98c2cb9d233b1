/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ledger lines of any bytes, and bodies of any text made into lines. */
#include "tests/fuzz/fuzz.h"

#include <stdio.h>
#include <string.h>

#include "policy/chain.h"

static void check_lines(const char *data, size_t size)
{
        Chain chain = {0};

        while (size > 0) {
                const char *end = memchr(data, '\n', size);
                size_t n = end ? (size_t)(end - data) + 1 : size;
                uint64_t seq = chain.seq;
                int r = chain_check(&chain, data, n);

                HOLDS(r >= 0 && chain.seq == seq + (r == 0 ? 1 : 0));
                HOLDS(end || r == CHAIN_E_TORN);
                data += n;
                size -= n;
        }
}

/* What can be appended, checks. */
static void append_body(const uint8_t *data, size_t size)
{
        static char line[CHAIN_LINE_MAX];
        char *text = fuzz_text(data, size);
        Chain made = {0}, checked = {0};
        size_t n;

        if (chain_append(&made, text, line, &n) == 0) {
                HOLDS(chain_check(&checked, line, n) == 0);
                HOLDS(memcmp(&made, &checked, sizeof(made)) == 0);
                HOLDS(chain_check(&checked, line, n) == CHAIN_E_GAP);
        }
        free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        check_lines((const char *)data, size);
        append_body(data, size);
        return 0;
}
