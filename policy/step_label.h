/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of a label and of what it is held against. */
#pragma once

/* X(name, kinds of the values, sentence); the kinds are in policy/step.h. */
#define STEP_LABEL_TABLE(X) \
        X(NO_LABEL, "", "no label") \
        X(LABEL_WANTED, "z", "a label of zone %s") \
        X(LABEL_FREE, "n", "none: policy line %u lets drives without a label pass") \
        X(COPY_WANTED, "", "a whole label in one of two copies") \
        X(COPIES, "rr", "first copy: %s; second copy: %s") \
        X(COPY, "n", "a label, copy %u") \
        X(KEY, "x", "key %s, signature fits") \
        X(KEY_FAILED, "xr", "key %s: %s") \
        X(KEYS, "xx", "keys %s and %s, both signatures fit") \
        X(KEY_MISSING, "xx", "key %s, signature fits; key %s has not signed") \
        X(KEY_WANTED, "s", "a label key of %s") \
        X(KEYS_WANTED, "", "the signatures of both keys the label names") \
        X(NO_DIGEST, "", "the digest of this device could not be computed") \
        X(DIGEST_WANTED, "", "a digest to look it up by") \
        X(DIGEST, "x", "sha256 %s... of this drive") \
        X(DIGEST_BARE, "x", "sha256 %s... of this drive (it has no serial number)") \
        X(DIGEST_LABEL, "x", "sha256 %s... as the label says") \
        X(ZONE_LEVEL_MAX, "zl", "zone %s, level %s or lower") \
        X(ZONE_LEVEL, "zl", "zone %s, level %s") \
        X(ZONE, "z", "zone %s") \
        X(ZONE_SHUT, "n", "no drive at all: policy line %u blocks this zone") \
        X(REVOKED_WANTED, "", "neither drive, label nor key revoked") \
        X(REVOKED_NONE, "", "nothing revoked") \
        X(REVOKED_HOST, "x", "this computer %s... is revoked") \
        X(REVOKED_DRIVE, "x", "drive %s... is revoked") \
        X(REVOKED_LABEL, "x", "label %s... is revoked") \
        X(REVOKED_KEY_ID, "x", "the label's key %s... is revoked") \
        X(REVOKED_KEY, "", "the label's key is revoked") \
        X(SIGNED_ONCE, "x", "one signature, by key %s") \
        X(SIGNED_TWICE, "xx", "two signatures, by keys %s and %s") \
        X(TWO_WANTED, "n", "signatures of two different keys: policy line %u") \
        X(LABEL_OLDER, "t", "the label is older than its key, %s") \
        X(LABEL_NEWER, "t", "the label is newer than its key's end, %s") \
        X(LABEL_STARTS, "t", "the label starts %s") \
        X(LABEL_ENDED, "t", "the label ended %s") \
        X(LABEL_ENDS, "t", "the label ends %s") \
        X(LABEL_ENDLESS, "", "the label has no end") \
        X(HOST_WANTED, "x", "this computer, %s..., or no list") \
        X(HOSTS_NONE, "", "the label names no computers") \
        X(HOSTS_THIS, "n", "the label names %u computers, this one too") \
        X(HOSTS_OTHER, "n", "the label names %u other computers") \
        X(ENTRY_WANTED, "", "an entry for this drive and label") \
        X(ENTRY_OR_NONE, "", "no entry, or one for this drive and label") \
        X(NO_WHITELIST, "", "no whitelist is loaded") \
        X(WHITELIST_ERROR, "n", "the whitelist cannot be read (error %d)") \
        X(NOT_LISTED, "n", "not among %llu entries") \
        X(LISTED_LEVEL, "zl", "listed for zone %s, level %s") \
        X(LISTED_ZONE, "z", "listed for zone %s") \
        X(LISTED_OTHER, "", "listed with another label") \
        X(GRANT_WANTED, "", "an exception for this drive, and a reason it may lift") \
        X(GRANT_NONE, "", "no exception for this drive") \
        X(GRANT_POWERLESS, "x", "exception %s, which cannot lift this") \
        X(GRANT_SHUT, "xn", "exception %s, but policy line %u lets none be for such a drive") \
        X(GRANT_UNAPPROVED, "xn", "exception %s without the approval number of policy line %u") \
        X(GRANT_CUT, "xtn", "exception %s until %s, read-only by policy line %u") \
        X(GRANT, "xt", "exception %s until %s")
