/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed heads: one form, every altered byte is seen. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/head.h"

TestSuite(head, .timeout = 60);

static Head example(void)
{
        Head h = {.host = "00112233445566778899aabbccddeeff",
                  .chain = {.seq = 256},
                  .time = "2026-11-21T08:00:00.123456Z",
                  .kind = HEAD_INTERVAL};

        memset(h.chain.head, 0x5a, DIGEST_SIZE);
        return h;
}

Test(head, what_was_signed_is_read_back)
{
        static const char text[] = "usbzone-ledger/00112233445566778899aabbccddeeff\n256\n"
                                   "WlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlpaWlo=\n"
                                   "time 2026-11-21T08:00:00.123456Z\nkind interval\n"
                                   "key ed25519 ";
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        Head h = example(), back;
        size_t size;

        cr_assert_eq(private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_LEDGER, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        cr_assert_eq(strncmp(note, text, strlen(text)), 0, "%s", note);
        cr_assert_eq(head_verify(note, size, &back), 0);
        cr_assert_eq(memcmp(&back.chain, &h.chain, sizeof(Chain)), 0);
        cr_assert_str_eq(back.host, h.host);
        cr_assert_str_eq(back.time, h.time);
        cr_assert_eq(back.kind, HEAD_INTERVAL);
        cr_assert_eq(memcmp(back.key.raw, private_key_public(key)->raw, 32), 0);
}

Test(head, every_altered_byte_is_seen)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        Head h = example(), back;
        size_t size;

        cr_assert_eq(private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_LEDGER, &key), 0);
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

        cr_assert_eq(private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_HOST, &key), 0);
        cr_assert_eq(head_sign(&h, key, &note, &size), 0);
        cr_assert_neq(head_verify(note, size, &back), 0);
}
