/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the mount table for a block device. Only the kernel's own file
 * systems have its number: what a user's process serves (FUSE) is never looked at. */
#include "cli/pickup_mount.h"

#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/mount_table.h"
#include "lib/file.h"

/* The root of the device's file system, open. -ENODEV: something else is mounted there by now. */
static int open_root(const char *path, dev_t device)
{
        _cleanup_(fd_closep) int fd = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        return st.st_dev == device ? TAKE_FD(fd) : -ENODEV;
}

/* A descriptor, -ENODEV: it is not mounted, -errno. */
static int find_root(int table_fd, dev_t device)
{
        _cleanup_(freep) char *text = NULL;
        int r = mount_table_read(table_fd, &text);
        char *cursor = text;
        Mount m;

        if (r < 0)
                return r;
        r = -ENODEV;
        while (r < 0 && mount_table_next(&cursor, &m))
                if (m.device == device && strcmp(m.root, "/") == 0)
                        r = open_root(m.path, device);
        return r;
}

static int wait_root(int table_fd, dev_t device, void (*waiting)(void))
{
        struct pollfd change = {.fd = table_fd, .events = POLLPRI};
        int r;

        while ((r = find_root(table_fd, device)) == -ENODEV) {
                if (waiting)
                        waiting();
                waiting = NULL;
                if (poll(&change, 1, -1) < 0 && errno != EINTR)
                        return -errno;
        }
        return r;
}

int mount_wait_folder(dev_t device, const char *name, void (*waiting)(void))
{
        _cleanup_(fd_closep) int table = mount_table_open(), root = -EBADF, fd = -EBADF;
        struct stat st;

        root = table < 0 ? table : wait_root(table, device, waiting);
        if (root < 0)
                return root;
        /* Not openat2(): systemd keeps it from a unit with RestrictSUIDSGID=yes. */
        fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        return st.st_dev == device ? TAKE_FD(fd) : -EXDEV;
}
