/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A verdict: what may be done with a drive, and why. All zero is: blocked. */
#pragma once

#include <stdint.h>

#include "policy/reason.h"

#define VERDICT_RULE_MAX 64u

typedef enum Effect {
        EFFECT_BLOCK = 0,
        EFFECT_READ_ONLY,
        EFFECT_ALLOW,
        EFFECT_MAX_,
} Effect;

/* The checks of a decision, in the order in which they run. */
#define CHECK_TABLE(X) \
        X(NONE, "none", "No check ran") \
        X(POLICY, "policy", "Is there a valid policy and host credential") \
        X(DEVICE, "device", "Is it a plain storage device") \
        X(PROBE, "probe", "Could the drive be read safely") \
        X(LAYOUT, "layout", "Has the drive room for a label") \
        X(LABEL, "label", "Is there a label, and is it whole") \
        X(SIGNATURE, "signature", "Did our authority sign the label") \
        X(IDENTITY, "identity", "Was the label made for this drive") \
        X(ZONE, "zone", "Does the drive belong to this zone and level") \
        X(REVOCATION, "revocation", "Has the drive, its label or its key been revoked") \
        X(SECOND, "second-signature", "Has the label the two signatures the policy asks for") \
        X(VALIDITY, "validity", "Is the label valid today") \
        X(HOST, "host", "May the drive be used on this computer") \
        X(WHITELIST, "whitelist", "Is the drive in the whitelist") \
        X(GRANT, "grant", "Is there a temporary exception") \
        X(HANDOVER, "handover", "Is the drive the kernel sees the one that was checked") \
        X(LEDGER, "ledger", "Could the decision be recorded")

#define X(name, slug, text) CHECK_##name,
typedef enum Check { CHECK_TABLE(X) CHECK_MAX_ } Check;
#undef X

typedef struct Verdict {
        Effect effect;
        Reason reason;
        Severity severity;
        Check check;
        char rule[VERDICT_RULE_MAX]; /* the policy line that decided, or "built-in" */
        uint64_t policy_version;     /* 0 = no policy */
} Verdict;

const char *effect_name(Effect effect); /* "block", "read-only", "allow" */
int effect_parse(const char *text, Effect *ret) _must_check_;
const char *check_slug(Check check);
const char *check_text(Check check);
