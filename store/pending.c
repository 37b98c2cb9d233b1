/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Commits a folder of files, and moves them to their places. */
#include "store/pending.h"

#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"

#define DONE_DIR ".install-done" /* what has reached its places, about to be removed */
#define TEMP_FILE ".install-file"
#define NAME_ROOM 512u

int pending_is_file(const struct dirent *d)
{
        return !strcmp(d->d_name, UZ_KEYS_FILE) || !strcmp(d->d_name, UZ_CREDENTIAL_FILE) ||
               !strcmp(d->d_name, UZ_POLICY_FILE) ||
               fnmatch(UZ_WHITELIST_PREFIX "*" UZ_WHITELIST_SUFFIX, d->d_name, 0) == 0;
}

int pending_is_revocations(const struct dirent *d)
{
        return fnmatch("*" UZ_REVOCATIONS_SUFFIX, d->d_name, FNM_PERIOD) == 0;
}

static int open_folder(int etc_fd, int *ret_fd)
{
        _cleanup_(fd_closep) int fd =
                openat(etc_fd, UZ_PENDING_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        struct stat st;

        if (fd < 0 && errno == ENOENT) {
                *ret_fd = -EBADF;
                return 0;
        }
        if (fd < 0)
                return errno == ENOTDIR || errno == ELOOP ? FILE_E_TYPE : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_uid != 0 && st.st_uid != geteuid())
                return FILE_E_OWNER;
        if (st.st_mode & (S_IWGRP | S_IWOTH))
                return FILE_E_WRITABLE;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static bool has_keys(int etc_fd)
{
        return faccessat(etc_fd, UZ_KEYS_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

int pending_open(int etc_fd, int *ret_fd)
{
        if (has_keys(etc_fd))
                return open_folder(etc_fd, ret_fd);
        *ret_fd = -EBADF;
        return 0;
}

int pending_open_files(int etc_fd, int *ret_fd)
{
        int fd, r = pending_open(etc_fd, &fd);

        if (r == 0 && fd < 0)
                fd = fcntl(etc_fd, F_DUPFD_CLOEXEC, 0);
        if (r != 0)
                return r;
        if (fd < 0)
                return -errno;
        *ret_fd = fd;
        return 0;
}

static void empty(int etc_fd, const char *dir)
{
        _cleanup_(fd_closep) int fd = file_open_dir(etc_fd, dir);
        struct dirent **list = NULL;
        int n = fd < 0 ? -1 : scandirat(fd, ".", &list, NULL, NULL);

        for (int i = 0; i < n; i++) {
                (void)unlinkat(fd, list[i]->d_name, 0);
                free(list[i]);
        }
        free(list);
        (void)unlinkat(etc_fd, dir, AT_REMOVEDIR);
}

void pending_remove(int etc_fd, const char *dir)
{
        char sub[NAME_ROOM];

        (void)snprintf(sub, sizeof(sub), "%s/%s", dir, UZ_REVOCATIONS_DIR);
        empty(etc_fd, sub);
        empty(etc_fd, dir);
}

static int sync_folder(int dirfd, const char *name)
{
        _cleanup_(fd_closep) int fd = file_open_dir(dirfd, name);

        if (fd < 0)
                return fd;
        return fsync(fd) < 0 ? -errno : 0;
}

int pending_commit(int etc_fd, const char *dir)
{
        _cleanup_(fd_closep) int fd = file_open_dir(etc_fd, dir);
        int r = fd < 0 ? fd : sync_folder(fd, UZ_REVOCATIONS_DIR);

        /* Everybody may read what is in force. */
        if (r == 0 && (fchmod(fd, 0755) < 0 || fsync(fd) < 0 ||
                       renameat(etc_fd, dir, etc_fd, UZ_PENDING_DIR) < 0))
                r = -errno;
        if (r < 0)
                return r;
        if (fsync(etc_fd) == 0)
                return 0;
        r = -errno;
        (void)renameat(etc_fd, UZ_PENDING_DIR, etc_fd, dir);
        return r;
}

/* A second name for the file, which then takes the place of the old file in one step. */
static int place(int pending_fd, int etc_fd, const char *name)
{
        struct stat new, old;

        if (fstatat(pending_fd, name, &new, AT_SYMLINK_NOFOLLOW) < 0)
                return -errno;
        if (fstatat(etc_fd, name, &old, AT_SYMLINK_NOFOLLOW) == 0 &&
            new.st_ino == old.st_ino &&new.st_dev == old.st_dev)
                return 0;
        (void)unlinkat(etc_fd, TEMP_FILE, 0);
        if (linkat(pending_fd, name, etc_fd, TEMP_FILE, 0) < 0)
                return -errno;
        return renameat(etc_fd, TEMP_FILE, etc_fd, name) < 0 ? -errno : 0;
}

static int place_all(int pending_fd, int etc_fd, const char *dir,
                     int (*filter)(const struct dirent *))
{
        struct dirent **list = NULL;
        char path[NAME_ROOM];
        int n = scandirat(pending_fd, dir, &list, filter, alphasort), r = n < 0 ? -errno : 0;

        for (int i = 0; i < n; i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
                if (r == 0)
                        r = place(pending_fd, etc_fd, path);
                free(list[i]);
        }
        free(list);
        return r == -ENOENT && n < 0 ? 0 : r; /* no such folder: no revocation files */
}

/* Revocation files of before. */
static int take_out(int pending_fd, int etc_fd)
{
        struct dirent **list = NULL;
        char path[NAME_ROOM];
        int n = scandirat(etc_fd, UZ_REVOCATIONS_DIR, &list, pending_is_revocations, alphasort),
            r = n < 0 ? -errno : 0;

        for (int i = 0; i < n; i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", UZ_REVOCATIONS_DIR, list[i]->d_name);
                if (r == 0 && faccessat(pending_fd, path, F_OK, AT_SYMLINK_NOFOLLOW) < 0 &&
                    unlinkat(etc_fd, path, 0) < 0)
                        r = -errno;
                free(list[i]);
        }
        free(list);
        return r;
}

static int is_other_file(const struct dirent *d)
{
        return pending_is_file(d) && strcmp(d->d_name, UZ_KEYS_FILE) != 0;
}

/* The key list comes last: on a new computer the udev rules wait for it. */
static int place_folder(int pending_fd, int etc_fd)
{
        int r = mkdirat(etc_fd, UZ_REVOCATIONS_DIR, 0755) < 0 && errno != EEXIST ? -errno : 0;

        if (r == 0)
                r = place_all(pending_fd, etc_fd, ".", is_other_file);
        if (r == 0)
                r = place_all(pending_fd, etc_fd, UZ_REVOCATIONS_DIR, pending_is_revocations);
        if (r == 0 && faccessat(pending_fd, PENDING_ALONE_FILE, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                r = take_out(pending_fd, etc_fd);
        if (r == 0)
                r = sync_folder(etc_fd, UZ_REVOCATIONS_DIR);
        if (r == 0 && fsync(etc_fd) < 0)
                r = -errno;
        if (r == 0)
                r = place(pending_fd, etc_fd, UZ_KEYS_FILE);
        return r == 0 && fsync(etc_fd) < 0 ? -errno : r;
}

int pending_begin(int etc_fd, const char *dir)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        int r;

        if (has_keys(etc_fd))
                return 0;
        fd = file_open_dir(etc_fd, dir);
        r = fd < 0 ? fd : place_folder(fd, etc_fd);
        return r < 0 ? r : 1;
}

int pending_finish(int etc_fd)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        bool in_force = has_keys(etc_fd);
        int r = open_folder(etc_fd, &fd);

        if (r > 0)
                return -EPERM;
        if (r < 0 || fd < 0)
                return r;
        if (in_force)
                r = place_folder(fd, etc_fd);
        if (r < 0)
                return r;
        /* Away whole, before it is taken apart: whoever finds it finds all of it. */
        pending_remove(etc_fd, DONE_DIR);
        if (renameat(etc_fd, UZ_PENDING_DIR, etc_fd, DONE_DIR) < 0 || fsync(etc_fd) < 0)
                return -errno;
        pending_remove(etc_fd, DONE_DIR);
        return in_force;
}

static uint64_t fold(uint64_t sum, uint64_t value)
{
        return (sum ^ value) * UINT64_C(1099511628211);
}

static uint64_t stamp_file(uint64_t sum, int dirfd, const char *name)
{
        struct stat st;

        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return fold(sum, (uint64_t)errno);
        sum = fold(fold(sum, (uint64_t)st.st_ino), (uint64_t)st.st_size);
        return fold(fold(sum, (uint64_t)st.st_mtim.tv_sec), (uint64_t)st.st_mtim.tv_nsec);
}

/* Not of the whitelist: its name says what is in it, and the policy names it. */
int pending_stamp(int etc_fd, uint64_t *ret)
{
        static const char *const names[] = {UZ_KEYS_FILE, UZ_POLICY_FILE, UZ_CREDENTIAL_FILE};
        _cleanup_(fd_closep) int pending = -EBADF;
        struct dirent **list = NULL;
        char path[NAME_ROOM];
        uint64_t sum = 0;
        int fd, n, r = pending_open(etc_fd, &pending);

        if (r != 0)
                return r;
        fd = pending >= 0 ? pending : etc_fd;
        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                sum = stamp_file(sum, fd, names[i]);
        n = scandirat(fd, UZ_REVOCATIONS_DIR, &list, pending_is_revocations, alphasort);
        for (int i = 0; i < n; i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", UZ_REVOCATIONS_DIR, list[i]->d_name);
                sum = stamp_file(sum, fd, path);
                free(list[i]);
        }
        free(list);
        *ret = fold(sum, pending >= 0);
        return 0;
}
