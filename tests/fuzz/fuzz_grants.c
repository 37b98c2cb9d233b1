/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of grants: what is read is written back the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/grant.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static Grants grants, again;
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t n;

        if (grants_parse((const char *)data, size, &grants, &error) != 0) {
                HOLDS(error.message[0] && error.line >= 1);
                return 0;
        }
        HOLDS(grants.n <= GRANTS_MAX);
        for (size_t i = 0; i < grants.n; i++) {
                const Grant *g = &grants.list[i];

                HOLDS(g->effect != EFFECT_BLOCK && g->start < g->end);
                HOLDS(grants_find(&grants, g->identity, NULL, g->start) != NULL);
        }
        HOLDS(grants_format(&grants, &text, &n) == 0);
        HOLDS(grants_parse(text, n, &again, &error) == 0);
        HOLDS(memcmp(&grants, &again, sizeof(grants)) == 0);
        return 0;
}
