/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The current key of the ledger's seal on disk: UZ_STATE_DIR/ledger.key, for root alone. It is
 * overwritten in place, within one sector, after each record: there is never more than one key. A
 * key that lags behind after a crash catches up with the chain; it never runs ahead of it. */
#pragma once

#include <stdbool.h>

#include "policy/mac.h"

typedef enum LedgerSeal {
        LEDGER_SEALED = 0,
        LEDGER_SEAL_NO_KEY = 1,  /* never set up, or the file was removed */
        LEDGER_SEAL_DAMAGED = 2, /* the file is no key, or not root's alone */
} LedgerSeal;

const char *ledger_seal_name(LedgerSeal seal); /* "sealed", "no-key", "key-damaged" */

typedef struct LedgerKey {
        int fd;
        bool dirty; /* the newest key may not have reached the disk yet */
        LedgerSeal seal;
        MacKey key; /* of the next record; seq 0 unless sealed */
} LedgerKey;

/* Always usable; look at ret->seal. -errno: the file is there but cannot be read now. */
int ledger_key_open(int state_fd, LedgerKey *ret) _must_check_;
/* Waits for the disk and wipes what is in memory. */
void ledger_key_close(LedgerKey *k);

/* The key of record `seq` is in force from now on, in the file too, though perhaps not yet on disk;
 * `plan` is of the records that it moves past. MAC_E_PASSED; -errno: the file still holds the old
 * one. */
int ledger_key_move(LedgerKey *k, Digest *d, uint64_t seq, const HashPlan *plan) _must_check_;
/* The old key is off the disk when this returns. */
int ledger_key_sync(LedgerKey *k) _must_check_;

/* Makes the first key, for the records after the ledger's last one, and the file; `ret` is for the
 * auditor, and for nobody else. -EEXIST: there is a key already. -EBUSY: the daemon is writing. */
int ledger_key_create(int state_fd, MacKey *ret) _must_check_;
