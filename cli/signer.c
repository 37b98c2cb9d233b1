/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens the authority's keys and publishes the policy. */
#include "cli/signer.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/office_lock.h"
#include "cli/said.h"
#include "lib/file.h"
#include "policy/note.h"

int signer_open_etc(int *ret_fd)
{
        const char *path = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        int fd = file_open_dir(AT_FDCWD, path);

        if (fd == -ENOENT)
                return cli_fail(CLI_FAILED, _("%s is not there: run %s setup first"), path, UZ_CLI);
        if (fd < 0)
                return cli_fail_errno(fd, _("cannot open %s"), path);
        *ret_fd = fd;
        return 0;
}

int signer_load_trust(int etc_fd, Trust **ret)
{
        _cleanup_(fd_closep) int state_fd = -EBADF;
        TrustFloor floor = {0};
        int r;

        state_fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR));
        if (state_fd >= 0)
                (void)!trust_remembered(state_fd, &floor, NULL);
        r = trust_load(etc_fd, time(NULL), floor, ret);
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot load the policy")) : 0;
}

int signer_check_key(const PrivateKey *key, const Keyring *ring, const char *name, const char *dir)
{
        const PublicKey *public = private_key_public(key);
        const PublicKey *known = keyring_find(ring, public->id);

        if (!known)
                return cli_fail(CLI_FAILED,
                                _("wrong key: %s is none of the %s keys that %s/%s lists"), name,
                                purpose_name(public->purpose), dir, UZ_KEYS_FILE);
        if (known->revoked || !public_key_valid_at(known, time(NULL)))
                return cli_fail(CLI_FAILED, _("the key %s is revoked or not valid today"), name);
        return 0;
}

int signer_load_key(int etc_fd, Purpose purpose, const Keyring *ring, Passphrases *secrets,
                    PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        char stem[32], name[KEY_FILE_NAME_MAX];
        int r;

        snprintf(stem, sizeof(stem), "%s/%s", UZ_AUTHORITY_DIR, purpose_name(purpose));
        r = key_find(etc_fd, etc, stem, name);
        if (r == 0)
                r = key_read(etc_fd, etc, name, purpose, secrets, &key);
        if (r == 0)
                r = signer_check_key(key, ring, name, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        if (r == 0)
                *ret = TAKE_PTR(key);
        return r;
}

static int load_key_file(Signer *s, const char *file, const Keyring *ring, PrivateKey **ret)
{
        int r = key_read(AT_FDCWD, NULL, file, PURPOSE_LABEL, &s->secrets, ret);

        return r ? r : signer_check_key(*ret, ring, file, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
}

/* From the file that --key names, or where the keys of this computer are. */
static int load_label_keys(Signer *s, const Keyring *ring)
{
        int r;

        if (s->label_file)
                r = load_key_file(s, s->label_file, ring, &s->label);
        else
                r = signer_load_key(s->etc_fd, PURPOSE_LABEL, ring, &s->secrets, &s->label);
        if (r == 0 && s->second_file)
                r = load_key_file(s, s->second_file, ring, &s->second);
        return r;
}

int signer_open(Signer *s, unsigned needs)
{
        const Keyring *ring;
        int r;

        s->etc_fd = -EBADF;
        r = passphrases_open(&s->secrets, s->passphrase_fd);
        if (r == 0)
                r = signer_open_etc(&s->etc_fd);
        if (r == 0)
                r = office_lock(s->etc_fd); /* the next version number is given out once */
        if (r == 0)
                r = signer_load_trust(s->etc_fd, &s->trust);
        if (r)
                return r;
        if (s->trust->snapshot.status != REASON_OK)
                return said_fail(CLI_FAILED, s->trust->message);
        ring = &s->trust->snapshot.authority.ring;
        if (needs & SIGNER_LABEL)
                r = load_label_keys(s, ring);
        if (r == 0 && needs & SIGNER_POLICY)
                r = signer_load_key(s->etc_fd, PURPOSE_POLICY, ring, &s->secrets, &s->policy);
        return r;
}

void signer_close(Signer *s)
{
        s->label = private_key_free(s->label);
        s->second = private_key_free(s->second);
        s->policy = private_key_free(s->policy);
        passphrases_close(&s->secrets);
        s->trust = trust_free(s->trust);
        s->etc_fd = fd_close(s->etc_fd);
}

static int sign_policy(const Bundle *bundle, const PrivateKey *key, const Keyring *ring, char **ret,
                       size_t *ret_size)
{
        _cleanup_(freep) char *text = NULL, *note = NULL;
        size_t size, note_size, verified;
        int r;

        r = bundle_format(bundle, &text, &size);
        if (r == 0)
                r = note_sign(text, size, key, &note, &note_size);
        if (r == 0)
                r = note_verify(note, note_size, ring, PURPOSE_POLICY, 1, time(NULL), &verified);
        if (r)
                return r < 0 ? r : -EKEYREJECTED;
        *ret = TAKE_PTR(note);
        *ret_size = note_size;
        return 0;
}

int signer_write_policy(Signer *s)
{
        Snapshot *snapshot = &s->trust->snapshot;
        _cleanup_(freep) char *note = NULL;
        size_t size;
        int r;

        if (snapshot->bundle.version >= INT64_MAX)
                return cli_fail(CLI_FAILED, "%s",
                                _("the policy has the highest version there is: take the key that "
                                  "signed it off the key list, and sign a policy with another"));
        snapshot->bundle.version++;
        r = sign_policy(&snapshot->bundle, s->policy, &snapshot->authority.ring, &note, &size);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot sign the policy"));
        r = file_replace(s->etc_fd, UZ_POLICY_FILE, note, size, 0644);
        if (r < 0)
                return cli_fail_errno(r, _("cannot write %s/%s; the old policy stays"),
                                      file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR), UZ_POLICY_FILE);
        return 0;
}

int signer_publish(Signer *s)
{
        int r = signer_write_policy(s);

        return r ? r : client_reload();
}
