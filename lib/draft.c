/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files without a name, and where there are none, files that are found again. */
#include "lib/draft.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/file.h"

#define TEMP_TRIES 16
#define TEMP_SUFFIX ".tmp"
#define TEMP_DIGITS 6u

static void ending_signals(sigset_t *ret)
{
        static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

        (void)sigemptyset(ret);
        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++)
                (void)sigaddset(ret, numbers[i]);
}

int draft_interrupted(void)
{
        sigset_t pending, ending;

        ending_signals(&ending);
        if (sigpending(&pending) < 0 || sigandset(&pending, &pending, &ending) < 0)
                return -errno;
        return sigisemptyset(&pending) ? 0 : -EINTR;
}

/* The folder of `name`: "." or all before the last slash. */
static int open_folder(int dirfd, const char *name, int flags)
{
        const char *slash = strrchr(name, '/');
        char folder[PATH_MAX];
        int n = slash ? snprintf(folder, sizeof(folder), "%.*s", (int)MAX(slash - name, 1), name)
                      : snprintf(folder, sizeof(folder), ".");
        int fd;

        if (n < 0 || (size_t)n >= sizeof(folder))
                return -ENAMETOOLONG;
        fd = openat(dirfd, folder, flags | O_CLOEXEC, S_IRUSR | S_IWUSR);
        return fd < 0 ? -errno : fd;
}

static const char *base_of(const char *name)
{
        const char *slash = strrchr(name, '/');

        return slash ? slash + 1 : name;
}

/* NAME.tmp and six hexadecimal digits, as file_temp() makes them. */
static bool is_temp_of(const char *file, const char *base)
{
        size_t n = strlen(base), k = strlen(TEMP_SUFFIX);

        return strncmp(file, base, n) == 0 && strncmp(file + n, TEMP_SUFFIX, k) == 0 &&
               strlen(file + n + k) == TEMP_DIGITS &&
               strspn(file + n + k, "0123456789abcdef") == TEMP_DIGITS;
}

/* 1: this is what the name stands for, and nobody else's; 0; -errno. */
static int is_own(int dirfd, const char *name, int fd)
{
        struct stat a, b;

        if (fstat(fd, &a) < 0)
                return -errno;
        if (fstatat(dirfd, name, &b, AT_SYMLINK_NOFOLLOW) < 0)
                return errno == ENOENT ? 0 : -errno;
        return a.st_ino == b.st_ino && a.st_dev == b.st_dev && S_ISREG(a.st_mode) &&
               a.st_uid == geteuid();
}

/* Who writes one holds its lock. */
static void remove_if_left(int folder, const char *name)
{
        _cleanup_(fd_closep) int fd =
                openat(folder, name, O_RDWR | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);

        if (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0 && is_own(folder, name, fd) > 0)
                (void)unlinkat(folder, name, 0);
}

static void remove_left(int dirfd, const char *name)
{
        int fd = open_folder(dirfd, name, O_RDONLY | O_DIRECTORY);
        const struct dirent *e;
        DIR *dir;

        if (fd < 0)
                return;
        dir = fdopendir(fd);
        if (!dir) {
                (void)fd_close(fd);
                return;
        }
        while ((e = readdir(dir)))
                if (is_temp_of(e->d_name, base_of(name)))
                        remove_if_left(fd, e->d_name);
        (void)closedir(dir);
}

/* Some file systems have no locks; then nothing is found to be left behind, either. */
static int lock(int fd)
{
        if (flock(fd, LOCK_EX) == 0 || errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS)
                return 0;
        return -errno;
}

static int open_named(Draft *d)
{
        for (int i = 0; i < TEMP_TRIES; i++) {
                int fd = file_temp(d->dirfd, d->name, d->temp, sizeof(d->temp)), r;

                if (fd < 0)
                        return fd;
                r = lock(fd);
                /* Another one may have taken it for left behind just before. */
                if (r == 0)
                        r = is_own(d->dirfd, d->temp, fd);
                if (r > 0) {
                        d->fd = fd;
                        return 0;
                }
                (void)fd_close(fd);
                if (r < 0) {
                        (void)unlinkat(d->dirfd, d->temp, 0);
                        return r;
                }
        }
        return -EEXIST;
}

/* Without /proc it could never get a name. */
static int open_nameless(Draft *d)
{
        char path[PATH_MAX];
        int fd = open_folder(d->dirfd, d->name, O_TMPFILE | O_RDWR);

        if (fd < 0)
                return fd;
        d->fd = fd;
        draft_path(d, path);
        if (access(path, F_OK) == 0)
                return 0;
        d->fd = fd_close(fd);
        return -ENOENT;
}

int draft_open(int dirfd, const char *name, bool named, Draft *ret)
{
        Draft d = {.fd = -EBADF, .dirfd = dirfd, .name = name};
        sigset_t ending;
        int r = 0;

        ending_signals(&ending);
        if (sigprocmask(SIG_BLOCK, &ending, &d.before) < 0)
                return -errno;
        remove_left(dirfd, name);
        if (named || open_nameless(&d) < 0)
                r = open_named(&d);
        if (r < 0)
                (void)sigprocmask(SIG_SETMASK, &d.before, NULL);
        else
                *ret = d;
        return r;
}

void draft_path(const Draft *d, char ret[PATH_MAX])
{
        if (*d->temp)
                (void)snprintf(ret, PATH_MAX, "%s", d->temp);
        else
                (void)snprintf(ret, PATH_MAX, "/proc/self/fd/%d", d->fd);
}

/* A name that is there already is given up by a rename only, so it goes by another one. */
static int link_beside(Draft *d)
{
        char path[PATH_MAX], beside[PATH_MAX];
        int fd, r;

        fd = file_temp(d->dirfd, d->name, beside, sizeof(beside));
        if (fd < 0)
                return fd;
        (void)fd_close(fd);
        draft_path(d, path);
        r = unlinkat(d->dirfd, beside, 0) < 0 ||
                            linkat(AT_FDCWD, path, d->dirfd, beside, AT_SYMLINK_FOLLOW) < 0
                    ? -errno
                    : 0;
        if (r == 0)
                (void)snprintf(d->temp, sizeof(d->temp), "%s", beside);
        return r;
}

/* Makes a new name in the folder durable. */
static int sync_folder(const Draft *d)
{
        _cleanup_(fd_closep) int fd = open_folder(d->dirfd, d->name, O_RDONLY | O_DIRECTORY);

        if (fd < 0)
                return fd;
        return fsync(fd) < 0 ? -errno : 0;
}

int draft_publish(Draft *d, bool replace)
{
        char path[PATH_MAX];
        int r;

        if (!*d->temp && !replace) {
                draft_path(d, path);
                if (linkat(AT_FDCWD, path, d->dirfd, d->name, AT_SYMLINK_FOLLOW) < 0)
                        return -errno;
                return sync_folder(d);
        }
        r = *d->temp ? 0 : link_beside(d);
        if (r == 0)
                r = file_publish(d->dirfd, d->temp, d->name, replace);
        if (r == 0)
                d->temp[0] = '\0';
        return r;
}

void draft_close(Draft *d)
{
        if (d->fd < 0)
                return;
        if (*d->temp)
                (void)unlinkat(d->dirfd, d->temp, 0);
        d->fd = fd_close(d->fd);
        (void)sigprocmask(SIG_SETMASK, &d->before, NULL);
}
