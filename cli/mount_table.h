/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The mount table of this process: mountinfo of proc(5), line by line. */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <sys/types.h>

#include "lib/macros.h"

typedef struct Mount {
        dev_t device;
        /* Without the table's escapes. root: what of the file system is mounted, "/" for all. */
        char root[PATH_MAX], path[PATH_MAX], source[PATH_MAX];
} Mount;

/* An open table, readable again after poll() says POLLPRI; -errno. */
int mount_table_open(void) _must_check_;
/* Its text as it is now, for mount_table_next(); the caller frees. 0, -errno. */
int mount_table_read(int fd, char **ret) _must_check_;
/* The next mount from *cursor on, which moves through the text. False: there is none. */
bool mount_table_next(char **cursor, Mount *ret);
