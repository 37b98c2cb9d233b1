/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy ("usbzone-policy 1", signed by a policy key): rules, classes, revocations, the
 * whitelist's digest, validity. Format: docs/usbzone-policy.5 */
#pragma once

#include "lib/keyfile.h"
#include "policy/authority.h"
#include "policy/bundle_zone.h"
#include "policy/device.h"
#include "policy/identity.h"
#include "policy/label.h"
#include "policy/two.h"
#include "policy/verdict.h"
#include "policy/version.h"

#define BUNDLE_CLASSES_MAX 1024u
#define BUNDLE_DEVICES_MAX 1024u
#define BUNDLE_REVOKED_MAX 65536u
#define BUNDLE_PASSES_MAX 8u

typedef struct BundleRule {
        Effect effect;
        Severity severity;
        unsigned line; /* 0 = built-in */
} BundleRule;

/* "class = allow 02:02:*" or "class = block ff:*:*"; -1 matches any. The last match counts. */
typedef struct BundleClass {
        Zone zone; /* of the computers it counts on; ZONE_NONE = all */
        int16_t class, subclass, protocol;
        bool allow;
        unsigned line;
} BundleClass;

/* "device = 096e:0885 SERIAL|* 03:*:* 0b:*:*": the interfaces of a named device that may pass, its
 * storage staying blocked. */
typedef struct BundleDevice {
        Zone zone; /* as above */
        uint16_t vid, pid;
        char serial[USB_STRING_MAX + 1]; /* escaped text; "*" = any */
        BundleClass passes[BUNDLE_PASSES_MAX];
        size_t n_passes;
        unsigned line;
} BundleDevice;

typedef enum RevokedKind { REVOKED_DRIVE, REVOKED_LABEL, REVOKED_KEY, REVOKED_HOST } RevokedKind;
#define REVOKED_FILE_LINE UINT32_MAX /* it came with a revocation file */
typedef struct BundleRevoked {
        RevokedKind kind;
        uint8_t id[DIGEST_SIZE]; /* 32 bytes for a drive, 16 for the others, rest zero */
        unsigned line;
} BundleRevoked;

typedef struct Bundle {
        char name[NAME_MAX_SIZE];
        uint64_t version;                       /* >= 1, only ever grows */
        int64_t not_before, not_after;          /* 0 = no bound */
        uint32_t needs[VERSION_PARTS];          /* of usbzone, at least; all 0 = any version */
        BundleRule rules[ZONE_MAX_][ZONE_MAX_]; /* [host zone][drive zone; ZONE_NONE = no label] */
        TwoRule two;                            /* two-signatures = ... */
        BundleZone zones[ZONE_MAX_];            /* [host zone; ZONE_NONE = all] */
        bool has_whitelist;
        uint8_t whitelist_digest[DIGEST_SIZE];
        BundleText *texts;
        size_t n_texts;
        BundleClass *classes;
        size_t n_classes;
        BundleDevice *devices;
        size_t n_devices;
        BundleRevoked *revoked; /* sorted */
        size_t n_revoked;
} Bundle;

/* The built-in table (docs/usbzone-policy.5), nothing revoked, no whitelist. */
void bundle_defaults(Bundle *ret);

/* Parses text that note_verify() has passed (or an unsigned draft). 0, -EINVAL with `error`,
 * -errno. */
int bundle_parse(const char *text, size_t size, Bundle *ret, TextError *error) _must_check_;

/* Drops what a Bundle points to; the struct itself is the caller's. */
void bundle_clear(Bundle *b);

/* Writes it back as text, for tools that edit: comments are not kept, everything else is. */
int bundle_format(const Bundle *b, char **ret, size_t *ret_size) _must_check_;

bool bundle_is_revoked(const Bundle *b, RevokedKind kind, const uint8_t *id);
/* The entry, or NULL. */
const BundleRevoked *bundle_find_revoked(const Bundle *b, RevokedKind kind, const uint8_t *id);
int bundle_revoke(Bundle *b, RevokedKind kind,
                  const uint8_t *id) _must_check_; /* -EEXIST, -ENOSPC */

/* A revocation file ("usbzone-revocations 1", signed by a policy key): `issued` and revoke lines,
 * which are added to `b`; those it has already are not an error. The key's dates do not count: what
 * only adds may be old. 0; NOTE_E_* > 0, -EINVAL with `error` and `b` as it was; -errno. */
int revocations_load(const char *note, size_t size, const Keyring *ring, Bundle *b,
                     int64_t *ret_issued, TextError *error) _must_check_;
/* What `b` revokes, as the text (unsigned) of such a file. */
int revocations_format(const Bundle *b, int64_t issued, char **ret, size_t *ret_size) _must_check_;

/* Sets `revoked` on every key of a ring that the policy revokes. */
void bundle_mark_revoked(const Bundle *b, Keyring *ring);
