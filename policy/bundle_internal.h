/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the parts of the policy's reader and writer share. */
#pragma once

#include "policy/bundle.h"

/* Room for one more element of `size` bytes behind `n`; the list itself, moved perhaps, or NULL. */
void *list_grow(void *list, size_t n, size_t size) _must_check_;

const BundleRule *bundle_built_in(Zone host, Zone drive);
/* The cells a policy may set to something else than block. */
bool bundle_may_open(Zone host, Zone drive);

size_t revoked_id_size(RevokedKind kind);
int revoked_append(Bundle *b, RevokedKind kind, const uint8_t *id, unsigned line) _must_check_;
void revoked_sort(Bundle *b);
