/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Seals and unseals the computer's key by systemd-creds. */
#include "cli/host_key.h"

#include <fcntl.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "cli/cli.h"
#include "cli/keystore.h"
#include "cli/run.h"
#include "lib/file.h"

#define CREDS "systemd-creds"
#define CREDS_NAME "--name=usbzone-host-key" /* is in what is encrypted: no other one fits */

static const char *state_dir(void)
{
        return file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
}

static bool is_there(int state_fd, const char *name)
{
        return faccessat(state_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

bool host_key_exists(int state_fd)
{
        return is_there(state_fd, UZ_HOST_KEY_SEALED) || is_there(state_fd, UZ_HOST_KEY_FILE);
}

bool host_key_can_seal(void)
{
        char path[256];

        return sd_booted() > 0 && run_find(CREDS, path, sizeof(path));
}

/* What the program makes of `input` is in run->output; to be wiped. */
static bool creds(Run *run, const char *verb, const char *input)
{
        const char *argv[] = {CREDS, verb, CREDS_NAME, "-", "-", NULL};
        int r;

        *run = (Run){.argv = argv, .input = input, .no_errors = true};
        r = run_program(run);
        run->argv = NULL;
        return r == 0 && *run->output && strlen(run->output) < RUN_OUTPUT_MAX - 1;
}

static bool same_key(const PrivateKey *key, const char *pem)
{
        _cleanup_(private_key_freep) PrivateKey *again = NULL;

        return private_key_from_pem(pem, strlen(pem), NULL, PURPOSE_VISIT, &again) == 0 &&
               memcmp(private_key_public(again)->id, private_key_public(key)->id, KEY_ID_SIZE) == 0;
}

/* -EOPNOTSUPP where it cannot be done; what cannot be read back does not count. */
static int write_sealed(int state_fd, const PrivateKey *key)
{
        Run sealed, again;
        char *pem;
        size_t size;
        int r = private_key_to_pem(key, NULL, &pem, &size);

        if (r)
                return r < 0 ? r : -EKEYREJECTED;
        if (host_key_can_seal() && creds(&sealed, "encrypt", pem) &&
            creds(&again, "decrypt", sealed.output) && same_key(key, again.output))
                r = file_replace(state_fd, UZ_HOST_KEY_SEALED, sealed.output, strlen(sealed.output),
                                 0600);
        else
                r = -EOPNOTSUPP;
        explicit_bzero(again.output, sizeof(again.output));
        explicit_bzero(pem, size);
        free(pem);
        return r;
}

int host_key_write(int state_fd, const PrivateKey *key)
{
        const char *name = UZ_HOST_KEY_SEALED, *other = UZ_HOST_KEY_FILE;
        int r = write_sealed(state_fd, key);

        if (r == -EOPNOTSUPP) {
                if (host_key_can_seal())
                        cli_note(_("systemd-creds could not encrypt this computer's key: it is "
                                   "in %s/%s, for root alone"),
                                 state_dir(), UZ_HOST_KEY_FILE);
                name = UZ_HOST_KEY_FILE;
                other = UZ_HOST_KEY_SEALED;
                r = key_replace(state_fd, name, key, NULL);
        }
        if (r == 0 && unlinkat(state_fd, other, 0) < 0 && errno != ENOENT)
                r = -errno;
        return r < 0 ? cli_fail_errno(r, _("cannot write %s/%s"), state_dir(), name) : 0;
}

static int read_sealed(int state_fd, PrivateKey **ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        _cleanup_(freep) char *text = NULL;
        size_t size;
        Run pem;
        int r = file_open_trusted(state_fd, UZ_HOST_KEY_SEALED, FILE_SECRET, RUN_OUTPUT_MAX, &fd);

        if (r > 0)
                return cli_fail(CLI_FAILED, _("the key %s/%s is refused: %s"), state_dir(),
                                UZ_HOST_KEY_SEALED, _(file_trust_text(r)));
        if (r == 0)
                r = file_read_fd(fd, RUN_OUTPUT_MAX, &text, &size);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read the key %s/%s"), state_dir(),
                                      UZ_HOST_KEY_SEALED);
        if (!creds(&pem, "decrypt", text) ||
            private_key_from_pem(pem.output, strlen(pem.output), NULL, PURPOSE_VISIT, ret) != 0)
                r = cli_fail(CLI_FAILED,
                             _("systemd-creds cannot decrypt the key %s/%s here: on another "
                               "computer, or without its TPM, make a new one: %s host request "
                               "--new-key"),
                             state_dir(), UZ_HOST_KEY_SEALED, UZ_CLI);
        explicit_bzero(pem.output, sizeof(pem.output));
        return r;
}

int host_key_read(int state_fd, PrivateKey **ret, bool *ret_open)
{
        Passphrases none = {.from_fd = true};

        *ret_open = !is_there(state_fd, UZ_HOST_KEY_SEALED);
        if (*ret_open)
                return key_read(state_fd, state_dir(), UZ_HOST_KEY_FILE, PURPOSE_VISIT, &none, ret);
        return read_sealed(state_fd, ret);
}
