/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's line format and hash chain. A record is one JSON line
 * {"seq":N,"time":"...","boot":"...","mono":N,"host":"...","kind":"...", fields ...
 * ,"prev":"64 hex","mac":"64 hex or empty"}
 * `prev` is the SHA-256 of the whole line before it, its newline included; zeros for the first.
 * Format: docs/usbzone-ledger.5 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/key.h"

#define CHAIN_LINE_MAX 16384u

typedef struct Chain {
        uint64_t seq;              /* of the last good record; 0 = none yet */
        uint8_t head[DIGEST_SIZE]; /* hash of its line */
} Chain;

typedef enum ChainOutcome {
        CHAIN_E_TORN = 1, /* no final newline, or cut JSON: a write that never finished */
        CHAIN_E_FORMAT = 2,
        CHAIN_E_GAP = 3,    /* seq is not the last + 1 */
        CHAIN_E_BROKEN = 4, /* prev is not the hash of the line before */
} ChainOutcome;

const char *chain_outcome_text(int outcome);

/* Checks one line (with its newline) against the chain and moves on. 0, CHAIN_E_*, -errno. */
int chain_check(Chain *chain, const char *line, size_t size) _must_check_;

/* Makes the last part of a line and moves on: `body` is {"seq":...  without the closing brace; the
 * result is body,"prev":"...","mac":""}\n. -ENOSPC over CHAIN_LINE_MAX. */
int chain_append(Chain *chain, const char *body, char ret[CHAIN_LINE_MAX],
                 size_t *ret_size) _must_check_;
