/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed heads: one form, every altered byte is seen. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/head.h"
#include "tests/unit/fixture.h"

TestSuite(head, .timeout = 60);

static Head example(void)
{
        Head h = {.host = "00112233445566778899aabbccddeeff",
                  .chain = {.seq = 256, .hash = fixture_hash()},
                  .time = "2026-11-21T08:00:00.123456Z",
                  .kind = HEAD_INTERVAL};

        memset(h.chain.head, 0x5a, DIGEST_SIZE);
        return h;
}

Test(head, what_was_signed_is_read_back)
{
        static const char text_sm2[] = "usbzone-ledger/00112233445566778899aabbccddeeff\n256\n"
                                       "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=\n"
                                       "hash sm3\n"
                                       "time 2026-11-21T08:00:00.123456Z\nkind interval\n"
                                       "key sm2 ";
        static const char text_ed25519[] = "usbzone-ledger/00112233445566778899aabbccddeeff\n256\n"
                                           "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=\n"
                                           "time 2026-11-21T08:00:00.123456Z\nkind interval\n"
                                           "key ed25519 ";
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        const char *text = fixture_hash() == HASH_SM3 ? text_sm2 : text_ed25519;
        Head h = example(), back;
        size_t size;

        cr_assert_eq(private_key_generate(fixture_algorithm(), PURPOSE_LEDGER, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        cr_assert_eq(strncmp(note, text, strlen(text)), 0, "%s", note);
        cr_assert_eq(head_verify(note, size, &back), 0);
        cr_assert_eq(back.chain.seq, h.chain.seq);
        cr_assert(chain_same_head(&back.chain, &h.chain));
        cr_assert_str_eq(back.host, h.host);
        cr_assert_str_eq(back.time, h.time);
        cr_assert_eq(back.kind, HEAD_INTERVAL);
        cr_assert_eq(back.key.raw_size, private_key_public(key)->raw_size);
        cr_assert_eq(memcmp(back.key.raw, private_key_public(key)->raw, back.key.raw_size), 0);
}

Test(head, every_altered_byte_is_seen)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        Head h = example(), back;
        size_t size;

        cr_assert_eq(private_key_generate(fixture_algorithm(), PURPOSE_LEDGER, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        for (size_t i = 0; i < size; i++) {
                note[i] = (char)(note[i] ^ 1);
                cr_assert_neq(head_verify(note, size, &back), 0, "byte %zu", i);
                note[i] = (char)(note[i] ^ 1);
        }
        for (size_t i = 0; i < size; i++)
                cr_assert_neq(head_verify(note, i, &back), 0, "cut at %zu", i);
}

Test(head, a_key_of_another_purpose_signs_no_head)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        Head h = example(), back;
        size_t size;

        cr_assert_eq(private_key_generate(fixture_algorithm(), PURPOSE_HOST, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        cr_assert_neq(head_verify(note, size, &back), 0);
}

/* What was signed as SM3 is not the same bytes as SHA-256, nor the other way round. */
Test(head, the_other_hash_is_another_head)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL, *other = NULL;
        Head h = example(), back;
        char *line;
        size_t size, n;

        cr_assert_eq(private_key_generate(fixture_algorithm(), PURPOSE_LEDGER, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        line = strstr(note, "\ntime ") + 1;
        if (fixture_hash() == HASH_SM3) { /* the line taken out */
                n = size - 9;
                memmove(line - 9, line, size - (size_t)(line - note));
                cr_assert_gt(head_verify(note, n, &back), 0);
                return;
        }
        other = malloc(size + 16);
        n = (size_t)(line - note);
        memcpy(other, note, n);
        memcpy(other + n, "hash sm3\n", 9);
        memcpy(other + n + 9, line, size - n);
        cr_assert_gt(head_verify(other, size + 9, &back), 0);
        memcpy(other + n, "hash md5\n", 9);
        cr_assert_eq(head_verify(other, size + 9, &back), -EBADMSG);
}

Test(head, a_record_names_a_key_of_either_algorithm)
{
        for (Algorithm a = ALGORITHM_ED25519_SHA256; a <= ALGORITHM_SM2_SM3; a++) {
                _cleanup_(private_key_freep) PrivateKey *key = NULL;
                const PublicKey *public;
                char hex[2 * KEY_PUBLIC_MAX + 1], line[512];
                PublicKey named;

                cr_assert_eq(private_key_generate(a, PURPOSE_LEDGER, &key), 0);
                public = private_key_public(key);
                text_hex(public->raw, public->raw_size, hex);
                snprintf(line, sizeof(line), "{\"seq\":1,\"kind\":\"start\",\"ledger_key\":\"%s\"}",
                         hex);
                cr_assert(head_key_named(line, strlen(line), &named));
                cr_assert_eq(named.algorithm, a);
                cr_assert_eq(memcmp(named.raw, public->raw, public->raw_size), 0);
                memcpy(strstr(line, "start"), "starT", 5);
                cr_assert_not(head_key_named(line, strlen(line), &named));
                snprintf(line, sizeof(line),
                         "{\"seq\":1,\"kind\":\"policy-loaded\",\"ledger_key\":\"%s\"}", hex);
                cr_assert(head_key_named(line, strlen(line), &named));
                snprintf(line, sizeof(line),
                         "{\"seq\":1,\"kind\":\"start\",\"ledger_key\":\"%s00\"}", hex);
                cr_assert_not(head_key_named(line, strlen(line), &named));
                snprintf(line, sizeof(line), "{\"seq\":1,\"kind\":\"start\",\"ledger_key\":\"%s",
                         hex);
                cr_assert_not(head_key_named(line, strlen(line), &named));
        }
}
