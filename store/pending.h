/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several files come into force with one rename: a whole folder of them gets the name
 * UZ_PENDING_DIR, counts from then on instead of the files beside it, and goes when each of its
 * files has reached its place. Whoever changes these files holds a lock (flock) on UZ_ETC_DIR.
 *
 * Without UZ_KEYS_FILE in its place nothing is in force, and a pending folder does not count: the
 * udev rules and the unit look for that file. */
#pragma once

#include <dirent.h>
#include <stdint.h>

#include "lib/macros.h"

/* In the folder: revocation files that are in place and not in it go out of force. */
#define PENDING_ALONE_FILE "alone"

/* The pending folder, or -EBADF in `ret_fd` if there is none. 0, -errno, or FILE_E_* if it is not
 * to be trusted; nothing is in force then. */
int pending_open(int etc_fd, int *ret_fd) _must_check_;
/* The folder whose files are in force, for one look at them: pending, or `etc_fd` itself. The
 * descriptor is the caller's. */
int pending_open_files(int etc_fd, int *ret_fd) _must_check_;

/* Where nothing is in force yet: moves the files of `dir` to their places, UZ_KEYS_FILE last.
 * 1: done; 0: something is in force, so nothing was done; -errno: nothing is in force. */
int pending_begin(int etc_fd, const char *dir) _must_check_;
/* Two of them are equal if no file in force changed between the two calls. As pending_open(). */
int pending_stamp(int etc_fd, uint64_t *ret) _must_check_;

/* Puts the folder `dir` in force, as it is. 0: it is, whatever comes. -errno: it is not. */
int pending_commit(int etc_fd, const char *dir) _must_check_;
/* Moves what is pending to its places, now or after a power cut. 0: nothing was pending, 1: it was,
 * -errno: it still is, and in force. */
int pending_finish(int etc_fd) _must_check_;

/* Which names are files in force; for scandir(). */
int pending_is_file(const struct dirent *d);
int pending_is_revocations(const struct dirent *d);
/* Removes a folder of such files. */
void pending_remove(int etc_fd, const char *dir);
