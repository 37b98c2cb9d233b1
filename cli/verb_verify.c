/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify: checks the whole ledger, and its end against what the daemon remembers. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/ledger_key.h"
#include "cli/out.h"
#include "cli/record.h"
#include "cli/verbs.h"
#include "lib/file.h"
#include "store/verify.h"

#define PROGRESS_STEP 1024u

typedef struct VerifyArgs {
        const char *key;
        bool json;
} VerifyArgs;

/* The daemon's head, asked for before the files are read: all of it must be in them. */
static void ask_witness(LedgerVerify *v)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *hex;

        if (client_try(&c) < 0)
                return;
        if (sd_bus_call_method(client_bus(c), UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER, "Head", NULL,
                               &reply, "") < 0)
                return;
        if (sd_bus_message_read(reply, "ts", &v->witness.seq, &hex) < 0 ||
            text_unhex(hex, v->witness.head, DIGEST_SIZE) < 0)
                v->witness.seq = 0;
}

/* How far the computer's own key says it got; for root alone. */
static void ask_key_state(LedgerVerify *v)
{
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, state);
        _cleanup_(freep) char *text = NULL;
        MacKey key = {0};
        size_t size;

        if (fd < 0 || file_read(fd, UZ_LEDGER_KEY_FILE, MAC_KEY_TEXT_SIZE, &text, &size) < 0)
                return;
        if (mac_key_parse(text, size, &key) == 0)
                v->key_state = key.seq;
        explicit_bzero(text, size);
        mac_key_clear(&key);
}

static void put(json_object *j, const char *key, const char *text)
{
        json_object_object_add(j, key, json_object_new_string(text));
}

static void print_json(const LedgerVerify *v)
{
        json_object *j = json_object_new_object();
        char head[2 * DIGEST_SIZE + 1];

        text_hex(v->chain.head, DIGEST_SIZE, head);
        json_object_object_add(j, "verified", json_object_new_boolean(!v->kind));
        json_object_object_add(j, "sequence", json_object_new_uint64(v->chain.seq));
        put(j, "head", head);
        json_object_object_add(j, "torn_bytes", json_object_new_uint64(v->torn));
        json_object_object_add(j, "signed_heads", json_object_new_uint64(v->heads));
        json_object_object_add(j, "seal_checked_from", json_object_new_uint64(v->key.seq));
        json_object_object_add(j, "compared_with_daemon", json_object_new_boolean(v->witness_seen));
        json_object_object_add(j, "clock_back", json_object_new_uint64(v->clock_back));
        if (v->clock_back)
                json_object_object_add(j, "clock_back_at",
                                       json_object_new_uint64(v->clock_back_at));
        if (v->kind) {
                put(j, "kind", v->kind);
                json_object_object_add(j, "broken_at", json_object_new_uint64(v->bad));
                put(j, "message", v->message);
        }
        if (v->kind && v->at.segment[0]) {
                put(j, "segment", v->at.segment);
                json_object_object_add(j, "line", json_object_new_uint64(v->at.line));
        }
        out_json(j);
}

static void print_text(const LedgerVerify *v)
{
        char head[2 * DIGEST_SIZE + 1];

        text_hex(v->chain.head, DIGEST_SIZE, head);
        if (!v->kind)
                printf("%s%s%s\n", out_style(stdout, STYLE_GOOD), _("The ledger is whole."),
                       out_plain(stdout));
        printf(_("verified to record %" PRIu64 ", head %s\n"), v->chain.seq, head);
        if (v->torn)
                printf(_("%zu bytes of unfinished writes were passed over\n"), v->torn);
        if (v->heads)
                printf(_("%zu signed heads agree\n"), v->heads);
        if (v->key.seq && !v->kind)
                printf(_("every seal fits the key, from record %" PRIu64 " on\n"), v->key.seq);
        if (v->witness_seen && !v->kind)
                printf("%s\n", _("the end agrees with what the daemon remembers"));
        if (v->clock_back)
                printf(_("finding (clock-back): the clock was set back, first at record %" PRIu64
                         "\n"),
                       v->clock_back_at);
}

static int outcome(const LedgerVerify *v)
{
        if (!v->kind)
                return CLI_OK;
        if (v->at.segment[0])
                return cli_fail(
                        CLI_BROKEN,
                        _("the evidence is broken at record %" PRIu64 " (%s, line %lu): %s [%s]"),
                        v->bad, v->at.segment, v->at.line, _(v->message), v->kind);
        return cli_fail(CLI_BROKEN, _("the evidence is broken at record %" PRIu64 ": %s [%s]"),
                        v->bad, _(v->message), v->kind);
}

static void show_progress(void *userdata, uint64_t seq)
{
        if (seq % PROGRESS_STEP == 0)
                progress_update(userdata, seq, 0);
}

static int verify(const VerifyArgs *a, RecordSource *s, LedgerVerify *v)
{
        Progress progress = progress_start(_("Verifying ..."));
        int r;

        v->progress = show_progress;
        v->userdata = &progress;
        r = ledger_verify(s->dir_fd, v);
        progress_end(&progress);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read the ledger (%s, line %lu)"), v->at.segment,
                                      v->at.line);
        if (r == 0 && v->chain.seq == 0)
                return cli_fail(CLI_FAILED, "%s", _("the ledger is empty: nothing to verify"));
        if (a->json)
                print_json(v);
        else
                print_text(v);
        return outcome(v);
}

static int run(void *args, int n, char **words)
{
        const VerifyArgs *a = args;
        _cleanup_(record_close) RecordSource s = {.dir_fd = -EBADF};
        RecordFilter none = {0};
        LedgerVerify v = {0};
        int r = a->key ? ledger_key_load(a->key, &v.key) : 0;

        if (r)
                return r;
        if (n == 0) {
                ask_key_state(&v);
                ask_witness(&v);
        }
        r = record_open(&s, n ? words[0] : NULL, &none);
        if (r == 0 && s.client)
                r = cli_fail(CLI_DENIED, "%s",
                             _("not permitted: the ledger's files are for root and the group "
                               "usbzone-audit; `usbzonectl log` reads through the daemon"));
        if (r == 0)
                r = verify(a, &s, &v);
        mac_key_clear(&v.key);
        return r;
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
