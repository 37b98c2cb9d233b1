/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads (language, text) pairs and keeps the one that the person reads best. */
#include "notice/texts.h"

#include <stdio.h>

#include "lib/language.h"
#include "lib/macros.h"
#include "lib/names.h"

static void read_text(sd_bus *bus, const char *property, char ret[TEXTS_MAX])
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        const char *language, *text, *best = "", *wanted = language_wanted();
        unsigned rank, of_best = 0;
        int r = sd_bus_get_property(bus, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_MANAGER, property, NULL,
                                    &m, "a(ss)");

        if (r >= 0)
                r = sd_bus_message_enter_container(m, 'a', "(ss)");
        while (r >= 0 && (r = sd_bus_message_read(m, "(ss)", &language, &text)) > 0) {
                rank = language_rank(wanted, language);
                if (rank > of_best) {
                        of_best = rank;
                        best = text;
                }
        }
        if (r >= 0)
                snprintf(ret, TEXTS_MAX, "%s", best);
}

void texts_read(sd_bus *bus, OfficeTexts *t)
{
        read_text(bus, "Notices", t->notice);
        read_text(bus, "Contacts", t->contact);
}
