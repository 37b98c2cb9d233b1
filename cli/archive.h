/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes records out of the ledger that a package holds. */
#pragma once

#include "store/package-write.h"

typedef struct ArchiveTaken {
        char package[2 * DIGEST_SIZE + 1]; /* SHA-256 of the file */
        uint64_t record;                   /* the one that says so */
} ArchiveTaken;

/* Sets job->end to the last record of the closed segments. CLI_FAILED: there are none. */
int archive_range(PackageJob *job) _must_check_;
/* After package_write() to `path`: verifies the file again as it is there, has the daemon record
 * what it holds, and then removes the segments, the oldest first. CLI_*. */
int archive_take(const PackageJob *job, const char *path, ArchiveTaken *ret) _must_check_;
