/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where kernel messages of the time before the guard come from. */
#pragma once

#include "policy/kernlog.h"

/* Each returns 0, or -errno. `ret_lines` is increased by the kernel messages that were read. */

/* The journal of this computer, or (not NULL) one in a folder. */
int history_journal(Kernlog *k, const char *dir, uint64_t *ret_lines) _must_check_;
/* A log file as syslog writes it, plain or .gz. */
int history_file(Kernlog *k, const char *path, uint64_t *ret_lines) _must_check_;
/* kern.log*, or messages*, or syslog* in a folder. */
int history_folder(Kernlog *k, const char *dir, uint64_t *ret_lines) _must_check_;
/* What of this computer can be read: its journal, else its log files. */
int history_here(Kernlog *k, uint64_t *ret_lines) _must_check_;
/* The journal and the log files in a folder. */
int history_saved(Kernlog *k, const char *dir, uint64_t *ret_lines) _must_check_;
