/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file in /run that is there or not. */
#include "daemon/pick-up.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "lib/file.h"
#include "lib/names.h"

void pick_up_announce(const Manager *m)
{
        const Snapshot *s = &m->trust->snapshot;
        int fd;

        if (s->status != REASON_OK || !bundle_setting(&s->bundle, SETTING_PICK_UP, s->host.zone)) {
                (void)unlinkat(m->run_fd, UZ_PICK_UP_FILE, 0);
                return;
        }
        fd = openat(m->run_fd, UZ_PICK_UP_FILE, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
        if (fd < 0)
                (void)fprintf(stderr, SD_WARNING "%s: %s\n", UZ_PICK_UP_FILE, strerror(errno));
        (void)fd_close(fd);
}
