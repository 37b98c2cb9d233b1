/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first part of an export package: what the package holds, signed by the computer's ledger key.
 * Text "usbzone-export 1" as a note, one empty line, then the parts, one directly after the other.
 * Format: docs/usbzone-ledger.5 */
#pragma once

#include "lib/keyfile.h"
#include "policy/head.h"

#define MANIFEST_FORMAT "usbzone-export 1"
#define MANIFEST_NOTE_MAX 32768u
#define MANIFEST_KEYS_MAX 64u

/* X(enumerator, key in the manifest): the parts in their order in the file. */
#define MANIFEST_PART_TABLE(X) \
        X(AUTHORITY, "authority")   /* the key list, as the computer has it; may be empty */ \
        X(CREDENTIAL, "credential") /* the computer's; may be empty */ \
        X(HEADS, "heads")           /* signed heads of the records and of the one before */ \
        X(RECORDS, "records")

#define X(name, word) MANIFEST_##name,
typedef enum ManifestPart { MANIFEST_PART_TABLE(X) MANIFEST_PARTS } ManifestPart;
#undef X

const char *manifest_part_name(ManifestPart part);

typedef struct Manifest {
        char host[HEAD_HOST_SIZE];                       /* 32 hex digits, or "" */
        int64_t created;                                 /* seconds since the epoch */
        char since[TEXT_TIME_MAX], until[TEXT_TIME_MAX]; /* what was asked for; "" = no bound */
        HashPlan plan;                                   /* of the records up to `before` */
        Chain before; /* where the chain stands before the first record, in that one's hash */
        Chain last;   /* and after the last one; last.seq > before.seq */
        size_t n_keys;
        PublicKey keys[MANIFEST_KEYS_MAX]; /* of the ledger; the first one signs */
        struct {
                uint64_t size;
                uint8_t digest[DIGEST_SIZE]; /* with the hash of keys[0] */
        } parts[MANIFEST_PARTS];
} Manifest;

/* Makes the note. `key` must be the private half of m->keys[0]. The size depends on the numbers and
 * the keys alone, not on the digests. -EINVAL for what could not be read back. */
int manifest_sign(const Manifest *m, const PrivateKey *key, char **ret,
                  size_t *ret_size) _must_check_;

/* Finds where the manifest ends: the note's size; the parts begin one byte later. `data` is the
 * file's start. 0, or -EBADMSG: this is no package, or it is cut off. */
int manifest_split(const char *data, size_t size, size_t *ret_note_size) _must_check_;

/* Reads a note of exactly that size: the signature must fit the first key that stands in it;
 * whether that key is the computer's is for the caller to know. 0; NOTE_E_* or -EINVAL with
 * `error`; -errno. */
int manifest_verify(const char *note, size_t size, Manifest *ret, TextError *error) _must_check_;

/* The size of all parts. -EBADMSG if no file can be so large. */
int manifest_parts_size(const Manifest *m, uint64_t *ret) _must_check_;
/* What the parts' digests are made with. */
Hash manifest_hash(const Manifest *m);
bool manifest_knows_key(const Manifest *m, const PublicKey *key);
