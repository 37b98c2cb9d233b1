/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder beside the files in force, with links to them: new files are put into it, looked at as
 * a whole, and moved to their places one by one. */
#pragma once

#include <stdbool.h>

#include "store/trust.h"

#define STAGE_NAME_MAX 96u
#define STAGE_FILES_MAX 64u

typedef struct Stage {
        int etc_fd, fd;
        bool blank;
        char dir[32];
        char names[STAGE_FILES_MAX][STAGE_NAME_MAX]; /* of the new files, in order of arrival */
        size_t n;
} Stage;

/* `blank`: nothing of what is in force. 0 or -errno. */
int stage_open(Stage *s, int etc_fd, bool blank) _must_check_;
/* A new file in the place of the one of that name. */
int stage_put(Stage *s, const char *name, const void *data, size_t size) _must_check_;
/* A whitelist, named by its digest. */
int stage_put_whitelist(Stage *s, int fd) _must_check_;
bool stage_holds(const Stage *s, const char *name);
/* Moves the new files to their places; the one named `last` comes last (or NULL). A blank stage
 * takes the revocation files that are there out of force. */
int stage_commit(Stage *s, const char *last) _must_check_;
/* Removes the folder; what was not moved is gone. */
void stage_close(Stage *s);
