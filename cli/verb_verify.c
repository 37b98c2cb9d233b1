/* SPDX-License-Identifier: GPL-2.0-or-later */
/* verify: checks the whole ledger, and its end against what the daemon remembers. */
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/ledger_key.h"
#include "cli/out.h"
#include "cli/record.h"
#include "cli/verbs.h"
#include "cli/verified.h"
#include "lib/file.h"

typedef struct VerifyArgs {
        const char *key, *authority;
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
            chain_head_parse(hex, &v->witness) < 0)
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

static int verify(const VerifyArgs *a, RecordSource *s, LedgerVerify *v)
{
        Progress progress = progress_start(_("Verifying ..."));
        int r;

        v->progress = verified_progress;
        v->userdata = &progress;
        r = ledger_verify(s->dir_fd, v);
        progress_end(&progress);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read the ledger (%s, line %lu)"), v->at.segment,
                                      v->at.line);
        if (r == 0 && v->chain.seq == 0)
                return cli_fail(CLI_FAILED, "%s", _("the ledger is empty: nothing to verify"));
        if (a->json) {
                out_json(verified_json(v));
        } else {
                if (!v->kind)
                        printf("%s%s%s\n", out_style(stdout, STYLE_GOOD), _("The ledger is whole."),
                               out_plain(stdout));
                verified_text(v);
        }
        return verified_outcome(v);
}

static bool is_file(const char *path)
{
        struct stat st;

        return stat(path, &st) == 0 && S_ISREG(st.st_mode);
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
        if (n && is_file(words[0])) {
                r = verify_package(words[0], a->authority, &v.key, a->json);
                mac_key_clear(&v.key);
                return r;
        }
        if (a->authority)
                return cli_fail(CLI_USAGE, "%s", _("--authority is for a package"));
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
        TEXT(VerifyArgs, authority, "authority", 'a', N_("FILE"),
             N_("check a package's credential with this list of the authority's keys")),
        FLAG(VerifyArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_verify = {
        .name = "verify",
        .usage = N_("[DIR | FILE.uzx]"),
        .summary = N_("check that the ledger, or a package of export, is whole"),
        .details = N_(
                "DIR is a folder of segments (default: this computer's ledger, which is also compared\n"
                "with the daemon's head). FILE.uzx is a package of `usbzonectl export`, of whatever\n"
                "computer. Exit status 5: broken; the first bad record is named."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(VerifyArgs),
        .run = run,
};
