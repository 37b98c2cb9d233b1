/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one table of reasons: slug, default severity, may a grant lift it, sentence. */
#pragma once

#include <stdbool.h>

#include "lib/macros.h"

typedef enum Severity {
        SEVERITY_NONE = 0,
        SEVERITY_NOTICE,
        SEVERITY_WARNING,
        SEVERITY_CRITICAL,
        SEVERITY_MAX_,
} Severity;

/* X(enumerator, slug, severity, may a grant lift it, English sentence (a gettext message id))
 * The first row is the zero value: a verdict nobody filled in blocks as an internal error. */
#define REASON_TABLE(X) \
        X(INTERNAL_ERROR, "internal-error", CRITICAL, false, "usbzone failed while deciding") \
        X(OK, "ok", NONE, false, "The drive may be used here") \
        X(GRANTED, "granted", NOTICE, false, "A temporary exception allows this drive") \
        X(ZONE_MISMATCH, "zone-mismatch", WARNING, true, "The drive belongs to another zone") \
        X(LEVEL_TOO_HIGH, "level-too-high", CRITICAL, true, \
          "The drive's level is higher than this computer's") \
        X(NO_LABEL, "no-label", WARNING, true, "The drive is not registered: it carries no label") \
        X(LABEL_MALFORMED, "label-malformed", WARNING, true, "The drive's label is damaged") \
        X(LABEL_SIGNATURE_INVALID, "label-signature-invalid", CRITICAL, false, \
          "The drive's label has been altered: its signature does not fit") \
        X(LABEL_SIGNER_UNKNOWN, "label-signer-unknown", WARNING, true, \
          "The drive's label was signed by an authority unknown here") \
        X(LABEL_PURPOSE_WRONG, "label-purpose-wrong", CRITICAL, false, \
          "The drive's label was signed by a key that may not sign labels") \
        X(LABEL_EXPIRED, "label-expired", WARNING, true, "The drive's label has expired") \
        X(LABEL_NOT_YET_VALID, "label-not-yet-valid", WARNING, true, \
          "The drive's label is not valid yet") \
        X(LABEL_ONE_SIGNATURE, "label-one-signature", WARNING, false, \
          "The drive's label lacks the second of two signatures") \
        X(IDENTITY_MISMATCH, "identity-mismatch", CRITICAL, false, \
          "The label was made for another drive") \
        X(NOT_WHITELISTED, "not-whitelisted", WARNING, true, \
          "The drive is not in this organisation's whitelist") \
        X(REVOKED, "revoked", CRITICAL, false, "The drive has been revoked") \
        X(HOST_NOT_PERMITTED, "host-not-permitted", WARNING, true, \
          "The drive may not be used on this computer") \
        X(CHANGED_ELSEWHERE, "changed-elsewhere", WARNING, true, \
          "The drive was changed by a computer unknown here") \
        X(VISIT_CHAIN_FORKED, "visit-chain-forked", CRITICAL, false, \
          "The drive's visit records have two continuations: there may be a copy") \
        X(VISIT_ROLLED_BACK, "visit-rolled-back", CRITICAL, false, \
          "The drive's visit records are older than what was seen before") \
        X(DEVICE_COMPOSITE, "device-composite", CRITICAL, false, \
          "The device is storage and something else at once") \
        X(DEVICE_MULTI_LUN, "device-multi-lun", WARNING, false, \
          "The device shows more than one medium, or a medium that is no disk") \
        X(DEVICE_CLASS_BLOCKED, "device-class-blocked", WARNING, true, \
          "Devices of this kind may not be used here") \
        X(MEDIUM_SWAPPED, "medium-swapped", CRITICAL, false, \
          "The medium is not the one that was checked") \
        X(LAYOUT_UNSUPPORTED, "layout-unsupported", WARNING, true, \
          "The drive has no room for a label") \
        X(PROBE_TIMEOUT, "probe-timeout", WARNING, false, "The drive did not answer in time") \
        X(PROBE_FAILED, "probe-failed", WARNING, false, "The drive could not be read") \
        X(DESCRIPTORS_CHANGED, "descriptors-changed", CRITICAL, false, \
          "The device changed what it claims to be") \
        X(INTERFACE_TAKEN, "interface-taken", CRITICAL, false, \
          "A kernel driver took the drive before it was checked") \
        X(POLICY_MISSING, "policy-missing", CRITICAL, false, "This computer has no policy") \
        X(POLICY_INVALID, "policy-invalid", CRITICAL, false, \
          "This computer's policy is not valid") \
        X(POLICY_EXPIRED, "policy-expired", WARNING, true, "This computer's policy has expired") \
        X(LEDGER_UNWRITABLE, "ledger-unwritable", CRITICAL, false, \
          "The record could not be written") \
        X(RATE_LIMITED, "rate-limited", WARNING, false, \
          "The device was plugged in too often in a short time") \
        X(ACTIVE_BEFORE_START, "active-before-start", NOTICE, false, \
          "The device was in use before the guard started") \
        X(SYSTEM_DRIVE, "system-drive", NOTICE, false, \
          "The running system is on this drive; it is not touched")

#define X(name, slug, severity, grantable, text) REASON_##name,
typedef enum Reason { REASON_TABLE(X) REASON_MAX_ } Reason;
#undef X

const char *reason_slug(Reason reason);
const char *reason_text(Reason reason); /* English; pass through gettext to show it */
Severity reason_severity(Reason reason);
bool reason_grantable(Reason reason);
int reason_parse(const char *slug, Reason *ret) _must_check_;

const char *severity_name(Severity severity); /* "none", "notice", "warning", "critical" */
int severity_parse(const char *text, Severity *ret) _must_check_;
