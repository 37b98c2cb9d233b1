/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whitelist: a sorted file of fixed records, 64 bytes each, behind a 64-byte header.
 * Trusted through the SHA-256 that the policy names. Format: docs/usbzone-whitelist.5 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/label.h"

#define WHITELIST_HEADER_SIZE 64u
#define WHITELIST_RECORD_SIZE 64u
#define WHITELIST_MAX 16000000u
#define WHITELIST_FILE_MAX (WHITELIST_HEADER_SIZE + (uint64_t)WHITELIST_MAX * WHITELIST_RECORD_SIZE)

typedef struct WhitelistEntry {
        uint8_t identity[DIGEST_SIZE];
        uint8_t label_id[LABEL_ID_SIZE]; /* all zero: any label */
        Zone zone;
        Level level;
} WhitelistEntry;

/* Reads exactly n bytes at offset. 0 or -errno. */
typedef int (*WhitelistRead)(void *userdata, uint64_t offset, void *ret, size_t n);

typedef struct Whitelist {
        WhitelistRead read;
        void *userdata;
        uint64_t count;
} Whitelist;

/* Outcomes > 0. */
typedef enum WhitelistOutcome {
        WHITELIST_E_FORMAT = 1,
        WHITELIST_E_SIZE = 2,
        WHITELIST_E_DIGEST = 3,
        WHITELIST_E_ORDER = 4,
        WHITELIST_E_DUPLICATE = 5,
} WhitelistOutcome;

const char *whitelist_outcome_text(int outcome);

/* Reads the whole file once: header, order, digest. */
int whitelist_open(Whitelist *ret, WhitelistRead read, void *userdata, uint64_t size,
                   const uint8_t digest[DIGEST_SIZE]) _must_check_;

/* Interpolation search, falling back to bisection. 1 found, 0 not found, -errno. */
int whitelist_find(const Whitelist *w, const uint8_t identity[DIGEST_SIZE],
                   WhitelistEntry *ret) _must_check_;

/* Entry number i, for listing and merging. */
int whitelist_get(const Whitelist *w, uint64_t i, WhitelistEntry *ret) _must_check_;

/* Sorts `entries` in place and writes the file through `write`. WHITELIST_E_DUPLICATE names nothing
 * twice: an entry given twice is written once, two different ones for one drive are refused. */
typedef int (*WhitelistWrite)(void *userdata, const void *data, size_t n);
int whitelist_build(WhitelistEntry *entries, size_t n, WhitelistWrite write, void *userdata,
                    uint8_t ret_digest[DIGEST_SIZE]) _must_check_;
