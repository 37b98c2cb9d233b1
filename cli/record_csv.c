/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records as lines of a spreadsheet. */
#include <stdio.h>
#include <string.h>

#include "cli/csv.h"
#include "cli/out.h"
#include "cli/record.h"
#include "lib/strbuf.h"

#define MORE_MAX 65536u

static const char *const columns[] = {
        "seq",      "time",         "host",      "kind",       "verdict",     "effect",
        "reason",   "severity",     "drive",     "drive_zone", "drive_level", "media_number",
        "unit",     "holder",       "host_zone", "host_level", "mode",        "policy_version",
        "identity", "vid",          "pid",       "serial",     "scsi_vendor", "sysname",
        "who",      "scsi_product", "why",
};
/* Left out of the last column: they prove the record and say nothing of what happened. */
static const char *const silent[] = {"boot", "mono", "prev", "mac"};

static bool is_in(const char *key, const char *const *list, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (*key == *list[i] && strcmp(key, list[i]) == 0)
                        return true;
        return false;
}

void record_csv_head(void)
{
        for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
                csv_cell(stdout, i == 0, columns[i]);
        csv_cell(stdout, false, "more");
        csv_line_end(stdout);
}

void record_csv(json_object *o)
{
        _cleanup_(strbuf_clear) StrBuf more = strbuf(MORE_MAX);

        for (size_t i = 0; i < ARRAY_SIZE(columns); i++)
                csv_cell(stdout, i == 0, json_text(o, columns[i]));
        json_object_object_foreach(o, key, value)
        {
                const char *text = value ? json_object_get_string(value) : "";

                if (!is_in(key, columns, ARRAY_SIZE(columns)) &&
                    !is_in(key, silent, ARRAY_SIZE(silent)))
                        strbuf_printf(&more, "%s%s=%s", more.size ? "; " : "", key, text);
        }
        csv_cell(stdout, false, more.text ? more.text : "");
        csv_line_end(stdout);
}
