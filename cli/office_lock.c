/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Locks UZ_ETC_DIR and finishes what was cut short. */
#include "cli/office_lock.h"

#include <fcntl.h>
#include <sys/file.h>

#include "cli/cli.h"
#include "lib/file.h"
#include "store/pending.h"

static int finish(int etc_fd)
{
        int r = pending_finish(etc_fd);

        if (r > 0)
                cli_note("%s", _("an installation that was cut short is finished now"));
        return MIN(r, 0);
}

int office_lock(int etc_fd)
{
        int r;

        if (flock(etc_fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK
                               ? cli_fail(CLI_FAILED,
                                          _("another %s is changing the policy; try again"), UZ_CLI)
                               : cli_fail_errno(-errno, "%s", _("cannot lock the policy"));
        r = finish(etc_fd);
        return r < 0 ? cli_fail_errno(r,
                                      _("an installation was cut short, and %s/%s cannot be put "
                                        "in place"),
                                      file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR), UZ_PENDING_DIR)
                     : 0;
}

void office_finish(void)
{
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));

        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0)
                (void)!finish(fd);
}
