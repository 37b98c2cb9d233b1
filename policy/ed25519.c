/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What libcrypto does not check of an Ed25519 public key: canonical, on the curve, large order. */
#include "policy/ed25519.h"

#include <openssl/bn.h>
#include <string.h>

#include "policy/key.h"

/* p = 2^255 - 19 and d = -121665/121666 mod p (RFC 8032 section 5.1), little endian. */
static const uint8_t prime[ED25519_POINT_SIZE] = {
        0xed, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
        0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
};
static const uint8_t curve_d[ED25519_POINT_SIZE] = {
        0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41,
        0x41, 0x4d, 0x0a, 0x70, 0x00, 0x98, 0xe8, 0x79, 0x77, 0x79, 0x40,
        0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52,
};

/* The y coordinates of the eight points whose order divides 8. Each goes with both signs of x, save
 * y = 1 and y = -1, where x is 0 and only one encoding is canonical. */
static const uint8_t small_order[][ED25519_POINT_SIZE] = {
        {0},
        {1},
        {0xec, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
         0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f},
        {0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4,
         0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
         0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05},
        {0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b,
         0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
         0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a},
};

/* True for y < p, both little endian. */
static bool is_reduced(const uint8_t y[ED25519_POINT_SIZE])
{
        for (size_t i = ED25519_POINT_SIZE; i-- > 0;)
                if (y[i] != prime[i])
                        return y[i] < prime[i];
        return false;
}

/* A point has this y if x^2 = (y^2 - 1) / (d y^2 + 1) is a square; so is the product of the two. */
static int is_on_curve(const uint8_t y_bytes[ED25519_POINT_SIZE])
{
        BN_CTX *ctx = NULL;
        BIGNUM *y = NULL, *p = NULL, *d = NULL;
        int r = -ENOMEM, symbol;

        ctx = BN_CTX_new();
        y = BN_lebin2bn(y_bytes, ED25519_POINT_SIZE, NULL);
        p = BN_lebin2bn(prime, ED25519_POINT_SIZE, NULL);
        d = BN_lebin2bn(curve_d, ED25519_POINT_SIZE, NULL);
        if (!ctx || !y || !p || !d)
                goto finish;
        if (!BN_mod_sqr(y, y, p, ctx) || !BN_mod_mul(d, d, y, p, ctx) || !BN_add_word(d, 1) ||
            !BN_sub_word(y, 1) || !BN_mod_mul(y, y, d, p, ctx))
                goto finish;
        symbol = BN_kronecker(y, p, ctx);
        if (symbol < -1)
                goto finish;
        r = symbol >= 0 ? 0 : KEY_E_MALFORMED;
finish:
        BN_free(d);
        BN_free(p);
        BN_free(y);
        BN_CTX_free(ctx);
        return r;
}

int ed25519_point_check(const uint8_t point[ED25519_POINT_SIZE])
{
        uint8_t y[ED25519_POINT_SIZE];

        memcpy(y, point, sizeof(y));
        y[ED25519_POINT_SIZE - 1] &= 0x7f;
        if (!is_reduced(y))
                return KEY_E_MALFORMED;
        for (size_t i = 0; i < ARRAY_SIZE(small_order); i++)
                if (memcmp(y, small_order[i], sizeof(y)) == 0)
                        return KEY_E_SMALL_ORDER;
        return is_on_curve(y);
}
