/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The one emitter of security events: ledger first, then journal, then bus. */
#pragma once

#include "daemon/manager.h"

/* X(enumerator, kind in the ledger, MESSAGE_ID, journal priority (syslog), words) */
#define EVENT_TABLE(X) \
        X(START, "start", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f01", 5, "usbzone started") \
        X(STOP, "stop", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f02", 5, "usbzone stopped") \
        X(VERDICT, "verdict", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f03", 5, "Drive decided") \
        X(REMOVED, "removed", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f04", 6, "Drive removed") \
        X(ACTIVE_BEFORE_START, "active-before-start", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f05", 4, \
          "Drive was in use before usbzone started") \
        X(MODE, "mode", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f06", 4, "Mode changed") \
        X(POLICY_LOADED, "policy-loaded", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f07", 5, "Policy loaded") \
        X(POLICY_REFUSED, "policy-refused", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f08", 3, \
          "Policy refused") \
        X(GRANT, "grant", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f09", 4, "Temporary exception granted") \
        X(GRANT_ENDED, "grant-ended", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0a", 4, \
          "Temporary exception ended") \
        X(LABEL_WRITTEN, "label-written", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0b", 5, "Label written") \
        X(ENROLLED, "enrolled", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0c", 5, "Drive enrolled") \
        X(COSIGNED, "cosigned", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f2a", 5, \
          "Second signature added to a label") \
        X(REVOKED, "revoked", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0d", 4, "Drive revoked") \
        X(SETUP, "setup", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0e", 5, "Computer set up") \
        X(TORN_TAIL, "torn-tail", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f0f", 4, \
          "An unfinished record was found at the end of the ledger") \
        X(TAMPER, "tamper", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f10", 2, \
          "Something that guards was changed by someone else") \
        X(GRANT_ENDING, "grant-ending", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f11", 5, \
          "A temporary exception ends soon") \
        X(UNINSTALLED, "uninstalled", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f12", 4, "usbzone is removed") \
        X(ACKNOWLEDGED, "acknowledged", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f13", 5, \
          "Violation acknowledged") \
        X(FINDING, "finding", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f14", 5, "Finding") \
        X(INSTRUCTION, "instruction", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f15", 5, \
          "Instruction on a finding") \
        X(REMEDY, "remedy", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f16", 5, "Remedy of a finding") \
        X(FINDING_CLOSED, "finding-closed", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f17", 5, \
          "Finding closed") \
        X(ARCHIVED, "archived", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f2b", 5, \
          "The ledger's first records were exported to be kept elsewhere") \
        X(INCIDENT, "incident", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f18", 2, \
          "Incident: a leak is suspected") \
        X(REPEATED, "repeated", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f1a", 4, "The same happened again") \
        X(PICKED_UP, "picked-up", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f1e", 5, \
          "Office files were taken from a drive") \
        X(CLOCK_SET, "clock-set", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f1b", 4, "The clock was set") \
        X(CLOCK_ACCEPTED, "clock-accepted", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f1c", 4, \
          "The system clock was accepted") \
        X(INCIDENT_CLOSED, "incident-closed", "0f3c1d7f6a1d4a0c9c6c6a3a6d0b0f19", 4, \
          "Incident closed")

#define X(name, kind, id, priority, words) EVENT_##name,
typedef enum EventKind { EVENT_TABLE(X) EVENT_MAX_ } EventKind;
#undef X

const char *event_kind_name(EventKind kind);
/* Is a record of this kind with these fields a violation? */
bool event_is_violation(EventKind kind, json_object *fields);

/* Enough for ":080650:" of every interface. */
#define EVENT_INTERFACES_MAX (7u * USB_INTERFACES_MAX + 2u)
void event_interfaces_text(const DeviceInterfaces *d, char *ret, size_t size);

/* Records durably (what comes again and again is counted: daemon/event-repeat.h), then logs to the
 * journal (MESSAGE_ID, USBZONE_* for every field), then signals. `fields`: flat json object with
 * escaped text, or NULL, borrowed; a verdict's gets the computer's zone and mode. 0, or -errno when
 * it is not in the ledger (it is in the journal all the same). */
int event_emit(Manager *m, EventKind kind, json_object *fields);

/* What a verdict record holds; > 0 severity means a violation. The caller frees. */
json_object *event_drive_fields(const Drive *d);
