/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Splits into lines what is read, or what a child that is shut in unpacks. */
#include "cli/logfile.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/jail.h"
#include "cli/run.h"
#include "cli/unpack.h"
#include "lib/file.h"

#define CHUNK 65536u
#define MAGIC_MAX 6u

struct LogFile {
        int fd; /* plain */
        Jail jail;
        bool packed, ended;
        uint64_t unpacked; /* bytes */
        size_t i, n;
        uint8_t data[CHUNK];
};

static const struct {
        const char *magic, *program;
        size_t size;
        JailWork work;
} kinds[] = {
        {"\x1f\x8b", NULL, 2, unpack_gzip},
        {"\xfd"
         "7zXZ\0",
         NULL, MAGIC_MAX, unpack_xz},
        {"BZh", "bzip2", 3, NULL},
        {"\x28\xb5\x2f\xfd", "zstd", 4, NULL},
};

const char *logfile_text(int outcome)
{
        switch ((LogFileOutcome)outcome) {
        case LOGFILE_E_DAMAGED:
                return _("what is packed in it is damaged");
        case LOGFILE_E_TRUNCATED:
                return _("it is cut short");
        case LOGFILE_E_NO_PROGRAM:
                return _("the program that unpacks it, bzip2 or zstd, is not installed");
        case LOGFILE_E_NO_WALLS:
                return _("it is not unpacked, because the process for that cannot be shut in here");
        case LOGFILE_E_TOO_LARGE:
                return _("it unpacks to more than 1 GiB, which no log is");
        }
        return "";
}

static int start_program(LogFile *l, const char *name)
{
        char path[PATH_MAX], *argv[] = {path, (char *)"-dcq", NULL};

        if (!run_find(name, path, sizeof(path)))
                return LOGFILE_E_NO_PROGRAM;
        return lseek(l->fd, 0, SEEK_SET) < 0 ? -errno : jail_run(l->fd, argv, &l->jail);
}

/* From then on only what the child writes is read. */
static int start(LogFile *l)
{
        const Unpack begin = {l->data, l->n};
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(kinds) && !l->packed; i++) {
                if (l->n < kinds[i].size || memcmp(l->data, kinds[i].magic, kinds[i].size) != 0)
                        continue;
                l->packed = true;
                r = kinds[i].work ? jail_start(l->fd, kinds[i].work, (void *)&begin, &l->jail)
                                  : start_program(l, kinds[i].program);
        }
        if (l->packed && r == 0) {
                l->fd = fd_close(l->fd);
                l->n = 0;
        }
        return r;
}

static int read_some(LogFile *l)
{
        ssize_t n;

        do
                n = read(l->packed ? l->jail.fd : l->fd, l->data + l->n, CHUNK - l->n);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        l->ended = n == 0;
        l->n += (size_t)n;
        return 0;
}

int logfile_open(int fd, LogFile **ret)
{
        _cleanup_(logfile_closep) LogFile *l = calloc(1, sizeof(*l));
        int r;

        if (!l) {
                fd_close(fd);
                return -ENOMEM;
        }
        l->fd = fd;
        l->jail.fd = -EBADF;
        do
                r = read_some(l);
        while (r == 0 && !l->ended && l->n < MAGIC_MAX);
        if (r == 0)
                r = start(l);
        l->ended = false;
        if (r == 0)
                *ret = TAKE_PTR(l);
        return r;
}

LogFile *logfile_close(LogFile *l)
{
        if (!l)
                return NULL;
        fd_close(l->fd);
        jail_kill(&l->jail);
        free(l);
        return NULL;
}

/* How the child ended says whether all of it came. */
static int end_unpacking(LogFile *l)
{
        int r = jail_end(&l->jail);

        if (r == 0)
                return 0;
        if (r == UNPACK_E_MEMORY)
                return -ENOMEM;
        if (r == UNPACK_E_IO)
                return -EIO;
        if (r == JAIL_E_WALLS)
                return LOGFILE_E_NO_WALLS;
        return r == UNPACK_E_TRUNCATED ? LOGFILE_E_TRUNCATED : LOGFILE_E_DAMAGED;
}

/* Fills `data`; at the end nothing is in it. */
static int fill(LogFile *l)
{
        int r;

        l->i = l->n = 0;
        if (l->ended)
                return 0;
        r = read_some(l);
        if (r < 0 || !l->packed)
                return r;
        if (l->ended)
                return end_unpacking(l);
        l->unpacked += l->n;
        if (l->unpacked <= LOGFILE_UNPACKED_MAX)
                return 0;
        l->n = 0;
        return LOGFILE_E_TOO_LARGE;
}

int logfile_line(LogFile *l, char *line, size_t size, bool *ret_more)
{
        size_t n = 0;
        int r = 0;

        *ret_more = true;
        for (;;) {
                const uint8_t *at, *end;
                size_t length, kept;

                if (l->i == l->n) {
                        r = fill(l);
                        if (r || l->n == 0)
                                break;
                }
                at = l->data + l->i;
                end = memchr(at, '\n', l->n - l->i);
                length = end ? (size_t)(end - at) : l->n - l->i;
                kept = MIN(length, size - 1 - n);
                memcpy(line + n, at, kept);
                n += kept;
                l->i += length + (end != NULL);
                if (end) {
                        line[n] = '\0';
                        return 0;
                }
        }
        line[n] = '\0';
        *ret_more = r == 0 && n > 0;
        return r;
}
