/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The USB storage that logs name, and what is known of each, for whoever shows it. */
#pragma once

#include <json-c/json.h>

#include "cli/history_known.h"

#define HISTORY_SOURCE "imported, not signed"

typedef struct HistoryFrom {
        const char *dir, *file; /* both NULL: this computer's own logs */
        const char *whitelist;  /* a file; NULL: the one in force */
        bool each;              /* an entry for each time a drive was plugged in */
} HistoryFrom;

/* The devices of the log and what is known of them, in the same order. */
typedef struct History {
        Kernlog *log;
        Known known;
        bool each, here; /* `here`: of this computer, read on it */
        bool damaged;    /* a file was not read to its end, and was named */
} History;

/* That nothing could be read is a failure. CLI_*, with the reason said. */
int history_load(const HistoryFrom *from, History *ret) _must_check_;
void history_clear(History *h);

/* [{"vid", "pid", "serial", "manufacturer", "product", "size", "first", "last", "gone", "port",
 * "count", "identity", "missing", "whitelist", "revoked", "zone", "level", "media_number",
 * "source"}]; a new reference. */
json_object *history_json(const History *h);
/* The identity in hex; "" if the log does not have all of it. */
void history_identity(const KnownDrive *d, char ret[2 * DIGEST_SIZE + 1]);
/* "revoked", "internal", "classified, secret", and the number behind it; `narrow`: the number alone
 * where there is one. */
void history_known_text(const KnownDrive *d, bool narrow, char *ret, size_t size);
