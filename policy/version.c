/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of usbzone. */
#include "policy/version.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

int version_parse(const char *text, uint32_t ret[VERSION_PARTS])
{
        uint32_t parts[VERSION_PARTS] = {0};
        size_t n = 0;

        do {
                if (n == VERSION_PARTS || *text < '0' || *text > '9')
                        return -EINVAL;
                for (; *text >= '0' && *text <= '9'; text++) {
                        parts[n] = parts[n] * 10 + (uint32_t)(*text - '0');
                        if (parts[n] > VERSION_PART_MAX)
                                return -EINVAL;
                }
                n++;
        } while (*text == '.' && *++text != '\0');
        if (n < 2 || *text != '\0' || text[-1] == '.')
                return -EINVAL;
        memcpy(ret, parts, sizeof(parts));
        return 0;
}

int version_compare(const uint32_t a[VERSION_PARTS], const uint32_t b[VERSION_PARTS])
{
        for (size_t i = 0; i < VERSION_PARTS; i++)
                if (a[i] != b[i])
                        return a[i] < b[i] ? -1 : 1;
        return 0;
}
