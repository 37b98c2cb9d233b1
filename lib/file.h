/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files: whole reads with a limit, whole writes that survive a power cut, owner and mode checks. */
#pragma once

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "lib/macros.h"

/* What file_open_trusted() refuses, > 0, so that the caller can say which. */
typedef enum FileTrust {
        FILE_E_OWNER = 1,    /* not owned by root (or by the caller's own uid) */
        FILE_E_WRITABLE = 2, /* group or others may write */
        FILE_E_READABLE = 3, /* a secret that group or others may read */
        FILE_E_TYPE = 4,     /* a symlink, directory, device ... */
        FILE_E_TOO_LARGE = 5,
} FileTrust;

typedef enum FileFlags {
        FILE_PUBLIC = 0,
        FILE_SECRET = 1, /* also refuse what group or others may read */
} FileFlags;

const char *file_trust_text(int outcome);

/* Opens a regular file, no symlink, owned by root or geteuid(), at most `max` bytes. Returns 0 and
 * a descriptor, a FILE_E_* outcome, or -errno. */
int file_open_trusted(int dirfd, const char *name, FileFlags flags, uint64_t max,
                      int *ret_fd) _must_check_;

/* Opens for reading without ever waiting for who is at the other end. `flags`: O_NOFOLLOW, or 0.
 * Returns a descriptor or -errno; -ESPIPE: it is no regular file. */
int file_open_regular(int dirfd, const char *name, int flags) _must_check_;

/* Reads to the end, at most `max` bytes; `ret` is NUL-terminated beyond `ret_size`. -EFBIG. */
int file_read_fd(int fd, size_t max, char **ret, size_t *ret_size) _must_check_;
int file_read(int dirfd, const char *name, size_t max, char **ret, size_t *ret_size) _must_check_;

/* Loops over short reads and writes and EINTR. 0, -errno; a short file is -ENODATA. */
int file_pread_full(int fd, void *buffer, size_t n, uint64_t offset) _must_check_;
int file_pwrite_full(int fd, const void *buffer, size_t n, uint64_t offset) _must_check_;
int file_write_full(int fd, const void *buffer, size_t n) _must_check_;

/* Writes NAME.tmpXXXXXX, fsyncs, renames, fsyncs the directory: the old file or the new, whole.
 * -ESPIPE: NAME is a device, a pipe, a socket, or a link to one: it stays. */
int file_replace(int dirfd, const char *name, const void *data, size_t n, mode_t mode) _must_check_;

/* The same in steps, for what does not fit in memory. A new file NAME.tmpXXXXXX, mode 0600, to read
 * and write: its descriptor, and its name in `temp`. */
int file_temp(int dirfd, const char *name, char *temp, size_t size) _must_check_;
/* Gives it its name, for good; `temp` was synced. -EEXIST unless `replace`. */
int file_publish(int dirfd, const char *temp, const char *name, bool replace) _must_check_;

/* Opens a directory for *at calls. Returns a descriptor or -errno. */
int file_open_dir(int dirfd, const char *path) _must_check_;

/* The directory from its environment variable (unless secure execution) or its default. */
const char *file_dir(const char *env, const char *fallback);

/* For _cleanup_(). */
static inline void closedirp(DIR **d)
{
        if (*d)
                (void)closedir(*d);
}
