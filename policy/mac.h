/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's forward-secure seal: each record is sealed with a key of its own, the next key is
 * the hash of the last one, and the last one is forgotten. Who has the first key can check every
 * record; who takes over the computer later finds a key that opens none of the past.
 * Format: docs/usbzone-ledger.5 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "policy/key.h"

#define MAC_KEY_SIZE 32u
#define MAC_KEY_TEXT_SIZE 144u
#define MAC_STEPS_MAX (1u << 26) /* records that a key can be moved on by in one go */

typedef struct MacKey {
        uint64_t seq; /* of the record it seals; 0 = no key */
        uint8_t key[MAC_KEY_SIZE];
} MacKey;

typedef enum MacOutcome {
        MAC_E_MISMATCH = 1,
        MAC_E_ABSENT = 2,  /* the record carries no mac */
        MAC_E_PASSED = 3,  /* the record is older than the key */
        MAC_E_TOO_FAR = 4, /* more than MAC_STEPS_MAX records ahead */
} MacOutcome;

int mac_key_generate(uint64_t seq, MacKey *ret) _must_check_;
/* Wipes it. */
void mac_key_clear(MacKey *key);

/* Which hash the records told: those before the first change SHA-256. */
#define HASH_CHANGES_MAX 64u
typedef struct HashPlan {
        size_t n;
        struct HashChange {
                uint64_t seq; /* the first record that tells it */
                Hash hash;
        } list[HASH_CHANGES_MAX];
} HashPlan;

Hash hash_plan_at(const HashPlan *plan, uint64_t seq);
/* Record `seq`, later than all before, tells `hash`. False: the oldest change had to be dropped. */
bool hash_plan_add(HashPlan *plan, uint64_t seq, Hash hash);

/* The key of the next record: HASH("usbzone-ledger-key" 0x00 key), seq + 1; `hash` is the one that
 * the record of this key tells. The old key is wiped. */
int mac_key_advance(MacKey *key, Digest *d, Hash hash) _must_check_;
/* Moves on to record `seq`, past records as in `plan`. 0; MAC_E_PASSED, MAC_E_TOO_FAR: not
 * moved. */
int mac_key_seek(MacKey *key, Digest *d, uint64_t seq, const HashPlan *plan) _must_check_;

/* HMAC (RFC 2104) with this hash. */
int mac_compute(const MacKey *key, Digest *d, Hash hash, const void *data, size_t size,
                uint8_t ret[DIGEST_SIZE]) _must_check_;
/* Does the line's mac fit? The line has passed chain_check() and is the one of `key->seq`. 0,
 * MAC_E_MISMATCH, MAC_E_ABSENT, -errno. */
int mac_check_line(const MacKey *key, Digest *d, const char *line, size_t size) _must_check_;

/* The key's one text form, MAC_KEY_TEXT_SIZE bytes in four lines, the last a check against
 * slips. */
int mac_key_format(const MacKey *key, char ret[MAC_KEY_TEXT_SIZE + 1]) _must_check_;
/* 0; -EINVAL for anything else than that form. */
int mac_key_parse(const char *text, size_t size, MacKey *ret) _must_check_;
