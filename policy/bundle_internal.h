/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the policy's reader and writer share. */
#pragma once

#include "lib/strbuf.h"
#include "policy/bundle.h"
#include "policy/parse.h"

/* A policy while it is read. */
typedef struct BundleDraft {
        Bundle bundle;                    /* first: the lines that know no sections see it alone */
        unsigned section_line[ZONE_MAX_]; /* where the section of each zone begins; 0 = nowhere */
} BundleDraft;

/* Room for one more element of `size` bytes behind `n`; the list itself, moved perhaps, or NULL. */
void *list_grow(void *list, size_t n, size_t size) _must_check_;

const BundleRule *bundle_built_in(Zone host, Zone drive);
/* The cells a policy may set to something else than block. */
bool bundle_may_open(Zone host, Zone drive);

size_t revoked_id_size(RevokedKind kind);
int revoked_append(Bundle *b, RevokedKind kind, const uint8_t *id, unsigned line) _must_check_;
void revoked_sort(Bundle *b);

/* Lines of the policy; `userdata` is a BundleDraft. */
int parse_section(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_whitelist_required(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_pick_up(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_grant_max(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_grant_rule(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_contact(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_notice(Keyfile *k, void *userdata, TextError *error) _must_check_;
/* What only the whole file can show of them. */
int check_zones(const Bundle *b, TextError *error) _must_check_;

extern const char *const list_need_words[LIST_NEED_MAX_];
/* What is said for `zone`, ZONE_NONE for all: class and device lines; everything. */
void format_devices(StrBuf *b, const Bundle *bundle, Zone zone);
void format_zone(StrBuf *b, const Bundle *bundle, Zone zone);

/* Lines of the policy and of revocation files; `userdata` is a Bundle, the first part of a
 * BundleDraft. */
int parse_revoke_drive(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_label(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_key(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_host(Keyfile *k, void *userdata, TextError *error) _must_check_;
void format_revoked(StrBuf *b, const Bundle *bundle);
