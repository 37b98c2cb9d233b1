/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision: a pure function of what is trusted, what was read and the time. */
#pragma once

#include "policy/authority.h"
#include "policy/bundle.h"
#include "policy/device.h"
#include "policy/grant.h"
#include "policy/identity.h"
#include "policy/label.h"
#include "policy/verdict.h"
#include "policy/whitelist.h"

#define DECISION_STEP_TEXT 96u

/* What this computer trusts. Built once by a load, never changed afterwards. */
typedef struct Snapshot {
        Reason status; /* OK, or POLICY_MISSING / POLICY_INVALID: nothing below may be used */
        Authority authority;
        Host host;
        Bundle bundle;
        Whitelist whitelist; /* read == NULL: none */
} Snapshot;

typedef enum ProbeStatus {
        PROBE_NOT_TRIED = 0, /* not storage, or a device refused before */
        PROBE_OK,
        PROBE_ERROR, /* facts.probe_reason says why: PROBE_TIMEOUT, PROBE_FAILED, ... */
} ProbeStatus;

/* What is known of the device; nothing in it is trusted. */
typedef struct Facts {
        DeviceInterfaces interfaces;
        Identity identity;
        ProbeStatus probe;
        Reason probe_reason;
        uint8_t n_luns;      /* GET MAX LUN + 1 */
        uint8_t device_type; /* INQUIRY peripheral device type; 0x00 = disk, 0x05 = CD/DVD */
        uint8_t area[LABEL_AREA_SIZE];
        Reason refused; /* != OK: the daemon found the device itself at fault (DESCRIPTORS_CHANGED,
                           MEDIUM_SWAPPED, INTERFACE_TAKEN, RATE_LIMITED); 0 counts as none */
        int64_t clock;  /* what the system clock says, where that is before the time it is judged
                           by; else 0 */
} Facts;

typedef struct DecisionStep {
        Check check;
        Reason reason;                /* OK = passed */
        char saw[DECISION_STEP_TEXT]; /* escaped, ready to show */
        char wanted[DECISION_STEP_TEXT];
} DecisionStep;

typedef struct Decision {
        Verdict verdict;
        bool has_identity;
        uint8_t identity[DIGEST_SIZE];
        LabelArea label; /* .reason == OK: the label is genuine, whatever the verdict */
        Grant grant;     /* verdict.reason == GRANTED */
        Zone zone;       /* what exceptions go by: the label's, else the whitelist entry's */
        int64_t now;     /* what it was judged by, seconds since the epoch */
        bool remembered; /* by the system clock, facts.clock, a check would have ended otherwise */
        DecisionStep steps[CHECK_MAX_];
        size_t n_steps;
} Decision;

/* Runs the checks in order of CHECK_TABLE. The first that fails gives reason and severity; a grant
 * counts only if every failed check is one a grant may lift. `grants` may be NULL. The result is
 * always complete: whatever cannot be decided is a block. */
void policy_decide(const Snapshot *snapshot, const Facts *facts, const Grants *grants, int64_t now,
                   Decision *ret);

/* The interfaces of a device with no storage verdict that may still be bound: those of a named
 * device (UKey), bit n for list[n]. */
uint64_t policy_passing_interfaces(const Snapshot *snapshot, const Facts *facts);
