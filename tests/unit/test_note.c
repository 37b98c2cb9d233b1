/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed text: every byte altered, keys that may not sign it, thresholds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/note.h"
#include "tests/unit/fixture.h"

TestSuite(note, .timeout = 60);

static const char text[] = "usbzone-policy 1\n\nversion = 1\nname = Büro\n";

typedef struct Signed {
        Keyring ring;
        PrivateKey *key;
        char *note;
        size_t size;
} Signed;

static Signed make_note(Purpose purpose)
{
        Signed s = {0};

        s.key = make_ring_key(&s.ring, purpose);
        cr_assert_eq(note_sign(text, strlen(text), s.key, &s.note, &s.size), 0);
        return s;
}

static void done(Signed *s)
{
        private_key_free(s->key);
        free(s->note);
}

static int verify(const Signed *s, Purpose purpose, unsigned threshold)
{
        size_t size = 999;
        int r = note_verify(s->note, s->size, &s->ring, purpose, threshold, T0, &size);

        if (r == 0)
                cr_assert_eq(size, strlen(text));
        else
                cr_assert_eq(size, 999);
        return r;
}

Test(note, what_is_signed_verifies_and_has_the_documented_form)
{
        Signed s = make_note(PURPOSE_POLICY);
        char start[32];

        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), 0);
        cr_assert_eq(strncmp(s.note, text, strlen(text)), 0);
        (void)snprintf(start, sizeof(start), "\n\xe2\x80\x94 policy.%02x",
                       private_key_public(s.key)->id[0]);
        cr_assert_eq(strncmp(s.note + strlen(text), start, strlen(start)), 0);
        cr_assert_eq(s.note[s.size - 1], '\n');
        done(&s);
}

Test(note, every_altered_byte_is_refused)
{
        static const uint8_t flips[] = {0x01, 0x20, 0x80, 0xff};
        Signed s = make_note(PURPOSE_POLICY);

        for (size_t i = 0; i < s.size; i++)
                for (size_t j = 0; j < ARRAY_SIZE(flips); j++) {
                        s.note[i] = (char)(s.note[i] ^ flips[j]);
                        cr_assert_gt(verify(&s, PURPOSE_POLICY, 1), 0, "byte %zu flip %02x", i,
                                     flips[j]);
                        s.note[i] = (char)(s.note[i] ^ flips[j]);
                }
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), 0);
        done(&s);
}

Test(note, every_cut_and_every_added_byte_is_refused)
{
        Signed s = make_note(PURPOSE_POLICY);
        size_t full = s.size;
        char *longer;

        for (s.size = 0; s.size < full; s.size++)
                cr_assert_gt(verify(&s, PURPOSE_POLICY, 1), 0, "cut at %zu", s.size);
        longer = malloc(full + 1);
        cr_assert_not_null(longer);
        for (size_t i = 0; i <= full; i++) {
                Signed t = s;

                memcpy(longer, s.note, i);
                longer[i] = ' ';
                memcpy(longer + i + 1, s.note + i, full - i);
                t.note = longer;
                t.size = full + 1;
                cr_assert_gt(verify(&t, PURPOSE_POLICY, 1), 0, "blank at %zu", i);
        }
        free(longer);
        done(&s);
}

Test(note, only_a_key_of_the_wanted_purpose_counts)
{
        for (Purpose made = PURPOSE_ROOT; made < PURPOSE_MAX_; made++) {
                Signed s = make_note(made);

                for (Purpose wanted = PURPOSE_ROOT; wanted < PURPOSE_MAX_; wanted++)
                        cr_assert_eq(verify(&s, wanted, 1),
                                     made == wanted ? 0 : NOTE_E_PURPOSE_WRONG, "%s for %s",
                                     purpose_name(made), purpose_name(wanted));
                done(&s);
        }
}

Test(note, a_key_must_be_known_valid_and_not_revoked)
{
        Signed s = make_note(PURPOSE_POLICY);
        PublicKey *key = &s.ring.keys[0];

        key->not_before = T0;
        key->not_after = T0 + 1;
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), 0);
        key->not_after = T0;
        key->not_before = 0;
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), NOTE_E_KEY_NOT_VALID);
        key->not_after = 0;
        key->not_before = T0 + 1;
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), NOTE_E_KEY_NOT_VALID);
        key->not_before = 0;
        key->revoked = true;
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), NOTE_E_KEY_NOT_VALID);
        s.ring.n = 0;
        cr_assert_eq(verify(&s, PURPOSE_POLICY, 1), NOTE_E_SIGNER_UNKNOWN);
        done(&s);
}

/* Adds the signature of one more key and takes the longer note over. */
static void cosign(Signed *s, const PrivateKey *key)
{
        char *more;

        cr_assert_eq(note_cosign(s->note, s->size, key, &more, &s->size), 0);
        free(s->note);
        s->note = more;
}

Test(note, a_threshold_counts_distinct_keys)
{
        Signed s = make_note(PURPOSE_ROOT);
        _cleanup_(private_key_freep) PrivateKey *second = make_ring_key(&s.ring, PURPOSE_ROOT);
        _cleanup_(private_key_freep) PrivateKey *third = make_ring_key(&s.ring, PURPOSE_ROOT);

        cr_assert_eq(verify(&s, PURPOSE_ROOT, 0), NOTE_E_UNSIGNED);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 2), NOTE_E_UNSIGNED);
        cosign(&s, s.key); /* the same key again */
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 2), NOTE_E_UNSIGNED);
        cosign(&s, second);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 2), 0);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 3), NOTE_E_UNSIGNED);
        cosign(&s, third);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 3), 0);
        done(&s);
}

Test(note, an_unknown_cosigner_does_not_count_and_does_not_harm)
{
        Signed s = make_note(PURPOSE_ROOT);
        _cleanup_(private_key_freep) PrivateKey *stranger = make_key(PURPOSE_ROOT);

        cosign(&s, stranger);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 1), 0);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 2), NOTE_E_SIGNER_UNKNOWN);
        done(&s);
}

Test(note, a_bad_signature_of_a_known_key_spoils_the_good_ones)
{
        Signed s = make_note(PURPOSE_ROOT);
        _cleanup_(private_key_freep) PrivateKey *second = make_ring_key(&s.ring, PURPOSE_ROOT);
        char *line;

        cosign(&s, second);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 1), 0);
        line = strrchr(s.note, ' ') + 20; /* inside the second signature */
        *line = *line == 'A' ? 'B' : 'A';
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 1), NOTE_E_SIGNATURE);
        done(&s);
}

Test(note, too_many_signature_lines_are_refused)
{
        Signed s = make_note(PURPOSE_ROOT);

        for (unsigned i = 1; i < NOTE_SIGNATURES_MAX; i++)
                cosign(&s, s.key);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 1), 0);
        cosign(&s, s.key);
        cr_assert_eq(verify(&s, PURPOSE_ROOT, 1), NOTE_E_MALFORMED);
        done(&s);
}

Test(note, what_is_no_note_is_told_apart)
{
        static const struct {
                const char *name, *note;
                int result;
        } rows[] = {
                {"empty", "", NOTE_E_UNSIGNED},
                {"text alone", "a = 1\n", NOTE_E_UNSIGNED},
                {"empty line at the end", "a = 1\n\n", NOTE_E_UNSIGNED},
                {"two empty lines", "a = 1\n\n\n", NOTE_E_UNSIGNED},
                {"text after an empty line", "a = 1\n\nb = 2\n", NOTE_E_UNSIGNED},
                {"hyphen for a dash", "a = 1\n\n- policy.00 AAAA\n", NOTE_E_UNSIGNED},
                {"dash alone", "a = 1\n\n\xe2\x80\x94 \n", NOTE_E_MALFORMED},
                {"name alone", "a = 1\n\n\xe2\x80\x94 policy\n", NOTE_E_MALFORMED},
                {"short key id", "a = 1\n\n\xe2\x80\x94 policy.00 AAAA\n", NOTE_E_MALFORMED},
                {"purpose unknown",
                 "a = 1\n\n\xe2\x80\x94 king.00000000000000000000000000000000 AAAA\n",
                 NOTE_E_MALFORMED},
                {"short signature",
                 "a = 1\n\n\xe2\x80\x94 policy.00000000000000000000000000000000 AAAA\n",
                 NOTE_E_MALFORMED},
                {"no newline at the end",
                 "a = 1\n\n\xe2\x80\x94 policy.00000000000000000000000000000000 AAAA",
                 NOTE_E_MALFORMED},
        };
        Keyring ring = {0};
        size_t size;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                cr_assert_eq(note_verify(rows[i].note, strlen(rows[i].note), &ring, PURPOSE_POLICY,
                                         1, T0, &size),
                             rows[i].result, "row '%s'", rows[i].name);
}

Test(note, only_whole_lines_are_signed)
{
        _cleanup_(private_key_freep) PrivateKey *key = make_key(PURPOSE_POLICY);
        char *note = NULL;
        size_t size;

        cr_assert_eq(note_sign("", 0, key, &note, &size), -EINVAL);
        cr_assert_eq(note_sign("a", 1, key, &note, &size), -EINVAL);
        cr_assert_eq(note_cosign("a\n", 2, key, &note, &size), -EINVAL);
        cr_assert_null(note);
}
