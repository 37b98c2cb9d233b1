/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SM2 signatures over SM3 (GB/T 32918, GB/T 32905; internal to policy/): points of 65 bytes, 0x04 x
 * y; signatures of 64, r s; the user id of the standard, "1234567812345678". */
#pragma once

#include <openssl/evp.h>

#include "policy/key.h"

#define SM2_POINT_SIZE 65u
#define SM2_USER_ID "1234567812345678"

/* On the curve, and not its neutral element. 0, KEY_E_MALFORMED, -errno. */
int sm2_point_check(const uint8_t point[SM2_POINT_SIZE]) _must_check_;

int sm2_generate(EVP_PKEY **ret) _must_check_;
/* KEY_E_MALFORMED for a key of another kind. */
int sm2_public(EVP_PKEY *pkey, uint8_t ret[SM2_POINT_SIZE]) _must_check_;

/* `provider`: a property query, NULL for a key in a token. */
int sm2_sign(EVP_PKEY *pkey, const char *provider, const uint8_t *message, size_t size,
             uint8_t ret[SIGNATURE_SIZE]) _must_check_;
/* 0 fits, KEY_E_SIGNATURE, -errno. */
int sm2_verify(const uint8_t point[SM2_POINT_SIZE], const uint8_t *message, size_t size,
               const uint8_t signature[SIGNATURE_SIZE]) _must_check_;
