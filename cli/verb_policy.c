/* SPDX-License-Identifier: GPL-2.0-or-later */
/* policy: checked, signed, shown, compared, installed. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/home.h"
#include "cli/install.h"
#include "cli/out.h"
#include "cli/policy_show.h"
#include "cli/signer.h"
#include "cli/verbs.h"
#include "lib/file.h"
#include "store/pending.h"

typedef struct PolicyArgs {
        const char *dir, *key, *passphrase_fd, *out;
        bool json;
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

static int run(void *args, int n, char **words)
{
        static const InstallArgs install = {0};
        const PolicyArgs *a = args;
        const char *what = words[0];

        if (a->json && strcmp(what, "show") != 0 && strcmp(what, "diff") != 0)
                return out_no_json("policy", what);
        if (!strcmp(what, "check") && n == 2)
                return check(a, words[1]);
        if (!strcmp(what, "sign") && n == 2)
                return sign(a, words[1]);
        if (!strcmp(what, "show") && n <= 2)
                return show(a, n == 2 ? words[1] : NULL);
        if (!strcmp(what, "diff") && (n == 2 || n == 3))
                return diff(a, n == 3 ? words[1] : NULL, words[n - 1]);
        if (!strcmp(what, "install") && n > 1)
                return install_files(&install, n - 1, words + 1);
        return cli_fail(CLI_USAGE, "%s",
                        _("policy: check FILE, sign DRAFT, show [FILE], diff [OLD] NEW or install "
                          "FILE ..."));
}

static const Option options[] = {
        TEXT(PolicyArgs, out, "out", 'o', N_("FILE"), N_("sign: write the signed policy there")),
        TEXT(PolicyArgs, dir, "dir", 'D', N_("DIR"),
             N_("the authority's folder (default: /etc/usbzone/authority)")),
        TEXT(PolicyArgs, key, "key", 0, N_("FILE"),
             N_("sign with this key (default: the one in the authority's folder)")),
        TEXT(PolicyArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read the passphrases of keys from this descriptor, one a line")),
        FLAG(PolicyArgs, json, "json", 'j', N_("show, diff: print JSON")),
};

const Verb verb_policy = {
        .name = "policy",
        .usage = N_("check|sign|show|diff|install [FILE ...]"),
        .summary = N_("check, sign, show, compare and install policies"),
        .details = N_(
                "install takes what came from the office - policy, key lists, revocation files,\n"
                "whitelist, credential - verifies it as a whole, and replaces what is in force only\n"
                "then. Files that are older than those in force are refused."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1 + INSTALL_FILES_MAX,
        .size = sizeof(PolicyArgs),
        .run = run,
};
