/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A folder beside the files in force, with links to them: new files are put into it, looked at as
 * a whole, and come into force as a whole. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "policy/digest.h"

#define STAGE_NAME_MAX 96u
/* The files are in force, and the daemon loads them; not all of them have reached their places. */
#define STAGE_E_UNPLACED 1
#define STAGE_E_OTHER 2

/* Names below UZ_ETC_DIR: a whitelist's is told by its digest, a revocation file's by what is in
 * it, so that the same file twice is one. */
void stage_whitelist_name(const uint8_t digest[DIGEST_SIZE], char ret[STAGE_NAME_MAX]);
int stage_revocations_name(const void *data, size_t size, char ret[STAGE_NAME_MAX]) _must_check_;

typedef struct Stage {
        int etc_fd, fd;
        char dir[32];
} Stage;

/* `blank`: nothing of what is in force. The caller holds the lock on `etc_fd`, and has finished
 * what was pending. 0 or -errno. */
int stage_open(Stage *s, int etc_fd, bool blank) _must_check_;
/* A new file in the place of the one of that name. */
int stage_put(Stage *s, const char *name, const void *data, size_t size) _must_check_;
/* The whitelist with this digest, named by it. STAGE_E_OTHER, and nothing is put, for another. */
int stage_put_whitelist(Stage *s, int fd, const uint8_t digest[DIGEST_SIZE]) _must_check_;
/* Puts the files in force: all of them, or none if it fails (-errno). A blank stage takes the
 * revocation files that are there out of force. STAGE_E_UNPLACED. */
int stage_commit(Stage *s) _must_check_;
/* Removes the folder; what was not put in force is gone. */
void stage_close(Stage *s);
