/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first key of the ledger's seal: given to the auditor once, read again when he verifies. */
#include "cli/ledger_key.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "lib/file.h"
#include "store/ledger-key.h"

static int write_out(const char *path, const char *text)
{
        _cleanup_(fd_closep) int fd =
                open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
        int r = fd < 0 ? -errno : file_write_full(fd, text, strlen(text));

        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        if (r < 0 && fd >= 0)
                (void)unlink(path);
        return r;
}

static void hand_out(const char *text, const char *path)
{
        int r = path ? write_out(path, text) : -ENOENT;

        if (r == 0) {
                printf(_("The ledger's first key is in %s.\n"), path);
        } else {
                if (path)
                        (void)cli_fail_errno(r, _("cannot write the ledger's first key to %s"),
                                             path);
                printf("%s\n\n%s\n", _("The ledger's first key:"), text);
        }
        printf("%s\n",
               _("It is for the auditor alone and is not kept here. With it, `usbzonectl verify "
                 "--key FILE`\n"
                 "proves later, on any computer, that no record was written anew. Who has it could "
                 "forge\n"
                 "records: keep it away from this computer."));
}

int ledger_key_give(int state_fd, const char *path)
{
        char text[MAC_KEY_TEXT_SIZE + 1] = "";
        MacKey key;
        int r;

        if (path && access(path, F_OK) == 0)
                return cli_fail(CLI_FAILED, _("%s exists already: the key needs a new file"), path);
        r = ledger_key_create(state_fd, &key);
        if (r == -EEXIST) {
                cli_note("%s",
                         _("the ledger goes on with the key it has; the auditor keeps the first"));
                return 0;
        }
        if (r == -EBUSY)
                return cli_fail(CLI_FAILED, "%s",
                                _("the daemon is writing the ledger; first: systemctl stop "
                                  "usbzoned"));
        if (r == -EBADMSG)
                return cli_fail(CLI_BROKEN, "%s",
                                _("the ledger does not verify; see usbzonectl verify. It gets no "
                                  "key"));
        if (r == 0)
                r = mac_key_format(&key, text);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot make the ledger's key"));
        hand_out(text, path);
        explicit_bzero(text, sizeof(text));
        mac_key_clear(&key);
        return 0;
}

int ledger_key_load(const char *path, MacKey *ret)
{
        bool in = !strcmp(path, "-");
        int fd = in ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
        size_t size = 0;
        char *text = NULL;
        int r = fd < 0 ? -errno : file_read_fd(fd, MAC_KEY_TEXT_SIZE, &text, &size);

        if (!in)
                fd_close(fd);
        if (r == 0)
                r = mac_key_parse(text, size, ret);
        if (text)
                explicit_bzero(text, size);
        free(text);
        if (r == -EINVAL || r == -EFBIG)
                return cli_fail(CLI_USAGE, _("--key: %s is no key of a ledger"), path);
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : 0;
}
