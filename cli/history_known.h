/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What whitelist, revocations and register know of the drives that logs name. */
#pragma once

#include "policy/kernlog.h"
#include "policy/whitelist.h"

typedef enum KnownState {
        KNOWN_NO_WHITELIST,
        KNOWN_LISTED,
        KNOWN_NOT_LISTED,
        KNOWN_NOT_TOLD, /* the log does not have the whole identity */
} KnownState;

typedef struct KnownDrive {
        KnownState state;
        bool revoked; /* it, or the label that the whitelist names for it */
        int missing;  /* KERNLOG_E_*; 0: the digest is there */
        uint8_t digest[DIGEST_SIZE];
        WhitelistEntry entry;           /* where LISTED */
        char number[LABEL_NUMBER_SIZE]; /* the last one given out here; "": none that is known */
} KnownDrive;

typedef struct Known {
        KnownDrive *drives; /* in the order of the devices */
        size_t n;
        bool asked; /* there is a whitelist */
        Zone zone;  /* of this computer; NONE: not known */
        Level level;
} Known;

/* Asks the whitelist in force and the revocations, or the whitelist in `file` if that is not NULL;
 * that there is none in force is told, and no failure. CLI_*. */
int known_load(const Kernlog *k, const char *file, Known *ret) _must_check_;
void known_clear(Known *k);

/* It belongs to another zone than this computer, or to a higher level. */
bool known_is_foreign(const Known *k, const KnownDrive *d);
const char *known_state_slug(KnownState state);
/* The missing part: "serial-number", "inquiry", "capacity"; "" = none. */
const char *known_missing_slug(int missing);
