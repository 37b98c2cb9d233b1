/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Kernel messages: no input makes text that is not clean, more entries than lines, or an
 * identity with a hole. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/text.h"
#include "policy/kernlog.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        const char *p = (const char *)data;
        size_t lines = 0, plugs = 0;
        uint8_t digest[DIGEST_SIZE];
        Identity identity;

        if (kernlog_new(&k) < 0)
                return 0;
        if (size % 2)
                kernlog_each(k);
        while (size > 0) {
                const char *end = memchr(p, '\n', size);
                size_t n = end ? (size_t)(end - p) : size;

                HOLDS(kernlog_line(k, p, n, (int64_t)++lines) == 0);
                p += end ? n + 1 : n;
                size -= end ? n + 1 : n;
        }
        HOLDS(kernlog_end(k) == 0);
        HOLDS(kernlog_count(k) <= lines);
        for (size_t i = 0; i < kernlog_count(k); i++) {
                const KernlogDevice *d = kernlog_device(k, i);

                HOLDS(strlen(d->vid) == 4 && strlen(d->pid) == 4 && d->count > 0);
                HOLDS(text_is_clean(d->serial, strlen(d->serial)));
                HOLDS(text_is_clean(d->product, strlen(d->product)));
                HOLDS(d->first <= d->last);
                HOLDS(i == 0 || kernlog_device(k, i - 1)->first <= d->first);
                plugs += d->count;
                if (kernlog_identity(d, &identity) == 0) {
                        HOLDS(identity.capacity > 0 && identity.capacity >= d->size);
                        HOLDS(memchr(identity.scsi_vendor, '\0', SCSI_VENDOR_SIZE) == NULL);
                        HOLDS(memchr(identity.scsi_product, '\0', SCSI_PRODUCT_SIZE) == NULL);
                        HOLDS(identity_digest(&identity, digest) == 0);
                }
        }
        HOLDS(plugs <= lines);
        return 0;
}
