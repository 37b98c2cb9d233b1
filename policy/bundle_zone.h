/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy says for all computers or for those of one zone, which counts before it: settings,
 * exceptions, texts for the user. Format: docs/usbzone-policy.5, SECTIONS */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "policy/verdict.h"
#include "policy/zone.h"

#define BUNDLE_CONTACT_MAX 256u /* bytes with the zero */
#define BUNDLE_TEXT_MAX 512u
#define BUNDLE_TEXTS_MAX 256u
#define BUNDLE_LANGUAGE_MAX 24u
#define BUNDLE_GRANT_DEFAULT (8u * 3600u)
#define BUNDLE_GRANT_MAX (90u * 86400u)

struct Bundle;

typedef enum Setting {
        SETTING_WHITELIST_REQUIRED, /* a ListNeed */
        SETTING_GRANT_MAX,          /* seconds */
        SETTING_PICK_UP, /* what the office put on a drive of the own zone is installed */
        SETTING_MAX_
} Setting;

/* Which drives need an entry in the whitelist: none, those with a label, all that are let in. */
typedef enum ListNeed {
        LIST_NEED_NONE,
        LIST_NEED_LABELLED,
        LIST_NEED_ALL,
        LIST_NEED_MAX_
} ListNeed;

typedef struct BundleSetting {
        uint64_t value;
        bool said;
} BundleSetting;

/* "grant = internet read-only 2h approval": what an exception for such a drive can be. */
typedef struct BundleGrant {
        Effect most;   /* EFFECT_BLOCK: there are none */
        uint64_t max;  /* seconds; 0 = the setting alone limits it */
        bool approval; /* only with an approval number */
        unsigned line; /* 0 = not said */
} BundleGrant;

typedef struct BundleZone {
        BundleSetting settings[SETTING_MAX_];
        BundleGrant grants[ZONE_MAX_]; /* [drive zone; ZONE_NONE = no label] */
} BundleZone;

typedef enum BundleTextKind { BUNDLE_CONTACT, BUNDLE_NOTICE, BUNDLE_TEXT_KIND_MAX_ } BundleTextKind;

typedef struct BundleText {
        BundleTextKind kind;
        Zone zone;                          /* of the computers; ZONE_NONE = all */
        char language[BUNDLE_LANGUAGE_MAX]; /* "zh_CN"; "" = any other */
        char text[BUNDLE_TEXT_MAX];
        unsigned line;
} BundleText;

/* What counts on computers of zone `host`. */
uint64_t bundle_setting(const struct Bundle *b, Setting setting, Zone host);
void bundle_set(struct Bundle *b, Setting setting, Zone host, uint64_t value);
/* `max` is what is left of both limits, seconds. */
BundleGrant bundle_grant(const struct Bundle *b, Zone host, Zone drive);

/* One after another the texts of a kind that count on computers of zone `host`: those said for this
 * zone, if any, else those for all. NULL: none behind `after`, which is NULL for the first. */
const BundleText *bundle_next_text(const struct Bundle *b, BundleTextKind kind, Zone host,
                                   const BundleText *after);
/* -EINVAL: not one clean line, or too long; -ENOSPC, -ENOMEM. */
int bundle_add_text(struct Bundle *b, const BundleText *text);
const char *bundle_text_name(BundleTextKind kind); /* "contact" */
