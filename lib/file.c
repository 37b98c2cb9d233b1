/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files: whole reads with a limit, whole writes that survive a power cut, owner and mode checks. */
#include "lib/file.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>

#define READ_STEP 4096u
#define TEMP_TRIES 16

const char *file_trust_text(int outcome)
{
        switch (outcome) {
        case FILE_E_OWNER:
                return "it does not belong to root";
        case FILE_E_WRITABLE:
                return "group or others may write to it";
        case FILE_E_READABLE:
                return "group or others may read it";
        case FILE_E_TYPE:
                return "it is no regular file";
        case FILE_E_TOO_LARGE:
                return "it is too large";
        }
        return "it is not as it should be";
}

static int check_trust(const struct stat *st, FileFlags flags, uint64_t max)
{
        if (!S_ISREG(st->st_mode))
                return FILE_E_TYPE;
        if (st->st_uid != 0 && st->st_uid != geteuid())
                return FILE_E_OWNER;
        if (st->st_mode & (S_IWGRP | S_IWOTH))
                return FILE_E_WRITABLE;
        if (flags == FILE_SECRET && st->st_mode & (S_IRGRP | S_IROTH))
                return FILE_E_READABLE;
        if (st->st_size < 0 || (uint64_t)st->st_size > max)
                return FILE_E_TOO_LARGE;
        return 0;
}

int file_open_trusted(int dirfd, const char *name, FileFlags flags, uint64_t max, int *ret_fd)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        struct stat st;
        int r;

        fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
        if (fd < 0)
                return errno == ELOOP || errno == ENXIO ? FILE_E_TYPE : -errno;
        if (fstat(fd, &st) < 0)
                return -errno;
        r = check_trust(&st, flags, max);
        if (r != 0)
                return r;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

int file_open_regular(int dirfd, const char *name, int flags)
{
        _cleanup_(fd_closep) int fd =
                openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
        struct stat st;

        if (fd < 0)
                return errno == ENXIO ? -ESPIPE
                                      : -errno; /* a socket, or a device that is not there */
        if (fstat(fd, &st) < 0)
                return -errno;
        return S_ISREG(st.st_mode) ? TAKE_FD(fd) : -ESPIPE;
}

/* read() that is not cut short by a signal. */
static ssize_t read_some(int fd, void *buffer, size_t n)
{
        for (;;) {
                ssize_t done = read(fd, buffer, n);

                if (done >= 0)
                        return done;
                if (errno != EINTR)
                        return -errno;
        }
}

int file_read_fd(int fd, size_t max, char **ret, size_t *ret_size)
{
        _cleanup_(freep) char *data = NULL;
        size_t size = 0, room = 0;

        for (;;) {
                ssize_t n;

                if (room - size < 2) {
                        char *p = realloc(data, room ? 2 * room : READ_STEP);

                        if (!p)
                                return -ENOMEM;
                        data = p;
                        room = room ? 2 * room : READ_STEP;
                }
                n = read_some(fd, data + size, room - size - 1);
                if (n < 0)
                        return (int)n;
                if (n == 0)
                        break;
                size += (size_t)n;
                if (size > max)
                        return -EFBIG;
        }
        data[size] = '\0';
        *ret = TAKE_PTR(data);
        *ret_size = size;
        return 0;
}

int file_read(int dirfd, const char *name, size_t max, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = openat(dirfd, name, O_RDONLY | O_CLOEXEC | O_NOCTTY);

        if (fd < 0)
                return -errno;
        return file_read_fd(fd, max, ret, ret_size);
}

int file_pread_full(int fd, void *buffer, size_t n, uint64_t offset)
{
        char *p = buffer;

        while (n > 0) {
                ssize_t done;

                if (offset > INT64_MAX - n)
                        return -EOVERFLOW;
                done = pread(fd, p, n, (off_t)offset);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return done < 0 ? -errno : -ENODATA;
                p += done;
                n -= (size_t)done;
                offset += (uint64_t)done;
        }
        return 0;
}

int file_pwrite_full(int fd, const void *buffer, size_t n, uint64_t offset)
{
        const char *p = buffer;

        while (n > 0) {
                ssize_t done;

                if (offset > INT64_MAX - n)
                        return -EOVERFLOW;
                done = pwrite(fd, p, n, (off_t)offset);
                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return done < 0 ? -errno : -EIO;
                p += done;
                n -= (size_t)done;
                offset += (uint64_t)done;
        }
        return 0;
}

int file_write_full(int fd, const void *buffer, size_t n)
{
        const char *p = buffer;

        while (n > 0) {
                ssize_t done = write(fd, p, n);

                if (done < 0 && errno == EINTR)
                        continue;
                if (done <= 0)
                        return done < 0 ? -errno : -EIO;
                p += done;
                n -= (size_t)done;
        }
        return 0;
}

int file_temp(int dirfd, const char *name, char *temp, size_t size)
{
        for (int i = 0; i < TEMP_TRIES; i++) {
                unsigned random = 0;
                int fd, n;

                if (getrandom(&random, sizeof(random), 0) != (ssize_t)sizeof(random))
                        return -EIO;
                n = snprintf(temp, size, "%s.tmp%06x", name, random & 0xffffffu);
                if (n < 0 || (size_t)n >= size)
                        return -ENAMETOOLONG;
                fd = openat(dirfd, temp, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
                            S_IRUSR | S_IWUSR);
                if (fd >= 0 || errno != EEXIST)
                        return fd >= 0 ? fd : -errno;
        }
        return -EEXIST;
}

static int write_temp(int fd, const void *data, size_t n, mode_t mode)
{
        int r;

        r = file_write_full(fd, data, n);
        if (r < 0)
                return r;
        if (fchmod(fd, mode) < 0 || fsync(fd) < 0)
                return -errno;
        return 0;
}

/* Makes a rename in the directory of `name` durable. */
static int sync_parent(int dirfd, const char *name)
{
        _cleanup_(freep) char *parent = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        const char *slash = strrchr(name, '/');

        parent = slash ? strndup(name, MAX((size_t)(slash - name), 1u)) : strdup(".");
        if (!parent)
                return -ENOMEM;
        fd = file_open_dir(dirfd, parent);
        if (fd < 0)
                return fd;
        return fsync(fd) < 0 ? -errno : 0;
}

/* A rename would put a file in the place of /dev/null, or of /dev/stdout for everybody. */
static int check_replaced(int dirfd, const char *name)
{
        static const char proc[] = "/proc/";
        char target[sizeof(proc)];
        struct stat st;
        ssize_t n;

        if (fstatat(dirfd, name, &st, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        if (S_ISLNK(st.st_mode)) {
                n = readlinkat(dirfd, name, target, sizeof(proc) - 1);
                if (n == (ssize_t)sizeof(proc) - 1 && memcmp(target, proc, sizeof(proc) - 1) == 0)
                        return -ESPIPE;
                if (fstatat(dirfd, name, &st, 0) < 0)
                        return 0;
        }
        return S_ISREG(st.st_mode) || S_ISDIR(st.st_mode) ? 0 : -ESPIPE;
}

int file_replace(int dirfd, const char *name, const void *data, size_t n, mode_t mode)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char temp[4096];
        int r = check_replaced(dirfd, name);

        if (r < 0)
                return r;
        fd = file_temp(dirfd, name, temp, sizeof(temp));
        if (fd < 0)
                return fd;
        r = write_temp(fd, data, n, mode);
        if (r == 0 && renameat(dirfd, temp, dirfd, name) < 0)
                r = -errno;
        if (r < 0) {
                (void)unlinkat(dirfd, temp, 0);
                return r;
        }
        return sync_parent(dirfd, name);
}

/* NFS and FUSE do not know RENAME_NOREPLACE; those have links. */
static int rename_new(int dirfd, const char *temp, const char *name)
{
        if (renameat2(dirfd, temp, dirfd, name, RENAME_NOREPLACE) == 0)
                return 0;
        if (errno != EINVAL)
                return -errno;
        if (linkat(dirfd, temp, dirfd, name, 0) < 0)
                return -errno;
        (void)unlinkat(dirfd, temp, 0);
        return 0;
}

int file_publish(int dirfd, const char *temp, const char *name, bool replace)
{
        int r = replace ? check_replaced(dirfd, name) : rename_new(dirfd, temp, name);

        if (r == 0 && replace && renameat(dirfd, temp, dirfd, name) < 0)
                r = -errno;
        return r < 0 ? r : sync_parent(dirfd, name);
}

int file_open_dir(int dirfd, const char *path)
{
        int fd = openat(dirfd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        return fd < 0 ? -errno : fd;
}

const char *file_dir(const char *env, const char *fallback)
{
        const char *value = secure_getenv(env);

        return value && value[0] == '/' ? value : fallback;
}
