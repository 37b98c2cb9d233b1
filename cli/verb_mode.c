/* SPDX-License-Identifier: GPL-2.0-or-later */
/* mode: shows or changes between observe and enforce. */
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/verbs.h"

typedef struct ModeArgs {
        const char *reason;
        bool json;
} ModeArgs;

static int print_mode(Client *c, bool json)
{
        _cleanup_(json_object_putp) json_object *m = NULL;
        json_object *o;
        int r = client_manager(c, &m);

        if (r)
                return r;
        if (!json) {
                printf("%s\n", json_text(m, "mode"));
                return 0;
        }
        o = json_object_new_object();
        json_object_object_add(o, "mode", json_object_new_string(json_text(m, "mode")));
        out_json(o);
        return 0;
}

static int check(const ModeArgs *a, const char *mode)
{
        if (strcmp(mode, "observe") != 0 && strcmp(mode, "enforce") != 0)
                return cli_fail(CLI_USAGE, _("mode: \"%s\" is neither observe nor enforce"), mode);
        if (!a->reason || !*a->reason)
                return cli_fail(CLI_USAGE, "%s",
                                _("mode: a change needs --reason TEXT for the ledger"));
        return 0;
}

static int run(void *args, int n, char **words)
{
        const ModeArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        int r = n ? check(a, words[0]) : 0;

        if (r == 0)
                r = client_open(&c);
        if (r)
                return r;
        if (n)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "SetMode", NULL, "ss", words[0],
                                a->reason);
        return r ? r : print_mode(c, a->json);
}

static const Option options[] = {
        TEXT(ModeArgs, reason, "reason", 'r', N_("TEXT"),
             N_("why, for the ledger (needed for a change)")),
        FLAG(ModeArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_mode = {
        .name = "mode",
        .usage = N_("[observe|enforce] [OPTIONS]"),
        .summary = N_("show or change the mode"),
        .details = N_("observe: decide and record, let everything through. enforce: block."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(ModeArgs),
        .run = run,
};
