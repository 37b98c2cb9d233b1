/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the folder, fills it, has its files put in force. */
#include "store/stage.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/key.h"
#include "policy/whitelist.h"
#include "store/pending.h"

#define STAGE_PREFIX ".install-"
#define COPY_STEP (1024u * 1024u)
#define WHITELIST_TEMP "whitelist.new"

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
                (void)unlinkat(etc_fd, list[i]->d_name, 0); /* or it is a file */
                pending_remove(etc_fd, list[i]->d_name);
                free(list[i]);
        }
        free(list);
}

/* Everybody may look into it, whatever umask this is. */
static int make_revocations(int fd)
{
        if (mkdirat(fd, UZ_REVOCATIONS_DIR, 0755) < 0)
                return -errno;
        return fchmodat(fd, UZ_REVOCATIONS_DIR, 0755, 0) < 0 ? -errno : 0;
}

int stage_open(Stage *s, int etc_fd, bool blank)
{
        int r;

        *s = (Stage){.etc_fd = etc_fd, .fd = -EBADF};
        remove_stale(etc_fd);
        (void)snprintf(s->dir, sizeof(s->dir), STAGE_PREFIX "%d", (int)getpid());
        if (mkdirat(etc_fd, s->dir, 0700) < 0)
                return -errno;
        s->fd = file_open_dir(etc_fd, s->dir);
        if (s->fd < 0)
                return s->fd;
        r = make_revocations(s->fd);
        if (r < 0)
                return r;
        if (blank)
                return file_replace(s->fd, PENDING_ALONE_FILE, "", 0, 0644);
        r = link_all(etc_fd, s->fd, ".", pending_is_file);
        if (r == 0)
                r = link_all(etc_fd, s->fd, UZ_REVOCATIONS_DIR, pending_is_revocations);
        return r == -ENOENT ? 0 : r;
}

int stage_put(Stage *s, const char *name, const void *data, size_t size)
{
        return file_replace(s->fd, name, data, size, 0644);
}

/* The file's digest; `to` >= 0 gets what was read. */
static int copy(int from, int to, uint8_t ret[DIGEST_SIZE])
{
        _cleanup_(freep) uint8_t *buffer = malloc(COPY_STEP);
        _cleanup_(digest_freep) Digest *d = NULL;
        uint64_t at = 0;
        ssize_t n = 0;
        int r = buffer ? digest_new(&d) : -ENOMEM;

        while (r == 0 && (n = pread(from, buffer, COPY_STEP, (off_t)at)) > 0) {
                at += (uint64_t)n;
                r = at > WHITELIST_FILE_MAX ? -EFBIG : digest_update(d, buffer, (size_t)n);
                if (r == 0 && to >= 0)
                        r = file_write_full(to, buffer, (size_t)n);
        }
        if (r == 0 && n < 0)
                r = -errno;
        return r < 0 ? r : digest_final(d, ret);
}

void stage_whitelist_name(const uint8_t digest[DIGEST_SIZE], char ret[STAGE_NAME_MAX])
{
        char hex[17];

        text_hex(digest, 8, hex);
        (void)snprintf(ret, STAGE_NAME_MAX, "%s%s%s", UZ_WHITELIST_PREFIX, hex,
                       UZ_WHITELIST_SUFFIX);
}

int stage_revocations_name(const void *data, size_t size, char ret[STAGE_NAME_MAX])
{
        uint8_t digest[DIGEST_SIZE];
        char hex[17];
        int r = digest_compute(data, size, digest);

        if (r < 0)
                return r;
        text_hex(digest, 8, hex);
        (void)snprintf(ret, STAGE_NAME_MAX, "%s/%s%s", UZ_REVOCATIONS_DIR, hex,
                       UZ_REVOCATIONS_SUFFIX);
        return 0;
}

static int put_whitelist(Stage *s, int from, const uint8_t digest[DIGEST_SIZE])
{
        _cleanup_(fd_closep) int to =
                openat(s->fd, WHITELIST_TEMP, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
        uint8_t copied[DIGEST_SIZE];
        char name[STAGE_NAME_MAX];
        int r = to < 0 ? -errno : copy(from, to, copied);

        if (r == 0 && memcmp(copied, digest, DIGEST_SIZE) != 0)
                return STAGE_E_OTHER; /* changed meanwhile */
        if (r == 0 && (fchmod(to, 0644) < 0 || fsync(to) < 0))
                r = -errno;
        if (r < 0)
                return r;
        stage_whitelist_name(digest, name);
        return renameat(s->fd, WHITELIST_TEMP, s->fd, name) < 0 ? -errno : 0;
}

int stage_put_whitelist(Stage *s, int fd, const uint8_t digest[DIGEST_SIZE])
{
        uint8_t here[DIGEST_SIZE];
        int r = copy(fd, -1, here);

        if (r == 0 && memcmp(here, digest, DIGEST_SIZE) != 0)
                return STAGE_E_OTHER;
        if (r == 0)
                r = put_whitelist(s, fd, digest);
        if (r != 0)
                (void)unlinkat(s->fd, WHITELIST_TEMP, 0);
        return r;
}

int stage_commit(Stage *s)
{
        int r = pending_begin(s->etc_fd, s->dir);

        if (r != 0)
                return MIN(r, 0);
        r = pending_commit(s->etc_fd, s->dir);
        if (r < 0)
                return r;
        return pending_finish(s->etc_fd) < 0 ? STAGE_E_UNPLACED : 0;
}

void stage_close(Stage *s)
{
        if (s->fd >= 0) {
                s->fd = fd_close(s->fd);
                pending_remove(s->etc_fd, s->dir);
        }
}
