/* SPDX-License-Identifier: GPL-2.0-or-later */
/* reload: has the daemon load keys, credential, policy and whitelist anew. */
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/office_lock.h"
#include "cli/verbs.h"

static int run(_unused_ void *args, _unused_ int n, _unused_ char **words)
{
        _cleanup_(client_closep) Client *c = NULL;
        int r;

        office_finish();
        r = client_open(&c);
        return r ? r : client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "Reload", NULL, "");
}

const Verb verb_reload = {
        .name = "reload",
        .usage = "",
        .summary = N_("load the files in /etc/usbzone anew"),
        .details = N_(
                "If one of them is not valid, what was loaded before stays in force, and the message\n"
                "says what is wrong."),
        .run = run,
};
