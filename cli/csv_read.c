/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splits lines of CSV. */
#include "cli/csv_read.h"

#include <stdbool.h>
#include <string.h>

/* Takes the quotes off a field at `in`; the character behind it, or NULL. */
static char *unquote(char *in, char *out)
{
        for (in++;; in++) {
                if (*in == '\0')
                        return NULL;
                if (*in == '"' && *++in != '"')
                        break;
                *out++ = *in;
        }
        if (*in != '\0' && *in != ',')
                return NULL;
        *out = '\0'; /* at least the two quotes before `in` */
        return in;
}

int csv_split(char *line, char **fields, size_t max)
{
        size_t n = 0;

        for (char *p = line;;) {
                char *end;
                bool last;

                if (n == max)
                        return -EINVAL;
                fields[n++] = p;
                end = *p == '"' ? unquote(p, p) : p + strcspn(p, ",");
                if (!end)
                        return -EINVAL;
                last = *end == '\0';
                *end = '\0';
                if (last)
                        return (int)n;
                p = end + 1;
        }
}
