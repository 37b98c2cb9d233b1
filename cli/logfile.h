/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A log file, line by line: plain, or as logrotate packs it: gzip (RFC 1952), xz, and, through the
 * programs of their names, bzip2 and zstd. What is inside decides, not what the file is called.
 * Unpacking is the work of a child without rights (cli/jail.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define LOGFILE_UNPACKED_MAX (UINT64_C(1) << 30) /* bytes */

/* Why a file could not be read to its end; what came before it was given out. */
typedef enum LogFileOutcome {
        LOGFILE_E_DAMAGED = 1,   /* what is packed does not unpack */
        LOGFILE_E_TRUNCATED = 2, /* it ends in the middle */
        LOGFILE_E_NO_PROGRAM = 3,
        LOGFILE_E_NO_WALLS = 4,  /* the child cannot be shut in, so nothing is unpacked */
        LOGFILE_E_TOO_LARGE = 5, /* more than LOGFILE_UNPACKED_MAX comes out of it */
} LogFileOutcome;

typedef struct LogFile LogFile;

/* Takes the descriptor, in any case. 0, LOGFILE_E_NO_PROGRAM, -errno. */
int logfile_open(int fd, LogFile **ret) _must_check_;
LogFile *logfile_close(LogFile *l);
DEFINE_FREEP(LogFile, logfile_close)

/* The next line without its end, cut to fit `size`. Sets *ret_more to false at the end of the file.
 * 0, LOGFILE_E_*, -errno. */
int logfile_line(LogFile *l, char *line, size_t size, bool *ret_more) _must_check_;

const char *logfile_text(int outcome); /* translated */
