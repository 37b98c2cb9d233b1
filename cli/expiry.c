/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Warns of the end of policy and credential. */
#include "cli/expiry.h"

#include "cli/cli.h"
#include "cli/out.h"

static void warn_end(const char *what, int64_t end, int64_t now)
{
        char time[32];

        if (!end || end - now > EXPIRY_WARNING_DAYS * INT64_C(86400))
                return;
        out_time(end, time, sizeof(time));
        if (end <= now)
                cli_note(
                        _("%s ended on %s: every drive is blocked; ask the office for a newer one"),
                        what, time);
        else
                cli_note(_("%s ends on %s: then every drive is blocked; ask the office for a newer "
                           "one"),
                         what, time);
}

void expiry_warn(const Snapshot *s, int64_t now)
{
        warn_end(_("the policy"), s->bundle.not_after, now);
        warn_end(_("the credential"), s->host.not_after, now);
}
