/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs revocation files. */
#include "cli/revoke_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/home.h"
#include "cli/office_file.h"

/* What stands in the file already stays: it must be the office's own. */
static int read_old(const RevokeFile *f, const Home *h, Bundle *b)
{
        OfficeFile old = {.fd = -EBADF};
        TextError error = {0};
        int64_t issued;
        int r;

        if (access(f->out, F_OK) < 0)
                return 0;
        r = office_read_kind(f->out, OFFICE_REVOCATIONS, &old);
        if (r)
                return r;
        r = revocations_load(old.data, old.size, &h->authority.ring, b, &issued, &error);
        office_clear(&old);
        return office_refuse(f->out, r, &error);
}

/* Its own key signs nothing that takes it away, and root keys go with a new key list only. */
static int check_key(const RevokeFile *f, const Home *h, const PrivateKey *signer)
{
        const PublicKey *key =
                f->kind == REVOKED_KEY ? keyring_find(&h->authority.ring, f->id) : NULL;

        if (key && (key->purpose == PURPOSE_ROOT ||
                    memcmp(key->id, private_key_public(signer)->id, KEY_ID_SIZE) == 0))
                return cli_fail(CLI_FAILED,
                                _("key %s is a %s key that a revocation file cannot take away: %s "
                                  "authority retire does"),
                                f->word, purpose_name(key->purpose), UZ_CLI);
        return 0;
}

static int sign_file(const RevokeFile *f, const Bundle *b, const PrivateKey *key)
{
        _cleanup_(freep) char *text = NULL, *note = NULL;
        size_t size;
        int r = revocations_format(b, time(NULL), &text, &size);

        if (r == 0)
                r = note_sign(text, size, key, &note, &size);
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot sign the revocation file"))
                     : office_write(f->out, note, size);
}

int revoke_to_file(const RevokeFile *f)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(bundle_clear) Bundle b = {0};
        Home h = {.fd = -EBADF, .etc_fd = -EBADF};
        int r = home_open(&h, f->dir, f->passphrase_fd);

        if (r == 0)
                r = home_key(&h, PURPOSE_POLICY, NULL, &key);
        if (r == 0)
                r = check_key(f, &h, key);
        if (r == 0)
                r = read_old(f, &h, &b);
        home_close(&h);
        if (r)
                return r;
        r = bundle_revoke(&b, f->kind, f->id);
        if (r == -EEXIST)
                return cli_fail(CLI_FAILED, _("%s is revoked already"), f->word);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot add to the revocation file"));
        r = sign_file(f, &b, key);
        if (r == 0)
                printf(_("%s revokes %zu things now: carry it to every computer, for %s policy "
                         "install.\n"),
                       f->out, b.n_revoked, UZ_CLI);
        return r;
}
