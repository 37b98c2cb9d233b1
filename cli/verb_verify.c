/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify: checks the whole ledger, and its end against what the daemon remembers. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/ledger_key.h"
#include "cli/out.h"
#include "cli/record.h"
#include "cli/verbs.h"

typedef struct VerifyArgs {
        const char *key;
        bool json;
} VerifyArgs;

typedef struct Outcome {
        Chain chain;
        LedgerBreak at;
        size_t torn;
        Chain witness; /* the daemon's head; seq 0: none */
        bool witness_seen;
        const char *message; /* what is wrong beyond the chain itself */
        MacKey key;          /* the auditor's; seq 0: none given */
} Outcome;

/* The daemon's head, asked for before the files are read: all of it must be in them. */
static void ask_witness(Outcome *o)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *hex;

        if (client_try(&c) < 0)
                return;
        if (sd_bus_call_method(client_bus(c), UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER, "Head", NULL,
                               &reply, "") < 0)
                return;
        if (sd_bus_message_read(reply, "ts", &o->witness.seq, &hex) < 0 ||
            text_unhex(hex, o->witness.head, DIGEST_SIZE) < 0)
                o->witness.seq = 0;
}

static void compare_witness(Outcome *o)
{
        if (o->witness.seq == 0 || o->witness_seen)
                return;
        if (o->chain.seq < o->witness.seq)
                o->message = N_("records at the end are missing: the daemon has written more");
}

static int read_chain(LedgerReader *reader, Outcome *o)
{
        Progress progress = progress_start(_("Verifying ..."));
        const char *line;
        size_t size;
        int r;

        while ((r = ledger_reader_next(reader, &line, &size)) > 0) {
                ledger_reader_state(reader, &o->chain, NULL, NULL);
                progress_update(&progress, o->chain.seq, 0);
                if (o->chain.seq != o->witness.seq)
                        continue;
                o->witness_seen = true;
                if (memcmp(o->chain.head, o->witness.head, DIGEST_SIZE) != 0)
                        o->message = N_("the daemon's head is another one: records were rewritten");
        }
        progress_end(&progress);
        ledger_reader_state(reader, &o->chain, &o->at, &o->torn);
        if (r == 0)
                compare_witness(o);
        if (r == 0 && o->key.seq > o->chain.seq + 1 && !o->message)
                o->message = N_("the key is for records that are not there");
        return r;
}

static void print_json(const Outcome *o)
{
        json_object *j = json_object_new_object();
        bool good = !o->at.outcome && !o->message;
        char head[2 * DIGEST_SIZE + 1];

        text_hex(o->chain.head, DIGEST_SIZE, head);
        json_object_object_add(j, "verified", json_object_new_boolean(good));
        json_object_object_add(j, "sequence", json_object_new_uint64(o->chain.seq));
        json_object_object_add(j, "head", json_object_new_string(head));
        json_object_object_add(j, "torn_bytes", json_object_new_uint64(o->torn));
        json_object_object_add(j, "seal_checked_from", json_object_new_uint64(o->key.seq));
        json_object_object_add(j, "compared_with_daemon", json_object_new_boolean(o->witness_seen));
        if (o->at.outcome) {
                json_object_object_add(j, "broken_at", json_object_new_uint64(o->at.seq));
                json_object_object_add(j, "segment", json_object_new_string(o->at.segment));
                json_object_object_add(j, "line", json_object_new_uint64(o->at.line));
                json_object_object_add(
                        j, "message",
                        json_object_new_string(o->at.outcome > 0 ? chain_outcome_text(o->at.outcome)
                                                                 : strerror(-o->at.outcome)));
        } else if (o->message) {
                json_object_object_add(j, "message", json_object_new_string(o->message));
        }
        out_json(j);
}

static void print_text(const Outcome *o)
{
        char head[2 * DIGEST_SIZE + 1];

        text_hex(o->chain.head, DIGEST_SIZE, head);
        if (!o->at.outcome && !o->message)
                printf("%s%s%s\n", out_style(stdout, STYLE_GOOD), _("The ledger is whole."),
                       out_plain(stdout));
        printf(_("verified to record %" PRIu64 ", head %s\n"), o->chain.seq, head);
        if (o->torn)
                printf(_("%zu bytes of unfinished writes were passed over\n"), o->torn);
        if (o->key.seq && !o->at.outcome && !o->message)
                printf(_("every seal fits the key, from record %" PRIu64 " on\n"), o->key.seq);
        if (o->witness_seen)
                printf("%s\n", _("the end agrees with what the daemon remembers"));
}

static int outcome(const Outcome *o)
{
        if (o->at.outcome > 0)
                return cli_fail(
                        CLI_BROKEN,
                        _("the evidence is broken at record %" PRIu64 " (%s, line %lu): %s"),
                        o->at.seq, o->at.segment, o->at.line, _(chain_outcome_text(o->at.outcome)));
        if (o->at.outcome < 0)
                return cli_fail_errno(o->at.outcome, _("cannot read the ledger (%s, line %lu)"),
                                      o->at.segment, o->at.line);
        if (o->message)
                return cli_fail(CLI_BROKEN, "%s", _(o->message));
        return CLI_OK;
}

static int run(void *args, int n, char **words)
{
        const VerifyArgs *a = args;
        _cleanup_(record_close) RecordSource s = {.dir_fd = -EBADF};
        RecordFilter none = {0};
        Outcome o = {0};
        int r;

        if (a->key) {
                r = ledger_key_load(a->key, &o.key);
                if (r)
                        return r;
        }
        if (n == 0)
                ask_witness(&o);
        r = record_open(&s, n ? words[0] : NULL, &none);
        if (r)
                return r;
        if (s.client)
                return cli_fail(
                        CLI_DENIED, "%s",
                        _("not permitted: the ledger's files are for root; `usbzonectl log` reads "
                          "through the daemon"));
        ledger_reader_set_key(s.reader, &o.key);
        r = read_chain(s.reader, &o);
        if (r == 0 && o.chain.seq == 0)
                return cli_fail(CLI_FAILED, "%s", _("the ledger is empty: nothing to verify"));
        if (a->json)
                print_json(&o);
        else
                print_text(&o);
        return outcome(&o);
}

static const Option options[] = {
        TEXT(VerifyArgs, key, "key", 'k', N_("FILE"),
             N_("check the seals with the ledger's first key, from FILE or - (standard input)")),
        FLAG(VerifyArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_verify = {
        .name = "verify",
        .usage = N_("[DIR]"),
        .summary = N_("check that the ledger is whole"),
        .details = N_(
                "DIR is a folder of segments (default: this computer's ledger, which is also compared\n"
                "with the daemon's head). Exit status 5: broken; the first bad record is named."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(VerifyArgs),
        .run = run,
};
