/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's seal: known answers, keys that only move forward, one spelling. */
#include <criterion/criterion.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/chain.h"
#include "policy/mac.h"
#include "tests/unit/fixture.h"

TestSuite(mac, .timeout = 30);

static MacKey key_of(uint8_t byte, uint64_t seq)
{
        MacKey key = {.seq = seq};

        memset(key.key, byte, sizeof(key.key));
        return key;
}

Test(mac, it_is_hmac)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t mac[DIGEST_SIZE], want[DIGEST_SIZE], data[300];
        MacKey key = key_of(0x0b, 1);
        unsigned n;

        cr_assert_eq(digest_new(&d), 0);
        for (size_t size = 0; size < sizeof(data); size += 23) {
                memset(data, (int)size, sizeof(data));
                cr_assert_eq(mac_compute(&key, d, fixture_hash(), data, size, mac), 0);
                cr_assert_not_null(HMAC(fixture_hash() == HASH_SM3 ? EVP_sm3() : EVP_sha256(),
                                        key.key, sizeof(key.key), data, size, want, &n));
                cr_assert_eq(memcmp(mac, want, sizeof(mac)), 0, "size %zu", size);
        }
}

Test(mac, the_next_key_is_the_hash_of_the_last_with_its_context)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t input[19 + MAC_KEY_SIZE], want[DIGEST_SIZE];
        MacKey key = key_of(0x42, 7);

        memcpy(input, "usbzone-ledger-key", 19);
        memset(input + 19, 0x42, MAC_KEY_SIZE);
        cr_assert_eq(digest_compute_as(fixture_hash(), input, sizeof(input), want), 0);
        cr_assert_eq(digest_new(&d), 0);
        cr_assert_eq(mac_key_advance(&key, d, fixture_hash()), 0);
        cr_assert_eq(key.seq, 8);
        cr_assert_eq(memcmp(key.key, want, sizeof(want)), 0);
}

Test(mac, a_key_moves_forward_and_never_back)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        MacKey a = key_of(1, 5), b = a;
        HashPlan plan = {0};

        cr_assert_eq(digest_new(&d), 0);
        (void)hash_plan_add(&plan, 3, fixture_hash());
        for (int i = 0; i < 10; i++)
                cr_assert_eq(mac_key_advance(&a, d, fixture_hash()), 0);
        cr_assert_eq(mac_key_seek(&b, d, 15, &plan), 0);
        cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
        cr_assert_eq(mac_key_seek(&b, d, 14, &plan), MAC_E_PASSED);
        cr_assert_eq(mac_key_seek(&b, d, UINT64_MAX, &plan), MAC_E_TOO_FAR);
        cr_assert_eq(memcmp(&a, &b, sizeof(a)), 0);
}

Test(mac, a_sealed_line_fits_its_own_key_and_no_other)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        MacKey key = key_of(3, 1), other = key_of(4, 1);
        static char line[CHAIN_LINE_MAX];
        Chain chain = {.hash = fixture_hash()};
        size_t size, covered;
        uint8_t mac[DIGEST_SIZE];
        Hash hash;

        cr_assert_eq(digest_new(&d), 0);
        cr_assert_eq(chain_append(&chain, "{\"seq\":1,\"a\":1", &key, line, &size), 0);
        cr_assert_eq(mac_check_line(&key, d, line, size), 0);
        cr_assert_eq(mac_check_line(&other, d, line, size), MAC_E_MISMATCH);
        cr_assert_eq(chain_line_mac(line, size, &covered, &hash, mac), 1);
        cr_assert_eq(hash, fixture_hash());
        cr_assert_eq(covered, size - strlen(",\"mac\":\"\"}\n") - 2 * DIGEST_SIZE -
                                      (hash == HASH_SM3 ? strlen("sm3:") : 0));
        cr_assert_eq(line[covered - 1], '"');
        for (size_t i = 0; i < covered; i++) {
                line[i] = (char)(line[i] ^ 1);
                cr_assert_neq(mac_check_line(&key, d, line, size), 0, "byte %zu", i);
                line[i] = (char)(line[i] ^ 1);
        }
        chain = (Chain){.hash = fixture_hash()};
        cr_assert_eq(chain_append(&chain, "{\"seq\":1,\"a\":1", NULL, line, &size), 0);
        cr_assert_eq(mac_check_line(&key, d, line, size), MAC_E_ABSENT);
        key.seq = 9;
        cr_assert_eq(chain_append(&chain, "{\"seq\":2,\"a\":1", &key, line, &size), -EINVAL);
}

Test(mac, the_text_form_has_one_spelling)
{
        MacKey key = key_of(0xa5, 1234567), back = {0};
        char text[MAC_KEY_TEXT_SIZE + 1];

        cr_assert_eq(mac_key_format(&key, text), 0);
        cr_assert_eq(strlen(text), MAC_KEY_TEXT_SIZE);
        cr_assert_eq(
                strncmp(text, "usbzone-ledger-key 1\nseq = 00000000000001234567\nkey = a5a5", 58),
                0, "%s", text);
        cr_assert_eq(mac_key_parse(text, MAC_KEY_TEXT_SIZE, &back), 0);
        cr_assert_eq(memcmp(&key, &back, sizeof(key)), 0);
        cr_assert_eq(mac_key_parse(text, MAC_KEY_TEXT_SIZE - 1, &back), -EINVAL);
        for (size_t i = 0; i < MAC_KEY_TEXT_SIZE; i++)
                for (int bit = 1; bit < 256; bit <<= 1) {
                        text[i] = (char)(text[i] ^ bit);
                        cr_assert_eq(mac_key_parse(text, MAC_KEY_TEXT_SIZE, &back), -EINVAL,
                                     "byte %zu bit %d", i, bit);
                        text[i] = (char)(text[i] ^ bit);
                }
}

Test(mac, a_made_key_is_for_its_record_and_random)
{
        MacKey a, b;

        cr_assert_eq(mac_key_generate(3, &a), 0);
        cr_assert_eq(mac_key_generate(3, &b), 0);
        cr_assert_eq(a.seq, 3);
        cr_assert_neq(memcmp(a.key, b.key, sizeof(a.key)), 0);
        mac_key_clear(&a);
        cr_assert_eq(a.seq, 0);
}

/* Each step is hashed as the record is that the old key sealed. */
Test(mac, a_key_moves_past_a_change_of_the_hash)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        MacKey step = key_of(9, 1), leap = step;
        HashPlan plan = {0};

        cr_assert_eq(digest_new(&d), 0);
        cr_assert(hash_plan_add(&plan, 1, HASH_SHA256));
        cr_assert(hash_plan_add(&plan, 4, HASH_SM3));
        cr_assert(hash_plan_add(&plan, 5, HASH_SM3));
        cr_assert(hash_plan_add(&plan, 7, HASH_SHA256));
        cr_assert_eq(plan.n, 2);
        for (uint64_t seq = 1; seq < 9; seq++)
                cr_assert_eq(
                        mac_key_advance(&step, d, seq >= 4 && seq < 7 ? HASH_SM3 : HASH_SHA256), 0);
        cr_assert_eq(mac_key_seek(&leap, d, 9, &plan), 0);
        cr_assert_eq(memcmp(&step, &leap, sizeof(step)), 0);
}

Test(mac, of_too_many_changes_the_newest_are_kept)
{
        HashPlan plan = {0};
        uint64_t seq = 0;

        for (; seq < HASH_CHANGES_MAX; seq++)
                cr_assert(hash_plan_add(&plan, seq + 1, seq % 2 ? HASH_SHA256 : HASH_SM3));
        cr_assert_not(hash_plan_add(&plan, seq + 1, HASH_SM3));
        cr_assert_eq(plan.n, HASH_CHANGES_MAX);
        cr_assert_eq(hash_plan_at(&plan, seq), HASH_SHA256);
        cr_assert_eq(hash_plan_at(&plan, seq + 1), HASH_SM3);
}
