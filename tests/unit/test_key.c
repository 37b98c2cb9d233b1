/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys: known answers, purposes, points that must be refused, rings, PEM. */
#include <criterion/criterion.h>
#include <openssl/evp.h>
#include <string.h>

#include "lib/text.h"
#include "tests/unit/fixture.h"

TestSuite(key, .timeout = 30);

/* RFC 8032 section 7.1: secret keys (as PKCS#8) and public keys of tests 1 and 2. */
static const struct {
        const char *name, *pem, *public;
} rfc8032[] = {
        {"test 1",
         "-----BEGIN PRIVATE KEY-----\n"
         "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
         "-----END PRIVATE KEY-----\n",
         "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"},
        {"test 2",
         "-----BEGIN PRIVATE KEY-----\n"
         "MC4CAQAwBQYDK2VwBCIEIEzNCJso/5banbbDRuwRTg9bijGfNaumJNqM9u1PuKb7\n"
         "-----END PRIVATE KEY-----\n",
         "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"},
};

static PrivateKey *load(const char *pem, Purpose purpose)
{
        PrivateKey *key = NULL;

        cr_assert_eq(private_key_from_pem(pem, strlen(pem), NULL, purpose, &key), 0);
        return key;
}

Test(key, the_public_half_fits_rfc_8032)
{
        for (size_t i = 0; i < ARRAY_SIZE(rfc8032); i++) {
                _cleanup_(private_key_freep) PrivateKey *key = load(rfc8032[i].pem, PURPOSE_LABEL);
                char hex[65];

                text_hex(private_key_public(key)->raw, 32, hex);
                cr_assert_str_eq(hex, rfc8032[i].public, "row '%s'", rfc8032[i].name);
        }
}

/* Computed apart from this code, from RFC 8032 and the definition in docs/usbzone-files.5. */
Test(key, ids_and_signatures_fit_known_answers)
{
        static const struct {
                Purpose purpose;
                const char *id, *signature;
        } rows[] = {
                {PURPOSE_LABEL, "81dec4df50c92a2c0ca4b237f47e5e73",
                 "f3c4543023dd85ed78ef28523c1bdd1dac541c96ff89624a9a4c886c513301f4"
                 "47ca396660e1693ef8b221a71cc1c67fd620776f501fcad5c1effc438f30bb04"},
                {PURPOSE_POLICY, "97c299d032193684523b5598cc6e2705",
                 "54a816afc2fc91dfd7a14ce512f8f9af0045ad9b52b3aa4f9a86396ed73520e8"
                 "371e5b8852cf9e47e99d6804171ef9885e8fb6798651d9e4341e46957181600d"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(private_key_freep) PrivateKey *key =
                        load(rfc8032[0].pem, rows[i].purpose);
                uint8_t signature[SIGNATURE_SIZE];
                char hex[2 * SIGNATURE_SIZE + 1];

                text_hex(private_key_public(key)->id, KEY_ID_SIZE, hex);
                cr_assert_str_eq(hex, rows[i].id);
                cr_assert_eq(key_sign(key, "hello", 5, signature), 0);
                text_hex(signature, SIGNATURE_SIZE, hex);
                cr_assert_str_eq(hex, rows[i].signature);
                cr_assert_eq(key_verify(private_key_public(key), "hello", 5, signature), 0);
        }
}

Test(key, a_signature_fits_only_its_message_its_key_and_its_purpose)
{
        _cleanup_(private_key_freep) PrivateKey *key = load(rfc8032[0].pem, PURPOSE_LABEL);
        _cleanup_(private_key_freep) PrivateKey *same = load(rfc8032[0].pem, PURPOSE_POLICY);
        _cleanup_(private_key_freep) PrivateKey *other = load(rfc8032[1].pem, PURPOSE_LABEL);
        uint8_t message[40], signature[SIGNATURE_SIZE];

        memset(message, 7, sizeof(message));
        cr_assert_eq(key_sign(key, message, sizeof(message), signature), 0);
        cr_assert_eq(key_verify(private_key_public(key), message, sizeof(message), signature), 0);
        cr_assert_eq(key_verify(private_key_public(same), message, sizeof(message), signature),
                     KEY_E_SIGNATURE);
        cr_assert_eq(key_verify(private_key_public(other), message, sizeof(message), signature),
                     KEY_E_SIGNATURE);
        cr_assert_eq(key_verify(private_key_public(key), message, sizeof(message) - 1, signature),
                     KEY_E_SIGNATURE);
        for (size_t bit = 0; bit < 8 * sizeof(message); bit++) {
                message[bit / 8] ^= (uint8_t)(1 << bit % 8);
                cr_assert_eq(
                        key_verify(private_key_public(key), message, sizeof(message), signature),
                        KEY_E_SIGNATURE, "message bit %zu", bit);
                message[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
        for (size_t bit = 0; bit < 8 * SIGNATURE_SIZE; bit++) {
                signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
                cr_assert_eq(
                        key_verify(private_key_public(key), message, sizeof(message), signature),
                        KEY_E_SIGNATURE, "signature bit %zu", bit);
                signature[bit / 8] ^= (uint8_t)(1 << bit % 8);
        }
}

Test(key, an_empty_message_is_signed_too)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_VISIT);
        uint8_t signature[SIGNATURE_SIZE];

        cr_assert_eq(key_sign(key, NULL, 0, signature), 0);
        cr_assert_eq(key_verify(private_key_public(key), NULL, 0, signature), 0);
        cr_assert_eq(key_verify(private_key_public(key), "x", 1, signature), KEY_E_SIGNATURE);
}

static const struct Point {
        const char *name, *hex;
        int result;
} points[] = {
        {"RFC 8032 test 1", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", 0},
        {"base point", "5866666666666666666666666666666666666666666666666666666666666666", 0},
        {"order 1", "0100000000000000000000000000000000000000000000000000000000000000",
         KEY_E_SMALL_ORDER},
        {"order 2", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         KEY_E_SMALL_ORDER},
        {"order 4", "0000000000000000000000000000000000000000000000000000000000000000",
         KEY_E_SMALL_ORDER},
        {"order 4, other sign", "0000000000000000000000000000000000000000000000000000000000000080",
         KEY_E_SMALL_ORDER},
        {"order 8", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
         KEY_E_SMALL_ORDER},
        {"order 8, other sign", "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
         KEY_E_SMALL_ORDER},
        {"order 8, negative", "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
         KEY_E_SMALL_ORDER},
        {"order 8, negative, other sign",
         "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", KEY_E_SMALL_ORDER},
        {"order 1 with a sign", "0100000000000000000000000000000000000000000000000000000000000080",
         KEY_E_SMALL_ORDER},
        {"order 2 with a sign", "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         KEY_E_SMALL_ORDER},
        {"p, not reduced", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         KEY_E_MALFORMED},
        {"p + 1, not reduced", "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
         KEY_E_MALFORMED},
        {"all ones", "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
         KEY_E_MALFORMED},
        {"no point has y = 2", "0200000000000000000000000000000000000000000000000000000000000000",
         KEY_E_MALFORMED},
        {"y = 3", "0300000000000000000000000000000000000000000000000000000000000000", 0},
        {"y = 3, other sign", "0300000000000000000000000000000000000000000000000000000000000080",
         0},
};

Test(key, points_that_would_verify_anything_are_refused_at_load)
{
        for (size_t i = 0; i < ARRAY_SIZE(points); i++) {
                PublicKey key = {0};
                uint8_t raw[32];

                cr_assert_eq(text_unhex(points[i].hex, raw, sizeof(raw)), 0);
                cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, raw,
                                             sizeof(raw)),
                             points[i].result, "row '%s'", points[i].name);
                cr_assert_eq(key.raw_size, points[i].result == 0 ? 32 : 0, "row '%s'",
                             points[i].name);
        }
}

Test(key, other_sizes_algorithms_and_purposes_are_refused)
{
        uint8_t raw[65] = {3};
        PublicKey key;

        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, raw, 31),
                     KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, raw, 65),
                     KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, ALGORITHM_NONE, PURPOSE_LABEL, raw, 32),
                     KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, (Algorithm)9, PURPOSE_LABEL, raw, 32), KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, (Algorithm)9, PURPOSE_LABEL, raw, 0), KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, ALGORITHM_SM2_SM3, PURPOSE_LABEL, raw, 32),
                     KEY_E_MALFORMED);
        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_NONE, raw, 32),
                     -EINVAL);
        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_MAX_, raw, 32),
                     -EINVAL);
        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, raw, 32), 0);
}

Test(key, a_ring_has_a_limit_and_holds_each_key_for_one_purpose)
{
        Keyring ring = {0};
        uint8_t raw[32] = {3};
        PublicKey key;

        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_LABEL, raw, 32), 0);
        cr_assert_eq(keyring_add(&ring, &key), 0);
        cr_assert_eq(keyring_add(&ring, &key), -EEXIST);
        cr_assert_eq(public_key_init(&key, ALGORITHM_ED25519_SHA256, PURPOSE_POLICY, raw, 32), 0);
        cr_assert_eq(keyring_add(&ring, &key), -EEXIST);
        while (ring.n < KEYRING_MAX) {
                _cleanup_(private_key_freep) PrivateKey *k = make_ring_key(&ring, PURPOSE_LABEL);

                cr_assert_eq(keyring_find(&ring, private_key_public(k)->id),
                             &ring.keys[ring.n - 1]);
        }
        _cleanup_(private_key_freep) PrivateKey *more = make_key(PURPOSE_LABEL);
        cr_assert_eq(keyring_add(&ring, private_key_public(more)), -ENOSPC);
        cr_assert_null(keyring_find(&ring, private_key_public(more)->id));
}

Test(key, validity_is_a_half_open_span)
{
        static const struct {
                int64_t start, end, t;
                bool revoked, valid;
        } rows[] = {
                {0, 0, 5, false, true},  {0, 0, 5, true, false},  {5, 0, 5, false, true},
                {6, 0, 5, false, false}, {0, 5, 5, false, false}, {0, 6, 5, false, true},
                {5, 6, 5, false, true},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                PublicKey key = {.not_before = rows[i].start,
                                 .not_after = rows[i].end,
                                 .revoked = rows[i].revoked};

                cr_assert_eq(public_key_valid_at(&key, rows[i].t), rows[i].valid, "row %zu", i);
        }
}

Test(key, pem_round_trips_with_and_without_a_passphrase)
{
        static const char *const phrases[] = {NULL, "", "x", "correct horse 电池"};

        for (size_t i = 0; i < ARRAY_SIZE(phrases); i++) {
                _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_ROOT);
                _cleanup_(private_key_freep) PrivateKey *back = NULL, *none = NULL;
                _cleanup_(freep) char *pem = NULL;
                size_t size;

                cr_assert_eq(private_key_to_pem(key, phrases[i], &pem, &size), 0, "row %zu", i);
                cr_assert_eq(strstr(pem, "ENCRYPTED") != NULL, phrases[i] != NULL, "row %zu", i);
                cr_assert_eq(private_key_from_pem(pem, size, phrases[i], PURPOSE_ROOT, &back), 0,
                             "row %zu", i);
                cr_assert_eq(memcmp(private_key_public(back)->id, private_key_public(key)->id,
                                    KEY_ID_SIZE),
                             0, "row %zu", i);
                if (!phrases[i])
                        continue;
                cr_assert_eq(private_key_from_pem(pem, size, NULL, PURPOSE_ROOT, &none),
                             KEY_E_PASSPHRASE, "row %zu", i);
                cr_assert_eq(private_key_from_pem(pem, size, "wrong", PURPOSE_ROOT, &none),
                             KEY_E_PASSPHRASE, "row %zu", i);
                cr_assert_null(none);
        }
}

Test(key, what_is_no_private_key_is_refused)
{
        static const char *const bad[] = {
                "",
                "-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIJ1hsZ3v\n-----END PRIVATE KEY-----\n",
                "-----BEGIN PUBLIC KEY-----\n"
                "MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=\n"
                "-----END PUBLIC KEY-----\n",
                /* X25519 (RFC 8410): a key, but not one that signs */
                "-----BEGIN PRIVATE KEY-----\n"
                "MC4CAQAwBQYDK2VuBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
                "-----END PRIVATE KEY-----\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                PrivateKey *key = NULL;

                cr_assert_eq(private_key_from_pem(bad[i], strlen(bad[i]), NULL, PURPOSE_ROOT, &key),
                             KEY_E_MALFORMED, "row %zu", i);
                cr_assert_null(key);
        }
        PrivateKey *key = NULL;
        cr_assert_eq(private_key_generate(ALGORITHM_NONE, PURPOSE_ROOT, &key), -EINVAL);
        cr_assert_eq(private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_NONE, &key), -EINVAL);
}

Test(key, digests_whole_and_streamed_agree)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t whole[DIGEST_SIZE], streamed[DIGEST_SIZE];
        char hex[65];

        cr_assert_eq(digest_compute("abc", 3, whole), 0);
        text_hex(whole, DIGEST_SIZE, hex); /* FIPS 180-4, "abc" */
        cr_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        cr_assert_eq(digest_new(&d), 0);
        for (size_t i = 0; i < 3; i++)
                cr_assert_eq(digest_update(d, "abc" + i, 1), 0);
        cr_assert_eq(digest_final(d, streamed), 0);
        cr_assert_eq(memcmp(whole, streamed, DIGEST_SIZE), 0);
        cr_assert_eq(digest_compute_as(HASH_SM3, "abc", 3, whole), 0);
        text_hex(whole, DIGEST_SIZE, hex); /* GB/T 32905, "abc" */
        cr_assert_str_eq(hex, "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");
        for (int i = 0; i < 2; i++) { /* its context is made, and used again */
                cr_assert_eq(digest_once(d, HASH_SM3, "abc", 3, streamed), 0);
                cr_assert_eq(memcmp(whole, streamed, DIGEST_SIZE), 0);
        }
        cr_assert_eq(digest_once(d, HASH_SHA256, "abc", 3, streamed), 0);
        cr_assert_neq(memcmp(whole, streamed, DIGEST_SIZE), 0);
}

Test(key, random_bytes_differ)
{
        uint8_t a[16] = {0}, b[16] = {0};

        cr_assert_eq(random_bytes(a, sizeof(a)), 0);
        cr_assert_eq(random_bytes(b, sizeof(b)), 0);
        cr_assert_neq(memcmp(a, b, sizeof(a)), 0);
        cr_assert_eq(random_bytes(a, SIZE_MAX), -EINVAL);
}

/* A key that a provider keeps; here libcrypto's own one. */
static EVP_PKEY *kept_key(const char *kind, const char *group)
{
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, kind, NULL);
        EVP_PKEY *pkey = NULL;

        cr_assert(EVP_PKEY_keygen_init(ctx) == 1 &&
                  (!group || EVP_PKEY_CTX_set_group_name(ctx, group) == 1) &&
                  EVP_PKEY_keygen(ctx, &pkey) == 1);
        EVP_PKEY_CTX_free(ctx);
        return pkey;
}

Test(key, one_in_a_token_signs_and_is_never_written)
{
        static const struct {
                const char *kind;
                Algorithm algorithm;
        } rows[] = {{"ED25519", ALGORITHM_ED25519_SHA256}, {"SM2", ALGORITHM_SM2_SM3}};

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(private_key_freep) PrivateKey *key = NULL;
                uint8_t signature[SIGNATURE_SIZE];
                char *pem = NULL;
                size_t size;

                cr_assert_eq(
                        private_key_from_token(kept_key(rows[i].kind, NULL), PURPOSE_LABEL, &key),
                        0, "row '%s'", rows[i].kind);
                cr_assert_eq(private_key_public(key)->algorithm, rows[i].algorithm);
                cr_assert_eq(private_key_public(key)->purpose, PURPOSE_LABEL);
                cr_assert_eq(key_sign(key, "hello", 5, signature), 0);
                cr_assert_eq(key_verify(private_key_public(key), "hello", 5, signature), 0);
                cr_assert_eq(private_key_to_pem(key, NULL, &pem, &size), -EOPNOTSUPP);
                cr_assert_eq(private_key_to_pem(key, "a passphrase", &pem, &size), -EOPNOTSUPP);
                cr_assert_null(pem);
        }
}

Test(key, one_of_another_kind_in_a_token_is_refused)
{
        PrivateKey *key = NULL;

        cr_assert_eq(private_key_from_token(kept_key("EC", "P-256"), PURPOSE_LABEL, &key),
                     KEY_E_MALFORMED);
        cr_assert_eq(private_key_from_token(kept_key("X25519", NULL), PURPOSE_LABEL, &key),
                     KEY_E_MALFORMED);
        cr_assert_null(key);
}
