/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open incidents: added, removed, written and read. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/incident.h"

TestSuite(incident, .timeout = 10);

Test(incident, numbers_rise_and_there_is_an_end)
{
        Incidents list = {0};
        Incident i = {.seq = 5, .opened = 100};

        cr_assert_eq(incidents_add(&list, &i), 0);
        cr_assert_eq(incidents_add(&list, &i), -EINVAL);
        i.seq = 4;
        cr_assert_eq(incidents_add(&list, &i), -EINVAL);
        for (i.seq = 6; list.n < INCIDENTS_MAX; i.seq++)
                cr_assert_eq(incidents_add(&list, &i), 0);
        cr_assert_eq(incidents_add(&list, &i), -ENOSPC);
        cr_assert(incidents_hold(&list, 7));
        cr_assert_eq(incidents_remove(&list, 7), 0);
        cr_assert_eq(incidents_remove(&list, 7), -ENOENT);
        cr_assert(incidents_hold(&list, 6) && incidents_hold(&list, 8));
        cr_assert_eq(incident_deadline(&list.list[0]), 100 + 86400);
}

Test(incident, what_is_written_is_read_back)
{
        Incidents list = {.list = {{17, 1795248000}, {UINT64_MAX, 1795334400}}, .n = 2}, got;
        TextError error;
        char *text;
        size_t size;

        cr_assert_eq(incidents_format(&list, &text, &size), 0);
        cr_assert_str_eq(text, "usbzone-incidents 1\nincident = 17 2026-11-21T08:00:00Z\n"
                               "incident = 18446744073709551615 2026-11-22T08:00:00Z\n");
        cr_assert_eq(incidents_parse(text, size, &got, &error), 0);
        cr_assert_eq(memcmp(&got, &list, sizeof(list)), 0);
        free(text);
}

Test(incident, a_list_that_makes_no_sense_is_refused_with_its_line)
{
        static const struct {
                const char *text, *message;
        } rows[] = {
                {"incident = 17", "a time"},
                {"incident = x 2026-11-21", "number of a record"},
                {"incident = 0 2026-11-21", "not above"},
                {"incident = 17 yesterday", "time"},
                {"incident = 17 2026-11-21 now", "too much"},
                {"incident =", "number"},
                {"other = 1", "other"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Incidents got;
                TextError error = {0};
                char text[128];
                int n = snprintf(text, sizeof(text), "usbzone-incidents 1\n%s\n", rows[i].text);

                cr_assert_eq(incidents_parse(text, (size_t)n, &got, &error), -EINVAL, "%s",
                             rows[i].text);
                cr_assert_eq(error.line, 2, "%s", rows[i].text);
                cr_assert(strstr(error.message, rows[i].message), "%s: %s", rows[i].text,
                          error.message);
        }
}
