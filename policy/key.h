/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys: one key, one algorithm, one purpose. Every signature is made over a context string that
 * names the purpose, so that what was signed for one can never be taken for another. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"
#include "policy/digest.h"

#define KEY_ID_SIZE 16u
#define KEY_PUBLIC_MAX 65u /* Ed25519: 32; SM2: 65 (uncompressed point) */
#define SIGNATURE_SIZE 64u /* Ed25519 (RFC 8032), or SM2 r || s */
#define KEYRING_MAX 64u

/* The numbers are part of the label format. */
typedef enum Algorithm {
        ALGORITHM_NONE = 0,
        ALGORITHM_ED25519_SHA256 = 1,
        ALGORITHM_SM2_SM3 = 2, /* GB/T 32918, GB/T 32905 */
} Algorithm;

#define PURPOSE_TABLE(X) \
        X(NONE, "none") \
        X(ROOT, "root") \
        X(HOST, "host") \
        X(LABEL, "label") \
        X(POLICY, "policy") \
        X(LEDGER, "ledger") \
        X(VISIT, "visit")

#define X(name, text) PURPOSE_##name,
typedef enum Purpose { PURPOSE_TABLE(X) PURPOSE_MAX_ } Purpose;
#undef X

const char *purpose_name(Purpose purpose);
int purpose_parse(const char *text, Purpose *ret) _must_check_;
const char *algorithm_name(Algorithm algorithm); /* "ed25519", "sm2" */
int algorithm_parse(const char *text, Algorithm *ret) _must_check_;

typedef struct PublicKey {
        Algorithm algorithm;
        Purpose purpose;
        uint8_t id[KEY_ID_SIZE];
        uint8_t raw[KEY_PUBLIC_MAX];
        size_t raw_size;
        int64_t not_before, not_after; /* seconds since the epoch; 0 = no bound */
        bool revoked;
} PublicKey;

typedef struct Keyring {
        PublicKey keys[KEYRING_MAX];
        size_t n;
} Keyring;

struct evp_pkey_st; /* EVP_PKEY */

/* A private key, opaque; wiped when freed. */
typedef struct PrivateKey PrivateKey;

PrivateKey *private_key_free(PrivateKey *key);
DEFINE_FREEP(PrivateKey, private_key_free)

/* Outcomes > 0 of the functions below. */
typedef enum KeyOutcome {
        KEY_E_SMALL_ORDER = 1, /* a public key that would verify anything */
        KEY_E_MALFORMED = 2,
        KEY_E_SIGNATURE = 3,
        KEY_E_PASSPHRASE = 4,
} KeyOutcome;

const char *key_outcome_text(int outcome);

/* Fills a key from its raw bytes and derives its id: the first 16 bytes of
 * SHA-256, for SM2 of SM3, of "usbzone-key" 0x00 purpose-name 0x00 algorithm-byte raw. Refuses
 * the small-order points of Ed25519 and encodings that are no point. 0, KEY_E_*, -errno. */
int public_key_init(PublicKey *ret, Algorithm algorithm, Purpose purpose, const void *raw,
                    size_t raw_size) _must_check_;

/* Not revoked, and not_before <= t < not_after. */
bool public_key_valid_at(const PublicKey *key, int64_t t);

const PublicKey *keyring_find(const Keyring *ring, const uint8_t id[KEY_ID_SIZE]);
/* -ENOSPC; -EEXIST for the same bytes, under whatever purpose: one key has one purpose. */
int keyring_add(Keyring *ring, const PublicKey *key) _must_check_;

int private_key_generate(Algorithm algorithm, Purpose purpose, PrivateKey **ret) _must_check_;
/* PKCS#8 PEM (RFC 5958, RFC 7468). `passphrase` NULL = not encrypted. */
int private_key_from_pem(const char *pem, size_t size, const char *passphrase, Purpose purpose,
                         PrivateKey **ret) _must_check_;
int private_key_to_pem(const PrivateKey *key, const char *passphrase, char **ret,
                       size_t *ret_size) _must_check_;
/* A key of libcrypto's that stays where a provider keeps it: it signs there, and has no PEM
 * (-EOPNOTSUPP). Takes `pkey` over whatever the outcome. KEY_E_MALFORMED: of another kind. */
int private_key_from_token(struct evp_pkey_st *pkey, Purpose purpose,
                           PrivateKey **ret) _must_check_;
const PublicKey *private_key_public(const PrivateKey *key);

/* Signs "usbzone/PURPOSE/v1" 0x00 message. -EIO: the token did not. */
int key_sign(const PrivateKey *key, const void *message, size_t size,
             uint8_t ret[SIGNATURE_SIZE]) _must_check_;
/* 0 only for a signature that fits exactly; KEY_E_SIGNATURE; -errno. */
int key_verify(const PublicKey *key, const void *message, size_t size,
               const uint8_t signature[SIGNATURE_SIZE]) _must_check_;

/* Bytes of a raw public key; 0 for no algorithm. */
size_t algorithm_raw_size(Algorithm algorithm);
/* The hash that goes with it; SHA-256 for no algorithm. */
Hash algorithm_hash(Algorithm algorithm);

int random_bytes(void *ret, size_t n) _must_check_;
