/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the mount table (proc(5), mountinfo) for a block device. Only the kernel's own file
 * systems have its number: what a user's process serves (FUSE) is never looked at. */
#include "cli/pickup_mount.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/file.h"

#define TABLE_MAX (4u << 20)

/* Blanks and backslashes are written \ooo. */
static void unescape(char *text)
{
        char *to = text;

        for (const char *p = text; *p; p++) {
                if (p[0] == '\\' && p[1] >= '0' && p[1] <= '3' && p[2] >= '0' && p[2] <= '7' &&
                    p[3] >= '0' && p[3] <= '7') {
                        *to++ = (char)((p[1] - '0') << 6 | (p[2] - '0') << 3 | (p[3] - '0'));
                        p += 3;
                } else {
                        *to++ = *p;
                }
        }
        *to = '\0';
}

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
static int find_mount(char *table, dev_t device)
{
        char *save = NULL;
        int r = -ENODEV;

        for (char *l = strtok_r(table, "\n", &save); l && r < 0; l = strtok_r(NULL, "\n", &save)) {
                char root[3], path[PATH_MAX];
                unsigned a, b;

                if (sscanf(l, "%*u %*u %u:%u %2s %4095s", &a, &b, root, path) != 4 ||
                    makedev(a, b) != device || strcmp(root, "/") != 0)
                        continue;
                unescape(path);
                r = open_root(path, device);
        }
        return r;
}

static int wait_mount(dev_t device)
{
        _cleanup_(fd_closep) int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);
        struct pollfd change = {.fd = fd, .events = POLLPRI};

        if (fd < 0)
                return -errno;
        for (;;) {
                _cleanup_(freep) char *table = NULL;
                size_t size;
                int r = lseek(fd, 0, SEEK_SET) < 0 ? -errno
                                                   : file_read_fd(fd, TABLE_MAX, &table, &size);

                if (r == 0)
                        r = find_mount(table, device);
                if (r != -ENODEV)
                        return r;
                if (poll(&change, 1, -1) < 0 && errno != EINTR)
                        return -errno;
        }
}

int mount_wait_folder(dev_t device, const char *name)
{
        _cleanup_(fd_closep) int root = wait_mount(device), fd = -EBADF;
        struct stat st;

        if (root < 0)
                return root;
        /* Not openat2(): systemd keeps it from a unit with RestrictSUIDSGID=yes. */
        fd = openat(root, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        return st.st_dev == device ? TAKE_FD(fd) : -EXDEV;
}
