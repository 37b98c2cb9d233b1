/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The numbers this authority has given out: media.jsonl beside its keys, one JSON line each.
 * It answers two questions before a label is signed: is the number free, and what was this drive
 * before. Functions return CLI_* and have said why. */
#pragma once

#include "lib/macros.h"
#include "policy/label.h"

#define REGISTER_FILE "media.jsonl"
#define REGISTER_PATH UZ_AUTHORITY_DIR "/" REGISTER_FILE /* below UZ_ETC_DIR */

/* Refuses a number another drive has (CLI_FAILED), and a drive that was classified once and would
 * now get a lower zone or level (CLI_REFUSED). */
int register_check(int etc_fd, const Label *label) _must_check_;

int register_add(int etc_fd, const Label *label) _must_check_;

/* The drive a number was given to last. CLI_OK, or CLI_FAILED without a word: unknown here. */
int register_find(int dirfd, const char *path, const char *number,
                  uint8_t ret_identity[DIGEST_SIZE]) _must_check_;

/* Calls `visit` for each number given out, in the order of the register; a line that is not
 * readable is passed over. 0 or -errno. */
typedef void (*RegisterVisit)(void *userdata, const uint8_t identity[DIGEST_SIZE],
                              const char *number);
int register_each(int dirfd, const char *path, RegisterVisit visit, void *userdata) _must_check_;
