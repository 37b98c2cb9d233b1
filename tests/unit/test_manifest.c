/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Manifests of export packages: one form, every altered byte is seen, bad values are named. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/manifest.h"
#include "policy/note.h"
#include "tests/unit/fixture.h"

TestSuite(manifest, .timeout = 60);

static Manifest example(const PrivateKey *key)
{
        Manifest m = {.host = "00112233445566778899aabbccddeeff",
                      .created = T0,
                      .since = "2027-01-01T00:00:00Z",
                      .before = {.seq = 41, .hash = fixture_hash()},
                      .last = {.seq = 42, .hash = fixture_hash()},
                      .n_keys = 1};

        (void)hash_plan_add(&m.plan, 7, fixture_hash());
        m.keys[0] = *private_key_public(key);
        m.parts[MANIFEST_RECORDS].size = 300;
        memset(m.before.head, 0x11, DIGEST_SIZE);
        memset(m.last.head, 0x22, DIGEST_SIZE);
        memset(m.parts[MANIFEST_RECORDS].digest, 0x33, DIGEST_SIZE);
        return m;
}

Test(manifest, what_was_signed_is_read_back)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL;
        Manifest m = example(key), back;
        TextError error = {0};
        uint64_t sum = 0;
        size_t size;

        cr_assert_eq(manifest_sign(&m, key, &note, &size), 0);
        cr_assert_eq(manifest_verify(note, size, &back, &error), 0, "%s", error.message);
        cr_assert_str_eq(back.host, m.host);
        cr_assert_str_eq(back.since, m.since);
        cr_assert_str_eq(back.until, "");
        cr_assert_eq(back.created, T0);
        cr_assert_eq(back.before.seq, 41);
        cr_assert(chain_same_head(&back.before, &m.before));
        cr_assert_eq(back.last.seq, 42);
        cr_assert(chain_same_head(&back.last, &m.last));
        cr_assert_eq(back.plan.n, m.plan.n);
        cr_assert_eq(hash_plan_at(&back.plan, 7), fixture_hash());
        cr_assert_eq(hash_plan_at(&back.plan, 6), HASH_SHA256);
        cr_assert_eq(strstr(note, "sm3") != NULL, fixture_hash() == HASH_SM3);
        cr_assert_eq(memcmp(&back.parts, &m.parts, sizeof(m.parts)), 0);
        cr_assert(manifest_knows_key(&back, private_key_public(key)));
        cr_assert_eq(manifest_parts_size(&back, &sum), 0);
        cr_assert_eq(sum, 300);
}

Test(manifest, its_size_does_not_depend_on_digests)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *a = NULL, *b = NULL;
        Manifest m = example(key);
        size_t size_a, size_b;

        cr_assert_eq(manifest_sign(&m, key, &a, &size_a), 0);
        memset(m.parts[MANIFEST_RECORDS].digest, 0xff, DIGEST_SIZE);
        cr_assert_eq(manifest_sign(&m, key, &b, &size_b), 0);
        cr_assert_eq(size_a, size_b);
}

Test(manifest, its_end_is_found_in_a_file_and_nowhere_else)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL;
        Manifest m = example(key);
        char file[4096];
        size_t size, n;

        cr_assert_eq(manifest_sign(&m, key, &note, &size), 0);
        snprintf(file, sizeof(file), "%s\nparts\n\n\xe2\x80\x94 x\n\n", note);
        cr_assert_eq(manifest_split(file, strlen(file), &n), 0);
        cr_assert_eq(n, size);
        for (size_t i = 0; i <= size; i++)
                cr_assert_eq(manifest_split(file, i, &n), -EBADMSG, "cut at %zu", i);
        cr_assert_eq(manifest_split("usbzone-keys 1\n", 15, &n), -EBADMSG);
}

Test(manifest, every_altered_byte_is_seen)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL;
        Manifest m = example(key), back;
        TextError error;
        size_t size;

        cr_assert_eq(manifest_sign(&m, key, &note, &size), 0);
        for (size_t i = 0; i < size; i++) {
                note[i] = (char)(note[i] ^ 1);
                cr_assert_neq(manifest_verify(note, size, &back, &error), 0, "byte %zu", i);
                note[i] = (char)(note[i] ^ 1);
        }
        for (size_t i = 0; i < size; i++)
                cr_assert_neq(manifest_verify(note, i, &back, &error), 0, "cut at %zu", i);
}

Test(manifest, another_key_cannot_sign_it)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER),
                                                *other = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL;
        Manifest m = example(key), back;
        TextError error;
        size_t size;

        cr_assert_eq(manifest_sign(&m, other, &note, &size), 0);
        cr_assert_eq(manifest_verify(note, size, &back, &error), NOTE_E_SIGNER_UNKNOWN);
}

Test(manifest, an_empty_range_is_none)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL;
        Manifest m = example(key);
        size_t size;

        m.last.seq = m.before.seq;
        cr_assert_eq(manifest_sign(&m, key, &note, &size), -EINVAL);
}

/* Signed by the right key, and still refused: FIND is replaced in the text before it is signed. */
static void assert_refused(const char *find, const char *put, const char *message)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_LEDGER);
        _cleanup_(freep) char *note = NULL, *bad = NULL;
        Manifest m = example(key), back;
        TextError error = {0};
        size_t size, text_size;
        char text[4096], *at;

        cr_assert_eq(manifest_sign(&m, key, &note, &size), 0);
        cr_assert_eq(note_split(note, size, &text_size), 0);
        note[text_size] = '\0';
        at = strstr(note, find);
        cr_assert_not_null(at, "%s", find);
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - note), note, put, at + strlen(find));
        cr_assert_eq(note_sign(text, strlen(text), key, &bad, &size), 0);
        cr_assert_eq(manifest_verify(bad, size, &back, &error), -EINVAL, "'%s'", put);
        cr_assert_not_null(strstr(error.message, message), "'%s': %s", put, error.message);
}

Test(manifest, bad_values_are_refused_and_named)
{
        assert_refused("before = 41 ", "before = 42 ", "'last' must come after 'before'");
        assert_refused("before = 41 ", "before = 041 ", "not written as it must be");
        assert_refused("before = 41 ", "before = -1 ", "whole number");
        assert_refused("records = 300 ", "records = 9223372036854775807 ", "larger than a file");
        assert_refused("records = 300 ", "records = 99999999999999999999 ", "whole number");
        assert_refused("records = 300 ", "record = 300 ", "unknown key");
        assert_refused("2222", "22x2", "hex digits");
        assert_refused("host = 00", "host = 0", "hex digits");
        assert_refused("created = ", "until = yesterday\ncreated = ", "expected a time");
        assert_refused("ledger-key = ", "ledger-key = ed448 ", "algorithm");
        assert_refused("ledger-key = ", "ledger-key = ed25519 00 ", "public key");
        assert_refused("since = ", "#\nsince = ", "not written as it must be");
        assert_refused("last = ", "last = 1 ", "hex digits");
}

Test(manifest, hashes_that_do_not_fit_each_other_are_refused)
{
        if (fixture_hash() == HASH_SHA256) {
                assert_refused("records = 300 ", "records = 300 sm3:", "not written as it must be");
                assert_refused("before = 41 ", "before = 41 sm3:", "different hashes");
                return;
        }
        assert_refused("hash = 7 sm3\n", "", "'hash' and 'before' tell different hashes");
        assert_refused("hash = 7 sm3\n", "hash = 42 sm3\n", "up to 'before'");
        assert_refused("hash = 7 sm3\n", "hash = 7 sha256\n", "does not change here");
        assert_refused("hash = 7 sm3\n", "hash = 7 md5\n", "sha256 or sm3");
        assert_refused("hash = 7 sm3\n", "hash = 0 sm3\n", "record's number");
        assert_refused("hash = 7 sm3\n", "hash = 7 sm3\nhash = 7 sha256\n", "does not change here");
        assert_refused("hash = 7 sm3\n", "hash = 7 sm3\nhash = 8 sha256\n", "different hashes");
        assert_refused("before = 41 sm3:", "before = 41 ", "different hashes");
        /* The parts are told in the signing key's hash alone. */
        assert_refused("records = 300 sm3:", "records = 300 ", "not written as it must be");
        assert_refused("last = 42 sm3:", "last = 42 sm2:", "hex digits");
}
