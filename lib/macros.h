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

/* Marks a sentence for po/extract.sh where it is no argument of a function named in po/said. */
#define SAID(text) text

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

/* Each argument is evaluated once. The counter keeps one inside another apart. */
#define CONCAT_(a, b) a##b
#define CONCAT(a, b) CONCAT_(a, b)
#define CHOOSE_(a, op, b, n) \
        ({ \
                __auto_type CONCAT(_a, n) = (a); \
                __auto_type CONCAT(_b, n) = (b); \
                CONCAT(_a, n) op CONCAT(_b, n) ? CONCAT(_a, n) : CONCAT(_b, n); \
        })
#define MIN(a, b) CHOOSE_(a, <, b, __COUNTER__)
#define MAX(a, b) CHOOSE_(a, >, b, __COUNTER__)

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
