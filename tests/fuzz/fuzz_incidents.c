/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The list of open incidents: what is read is written back the same. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/incident.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        Incidents list = {0}, again = {0};
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t n;

        if (incidents_parse((const char *)data, size, &list, &error) != 0) {
                HOLDS(error.message[0] && error.line >= 1);
                return 0;
        }
        HOLDS(list.n <= INCIDENTS_MAX);
        for (size_t i = 0; i < list.n; i++)
                HOLDS(incidents_hold(&list, list.list[i].seq));
        HOLDS(incidents_format(&list, &text, &n) == 0);
        HOLDS(incidents_parse(text, n, &again, &error) == 0);
        HOLDS(memcmp(&list, &again, sizeof(list)) == 0);
        return 0;
}
