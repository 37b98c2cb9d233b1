/* SPDX-License-Identifier: GPL-2.0-or-later */
/* list: the drives that are plugged in, one line each. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/show.h"
#include "cli/verbs.h"

#define COLUMN_VERDICT 3u

typedef struct ListArgs {
        bool json, blocked;
} ListArgs;

static int add_row(Table *t, json_object *drive)
{
        char number[24], name[128], zone[96], verdict[96];

        snprintf(number, sizeof(number), "%" PRIu64, json_number(drive, "number"));
        show_name(drive, name, sizeof(name));
        show_zone(drive, zone, sizeof(zone));
        show_verdict(drive, verdict, sizeof(verdict));
        const char *cells[] = {number,
                               name,
                               zone,
                               verdict,
                               json_text(drive, "reason"),
                               json_text(drive, "block_device")};
        return table_add(t, cells, COLUMN_VERDICT, show_verdict_style(drive));
}

static int print_table(json_object *list)
{
        const char *heads[] = {_("No"),      _("Drive"),  _("Zone"),
                               _("Verdict"), _("Reason"), _("Device")};
        _cleanup_(table_freep) Table *t = NULL;
        int r = table_new(ARRAY_SIZE(heads), heads, &t);

        for (size_t i = 0; i < json_object_array_length(list) && r == 0; i++)
                r = add_row(t, json_object_array_get_idx(list, i));
        if (r < 0)
                return cli_out_of_memory();
        table_print(t);
        return 0;
}

static void keep_blocked(json_object *list)
{
        for (size_t i = json_object_array_length(list); i-- > 0;) {
                json_object *o = json_object_array_get_idx(list, i);

                if (strcmp(json_text(o, "verdict"), effect_name(EFFECT_BLOCK)) != 0)
                        json_object_array_del_idx(list, i, 1);
        }
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const ListArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *list = NULL;
        int r = client_open(&c);

        if (r == 0)
                r = client_drives(c, &list);
        if (r)
                return r;
        if (a->blocked)
                keep_blocked(list);
        if (a->json) {
                out_json(TAKE_PTR(list));
                return 0;
        }
        if (json_object_array_length(list) == 0) {
                printf("%s\n", _("No drive is plugged in."));
                return 0;
        }
        return print_table(list);
}

static const Option options[] = {
        FLAG(ListArgs, blocked, "blocked", 'b', N_("only what is blocked")),
        FLAG(ListArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_list = {
        .name = "list",
        .usage = N_("[OPTIONS]"),
        .summary = N_("list the drives that are plugged in"),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(ListArgs),
        .run = run,
};
