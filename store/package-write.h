/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes an export package from a ledger: verified first, written beside the target, read back and
 * verified again, and only then given its name. Format: docs/usbzone-ledger.5 */
#pragma once

#include "store/package.h"

typedef struct PackageJob {
        /* Asked. */
        int ledger_fd;
        int state_fd; /* where the signing key is */
        int etc_fd;   /* where key list and credential are; < 0: left out */
        int64_t created;
        char since[TEXT_TIME_MAX], until[TEXT_TIME_MAX]; /* "" = no bound; whole seconds */
        uint64_t end;                                    /* no record after it; 0: no bound */
        bool replace;                                    /* an existing target */
        bool named; /* lib/draft.h: as on file systems where every file has a name; for tests */
        /* Found. */
        Manifest manifest;
        LedgerVerify verify;   /* of the ledger; its progress and userdata are the caller's */
        PackageError left_out; /* why key list and credential were left out; .kind NULL: were not */
} PackageJob;

typedef enum PackageWriteOutcome {
        PACKAGE_W_BROKEN = 1,  /* the ledger does not verify: see job->verify */
        PACKAGE_W_EMPTY = 2,   /* no record is in the range */
        PACKAGE_W_SIGNER = 3,  /* there is no key to sign with, or the ledger does not name it */
        PACKAGE_W_CHANGED = 4, /* what was written does not verify: the ledger changed meanwhile */
} PackageWriteOutcome;

/* The range is from the first record that fits to the last one, and all between; it begins earlier
 * where the first one tells another hash than the one before it. 0, PACKAGE_W_*, -errno (-EEXIST:
 * the target exists; -EINTR: a signal came, and takes effect when this returns; -EOVERFLOW: the
 * hash was changed too often). Leaves nothing behind when it fails. */
int package_write(PackageJob *job, int dirfd, const char *name) _must_check_;
