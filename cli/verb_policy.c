/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy: checked, signed, shown, compared, installed; how far it has come. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/home.h"
#include "cli/install.h"
#include "cli/out.h"
#include "cli/pickup.h"
#include "cli/policy_show.h"
#include "cli/rollout.h"
#include "cli/signer.h"
#include "cli/verbs.h"
#include "cli/verified.h"
#include "lib/file.h"
#include "store/pending.h"

#define EXPORTS_MAX 100000
#define DAYS_MAX 36500u
#define DAY_SECONDS 86400
#define SLUG_DIGITS 16u

typedef struct PolicyArgs {
        const char *dir, *key, *passphrase_fd, *out;
        const char *authority, *policy, *version, *silent;
        OptionList revocations;
        bool json, csv, behind;
} PolicyArgs;

/* A policy in a file, signed or not; without a path the one in force here. */
static int read_policy(const char *path, OfficeFile *f, Bundle *ret)
{
        _cleanup_(freep) char *own = NULL;
        int r;

        if (!path) {
                const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
                _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, etc);
                int pending = -EBADF;
                bool is_pending = pending_open(fd, &pending) == 0 && pending >= 0;

                fd_close(pending);
                if (asprintf(&own, "%s%s/%s", etc, is_pending ? "/" UZ_PENDING_DIR : "",
                             UZ_POLICY_FILE) < 0)
                        return cli_out_of_memory();
        }
        r = office_read_kind(path ? path : own, OFFICE_POLICY, f);
        if (r == 0)
                r = office_policy(f, NULL, ret);
        return r;
}

/* The keys to check a signature against: those of --dir, else those trusted here. */
static int load_ring(const PolicyArgs *a, Keyring *ret)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        Home h = {.fd = -EBADF, .etc_fd = -EBADF};
        int r;

        if (a->dir) {
                r = home_open(&h, a->dir, NULL);
                *ret = h.authority.ring;
                home_close(&h);
                return r;
        }
        fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        r = fd < 0 ? 0 : signer_load_trust(fd, &t);
        if (t)
                *ret = t->snapshot.authority.ring;
        return r;
}

/* Not in force unless the policy says so: labels of before would be worth nothing from one day to
 * the next. */
static void note_two(const Bundle *b)
{
        if (!two_wanted(&b->two, ZONE_CLASSIFIED, LEVEL_TOP_SECRET, NULL) &&
            b->rules[ZONE_CLASSIFIED][ZONE_CLASSIFIED].effect != EFFECT_BLOCK)
                cli_note("%s", _("one signature is enough for top-secret labels: a line "
                                 "\"two-signatures = top-secret\" makes it two, of two people"));
}

static int check(const PolicyArgs *a, const char *path)
{
        OfficeFile f = {.fd = -EBADF};
        _cleanup_(bundle_clear) Bundle b = {0}, again = {0};
        size_t text_size;
        Keyring ring = {0};
        int r = read_policy(path, &f, &b);

        if (r == 0 && note_split(f.data, f.size, &text_size) != 0) {
                printf(_("%s: version %llu, without error, not signed.\n"), path,
                       (unsigned long long)b.version);
        } else if (r == 0) {
                r = load_ring(a, &ring);
                if (r == 0 && ring.n == 0)
                        r = cli_fail(
                                CLI_FAILED, "%s",
                                _("no keys are known here to check the signature: give --dir"));
                if (r == 0)
                        r = office_policy(&f, &ring, &again);
                if (r == 0)
                        printf(_("%s: version %llu, without error, signed.\n"), path,
                               (unsigned long long)b.version);
        }
        if (r == 0)
                note_two(&b);
        office_clear(&f);
        return r;
}

/* The text stays byte for byte what was written, comments too. */
static int sign_text(const PolicyArgs *a, const OfficeFile *f, size_t size)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        Home h = {.fd = -EBADF, .etc_fd = -EBADF};
        size_t note_size, verified;
        int r = home_open(&h, a->dir, a->passphrase_fd);

        if (r == 0)
                r = home_key(&h, PURPOSE_POLICY, a->key, &key);
        if (r == 0) {
                r = note_sign(f->data, size, key, &note, &note_size);
                if (r == 0)
                        r = note_verify(note, note_size, &h.authority.ring, PURPOSE_POLICY, 1,
                                        time(NULL), &verified);
                if (r)
                        r = cli_fail_errno(r < 0 ? r : -EKEYREJECTED, "%s",
                                           _("cannot sign the policy"));
        }
        home_close(&h);
        return r ? r : office_write(a->out, note, note_size);
}

static int sign(const PolicyArgs *a, const char *path)
{
        OfficeFile f = {.fd = -EBADF};
        _cleanup_(bundle_clear) Bundle b = {0};
        size_t size;
        int r;

        if (!a->out)
                return cli_fail(CLI_USAGE, "%s", _("policy sign: --out FILE is needed"));
        r = read_policy(path, &f, &b);
        if (r == 0) {
                size = f.size;
                (void)!note_split(f.data, f.size, &size); /* an old signature is left out */
                if (f.data[size - 1] != '\n')
                        r = cli_fail(CLI_FAILED, _("%s: the last line does not end; add a newline"),
                                     path);
        }
        if (r == 0 && b.not_after && b.not_after <= time(NULL))
                r = cli_fail(CLI_FAILED, _("%s: 'expires' is past; write a later date"), path);
        if (r == 0)
                r = sign_text(a, &f, size);
        office_clear(&f);
        if (r)
                return r;
        if (!b.not_after)
                cli_note("%s", _("the policy has no line 'expires': it never ends"));
        note_two(&b);
        printf(_("Policy version %llu is signed, in %s.\n"), (unsigned long long)b.version, a->out);
        return 0;
}

static int show(const PolicyArgs *a, const char *path)
{
        OfficeFile f = {.fd = -EBADF};
        _cleanup_(bundle_clear) Bundle b = {0};
        int r = read_policy(path, &f, &b);

        office_clear(&f);
        return r ? r : policy_show(&b, a->json);
}

static int diff(const PolicyArgs *a, const char *old_path, const char *next_path)
{
        OfficeFile f = {.fd = -EBADF}, g = {.fd = -EBADF};
        _cleanup_(bundle_clear) Bundle old = {0}, next = {0};
        int r = read_policy(old_path, &f, &old);

        if (r == 0)
                r = read_policy(next_path, &g, &next);
        office_clear(&f);
        office_clear(&g);
        return r ? r : policy_diff(&old, &next, a->json);
}

/* What each computer should have, as a policy says it. */
static int target_policy(const PolicyArgs *a, const Authority *authority, RolloutTarget *t)
{
        OfficeFile f = {.fd = -EBADF};
        _cleanup_(bundle_clear) Bundle b = {0};
        int r = office_read_kind(a->policy, OFFICE_POLICY, &f);

        if (r == 0)
                r = office_policy(&f, authority ? &authority->ring : NULL, &b);
        office_clear(&f);
        if (r)
                return r;
        t->policy = b.version;
        t->whitelist_known = true;
        t->has_whitelist = b.has_whitelist;
        memcpy(t->whitelist, b.whitelist_digest, DIGEST_SIZE);
        memcpy(t->needs, b.needs, sizeof(t->needs));
        t->revoked = b.n_revoked;
        return 0;
}

/* Records name a revocation file by the first digits of its SHA-256. */
static int target_revocations(const PolicyArgs *a, RolloutTarget *t)
{
        int r = 0;

        t->revocations = calloc(a->revocations.n + 1, SLUG_DIGITS);
        if (!t->revocations)
                return cli_out_of_memory();
        for (size_t i = 0; i < a->revocations.n && r == 0; i++) {
                OfficeFile f = {.fd = -EBADF};
                uint8_t digest[DIGEST_SIZE];

                r = office_read_kind(a->revocations.items[i], OFFICE_REVOCATIONS, &f);
                if (r == 0 && digest_compute(f.data, f.size, digest) < 0)
                        r = cli_out_of_memory();
                if (r == 0)
                        text_hex(digest, SLUG_DIGITS / 2, t->revocations + i * SLUG_DIGITS);
                office_clear(&f);
        }
        return r;
}

static int rollout_arguments(const PolicyArgs *a, Rollout *ro)
{
        uint64_t days = 0;

        if (a->json && a->csv)
                return cli_fail(CLI_USAGE, "%s", _("--json and --csv do not go together"));
        if (a->policy && a->version)
                return cli_fail(CLI_USAGE, "%s", _("--policy and --version do not go together"));
        if (a->version &&
            (text_u64(a->version, UINT64_MAX, &ro->target.policy) < 0 || !ro->target.policy))
                return cli_fail(CLI_USAGE, _("--version: \"%s\" is no version"), a->version);
        if (a->silent && (text_u64(a->silent, DAYS_MAX, &days) < 0 || days == 0))
                return cli_fail(CLI_USAGE, _("--silent: \"%s\" is no number of days"), a->silent);
        ro->silent = (int64_t)days * DAY_SECONDS;
        ro->now = time(NULL);
        return 0;
}

static int rollout(const PolicyArgs *a, int n, char **paths)
{
        _cleanup_(rollout_clear) Rollout ro = {0};
        _cleanup_(freep) Authority *authority = calloc(1, sizeof(*authority));
        const Authority *trusted = a->authority ? authority : NULL;
        int r = authority ? rollout_arguments(a, &ro) : cli_out_of_memory();

        if (r == 0 && a->authority)
                r = verify_load_authority(a->authority, authority);
        if (r == 0 && a->policy)
                r = target_policy(a, trusted, &ro.target);
        if (r == 0)
                r = target_revocations(a, &ro.target);
        if (r == 0)
                r = rollout_read(&ro, paths, n, trusted);
        if (r)
                return r;
        rollout_judge(&ro);
        if (a->json)
                return rollout_json(&ro);
        return a->csv ? rollout_csv(&ro) : rollout_print(&ro, !a->behind);
}

static int run(void *args, int n, char **words)
{
        static const InstallArgs install = {0};
        const PolicyArgs *a = args;
        const char *what = words[0];

        if (!strcmp(what, "rollout-report") && n > 1)
                return rollout(a, n - 1, words + 1);
        if (a->json && strcmp(what, "show") != 0 && strcmp(what, "diff") != 0)
                return out_no_json("policy", what);
        if (a->csv || a->behind || a->authority || a->policy || a->version || a->silent ||
            a->revocations.n)
                return cli_fail(CLI_USAGE,
                                _("policy %s: --authority, --policy, --version, --revocations, "
                                  "--silent, --behind and --csv go with rollout-report"),
                                what);
        if (!strcmp(what, "check") && n == 2)
                return check(a, words[1]);
        if (!strcmp(what, "sign") && n == 2)
                return sign(a, words[1]);
        if (!strcmp(what, "show") && n <= 2)
                return show(a, n == 2 ? words[1] : NULL);
        if (!strcmp(what, "diff") && (n == 2 || n == 3))
                return diff(a, n == 3 ? words[1] : NULL, words[n - 1]);
        if (!strcmp(what, "install") && n > 1 + (int)INSTALL_FILES_MAX)
                return cli_fail(CLI_USAGE, _("policy install: %u files at most"),
                                INSTALL_FILES_MAX);
        if (!strcmp(what, "install") && n > 1)
                return install_files(&install, n - 1, words + 1);
        if (!strcmp(what, "pick-up") && n == 2)
                return pick_up(words[1]);
        return cli_fail(CLI_USAGE, "%s",
                        _("policy: check FILE, sign DRAFT, show [FILE], diff [OLD] NEW, install "
                          "FILE ..., pick-up DEVICE or rollout-report EXPORT ..."));
}

static const Option options[] = {
        TEXT(PolicyArgs, out, "out", 'o', N_("FILE"), N_("sign: write the signed policy there")),
        TEXT(PolicyArgs, dir, "dir", 'D', N_("DIR"),
             N_("the authority's folder (default: /etc/usbzone/authority)")),
        TEXT(PolicyArgs, key, "key", 0, N_("FILE"),
             N_("sign with this key, a file or a URI (default: the one of the authority's "
                "folder)")),
        TEXT(PolicyArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        TEXT(PolicyArgs, authority, "authority", 'a', N_("FILE"),
             N_("rollout-report: check credentials with this list of the authority's keys")),
        TEXT(PolicyArgs, policy, "policy", 0, N_("FILE"),
             N_("rollout-report: who is behind this policy (default: the newest that is seen)")),
        TEXT(PolicyArgs, version, "version", 0, N_("N"),
             N_("rollout-report: who is behind this version")),
        LIST(PolicyArgs, revocations, "revocations", 0, N_("FILE"),
             N_("rollout-report: who lacks this revocation file (may be given again)")),
        TEXT(PolicyArgs, silent, "silent", 's', N_("DAYS"),
             N_("rollout-report: name computers whose last record is that old")),
        FLAG(PolicyArgs, behind, "behind", 'b',
             N_("rollout-report: list only those with something to do")),
        FLAG(PolicyArgs, csv, "csv", 0, N_("rollout-report: print a table for a spreadsheet")),
        FLAG(PolicyArgs, json, "json", 'j', N_("show, diff, rollout-report: print JSON")),
};

const Verb verb_policy = {
        .name = "policy",
        .usage = N_("check|sign|show|diff|install|pick-up|rollout-report ..."),
        .summary = N_("check, sign, show, compare and install policies; how far one has come"),
        .details = N_(
                "install takes what came from the office - policy, key lists, revocation files,\n"
                "whitelist, credential - verifies it as a whole, and replaces what is in force only\n"
                "then. Files that are older than those in force are refused.\n"
                "pick-up waits until the block device is mounted and installs what is new in its\n"
                "folder usbzone-office, if the policy says \"pick-up = yes\"; the udev rules start it.\n"
                "rollout-report reads exports as `usbzonectl inspect` does, and tells which policy,\n"
                "key list, whitelist and revocations each computer has in force, and since when.\n"
                "Exit status then: 0 all are at the newest, 1 some are not, 5 broken evidence."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1 + EXPORTS_MAX,
        .size = sizeof(PolicyArgs),
        .run = run,
};
