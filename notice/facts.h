/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon says of a drive, as far as a notice tells it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <systemd/sd-bus.h>

#include "policy/verdict.h"
#include "policy/zone.h"

#define FACTS_TEXT_MAX 200u

typedef enum FactsKind {
        FACTS_DRIVE,
        FACTS_ENDING, /* a temporary exception ends at `end` */
        FACTS_TAMPER, /* no drive: something that guards was changed */
} FactsKind;

typedef struct Facts {
        FactsKind kind;
        uint64_t drive; /* its number; 0 = none */
        char media_number[FACTS_TEXT_MAX], vendor[FACTS_TEXT_MAX], product[FACTS_TEXT_MAX];
        char file[FACTS_TEXT_MAX], what[FACTS_TEXT_MAX];
        Zone zone;
        Level level;
        Effect verdict, effect; /* decided, and in force */
        Reason reason;
        Severity severity;
        bool decided; /* a check ran */
        int64_t end;
} Facts;

/* Reads a{sv}: the fields of a signal, or a drive's properties with those of its label. What is not
 * known is skipped, what is too long cut. 0, or -errno for a message of another form. */
int facts_read(sd_bus_message *m, Facts *f) _must_check_;

/* "/org/usbzone1/drive/3" is 3; 0 for anything else. */
uint64_t facts_number(const char *object);

/* In observe mode a drive passes that would have been blocked or made read-only. */
bool facts_observed(const Facts *f);
