/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the daemon's own ledger, read back. */
#pragma once

#include "daemon/manager.h"

/* A reader that stands at or before record `after`. */
int records_open(Manager *m, uint64_t after, LedgerReader **ret) _must_check_;
/* Record `seq` of the verified chain; the caller drops it. -ENOENT. */
int records_find(Manager *m, uint64_t seq, json_object **ret) _must_check_;
/* A line of a reader, which ends in no NUL; the caller drops it. -EBADMSG. */
int records_parse(const char *line, size_t size, json_object **ret) _must_check_;
/* When a record was written. -EINVAL. */
int records_moment(json_object *o, ClockMoment *ret) _must_check_;
