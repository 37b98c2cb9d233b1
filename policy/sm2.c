/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SM2 with SM3 through libcrypto, in fixed sizes. */
#include "policy/sm2.h"

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <string.h>

#include "policy/key_internal.h"

#define HALF (SIGNATURE_SIZE / 2u)

/* libcrypto's form of a signature is DER: SEQUENCE { INTEGER r, INTEGER s }, 72 bytes at most. */
#define DER_MAX 80u

/* libcrypto says what is wrong with a point. Where it says nothing, or that memory is short, it is
 * not the point's fault. */
static int point_outcome(void)
{
        unsigned long e = ERR_peek_last_error();

        return e == 0 || ERR_GET_REASON(e) == ERR_R_MALLOC_FAILURE ? -ENOMEM : KEY_E_MALFORMED;
}

/* A public key of libcrypto's. `r` says what a NULL means. */
static EVP_PKEY *import(const uint8_t point[SM2_POINT_SIZE], int *r)
{
        char group[] = "SM2";
        OSSL_PARAM params[] = {
                OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group) - 1),
                OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)point, SM2_POINT_SIZE),
                OSSL_PARAM_END,
        };
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", key_provider());
        EVP_PKEY *pkey = NULL;

        *r = -ENOMEM;
        ERR_clear_error();
        if (!ctx || EVP_PKEY_fromdata_init(ctx) != 1)
                goto finish;
        if (EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) != 1) {
                *r = point_outcome();
                pkey = NULL;
        }
finish:
        EVP_PKEY_CTX_free(ctx);
        return pkey;
}

int sm2_point_check(const uint8_t point[SM2_POINT_SIZE])
{
        EVP_PKEY_CTX *ctx = NULL;
        EVP_PKEY *pkey;
        int r;

        if (point[0] != 0x04)
                return KEY_E_MALFORMED;
        pkey = import(point, &r);
        if (!pkey)
                return r;
        ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, key_provider());
        if (!ctx)
                r = -ENOMEM;
        else
                r = EVP_PKEY_public_check(ctx) == 1 ? 0 : point_outcome();
        EVP_PKEY_CTX_free(ctx);
        EVP_PKEY_free(pkey);
        return r;
}

int sm2_generate(EVP_PKEY **ret)
{
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "SM2", key_provider());
        EVP_PKEY *pkey = NULL;
        bool ok = ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &pkey) == 1;

        EVP_PKEY_CTX_free(ctx);
        if (!ok)
                return -ENOMEM;
        *ret = pkey;
        return 0;
}

int sm2_public(EVP_PKEY *pkey, uint8_t ret[SM2_POINT_SIZE])
{
        unsigned char *point = NULL;
        size_t n;
        int r = KEY_E_MALFORMED;

        if (!EVP_PKEY_is_a(pkey, "SM2"))
                return r;
        n = EVP_PKEY_get1_encoded_public_key(pkey, &point);
        if (n == SM2_POINT_SIZE) {
                memcpy(ret, point, SM2_POINT_SIZE);
                r = 0;
        }
        OPENSSL_free(point);
        return r;
}

/* A context whose key knows the user id, which goes into what is hashed; without it libcrypto takes
 * an empty one. */
static EVP_MD_CTX *context_new(EVP_PKEY *pkey, const char *provider, EVP_PKEY_CTX **ret_pctx)
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        EVP_PKEY_CTX *pctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, provider);

        if (!ctx || !pctx ||
            EVP_PKEY_CTX_set1_id(pctx, SM2_USER_ID, (int)strlen(SM2_USER_ID)) != 1) {
                EVP_PKEY_CTX_free(pctx);
                EVP_MD_CTX_free(ctx);
                return NULL;
        }
        EVP_MD_CTX_set_pkey_ctx(ctx, pctx);
        *ret_pctx = pctx;
        return ctx;
}

static int from_der(const uint8_t *der, size_t size, uint8_t ret[SIGNATURE_SIZE])
{
        const BIGNUM *r = NULL, *s = NULL;
        uint8_t both[SIGNATURE_SIZE];
        ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)size);
        int result = -EIO;

        if (!sig)
                return -ENOMEM;
        ECDSA_SIG_get0(sig, &r, &s);
        if (BN_bn2binpad(r, both, HALF) == (int)HALF &&
            BN_bn2binpad(s, both + HALF, HALF) == (int)HALF) {
                memcpy(ret, both, sizeof(both));
                result = 0;
        }
        ECDSA_SIG_free(sig);
        return result;
}

static int to_der(const uint8_t signature[SIGNATURE_SIZE], uint8_t ret[DER_MAX], size_t *ret_size)
{
        BIGNUM *r = BN_bin2bn(signature, HALF, NULL), *s = BN_bin2bn(signature + HALF, HALF, NULL);
        ECDSA_SIG *sig = ECDSA_SIG_new();
        uint8_t *end = ret;
        int n = -1;

        if (r && s && sig && ECDSA_SIG_set0(sig, r, s) == 1) {
                r = s = NULL; /* part of `sig` now */
                n = i2d_ECDSA_SIG(sig, NULL);
                if (n > 0 && (size_t)n <= DER_MAX)
                        n = i2d_ECDSA_SIG(sig, &end);
                else
                        n = -1;
        }
        BN_free(r);
        BN_free(s);
        ECDSA_SIG_free(sig);
        if (n <= 0)
                return -ENOMEM;
        *ret_size = (size_t)n;
        return 0;
}

int sm2_sign(EVP_PKEY *pkey, const char *provider, const uint8_t *message, size_t size,
             uint8_t ret[SIGNATURE_SIZE])
{
        uint8_t der[DER_MAX];
        size_t n = sizeof(der);
        EVP_PKEY_CTX *pctx = NULL;
        EVP_MD_CTX *ctx = context_new(pkey, provider, &pctx);
        int r = -ENOMEM;

        if (ctx && EVP_DigestSignInit(ctx, NULL, EVP_sm3(), NULL, pkey) == 1 &&
            EVP_DigestSign(ctx, der, &n, message, size) == 1)
                r = from_der(der, n, ret);
        EVP_MD_CTX_free(ctx);
        EVP_PKEY_CTX_free(pctx);
        return r;
}

int sm2_verify(const uint8_t point[SM2_POINT_SIZE], const uint8_t *message, size_t size,
               const uint8_t signature[SIGNATURE_SIZE])
{
        uint8_t der[DER_MAX];
        EVP_PKEY_CTX *pctx = NULL;
        EVP_MD_CTX *ctx = NULL;
        EVP_PKEY *pkey;
        size_t n;
        int r;

        pkey = import(point, &r);
        if (!pkey)
                return r < 0 ? r : -EIO; /* it was a point when it was loaded */
        r = to_der(signature, der, &n);
        if (r == 0) {
                ctx = context_new(pkey, key_provider(), &pctx);
                r = -ENOMEM;
        }
        /* 1 fits, 0 does not; less than that is machinery. */
        if (ctx && EVP_DigestVerifyInit(ctx, NULL, EVP_sm3(), NULL, pkey) == 1) {
                r = EVP_DigestVerify(ctx, der, n, message, size);
                if (r < 0)
                        r = -EIO;
                else
                        r = r == 1 ? 0 : KEY_E_SIGNATURE;
        }
        EVP_MD_CTX_free(ctx);
        EVP_PKEY_CTX_free(pctx);
        EVP_PKEY_free(pkey);
        return r;
}
