/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel messages: no input makes text that is not clean, or more entries than lines. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/text.h"
#include "policy/kernlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        const char *p = (const char *)data;
        size_t lines = 0;

        if (kernlog_new(&k) < 0)
                return 0;
        while (size > 0) {
                const char *end = memchr(p, '\n', size);
                size_t n = end ? (size_t)(end - p) : size;

                HOLDS(kernlog_line(k, p, n, (int64_t)++lines) == 0);
                p += end ? n + 1 : n;
                size -= end ? n + 1 : n;
        }
        HOLDS(kernlog_count(k) <= lines);
        for (size_t i = 0; i < kernlog_count(k); i++) {
                const KernlogDevice *d = kernlog_device(k, i);

                HOLDS(strlen(d->vid) == 4 && strlen(d->pid) == 4 && d->count > 0);
                HOLDS(text_is_clean(d->serial, strlen(d->serial)));
                HOLDS(text_is_clean(d->product, strlen(d->product)));
                HOLDS(d->first <= d->last);
        }
        return 0;
}
