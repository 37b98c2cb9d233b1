/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Attributes, ownership helpers and sizes that every room uses. */
#pragma once

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))
#define _must_check_ __attribute__((warn_unused_result))
#define _unused_ __attribute__((unused))
#define _printf_(fmt, args) __attribute__((format(printf, fmt, args)))

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#define MAX(a, b) ((a) > (b) ? (a) : (b))

/* Moves a value out of its variable, leaving the empty value behind. */
#define TAKE(v, empty) \
        ({ \
                __typeof__(v) _taken = (v); \
                (v) = (empty); \
                _taken; \
        })
#define TAKE_PTR(p) TAKE(p, NULL)
#define TAKE_FD(fd) TAKE(fd, -EBADF)

static inline void freep(void *p)
{
        free(*(void **)p);
}

/* Closes an open descriptor without touching errno; returns -EBADF to be stored back. */
static inline int fd_close(int fd)
{
        int saved = errno;

        if (fd >= 0)
                (void)close(fd);
        errno = saved;
        return -EBADF;
}

static inline void fd_closep(int *fd)
{
        *fd = fd_close(*fd);
}

/* Defines foo_freep() from foo_free(), for _cleanup_(foo_freep). */
#define DEFINE_FREEP(type, func) \
        static inline void func##p(type **p) \
        { \
                if (*p) \
                        *p = func(*p); \
        }
