/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads /etc/usbzone: key list, host credential, policy, revocations, whitelist; each checked for
 * owner and mode, verified, then parsed. Used by the daemon and by the CLI's file-only verbs. */
#pragma once

#include "lib/keyfile.h"
#include "policy/decide.h"
#include "policy/note.h"

#define TRUST_MESSAGE_MAX 768u
/* Below UZ_STATE_DIR: the highest versions seen, of the policy and of the key list. */
#define TRUST_VERSION_FILE "policy-version"
#define TRUST_KEYS_VERSION_FILE "keys-version"
#define TRUST_REVOCATIONS_MAX 256u /* files in UZ_REVOCATIONS_DIR */
#define TRUST_REVOCATION_DIGITS 16u
#define TRUST_REVOCATIONS_TEXT_MAX (TRUST_REVOCATIONS_MAX * (TRUST_REVOCATION_DIGITS + 1u))

#define TRUST_SIGNERS_MAX 32u

/* The highest policy that a key has signed. It counts only while the key list has that key: a
 * policy of a very high number, made with a stolen key, ends nothing for good. */
typedef struct TrustSigner {
        uint8_t id[KEY_ID_SIZE];
        uint64_t version;
} TrustSigner;

typedef struct TrustFloor {
        uint64_t policy, keys; /* versions; 0 = none yet */
        size_t n;              /* signers of policies; 0: `policy` counts, whoever signed it */
        TrustSigner signers[TRUST_SIGNERS_MAX];
} TrustFloor;

typedef struct Trust {
        Snapshot snapshot;
        int whitelist_fd;
        size_t n_signers; /* of the policy */
        uint8_t signers[NOTE_SIGNATURES_MAX][KEY_ID_SIZE];
        size_t n_revocations;                         /* files */
        char revocations[TRUST_REVOCATIONS_TEXT_MAX]; /* of each the first 16 digits of its SHA-256,
                                                       * with a blank between them */
        char message[TRUST_MESSAGE_MAX];              /* what is wrong and what to do; "" = fine */
} Trust;

/* Always gives a Trust: one whose snapshot.status is not OK blocks everything. -ENOMEM only.
 * A policy or key list below `floor` is refused as rolled back. */
int trust_load(int etc_fd, int64_t now, TrustFloor floor, Trust **ret) _must_check_;
Trust *trust_free(Trust *t);
DEFINE_FREEP(Trust, trust_free)

/* The highest versions that passed every check. -EBADMSG for a damaged file, whose name is in
 * `ret_damaged` (may be NULL): to be recorded as tampering; the next good policy writes it anew. */
int trust_remembered(int state_fd, TrustFloor *ret, const char **ret_damaged) _must_check_;
/* Never lowers what is remembered. Call only after every check has passed. `ret_failed` (may be
 * NULL): the file that cannot be written. */
int trust_remember(int state_fd, TrustFloor seen, const char **ret_failed) _must_check_;
/* What is to be remembered of a Trust that is good. */
TrustFloor trust_seen(const Trust *t);
/* The lowest version of a policy that a computer with these keys may take. */
uint64_t trust_policy_floor(const TrustFloor *floor, const Keyring *ring);
