/* SPDX-License-Identifier: GPL-2.0-or-later */
/* show: everything that is known of one drive. */
#include "cli/cli.h"
#include "cli/show.h"
#include "cli/verbs.h"

typedef struct ShowArgs {
        bool json;
} ShowArgs;

static int run(void *args, _unused_ int n, char **words)
{
        const ShowArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *drive = NULL;
        int r = client_open(&c);

        if (r == 0)
                r = client_find_drive(c, words[0], &drive);
        if (r)
                return r;
        if (a->json)
                out_json(TAKE_PTR(drive));
        else
                show_drive(drive);
        return 0;
}

static const Option options[] = {
        FLAG(ShowArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_show = {
        .name = "show",
        .usage = N_("DRIVE"),
        .summary = N_("show everything about a drive"),
        .details = N_(
                "DRIVE is its number in `usbzonectl list`, its media number, its identity (8 hex\n"
                "digits or more), its block device or its name in sysfs (1-1.2)."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1,
        .size = sizeof(ShowArgs),
        .run = run,
};
