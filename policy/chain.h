/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's line format and hash chain. A record is one JSON line
 * {"seq":N,"time":"...","boot":"...","mono":N,"host":"...","kind":"...", fields ...
 * ,"prev":"64 hex","mac":"64 hex or empty"}
 * `prev` is the SHA-256 of the whole line before it, its newline included; zeros for the first.
 * With "sm3:" in front of the digits of both it is SM3, and the mac HMAC-SM3.
 * Format: docs/usbzone-ledger.5 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/mac.h"

#define CHAIN_LINE_MAX 16384u
#define CHAIN_HEAD_TEXT 69u /* "sm3:", 64 digits, NUL */

typedef struct Chain {
        uint64_t seq;              /* of the last good record; 0 = none yet */
        Hash hash;                 /* the one that this record tells */
        uint8_t head[DIGEST_SIZE]; /* that hash of its line */
} Chain;

typedef enum ChainOutcome {
        CHAIN_E_TORN = 1, /* no final newline, or cut JSON: a write that never finished */
        CHAIN_E_FORMAT = 2,
        CHAIN_E_GAP = 3,    /* seq is not the last + 1 */
        CHAIN_E_BROKEN = 4, /* prev is not the hash of the line before */
        CHAIN_E_HASH = 8,   /* prev is another hash than chain->hash: see chain_rehash() */
        /* Only with the first key of the seal: */
        CHAIN_E_RESEALED = 5, /* the chain fits, the mac does not */
        CHAIN_E_UNSEALED = 6, /* no mac where there must be one */
        CHAIN_E_ALTERED = 7,  /* the mac does not fit, nor does the next line's prev */
        /* What the reader of the files makes of a gap, a wrong hash, or a file: */
        CHAIN_E_AGAIN = 9,    /* a record that stands before */
        CHAIN_E_NUMBER = 10,  /* prev is right, seq is not */
        CHAIN_E_NAME = 11,    /* the segment is named after another record */
        CHAIN_E_REMOVED = 12, /* the gap is between two segments */
        CHAIN_E_FILE = 13,    /* no regular file */
        CHAIN_E_HERE = 14,    /* this line's prev was altered, not the line before */
} ChainOutcome;

const char *chain_outcome_text(int outcome);

/* 64 digits, for SM3 with "sm3:" before them: as `prev` has it, and all that tells a head. */
void chain_head_text(const Chain *chain, char ret[CHAIN_HEAD_TEXT]);
/* Sets hash and head; upper-case digits are taken too. -EINVAL. */
int chain_head_parse(const char *text, Chain *ret) _must_check_;
/* The same hash with the same outcome. */
bool chain_same_head(const Chain *a, const Chain *b);

/* Checks one line (with its newline) against the chain and moves on. `d`: a digest to use again, or
 * NULL. 0, CHAIN_E_*, -errno. */
int chain_check(Chain *chain, Digest *d, const char *line, size_t size) _must_check_;
/* From the next record on another hash: `last` is the line (with its newline) that the chain stands
 * at. 0; CHAIN_E_BROKEN: that is not its hash; -errno. */
int chain_rehash(Chain *chain, Digest *d, Hash hash, const char *last, size_t size) _must_check_;
/* Both: a line that may tell another hash than the one before, which is `last`. */
int chain_check_after(Chain *chain, Digest *d, const char *last, size_t last_size, const char *line,
                      size_t size) _must_check_;

/* Is this a record of one of these kinds? 1 + which; 0: no. By the word as it stands in the line,
 * near its start: the fields before it have their limits. */
size_t chain_line_kind(const char *line, size_t size, const char *const kinds[], size_t n);
/* 1: the line has a mac, made with `ret_hash` over its first `ret_covered` bytes. 0: it is empty.
 * -EINVAL: no record. */
int chain_line_mac(const char *line, size_t size, size_t *ret_covered, Hash *ret_hash,
                   uint8_t ret[DIGEST_SIZE]) _must_check_;

/* Makes the last part of a line, with chain->hash, and moves on: `body` is {"seq":...  without the
 * closing brace; the result is body,"prev":"...","mac":"..."}\n. `key` NULL: the mac stays empty;
 * else it is the key of this record. -ENOSPC over CHAIN_LINE_MAX. */
int chain_append(Chain *chain, const char *body, const MacKey *key, char ret[CHAIN_LINE_MAX],
                 size_t *ret_size) _must_check_;
