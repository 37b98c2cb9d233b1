/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where kernel messages of the time before the guard come from. */
#pragma once

#include "policy/kernlog.h"

typedef struct HistoryRead {
        uint64_t lines;           /* kernel messages that were read */
        unsigned damaged, denied; /* files not read to their end, each named on stderr */
        int64_t before; /* what files have from then on is in the journal too; 0: nothing */
} HistoryRead;

/* Each returns 0, or -errno, and adds to `h`, which begins all zero. */

/* A log file as syslog writes it, plain or packed (cli/logfile.h). */
int history_file(Kernlog *k, const char *path, HistoryRead *h) _must_check_;
/* What of this computer can be read: its log files, and its journal from its beginning on. */
int history_here(Kernlog *k, HistoryRead *h) _must_check_;
/* The same of a folder: kern.log*, or messages*, or syslog*, installer/syslog*, and a journal. */
int history_saved(Kernlog *k, const char *dir, HistoryRead *h) _must_check_;
