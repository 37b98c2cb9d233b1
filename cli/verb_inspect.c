/* SPDX-License-Identifier: GPL-2.0-or-later */
/* inspect: the exports of many computers, merged. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inspect.h"
#include "cli/verbs.h"
#include "cli/verified.h"

#define DAYS_MAX 36500u
#define DAY_SECONDS 86400

typedef struct InspectArgs {
        const char *authority, *silent;
        OptionList revocations;
        bool list, json;
} InspectArgs;

static int add_revocations(Inspect *in, const char *path, const Authority *authority)
{
        uint32_t file = inspect_file(in, path);

        return file ? inspect_revoked_file(&in->revoked, path, file, authority)
                    : cli_out_of_memory();
}

static int run(void *args, int n, char **words)
{
        const InspectArgs *a = args;
        _cleanup_(inspect_clear) Inspect in = {0};
        _cleanup_(freep) Authority *authority = calloc(1, sizeof(*authority));
        uint64_t days = 0;
        int r = 0;

        if (!authority)
                return cli_out_of_memory();
        if (a->silent && (text_u64(a->silent, DAYS_MAX, &days) < 0 || days == 0))
                return cli_fail(CLI_USAGE, _("--silent: \"%s\" is no number of days"), a->silent);
        if (a->revocations.n && !a->authority)
                return cli_fail(CLI_USAGE, "%s",
                                _("--revocations needs --authority, to check who signed them"));
        if (a->authority)
                r = verify_load_authority(a->authority, authority);
        for (size_t i = 0; i < a->revocations.n && r == 0; i++)
                r = add_revocations(&in, a->revocations.items[i], authority);
        if (r == 0)
                r = inspect_read(&in, words, n, a->authority ? authority : NULL);
        return r ? r : inspect_report(&in, (int64_t)days * DAY_SECONDS, a->list, a->json);
}

static const Option options[] = {
        TEXT(InspectArgs, authority, "authority", 'a', N_("FILE"),
             N_("check each credential with this list of the authority's keys")),
        TEXT(InspectArgs, silent, "silent", 's', N_("DAYS"),
             N_("name computers whose last record is that much older than the newest thing here")),
        LIST(InspectArgs, revocations, "revocations", 'R', N_("FILE"),
             N_("a revocation file or a policy: who uses what it revokes (may be given again)")),
        FLAG(InspectArgs, list, "list", 'l', N_("list the computers, too")),
        FLAG(InspectArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_inspect = {
        .name = "inspect",
        .usage = N_("EXPORT... [OPTIONS]"),
        .summary = N_("merge exports of many computers and find what one cannot see"),
        .details = N_(
                "EXPORT is a package of `usbzonectl export`, a ledger's folder, a file of the journal\n"
                "(what systemd-journal-remote collected, *.journal), or a folder of these.\n"
                "Each is verified, and held against the heads that the journals hold.\n"
                "Exit status: 0 nothing found, 1 findings, 5 broken evidence."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 100000,
        .size = sizeof(InspectArgs),
        .run = run,
};
