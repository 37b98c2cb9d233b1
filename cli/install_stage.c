/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the folder, fills it, moves its files out. */
#include "cli/install_stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"

#define STAGE_PREFIX ".install-"
#define COPY_STEP (1024u * 1024u)
#define WHITELIST_TEMP "whitelist.new"

static int is_trusted_name(const struct dirent *d)
{
        return !strcmp(d->d_name, UZ_KEYS_FILE) || !strcmp(d->d_name, UZ_CREDENTIAL_FILE) ||
               !strcmp(d->d_name, UZ_POLICY_FILE) ||
               fnmatch(UZ_WHITELIST_PREFIX "*" UZ_WHITELIST_SUFFIX, d->d_name, 0) == 0;
}

static int is_revocations(const struct dirent *d)
{
        return fnmatch("*" UZ_REVOCATIONS_SUFFIX, d->d_name, FNM_PERIOD) == 0;
}

/* The same file under a second name; a symbolic link stays one, and is refused as such. */
static int link_all(int from, int to, const char *dir, int (*filter)(const struct dirent *))
{
        struct dirent **list = NULL;
        char path[512];
        int n = scandirat(from, dir, &list, filter, alphasort), r = n < 0 ? -errno : 0;

        for (int i = 0; i < n; i++) {
                (void)snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
                if (r == 0 && linkat(from, path, to, path, 0) < 0)
                        r = -errno;
                free(list[i]);
        }
        free(list);
        return r;
}

static int empty(int fd, const char *dir)
{
        _cleanup_(fd_closep) int sub = file_open_dir(fd, dir);
        struct dirent **list = NULL;
        int n = sub < 0 ? -1 : scandirat(sub, ".", &list, NULL, NULL);

        for (int i = 0; i < n; i++) {
                (void)unlinkat(sub, list[i]->d_name, 0);
                free(list[i]);
        }
        free(list);
        return unlinkat(fd, dir, AT_REMOVEDIR) < 0 ? -errno : 0;
}

static void remove_folder(int etc_fd, const char *dir)
{
        _cleanup_(fd_closep) int fd = file_open_dir(etc_fd, dir);

        if (fd >= 0)
                (void)empty(fd, UZ_REVOCATIONS_DIR);
        (void)empty(etc_fd, dir);
}

/* Left behind by an installation that was cut short. */
static int is_stage(const struct dirent *d)
{
        return strncmp(d->d_name, STAGE_PREFIX, strlen(STAGE_PREFIX)) == 0;
}

static void remove_stale(int etc_fd)
{
        struct dirent **list = NULL;
        int n = scandirat(etc_fd, ".", &list, is_stage, NULL);

        for (int i = 0; i < n; i++) {
                remove_folder(etc_fd, list[i]->d_name);
                free(list[i]);
        }
        free(list);
}

int stage_open(Stage *s, int etc_fd, bool blank)
{
        int r;

        *s = (Stage){.etc_fd = etc_fd, .fd = -EBADF, .blank = blank};
        remove_stale(etc_fd);
        (void)snprintf(s->dir, sizeof(s->dir), STAGE_PREFIX "%d", (int)getpid());
        if (mkdirat(etc_fd, s->dir, 0700) < 0)
                return -errno;
        s->fd = file_open_dir(etc_fd, s->dir);
        if (s->fd < 0)
                return s->fd;
        if (mkdirat(s->fd, UZ_REVOCATIONS_DIR, 0755) < 0)
                return -errno;
        if (blank)
                return 0;
        r = link_all(etc_fd, s->fd, ".", is_trusted_name);
        if (r == 0)
                r = link_all(etc_fd, s->fd, UZ_REVOCATIONS_DIR, is_revocations);
        return r == -ENOENT ? 0 : r;
}

static int remember(Stage *s, const char *name)
{
        if (stage_holds(s, name))
                return 0;
        if (s->n == STAGE_FILES_MAX)
                return -ENOSPC;
        (void)snprintf(s->names[s->n++], STAGE_NAME_MAX, "%s", name);
        return 0;
}

int stage_put(Stage *s, const char *name, const void *data, size_t size)
{
        int r = file_replace(s->fd, name, data, size, 0644);

        return r < 0 ? r : remember(s, name);
}

static int copy(int from, int to, Digest *d)
{
        _cleanup_(freep) uint8_t *buffer = malloc(COPY_STEP);
        ssize_t n;
        int r = 0;

        if (!buffer)
                return -ENOMEM;
        while ((n = read(from, buffer, COPY_STEP)) > 0 && r == 0) {
                r = digest_update(d, buffer, (size_t)n);
                if (r == 0)
                        r = file_write_full(to, buffer, (size_t)n);
        }
        if (n < 0)
                r = -errno;
        return r == 0 && fsync(to) < 0 ? -errno : r;
}

int stage_put_whitelist(Stage *s, int from)
{
        _cleanup_(fd_closep) int to =
                openat(s->fd, WHITELIST_TEMP, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t digest[DIGEST_SIZE];
        char hex[17], name[STAGE_NAME_MAX];
        int r = to < 0 ? -errno : digest_new(&d);

        if (r == 0)
                r = copy(from, to, d);
        if (r == 0 && fchmod(to, 0644) < 0)
                r = -errno;
        if (r == 0)
                r = digest_final(d, digest);
        if (r < 0)
                return r;
        text_hex(digest, 8, hex);
        (void)snprintf(name, sizeof(name), "%s%s%s", UZ_WHITELIST_PREFIX, hex, UZ_WHITELIST_SUFFIX);
        if (renameat(s->fd, WHITELIST_TEMP, s->fd, name) < 0)
                return -errno;
        return remember(s, name);
}

bool stage_holds(const Stage *s, const char *name)
{
        for (size_t i = 0; i < s->n; i++)
                if (!strcmp(s->names[i], name))
                        return true;
        return false;
}

static int move(Stage *s, const char *name)
{
        return renameat(s->fd, name, s->etc_fd, name) < 0 ? -errno : 0;
}

int stage_commit(Stage *s, const char *last)
{
        bool has_last = last && stage_holds(s, last);
        int r = 0;

        if (s->blank)
                (void)empty(s->etc_fd, UZ_REVOCATIONS_DIR);
        if (mkdirat(s->etc_fd, UZ_REVOCATIONS_DIR, 0755) < 0 && errno != EEXIST)
                return -errno;
        for (size_t i = 0; i < s->n && r == 0; i++)
                if (!has_last || strcmp(s->names[i], last) != 0)
                        r = move(s, s->names[i]);
        if (r == 0 && fsync(s->etc_fd) < 0)
                r = -errno;
        if (r == 0 && has_last)
                r = move(s, last);
        return r == 0 && fsync(s->etc_fd) < 0 ? -errno : r;
}

void stage_close(Stage *s)
{
        if (s->fd >= 0) {
                s->fd = fd_close(s->fd);
                remove_folder(s->etc_fd, s->dir);
        }
}
