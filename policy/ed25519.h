/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a public key of Ed25519 must be before it may verify anything (internal to key.c). */
#pragma once

#include <stdint.h>

#include "lib/macros.h"

#define ED25519_POINT_SIZE 32u

/* 0 for a canonical encoding (RFC 8032 section 5.1.3) of a point of large order; KEY_E_SMALL_ORDER;
 * KEY_E_MALFORMED; -ENOMEM. */
int ed25519_point_check(const uint8_t point[ED25519_POINT_SIZE]) _must_check_;
