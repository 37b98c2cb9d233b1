/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a policy has come: what each computer's records say is in force there. Functions return
 * CLI_* unless they say otherwise. */
#pragma once

#include "cli/inspect.h"
#include "policy/bundle.h"

#define ROLLOUT_VERSION_MAX 24u
#define ROLLOUT_SOON (30 * 86400) /* ends within that many seconds: told */

/* X(enumerator, bit, slug, bad) `bad`: the computer is not where it should be. The first are the
 * worst. */
#define ROLLOUT_STATE_TABLE(X) \
        X(NO_POLICY, 0, "no-policy", true) \
        X(UNKNOWN, 1, "unknown", true) \
        X(EXPIRED, 2, "expired", true) \
        X(REFUSED, 3, "refused", true) \
        X(BEHIND, 4, "behind", true) \
        X(OTHER_WHITELIST, 5, "other-whitelist", true) \
        X(REVOCATIONS, 6, "revocations-missing", true) \
        X(KEYS, 7, "keys-behind", true) \
        X(OLD_USBZONE, 8, "old-usbzone", true) \
        X(SILENT, 9, "silent", true) \
        X(EXPIRING, 10, "expiring", false)

#define X(name, bit, slug, bad) ROLLOUT_##name = 1u << (bit),
typedef enum RolloutState { ROLLOUT_STATE_TABLE(X) } RolloutState;
#undef X
#define ROLLOUT_STATES 11u

typedef struct RolloutHost {
        bool known, in_force; /* any record says; a policy is in force */
        bool told;            /* the record tells of whitelist and revocations, too */
        bool has_whitelist, observe;
        uint64_t policy, keys, revoked;
        InspectPlace policy_since, keys_since, whitelist_since, revocations_since;
        uint8_t whitelist[DIGEST_SIZE];
        char *revocations;    /* "" or 16 digits each; NULL: none */
        int64_t ends;         /* of policy or credential, the earlier; 0 = none */
        InspectPlace refused; /* since the last one that was loaded; time 0: none */
        uint64_t refused_version;
        char *reason, *message;
        char usbzone[ROLLOUT_VERSION_MAX], name[NAME_MAX_SIZE];
        Zone zone;
        unsigned states; /* bits of RolloutState */
} RolloutHost;

/* What all should have. */
typedef struct RolloutTarget {
        uint64_t policy, keys; /* 0: the highest that is seen */
        bool has_whitelist, whitelist_known;
        uint8_t whitelist[DIGEST_SIZE];
        uint32_t needs[VERSION_PARTS];
        uint64_t revoked;  /* with this policy */
        char *revocations; /* files that each computer must have, 16 digits each */
} RolloutTarget;

typedef struct Rollout {
        Inspect in;
        RolloutHost *list; /* as in.hosts */
        uint32_t n;
        RolloutTarget target;
        int64_t now, silent; /* seconds; silent 0: not looked at */
        unsigned counts[ROLLOUT_STATES], newest;
} Rollout;

/* Reads all, verified; the target may be set before. */
int rollout_read(Rollout *ro, char **paths, int n, const Authority *authority) _must_check_;
/* Completes the target by what is there, and compares each computer with it. */
void rollout_judge(Rollout *ro);
void rollout_clear(Rollout *ro);

const char *rollout_state_slug(unsigned bit);
/* CLI_OK: all are at the newest; CLI_FAILED; CLI_BROKEN. */
int rollout_print(const Rollout *ro, bool all) _must_check_;
int rollout_json(const Rollout *ro) _must_check_;
int rollout_csv(const Rollout *ro) _must_check_;
