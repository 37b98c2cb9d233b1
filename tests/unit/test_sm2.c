/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SM2 and SM3: the standards' own examples, points that must be refused, keys and notes. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/head.h"
#include "policy/note.h"
#include "policy/sm2.h"
#include "tests/unit/fixture.h"

TestSuite(sm2, .timeout = 30);

/* GB/T 32918.5 annex A.2: key pair, and signature of "message digest" with the default user id. */
#define EXAMPLE_PUBLIC \
        "0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" \
        "ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13"
#define EXAMPLE_SIGNATURE \
        "f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" \
        "b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa"
static const char message[] = "message digest";
static const char example_pem[] =
        "-----BEGIN PRIVATE KEY-----\n"
        "MIGHAgEAMBMGByqGSM49AgEGCCqBHM9VAYItBG0wawIBAQQgOUUgj3shRLE/NuOK\n"
        "xtOflYiTk2koYLUaQvuB7033xbihRANCAAQJ+d8xHlQhoVDdfRYeS8XGchefrRgz\n"
        "/AdrsI/zVvNQIMzqSQziZ3WlLcbqcYzBqmAK7QX7814ISmYy9gctqa0T\n"
        "-----END PRIVATE KEY-----\n";

static void example(uint8_t point[SM2_POINT_SIZE], uint8_t signature[SIGNATURE_SIZE])
{
        cr_assert_eq(text_unhex(EXAMPLE_PUBLIC, point, SM2_POINT_SIZE), 0);
        cr_assert_eq(text_unhex(EXAMPLE_SIGNATURE, signature, SIGNATURE_SIZE), 0);
}

/* GB/T 32905 annex A. */
Test(sm2, sm3_gives_the_standards_digests)
{
        static const struct {
                const char *text, *digest;
        } rows[] = {
                {"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"},
                {"abcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcdabcd",
                 "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint8_t digest[DIGEST_SIZE];
                char hex[65];

                cr_assert_eq(digest_compute_sm3(rows[i].text, strlen(rows[i].text), digest), 0);
                text_hex(digest, sizeof(digest), hex);
                cr_assert_str_eq(hex, rows[i].digest, "row %zu", i);
        }
}

Test(sm2, the_standards_signature_verifies)
{
        uint8_t point[SM2_POINT_SIZE], signature[SIGNATURE_SIZE];

        example(point, signature);
        cr_assert_eq(sm2_point_check(point), 0);
        cr_assert_eq(sm2_verify(point, (const uint8_t *)message, strlen(message), signature), 0);
}

Test(sm2, any_byte_flipped_does_not)
{
        uint8_t point[SM2_POINT_SIZE], signature[SIGNATURE_SIZE];

        example(point, signature);
        for (size_t i = 0; i < sizeof(signature); i++) {
                signature[i] ^= 1;
                cr_assert_eq(
                        sm2_verify(point, (const uint8_t *)message, strlen(message), signature),
                        KEY_E_SIGNATURE, "byte %zu", i);
                signature[i] ^= 1;
        }
        cr_assert_eq(sm2_verify(point, (const uint8_t *)message, strlen(message) - 1, signature),
                     KEY_E_SIGNATURE, "a shorter message");
        memset(signature, 0, sizeof(signature));
        cr_assert_eq(sm2_verify(point, (const uint8_t *)message, strlen(message), signature),
                     KEY_E_SIGNATURE, "r = s = 0");
        memset(signature, 0xff, sizeof(signature));
        cr_assert_eq(sm2_verify(point, (const uint8_t *)message, strlen(message), signature),
                     KEY_E_SIGNATURE, "r and s above the order");
}

Test(sm2, what_is_no_point_of_the_curve_is_refused)
{
        uint8_t point[SM2_POINT_SIZE], signature[SIGNATURE_SIZE], zero[SM2_POINT_SIZE] = {0};

        example(point, signature);
        for (size_t i = 0; i < sizeof(point); i++) {
                point[i] ^= 1;
                cr_assert_eq(sm2_point_check(point), KEY_E_MALFORMED, "byte %zu", i);
                point[i] ^= 1;
        }
        cr_assert_eq(sm2_point_check(zero), KEY_E_MALFORMED, "the neutral element");
        zero[0] = 4;
        cr_assert_eq(sm2_point_check(zero), KEY_E_MALFORMED, "0, 0");
        memset(zero + 1, 0xff, sizeof(zero) - 1);
        cr_assert_eq(sm2_point_check(zero), KEY_E_MALFORMED, "above the prime");
}

Test(sm2, a_key_in_pem_form_has_the_standards_public_half)
{
        uint8_t point[SM2_POINT_SIZE], ignored[SIGNATURE_SIZE];
        PrivateKey *key = NULL, *again = NULL;
        char *pem;
        size_t size;

        example(point, ignored);
        cr_assert_eq(
                private_key_from_pem(example_pem, strlen(example_pem), NULL, PURPOSE_LABEL, &key),
                0);
        cr_assert_eq(private_key_public(key)->algorithm, ALGORITHM_SM2_SM3);
        cr_assert_eq(private_key_public(key)->raw_size, SM2_POINT_SIZE);
        cr_assert_eq(memcmp(private_key_public(key)->raw, point, sizeof(point)), 0);
        cr_assert_eq(private_key_to_pem(key, "pass phrase", &pem, &size), 0);
        cr_assert_eq(private_key_from_pem(pem, size, NULL, PURPOSE_LABEL, &again),
                     KEY_E_PASSPHRASE);
        cr_assert_eq(private_key_from_pem(pem, size, "pass phrase", PURPOSE_LABEL, &again), 0);
        cr_assert_eq(
                memcmp(private_key_public(again)->id, private_key_public(key)->id, KEY_ID_SIZE), 0);
        free(pem);
        private_key_free(key);
        private_key_free(again);
}

/* SM3("usbzone-key" 0 "label" 0 2 point), computed apart from this code. */
Test(sm2, the_id_of_a_key_is_of_sm3)
{
        uint8_t point[SM2_POINT_SIZE], ignored[SIGNATURE_SIZE];
        PublicKey key;
        char hex[2 * KEY_ID_SIZE + 1];

        example(point, ignored);
        cr_assert_eq(public_key_init(&key, ALGORITHM_SM2_SM3, PURPOSE_LABEL, point, sizeof(point)),
                     0);
        text_hex(key.id, KEY_ID_SIZE, hex);
        cr_assert_str_eq(hex, "3f77416c0b455afc6ba82b1d4c468eab");
}

Test(sm2, what_is_signed_for_one_purpose_fits_no_other)
{
        uint8_t signature[SIGNATURE_SIZE];
        PrivateKey *key = NULL;
        PublicKey other;

        cr_assert_eq(private_key_generate(ALGORITHM_SM2_SM3, PURPOSE_POLICY, &key), 0);
        cr_assert_eq(key_sign(key, "text", 4, signature), 0);
        cr_assert_eq(key_verify(private_key_public(key), "text", 4, signature), 0);
        cr_assert_eq(public_key_init(&other, ALGORITHM_SM2_SM3, PURPOSE_HOST,
                                     private_key_public(key)->raw, SM2_POINT_SIZE),
                     0);
        cr_assert_eq(key_verify(&other, "text", 4, signature), KEY_E_SIGNATURE);
        private_key_free(key);
}

Test(sm2, a_label_says_of_which_kind_its_key_is)
{
        PrivateKey *key = NULL;
        uint8_t bytes[LABEL_SIZE];
        Label label, back;
        Fixture f;

        fixture_init(&f);
        cr_assert_eq(private_key_generate(ALGORITHM_SM2_SM3, PURPOSE_LABEL, &key), 0);
        cr_assert_eq(keyring_add(&f.snapshot.authority.ring, private_key_public(key)), 0);
        label = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        memcpy(label.key_id[0], private_key_public(key)->id, KEY_ID_SIZE);
        label.algorithm = ALGORITHM_ED25519_SHA256;
        cr_assert_eq(label_encode(&label, bytes), 0);
        cr_assert_eq(label_sign(bytes, 0, key), -EINVAL);
        cr_assert_eq(key_sign(key, bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIGNED_SIZE), 0);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_LABEL_MALFORMED);
        label.algorithm = ALGORITHM_SM2_SM3;
        cr_assert_eq(label_encode(&label, bytes), 0);
        cr_assert_eq(label_sign(bytes, 0, key), 0);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_OK);
        cr_assert_eq(back.algorithm, ALGORITHM_SM2_SM3);
        private_key_free(key);
        fixture_done(&f);
}

Test(sm2, a_head_can_be_signed_with_it)
{
        Head head = {.host = "00112233445566778899aabbccddeeff",
                     .chain.seq = 7,
                     .time = "2027-01-01T00:00:00Z",
                     .kind = HEAD_STOP},
             back;
        _cleanup_(freep) char *note = NULL;
        PrivateKey *key = NULL;
        size_t size;

        cr_assert_eq(private_key_generate(ALGORITHM_SM2_SM3, PURPOSE_LEDGER, &key), 0);
        cr_assert_eq(head_sign(&head, key, &note, &size), 0);
        cr_assert_lt(size, HEAD_NOTE_MAX);
        cr_assert_eq(head_verify(note, size, &back), 0);
        cr_assert_eq(back.key.algorithm, ALGORITHM_SM2_SM3);
        private_key_free(key);
}
