/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records that were taken away in a package (docs/usbzone-ledger.5, "Archives"): the ledger's first
 * segments are gone, and a later record `archived` says up to where and with which hash. It also
 * holds what the verifier needs of the records before: which hashes they told, which keys they
 * named. */
#pragma once

#include <json-c/json.h>

#include "policy/chain.h"
#include "policy/key.h"
#include "store/segment.h"

#define ARCHIVE_KIND "archived"
#define ARCHIVE_KEYS_MAX 12u /* as many as a text of a record holds */
#define ARCHIVE_DIGEST_TEXT 65u
#define ARCHIVE_WHO_MAX 256u
#define ARCHIVE_TIME_MAX 28u

typedef struct Archive {
        uint64_t record; /* the number of the record that says so; 0: there is none */
        Chain last;      /* where the chain stood after the last record that was taken away */
        HashPlan plan;   /* of the records up to that one */
        size_t n_keys;
        PublicKey keys[ARCHIVE_KEYS_MAX];  /* that heads were signed with, the newest first */
        char package[ARCHIVE_DIGEST_TEXT]; /* SHA-256 of the file */
        char who[ARCHIVE_WHO_MAX], time[ARCHIVE_TIME_MAX];
} Archive;

/* Reads such a record. False: it is none, or not written as it must be. */
bool archive_parse(const char *line, size_t size, Archive *ret);
/* Its fields but `who`. NULL: no memory. */
json_object *archive_fields(const Archive *a) _must_check_;

/* Looks for the record that the chain can begin with at `before`, in the lines as they stand: they
 * still have to be verified. One that names just this number, else the next greater one. 1, 0,
 * -errno. */
int archive_find(int ledger_fd, const Chain *before, Archive *ret) _must_check_;

/* Keys and hashes that the records up to `last` told; what was archived before is taken over. The
 * records must have been verified. 0, -errno; -EOVERFLOW: there are too many to be told. */
int archive_collect(int ledger_fd, uint64_t last, Archive *ret) _must_check_;

/* The last record of the closed segments: all that the newest one does not hold. 1; 0: there is
 * none; -errno. */
int archive_end(int ledger_fd, uint64_t *ret) _must_check_;
/* Does a segment begin right after this record? 1, 0, -errno. */
int archive_is_end(int ledger_fd, uint64_t last) _must_check_;
/* Removes the segments up to there, the oldest first, each for good before the next. 0, -errno;
 * `name` is the one that could not be removed. */
int archive_release(int ledger_fd, uint64_t last, char name[SEGMENT_NAME_MAX]) _must_check_;

/* A reader whose ledger begins after records that were taken away: the record that says so, and
 * where the chain stood before the first line; it is proven when all is read. NULL: it begins with
 * record 1 (or nothing was read yet). */
struct LedgerReader;
const Archive *ledger_reader_archive(const struct LedgerReader *r, Chain *ret_begin);
