/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacks and splits. Files may be hostile: memory is bounded, whatever they say. */
#include "cli/logfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <lzma.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zlib.h>

#include "cli/cli.h"
#include "cli/run.h"
#include "lib/file.h"

#define CHUNK 65536u
#define XZ_MEMORY_MAX (256u << 20) /* `xz -9` wants 65 MiB */
#define GZIP_WINDOW (16 + MAX_WBITS)

typedef enum Packing { PACKING_PLAIN, PACKING_GZIP, PACKING_XZ, PACKING_PROGRAM } Packing;

struct LogFile {
        int fd;
        pid_t child; /* of PACKING_PROGRAM; 0: none */
        Packing packing;
        bool ended;  /* of what is packed: nothing more to unpack */
        bool inside; /* gzip: a member has begun and has not ended */
        z_stream gzip;
        lzma_stream xz;
        size_t in_n, out_i, out_n;
        uint8_t in[CHUNK], out[CHUNK];
};

static const struct {
        const char *magic, *program;
        size_t size;
        Packing packing;
} kinds[] = {
        {"\x1f\x8b", NULL, 2, PACKING_GZIP},
        {"\xfd"
         "7zXZ\0",
         NULL, 6, PACKING_XZ},
        {"BZh", "bzip2", 3, PACKING_PROGRAM},
        {"\x28\xb5\x2f\xfd", "zstd", 4, PACKING_PROGRAM},
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
        }
        return "";
}

/* The program unpacks from our file into a pipe, which we read as a plain file from then on. */
static int start_program(LogFile *l, const char *name)
{
        char path[PATH_MAX], *argv[] = {path, (char *)"-dcq", NULL}, *env[] = {NULL};
        posix_spawn_file_actions_t actions;
        int ends[2], r;

        if (!run_find(name, path, sizeof(path)))
                return LOGFILE_E_NO_PROGRAM;
        if (lseek(l->fd, 0, SEEK_SET) < 0 || pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        r = -posix_spawn_file_actions_init(&actions);
        if (r == 0) {
                r = -posix_spawn_file_actions_adddup2(&actions, l->fd, STDIN_FILENO);
                if (r == 0)
                        r = -posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
                if (r == 0)
                        r = -posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null",
                                                              O_WRONLY, 0);
                if (r == 0)
                        r = -posix_spawn(&l->child, path, &actions, NULL, argv, env);
                posix_spawn_file_actions_destroy(&actions);
        }
        fd_close(ends[1]);
        fd_close(l->fd);
        l->fd = ends[0];
        l->in_n = 0;
        return r;
}

static int start(LogFile *l)
{
        for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
                if (l->in_n < kinds[i].size || memcmp(l->in, kinds[i].magic, kinds[i].size) != 0)
                        continue;
                l->packing = kinds[i].packing;
                if (kinds[i].program)
                        return start_program(l, kinds[i].program);
        }
        if (l->packing == PACKING_GZIP)
                return inflateInit2(&l->gzip, GZIP_WINDOW) == Z_OK ? 0 : -ENOMEM;
        if (l->packing == PACKING_XZ)
                return lzma_stream_decoder(&l->xz, XZ_MEMORY_MAX, LZMA_CONCATENATED) == LZMA_OK
                               ? 0
                               : -ENOMEM;
        return 0;
}

/* More of the file behind what is in `in`; in_n stays at the end of the file. */
static int read_in(LogFile *l)
{
        ssize_t n;

        do
                n = read(l->fd, l->in + l->in_n, CHUNK - l->in_n);
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        l->in_n += (size_t)n;
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
        r = read_in(l);
        if (r == 0)
                r = start(l);
        if (r == 0)
                *ret = TAKE_PTR(l);
        return r;
}

LogFile *logfile_close(LogFile *l)
{
        if (!l)
                return NULL;
        fd_close(l->fd); /* a program that still writes ends with that */
        if (l->child)
                (void)waitpid(l->child, NULL, 0);
        (void)inflateEnd(&l->gzip);
        lzma_end(&l->xz);
        free(l);
        return NULL;
}

/* What the decoder left of `in` moves to its beginning. */
static void keep(LogFile *l, size_t left)
{
        memmove(l->in, l->in + l->in_n - left, left);
        l->in_n = left;
}

/* Members follow each other; zeros behind the last one are padding, as for gzip itself. */
static int unpack_gzip(LogFile *l)
{
        int r;

        if (!l->inside && l->in_n && l->in[0] == 0) {
                keep(l, 0);
                return 0;
        }
        l->gzip.next_in = l->in;
        l->gzip.avail_in = (uInt)l->in_n;
        l->gzip.next_out = l->out;
        l->gzip.avail_out = CHUNK;
        l->inside = true;
        r = inflate(&l->gzip, Z_NO_FLUSH);
        keep(l, l->gzip.avail_in);
        l->out_n = CHUNK - l->gzip.avail_out;
        if (r == Z_STREAM_END) {
                l->inside = false;
                return inflateReset(&l->gzip) == Z_OK ? 0 : LOGFILE_E_DAMAGED;
        }
        return r == Z_OK || r == Z_BUF_ERROR ? 0 : r == Z_MEM_ERROR ? -ENOMEM : LOGFILE_E_DAMAGED;
}

static int unpack_xz(LogFile *l, bool at_end)
{
        lzma_ret r;

        l->xz.next_in = l->in;
        l->xz.avail_in = l->in_n;
        l->xz.next_out = l->out;
        l->xz.avail_out = CHUNK;
        r = lzma_code(&l->xz, at_end ? LZMA_FINISH : LZMA_RUN);
        keep(l, l->xz.avail_in);
        l->out_n = CHUNK - l->xz.avail_out;
        l->ended = r == LZMA_STREAM_END;
        if (r == LZMA_BUF_ERROR)
                return at_end ? LOGFILE_E_TRUNCATED : 0;
        return r == LZMA_OK || l->ended ? 0 : r == LZMA_MEM_ERROR ? -ENOMEM : LOGFILE_E_DAMAGED;
}

/* How the program ended says whether all of it came. */
static int end_program(LogFile *l)
{
        int status = 0;
        pid_t child = l->child;

        l->child = 0;
        if (child == 0)
                return 0;
        while (waitpid(child, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : LOGFILE_E_DAMAGED;
}

static int unpack(LogFile *l, bool at_end)
{
        switch (l->packing) {
        case PACKING_PLAIN:
        case PACKING_PROGRAM:
                memcpy(l->out, l->in, l->in_n);
                l->out_n = l->in_n;
                l->in_n = 0;
                l->ended = at_end && l->out_n == 0;
                return l->ended ? end_program(l) : 0;
        case PACKING_GZIP:
                if (at_end && l->in_n == 0) {
                        l->ended = true;
                        return l->inside ? LOGFILE_E_TRUNCATED : 0;
                }
                return unpack_gzip(l);
        case PACKING_XZ:
                return unpack_xz(l, at_end);
        }
        return 0;
}

/* Fills `out`. What was unpacked before a fault is given out first; the fault comes again. */
static int fill(LogFile *l)
{
        l->out_i = l->out_n = 0;
        while (l->out_n == 0 && !l->ended) {
                size_t before = l->in_n;
                int r = l->in_n < CHUNK ? read_in(l) : 0;

                if (r == 0)
                        r = unpack(l, l->in_n == before && before < CHUNK);
                if (r && l->out_n == 0)
                        return r;
        }
        return 0;
}

int logfile_line(LogFile *l, char *line, size_t size, bool *ret_more)
{
        size_t n = 0;
        int r = 0;

        *ret_more = true;
        for (;;) {
                if (l->out_i == l->out_n) {
                        r = fill(l);
                        if (r || l->out_n == 0)
                                break;
                }
                char c = (char)l->out[l->out_i++];

                if (c == '\n') {
                        line[n] = '\0';
                        return 0;
                }
                if (n + 1 < size)
                        line[n++] = c;
        }
        line[n] = '\0';
        *ret_more = r == 0 && n > 0;
        return r;
}
