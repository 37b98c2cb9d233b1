/* SPDX-License-Identifier: GPL-2.0-or-later */
/* acknowledge: the auditor has seen these violations. */
#include <inttypes.h>
#include <stdio.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/verbs.h"

#define NUMBERS_MAX 1000

typedef struct AcknowledgeArgs {
        const char *text;
} AcknowledgeArgs;

static int acknowledge(Client *c, uint64_t record, const char *text)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        uint64_t seq;
        int r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "Acknowledge", &reply, "ts", record,
                            text);

        if (r == 0)
                r = case_reply(reply, &seq);
        if (r)
                return r;
        printf(_("Violation %" PRIu64 " is acknowledged (record %" PRIu64 ").\n"), record, seq);
        return 0;
}

static int run(void *args, int n, char **words)
{
        const AcknowledgeArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t record;
        int r = case_check_text("acknowledge", a->text);

        /* All are looked at before the first is sent. */
        for (int i = 0; i < n && r == 0; i++)
                r = case_number(words[i], &record);
        if (r == 0)
                r = client_open(&c);
        for (int i = 0; i < n && r == 0; i++) {
                r = case_number(words[i], &record);
                if (r == 0)
                        r = acknowledge(c, record, a->text);
        }
        return r;
}

static const Option options[] = {
        TEXT(AcknowledgeArgs, text, "text", 't', N_("TEXT"),
             N_("what was looked into, for the ledger (needed)")),
};

const Verb verb_acknowledge = {
        .name = "acknowledge",
        .usage = N_("RECORD... --text TEXT"),
        .summary = N_("record that violations were seen and looked into"),
        .details = N_(
                "RECORD is the number of a violation in the log. The violation stays as it is; a\n"
                "record with your name is appended. What is wrong and must be put right is a\n"
                "finding: see finding add."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = NUMBERS_MAX,
        .size = sizeof(AcknowledgeArgs),
        .run = run,
};
