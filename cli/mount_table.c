/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and unescapes mountinfo. */
#include "cli/mount_table.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/file.h"

#define TABLE_MAX (4u << 20)

int mount_table_open(void)
{
        int fd = open("/proc/self/mountinfo", O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

int mount_table_read(int fd, char **ret)
{
        size_t size;

        return lseek(fd, 0, SEEK_SET) < 0 ? -errno : file_read_fd(fd, TABLE_MAX, ret, &size);
}

/* Blanks, newlines and backslashes are written \ooo. */
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

/* "36 35 98:0 /root /mountpoint options ... - type source options" */
static bool parse(const char *line, Mount *ret)
{
        const char *tail = strstr(line, " - ");
        unsigned a, b;

        if (!tail ||
            sscanf(line, "%*u %*u %u:%u %4095s %4095s", &a, &b, ret->root, ret->path) != 4 ||
            sscanf(tail, " - %*s %4095s", ret->source) != 1)
                return false;
        ret->device = makedev(a, b);
        unescape(ret->root);
        unescape(ret->path);
        unescape(ret->source);
        return true;
}

bool mount_table_next(char **cursor, Mount *ret)
{
        char *line;

        while ((line = strsep(cursor, "\n")))
                if (parse(line, ret))
                        return true;
        return false;
}
