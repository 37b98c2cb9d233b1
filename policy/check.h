/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The single checks of a decision (internal to decide.c and check_*.c). */
#pragma once

#include "policy/decide.h"
#include "policy/step.h"

/* What one check found. Zero is a failure for an internal reason. */
typedef struct Finding {
        Reason reason;
        Severity severity; /* NONE: the reason's own */
        unsigned line;     /* of the policy; 0 = built-in */
        char saw[DECISION_STEP_TEXT];
        char wanted[DECISION_STEP_TEXT];
} Finding;

typedef struct Context {
        const Snapshot *snapshot;
        const Facts *facts;
        const Grants *grants; /* NULL: none */
        int64_t now;
        Decision *decision;
        bool storage;  /* the device has a storage interface */
        bool nameless; /* its identity digest could not be computed */
        bool refused;  /* the device check failed: the drive need not have been read */
        bool readable; /* the label area was read and means something */
        bool genuine;  /* the label is ours; decision->label.label may be used */
        Effect effect; /* what a drive that passes every check may do ... */
        Check decided; /* ... by which check ... */
        unsigned line; /* ... and which line of the policy */
        unsigned failures;
        bool grantable;     /* every failure so far is one that a grant may lift */
        Reason first;       /* of the failures */
        const Grant *grant; /* the one that counts */
} Context;

/* Runs one check. False: it cannot run with what is known. */
typedef bool (*CheckFunc)(Context *c, Finding *f);

bool check_policy(Context *c, Finding *f);
bool check_device(Context *c, Finding *f);
bool check_probe(Context *c, Finding *f);
bool check_layout(Context *c, Finding *f);
bool check_label(Context *c, Finding *f);
bool check_signature(Context *c, Finding *f);
bool check_identity(Context *c, Finding *f);
bool check_zone(Context *c, Finding *f);
bool check_revocation(Context *c, Finding *f);
bool check_second(Context *c, Finding *f);
bool check_validity(Context *c, Finding *f);
bool check_host(Context *c, Finding *f);
bool check_whitelist(Context *c, Finding *f);
bool check_grant(Context *c, Finding *f);
bool check_handover(Context *c, Finding *f);

/* Fills one of the texts of a finding with a sentence of STEP_TABLE, cut where it must be. */
void say(char ret[DECISION_STEP_TEXT], const char *format, ...) _printf_(2, 3);
/* The first 8 bytes of an id or a digest in hex: enough for a person to compare. */
#define SHORT_HEX_SIZE 17u
void short_hex(const uint8_t *id, char ret[SHORT_HEX_SIZE]);
/* The reason if it is one that a drive can be blocked for, else `fallback`. */
Reason blocking_reason(Reason reason, Reason fallback);
