/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the policy's reader and writer share. */
#pragma once

#include "lib/strbuf.h"
#include "policy/bundle.h"
#include "policy/parse.h"

/* Room for one more element of `size` bytes behind `n`; the list itself, moved perhaps, or NULL. */
void *list_grow(void *list, size_t n, size_t size) _must_check_;

const BundleRule *bundle_built_in(Zone host, Zone drive);
/* The cells a policy may set to something else than block. */
bool bundle_may_open(Zone host, Zone drive);

size_t revoked_id_size(RevokedKind kind);
int revoked_append(Bundle *b, RevokedKind kind, const uint8_t *id, unsigned line) _must_check_;
void revoked_sort(Bundle *b);

/* Lines of the policy and of revocation files; `userdata` is a Bundle. */
int parse_revoke_drive(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_label(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_key(Keyfile *k, void *userdata, TextError *error) _must_check_;
int parse_revoke_host(Keyfile *k, void *userdata, TextError *error) _must_check_;
void format_revoked(StrBuf *b, const Bundle *bundle);
