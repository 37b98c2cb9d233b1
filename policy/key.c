/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Public keys, rings of them, and verification. */
#include "policy/key.h"

#include <openssl/evp.h>
#include <openssl/provider.h>
#include <string.h>

#include "lib/cursor.h"
#include "policy/ed25519.h"
#include "policy/key_internal.h"
#include "policy/sm2.h"

#define X(name, text) [PURPOSE_##name] = text,
static const char *const purpose_names[] = {PURPOSE_TABLE(X)};
#undef X

const char *purpose_name(Purpose purpose)
{
        return (unsigned)purpose < PURPOSE_MAX_ ? purpose_names[purpose] : "invalid";
}

int purpose_parse(const char *text, Purpose *ret)
{
        for (unsigned i = 0; i < PURPOSE_MAX_; i++)
                if (strcmp(text, purpose_names[i]) == 0) {
                        *ret = (Purpose)i;
                        return 0;
                }
        return -EINVAL;
}

const char *algorithm_name(Algorithm algorithm)
{
        switch (algorithm) {
        case ALGORITHM_NONE:
                return "none";
        case ALGORITHM_ED25519_SHA256:
                return "ed25519";
        case ALGORITHM_SM2_SM3:
                return "sm2";
        }
        return "invalid";
}

int algorithm_parse(const char *text, Algorithm *ret)
{
        if (strcmp(text, "ed25519") == 0)
                *ret = ALGORITHM_ED25519_SHA256;
        else if (strcmp(text, "sm2") == 0)
                *ret = ALGORITHM_SM2_SM3;
        else
                return -EINVAL;
        return 0;
}

size_t algorithm_raw_size(Algorithm algorithm)
{
        switch (algorithm) {
        case ALGORITHM_NONE:
                return 0;
        case ALGORITHM_ED25519_SHA256:
                return ED25519_POINT_SIZE;
        case ALGORITHM_SM2_SM3:
                return SM2_POINT_SIZE;
        }
        return 0;
}

Hash algorithm_hash(Algorithm algorithm)
{
        return algorithm == ALGORITHM_SM2_SM3 ? HASH_SM3 : HASH_SHA256;
}

const char *key_outcome_text(int outcome)
{
        switch (outcome) {
        case KEY_E_SMALL_ORDER:
                return "it is a point that would accept any signature";
        case KEY_E_MALFORMED:
                return "it is no key of this kind";
        case KEY_E_SIGNATURE:
                return "the signature does not fit";
        case KEY_E_PASSPHRASE:
                return "the passphrase is missing or wrong";
        }
        return "it cannot be used";
}

static int key_id(const PublicKey *key, uint8_t ret[KEY_ID_SIZE])
{
        const char *purpose = purpose_name(key->purpose);
        uint8_t bytes[128], digest[DIGEST_SIZE];
        Writer w = writer(bytes, sizeof(bytes));
        int r;

        writer_bytes(&w, "usbzone-key", sizeof("usbzone-key"));
        writer_bytes(&w, purpose, strlen(purpose) + 1);
        writer_u8(&w, (uint8_t)key->algorithm);
        writer_bytes(&w, key->raw, key->raw_size);
        if (w.failed)
                return -EINVAL;
        r = digest_compute_as(algorithm_hash(key->algorithm), bytes, w.pos, digest);
        if (r < 0)
                return r;
        memcpy(ret, digest, KEY_ID_SIZE);
        return 0;
}

int public_key_init(PublicKey *ret, Algorithm algorithm, Purpose purpose, const void *raw,
                    size_t raw_size)
{
        PublicKey key = {.algorithm = algorithm, .purpose = purpose, .raw_size = raw_size};
        int r;

        if (purpose <= PURPOSE_NONE || purpose >= PURPOSE_MAX_)
                return -EINVAL;
        if (raw_size == 0 || raw_size != algorithm_raw_size(algorithm))
                return KEY_E_MALFORMED;
        memcpy(key.raw, raw, raw_size);
        r = algorithm == ALGORITHM_SM2_SM3 ? sm2_point_check(key.raw)
                                           : ed25519_point_check(key.raw);
        if (r != 0)
                return r;
        r = key_id(&key, key.id);
        if (r < 0)
                return r;
        *ret = key;
        return 0;
}

bool public_key_valid_at(const PublicKey *key, int64_t t)
{
        return !key->revoked && (key->not_before == 0 || t >= key->not_before) &&
               (key->not_after == 0 || t < key->not_after);
}

const PublicKey *keyring_find(const Keyring *ring, const uint8_t id[KEY_ID_SIZE])
{
        for (size_t i = 0; i < ring->n && i < KEYRING_MAX; i++)
                if (memcmp(ring->keys[i].id, id, KEY_ID_SIZE) == 0)
                        return &ring->keys[i];
        return NULL;
}

int keyring_add(Keyring *ring, const PublicKey *key)
{
        for (size_t i = 0; i < ring->n; i++) {
                const PublicKey *k = &ring->keys[i];

                /* The same bytes under another purpose have another id, and are refused too:
                 * one key, one purpose. */
                if (k->raw_size == key->raw_size && memcmp(k->raw, key->raw, k->raw_size) == 0)
                        return -EEXIST;
        }
        if (ring->n >= KEYRING_MAX)
                return -ENOSPC;
        ring->keys[ring->n++] = *key;
        return 0;
}

int key_frame(Purpose purpose, const void *message, size_t size, uint8_t **ret, size_t *ret_size)
{
        const char *name = purpose_name(purpose);
        size_t room = sizeof("usbzone/") + strlen(name) + sizeof("/v1");
        uint8_t *bytes;
        Writer w;

        if (purpose <= PURPOSE_NONE || purpose >= PURPOSE_MAX_ || size > SIZE_MAX - room)
                return -EINVAL;
        bytes = malloc(room + size);
        if (!bytes)
                return -ENOMEM;
        w = writer(bytes, room + size);
        writer_bytes(&w, "usbzone/", sizeof("usbzone/") - 1);
        writer_bytes(&w, name, strlen(name));
        writer_bytes(&w, "/v1", sizeof("/v1")); /* with its NUL */
        writer_bytes(&w, message, size);
        *ret = bytes;
        *ret_size = w.pos;
        return 0;
}

const char *key_provider(void)
{
        return OSSL_PROVIDER_available(NULL, "default") == 1 ? "provider=default" : NULL;
}

static int verify_framed(const PublicKey *key, const uint8_t *message, size_t size,
                         const uint8_t signature[SIGNATURE_SIZE])
{
        EVP_MD_CTX *ctx = NULL;
        EVP_PKEY *pkey = NULL;
        int r = -ENOMEM;

        ctx = EVP_MD_CTX_new();
        pkey = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", key_provider(), key->raw,
                                              key->raw_size);
        if (!ctx || !pkey ||
            EVP_DigestVerifyInit_ex(ctx, NULL, NULL, NULL, key_provider(), pkey, NULL) != 1)
                goto finish;
        /* 1 fits, 0 does not; less than that is machinery. */
        r = EVP_DigestVerify(ctx, signature, SIGNATURE_SIZE, message, size);
        if (r < 0)
                r = -EIO;
        else
                r = r == 1 ? 0 : KEY_E_SIGNATURE;
finish:
        EVP_PKEY_free(pkey);
        EVP_MD_CTX_free(ctx);
        return r;
}

int key_verify(const PublicKey *key, const void *message, size_t size,
               const uint8_t signature[SIGNATURE_SIZE])
{
        _cleanup_(freep) uint8_t *framed = NULL;
        size_t framed_size;
        int r;

        if (key->algorithm == ALGORITHM_NONE || key->raw_size != algorithm_raw_size(key->algorithm))
                return KEY_E_MALFORMED;
        r = key_frame(key->purpose, message, size, &framed, &framed_size);
        if (r < 0)
                return r;
        if (key->algorithm == ALGORITHM_SM2_SM3)
                return sm2_verify(key->raw, framed, framed_size, signature);
        return verify_framed(key, framed, framed_size, signature);
}
