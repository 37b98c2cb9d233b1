/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads /etc/usbzone: key list, host credential, policy, whitelist; each checked for owner and
 * mode, verified, then parsed. Used by the daemon and by the CLI's file-only verbs. */
#pragma once

#include "lib/keyfile.h"
#include "policy/decide.h"

#define TRUST_MESSAGE_MAX 768u
#define TRUST_VERSION_FILE "policy-version" /* below UZ_STATE_DIR: the highest version seen */

typedef struct Trust {
        Snapshot snapshot;
        int whitelist_fd;
        char message[TRUST_MESSAGE_MAX]; /* what is wrong and what to do; "" = fine */
} Trust;

/* Always gives a Trust: one whose snapshot.status is not OK blocks everything. -ENOMEM only.
 * `minimum` is the policy version below which a policy is refused as rolled back (0 = none). */
int trust_load(int etc_fd, int64_t now, uint64_t minimum, Trust **ret) _must_check_;
Trust *trust_free(Trust *t);
DEFINE_FREEP(Trust, trust_free)

/* The highest policy version that passed every check; 0 = none yet. -EBADMSG for a damaged file: to
 * be recorded as tampering; the next good policy writes it anew. */
int trust_remembered_version(int state_fd, uint64_t *ret) _must_check_;
/* Never lowers what is remembered. Call only after every check has passed. */
int trust_remember_version(int state_fd, uint64_t version) _must_check_;
