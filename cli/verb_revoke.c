/* SPDX-License-Identifier: GPL-2.0-or-later */
/* revoke: puts a drive, a label or a key on the policy's list of what counts no more. */
#include <fcntl.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/register.h"
#include "cli/revoke_file.h"
#include "cli/signer.h"
#include "cli/verbs.h"
#include "lib/file.h"
#include "lib/text.h"

typedef struct RevokeArgs {
        const char *drive, *label, *key, *host, *reason, *out, *dir, *passphrase_fd;
} RevokeArgs;

typedef struct Revocation {
        RevokedKind kind;
        uint8_t id[DIGEST_SIZE];
        size_t size;
        const char *word; /* what the person called it */
} Revocation;

static int take_hex(const char *option, const char *text, RevokedKind kind, size_t size,
                    Revocation *ret)
{
        *ret = (Revocation){.kind = kind, .size = size, .word = text};
        if (text_unhex(text, ret->id, size) < 0)
                return cli_fail(CLI_USAGE, _("--%s wants %zu hex digits"), option, 2 * size);
        return 0;
}

/* The register is beside the keys: in --dir, or on this computer. */
static bool in_register(const RevokeArgs *a, const char *word, uint8_t ret[DIGEST_SIZE])
{
        _cleanup_(fd_closep) int fd = -EBADF;

        fd = file_open_dir(AT_FDCWD, a->dir ? a->dir : file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        return fd >= 0 &&
               register_find(fd, a->dir ? REGISTER_FILE : REGISTER_PATH, word, ret) == CLI_OK;
}

/* By the number it was enrolled with, plugged in or lost; else by what the daemon sees. */
static int take_drive(const RevokeArgs *a, const char *word, Revocation *ret)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *drive = NULL;
        int r;

        *ret = (Revocation){.kind = REVOKED_DRIVE, .size = DIGEST_SIZE, .word = word};
        if (in_register(a, word, ret->id))
                return 0;
        if (strlen(word) == 2 * DIGEST_SIZE && text_unhex(word, ret->id, DIGEST_SIZE) == 0)
                return 0;
        if (client_try(&c) < 0)
                return cli_fail(
                        CLI_FAILED,
                        _("the number %s was not given out here, and %s is not running to ask"),
                        word, UZ_DAEMON);
        r = client_find_drive(c, word, &drive);
        if (r)
                return r;
        if (text_unhex(json_text(drive, "identity"), ret->id, DIGEST_SIZE) < 0)
                return cli_fail(CLI_FAILED,
                                _("drive %s could not be read: it has no identity to revoke"),
                                word);
        return 0;
}

static int take_what(const RevokeArgs *a, const char *word, Revocation *ret)
{
        if (a->drive)
                return take_hex("drive", a->drive, REVOKED_DRIVE, DIGEST_SIZE, ret);
        if (a->label)
                return take_hex("label", a->label, REVOKED_LABEL, LABEL_ID_SIZE, ret);
        if (a->key)
                return take_hex("key", a->key, REVOKED_KEY, KEY_ID_SIZE, ret);
        if (a->host)
                return take_hex("host", a->host, REVOKED_HOST, HOST_ID_SIZE, ret);
        return take_drive(a, word, ret);
}

/* The policy cannot take away the key that signs it, or those above: that is for a new key list. */
static int check_key(const Signer *s, const Revocation *what)
{
        const PublicKey *key;

        if (what->kind != REVOKED_KEY)
                return 0;
        key = keyring_find(&s->trust->snapshot.authority.ring, what->id);
        if (!key)
                return cli_fail(CLI_FAILED, _("%s/%s lists no key %s"), UZ_ETC_DIR, UZ_KEYS_FILE,
                                what->word);
        if (key->purpose != PURPOSE_LABEL)
                return cli_fail(
                        CLI_FAILED,
                        _("key %s is a %s key; the policy revokes label keys only, others need a "
                          "new "
                          "key list"),
                        what->word, purpose_name(key->purpose));
        return 0;
}

static int record(const RevokeArgs *a, const Revocation *what)
{
        static const char *const names[] = {[REVOKED_DRIVE] = "identity",
                                            [REVOKED_LABEL] = "label_id",
                                            [REVOKED_KEY] = "key",
                                            [REVOKED_HOST] = "host_id"};
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(what->id, what->size, hex);
        json_object_object_add(o, names[what->kind], json_object_new_string(hex));
        if (a->out)
                json_object_object_add(o, "file", json_object_new_string(a->out));
        if (strcmp(what->word, hex) != 0)
                json_object_object_add(o, "named", json_object_new_string(what->word));
        json_object_object_add(o, "why", json_object_new_string(a->reason));
        return client_record("revoked", o);
}

static int carry_out(Signer *s, const RevokeArgs *a, const char *word)
{
        Bundle *b = &s->trust->snapshot.bundle;
        Revocation what;
        int r = take_what(a, word, &what);

        if (r == 0)
                r = check_key(s, &what);
        if (r)
                return r;
        r = bundle_revoke(b, what.kind, what.id);
        if (r == -EEXIST)
                return cli_fail(CLI_FAILED, _("%s is revoked already"), what.word);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot add to the policy"));
        r = signer_publish(s);
        if (r)
                return r;
        printf(_("%s is revoked from policy version %llu on.\n"), what.word,
               (unsigned long long)b->version);
        return record(a, &what);
}

/* A file that travels alone: the policy here stays as it is until it is installed. */
static int to_file(const RevokeArgs *a, const char *word)
{
        Revocation what = {0};
        int r = take_what(a, word, &what);
        RevokeFile f = {.out = a->out,
                        .dir = a->dir,
                        .passphrase_fd = a->passphrase_fd,
                        .kind = what.kind,
                        .id = what.id,
                        .word = what.word};

        if (r == 0)
                r = revoke_to_file(&f);
        return r ? r : record(a, &what);
}

static int run(void *args, int n, char **words)
{
        const RevokeArgs *a = args;
        Signer s = {.etc_fd = -EBADF, .passphrase_fd = a->passphrase_fd};
        int r;

        if (n + !!a->drive + !!a->label + !!a->key + !!a->host != 1)
                return cli_fail(
                        CLI_USAGE, "%s",
                        _("revoke: give one DRIVE, or one of --drive, --label, --key, --host"));
        if (!a->reason || !*a->reason)
                return cli_fail(CLI_USAGE, "%s",
                                _("revoke: --reason TEXT is needed, for the ledger"));
        if (a->dir && !a->out)
                return cli_fail(CLI_USAGE, "%s", _("revoke: --dir goes with --out"));
        if (a->out)
                return to_file(a, n ? words[0] : NULL);
        r = signer_open(&s, SIGNER_POLICY);
        if (r == 0)
                r = carry_out(&s, a, n ? words[0] : NULL);
        signer_close(&s);
        return r;
}

static const Option options[] = {
        TEXT(RevokeArgs, drive, "drive", 0, N_("HEX"),
             N_("the drive with this identity (64 digits)")),
        TEXT(RevokeArgs, label, "label", 0, N_("HEX"), N_("this one label (32 digits)")),
        TEXT(RevokeArgs, key, "key", 0, N_("HEX"), N_("everything this key signed (32 digits)")),
        TEXT(RevokeArgs, host, "host", 0, N_("HEX"), N_("the computer with this id (32 digits)")),
        TEXT(RevokeArgs, out, "out", 'o', N_("FILE"),
             N_("make a revocation file that travels alone, or add to it")),
        TEXT(RevokeArgs, dir, "dir", 'D', N_("DIR"),
             N_("the authority's folder (default: /etc/usbzone/authority)")),
        TEXT(RevokeArgs, passphrase_fd, "passphrase-fd", 0, N_("N"),
             N_("read passphrases of keys and PINs of tokens from this descriptor, one a line")),
        TEXT(RevokeArgs, reason, "reason", 'r', N_("TEXT"), N_("why, for the ledger (needed)")),
};

const Verb verb_revoke = {
        .name = "revoke",
        .usage = N_("[DRIVE] --reason TEXT [OPTIONS]"),
        .summary = N_("revoke a drive, a label, a key or a computer"),
        .details = N_(
                "DRIVE is a media number given out here (the drive may be lost), or a drive that is\n"
                "plugged in. The policy is signed anew; drives in use are decided again at once."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(RevokeArgs),
        .run = run,
};
