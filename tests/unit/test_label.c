/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The label: its bytes, every one of them flipped, torn copies, wrong keys. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(label, .timeout = 60);

static Label full_label(const Fixture *f)
{
        Label l = fixture_label(f, ZONE_CLASSIFIED, LEVEL_SECRET);

        l.sequence = 0x0102030405060708ULL;
        l.retention_end = T0 + 3650 * DAY;
        l.n_hosts = 2;
        memset(l.hosts[0], 0x17, HOST_ID_SIZE);
        memset(l.hosts[1], 0x18, HOST_ID_SIZE);
        return l;
}

Test(label, what_is_signed_is_read_back)
{
        uint8_t bytes[LABEL_SIZE];
        Label l, back = {0};
        Fixture f;

        fixture_init(&f);
        l = full_label(&f);
        fixture_sign_label(&f, &l, bytes);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_OK);
        cr_assert_eq(back.algorithm, l.algorithm);
        cr_assert_eq(back.n_signatures, 1);
        cr_assert_eq(back.zone, l.zone);
        cr_assert_eq(back.level, l.level);
        cr_assert_eq(memcmp(back.key_id, l.key_id, sizeof(l.key_id)), 0);
        cr_assert_eq(memcmp(back.id, l.id, sizeof(l.id)), 0);
        cr_assert_eq(back.sequence, l.sequence);
        cr_assert_eq(back.issued, l.issued);
        cr_assert_eq(back.not_before, l.not_before);
        cr_assert_eq(back.not_after, l.not_after);
        cr_assert_eq(back.retention_end, l.retention_end);
        cr_assert_eq(back.retention_years, l.retention_years);
        cr_assert_eq(memcmp(back.identity, l.identity, DIGEST_SIZE), 0);
        cr_assert_str_eq(back.media_number, l.media_number);
        cr_assert_str_eq(back.unit, l.unit);
        cr_assert_str_eq(back.holder, l.holder);
        cr_assert_eq(back.n_hosts, 2);
        cr_assert_eq(memcmp(back.hosts, l.hosts, sizeof(l.hosts)), 0);
        fixture_done(&f);
}

/* docs/usbzone-label.5, byte by byte */
Test(label, fields_stand_where_the_manual_says)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l;

        fixture_init(&f);
        l = full_label(&f);
        fixture_sign_label(&f, &l, bytes);
        cr_assert_eq(memcmp(bytes, "UZLABEL1\x01\x00", 10), 0);
        cr_assert_eq(bytes[10], l.algorithm);
        cr_assert_eq(memcmp(bytes + 11, "\x01\x02\x02\x0a\x00", 5), 0);
        cr_assert_eq(memcmp(bytes + 16, l.key_id, 32), 0);
        cr_assert_eq(memcmp(bytes + 48, l.id, 16), 0);
        cr_assert_eq(memcmp(bytes + 64, "\x08\x07\x06\x05\x04\x03\x02\x01", 8), 0);
        cr_assert_eq(bytes[72], (uint8_t)l.issued);
        cr_assert_eq(bytes[80], (uint8_t)l.not_before);
        cr_assert_eq(bytes[88], (uint8_t)l.not_after);
        cr_assert_eq(bytes[96], (uint8_t)l.retention_end);
        cr_assert_eq(memcmp(bytes + 104, l.identity, 32), 0);
        cr_assert_str_eq((char *)bytes + 136, l.media_number);
        cr_assert_str_eq((char *)bytes + 168, l.unit);
        cr_assert_str_eq((char *)bytes + 264, l.holder);
        cr_assert_eq(memcmp(bytes + 360, "\x02\0\0\0\0\0\0\0", 8), 0);
        cr_assert_eq(memcmp(bytes + 368, l.hosts, sizeof(l.hosts)), 0);
        for (size_t i = 880; i < LABEL_SIGNED_SIZE; i++)
                cr_assert_eq(bytes[i], 0, "byte %zu", i);
        cr_assert_eq(key_verify(private_key_public(f.label), bytes, LABEL_SIGNED_SIZE,
                                bytes + LABEL_SIGNED_SIZE),
                     0);
        fixture_done(&f);
}

Test(label, every_flipped_byte_is_seen)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l, back;

        fixture_init(&f);
        l = full_label(&f);
        fixture_sign_label(&f, &l, bytes);
        for (size_t i = 0; i < LABEL_SIZE; i++) {
                Reason reason;

                bytes[i] ^= (uint8_t)(1u << i % 8);
                reason = label_read(bytes, &f.snapshot.authority.ring, &back);
                if (i < 8)
                        cr_assert_eq(reason, REASON_NO_LABEL, "byte %zu", i);
                else
                        cr_assert(reason == REASON_LABEL_MALFORMED ||
                                          reason == REASON_LABEL_SIGNER_UNKNOWN ||
                                          reason == REASON_LABEL_SIGNATURE_INVALID,
                                  "byte %zu: %s", i, reason_slug(reason));
                if (i >= 48 && i < LABEL_SIGNED_SIZE + SIGNATURE_SIZE)
                        cr_assert_eq(reason, REASON_LABEL_SIGNATURE_INVALID, "byte %zu", i);
                bytes[i] ^= (uint8_t)(1u << i % 8);
        }
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_OK);
        fixture_done(&f);
}

Test(label, a_torn_copy_is_made_good_by_the_other)
{
        uint8_t old[LABEL_SIZE], new[LABEL_SIZE];
        LabelArea area;
        Fixture f;
        Label l;

        fixture_init(&f);
        l = full_label(&f);
        l.sequence = 1;
        fixture_sign_label(&f, &l, old);
        l.sequence = 2;
        strcpy(l.holder, "李强");
        fixture_sign_label(&f, &l, new);
        for (unsigned copy = 0; copy < LABEL_COPIES; copy++)
                for (size_t cut = 0; cut <= LABEL_SIZE; cut += 512) {
                        uint8_t *torn = f.facts.area + copy * LABEL_SIZE;

                        /* The copy is being written over the old one; the other one is old. */
                        memcpy(f.facts.area, old, LABEL_SIZE);
                        memcpy(f.facts.area + LABEL_SIZE, old, LABEL_SIZE);
                        memcpy(torn, new, cut);
                        label_area_read(f.facts.area, &f.snapshot.authority.ring, &area);
                        cr_assert_eq(area.reason, REASON_OK, "copy %u cut %zu", copy, cut);
                        cr_assert_eq(area.label.sequence, cut == LABEL_SIZE ? 2 : 1,
                                     "copy %u cut %zu", copy, cut);
                        cr_assert_eq(area.copies[1 - copy], REASON_OK);
                }
        fixture_done(&f);
}

Test(label, the_higher_generation_of_two_good_copies_counts)
{
        LabelArea area;
        Fixture f;
        Label l;

        fixture_init(&f);
        for (unsigned newer = 0; newer < LABEL_COPIES; newer++) {
                l = full_label(&f);
                l.sequence = 7;
                fixture_sign_label(&f, &l, f.facts.area + (1 - newer) * LABEL_SIZE);
                l.sequence = 8;
                fixture_sign_label(&f, &l, f.facts.area + newer * LABEL_SIZE);
                label_area_read(f.facts.area, &f.snapshot.authority.ring, &area);
                cr_assert_eq(area.reason, REASON_OK);
                cr_assert_eq(area.label.sequence, 8);
                cr_assert_eq(area.copy, newer);
        }
        fixture_done(&f);
}

Test(label, of_two_bad_copies_the_worse_names_the_reason)
{
        uint8_t good[LABEL_SIZE];
        LabelArea area;
        Fixture f;
        Label l;

        fixture_init(&f);
        l = full_label(&f);
        fixture_sign_label(&f, &l, good);
        for (unsigned bad = 0; bad < LABEL_COPIES; bad++) {
                memset(f.facts.area, 0, LABEL_AREA_SIZE);
                memcpy(f.facts.area + bad * LABEL_SIZE, good, LABEL_SIZE);
                label_area_read(f.facts.area, &f.snapshot.authority.ring, &area);
                cr_assert_eq(area.reason, REASON_OK);
                f.facts.area[bad * LABEL_SIZE + 200] ^= 1;
                label_area_read(f.facts.area, &f.snapshot.authority.ring, &area);
                cr_assert_eq(area.reason, REASON_LABEL_SIGNATURE_INVALID);
                cr_assert_eq(area.copy, bad);
                cr_assert_eq(area.copies[1 - bad], REASON_NO_LABEL);
        }
        fixture_done(&f);
}

Test(label, a_key_of_another_purpose_signs_no_label)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l, back;

        fixture_init(&f);
        const PrivateKey *others[] = {f.root, f.host, f.policy};
        for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
                l = full_label(&f);
                memcpy(l.key_id[0], private_key_public(others[i])->id, KEY_ID_SIZE);
                cr_assert_eq(label_encode(&l, bytes), 0);
                cr_assert_eq(label_sign(bytes, 0, others[i]), -EINVAL);
                cr_assert_eq(
                        key_sign(others[i], bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIGNED_SIZE),
                        0);
                cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                             REASON_LABEL_PURPOSE_WRONG, "key %zu", i);
                /* The same under the label key's name */
                memcpy(bytes + LABEL_KEY_ID_OFFSET, private_key_public(f.label)->id, KEY_ID_SIZE);
                cr_assert_eq(
                        key_sign(others[i], bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIGNED_SIZE),
                        0);
                cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                             REASON_LABEL_SIGNATURE_INVALID, "key %zu", i);
        }
        fixture_done(&f);
}

Test(label, a_note_signed_by_the_label_key_is_no_label)
{
        uint8_t bytes[LABEL_SIZE];
        _cleanup_(private_key_freep) PrivateKey *other = NULL;
        Fixture f;
        Label l, back;

        /* A signature over the bare bytes, without the context string */
        fixture_init(&f);
        l = full_label(&f);
        fixture_sign_label(&f, &l, bytes);
        cr_assert_eq(key_sign(f.label, bytes, LABEL_SIGNED_SIZE - 1, bytes + LABEL_SIGNED_SIZE), 0);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                     REASON_LABEL_SIGNATURE_INVALID);
        other = make_key(PURPOSE_LABEL);
        memcpy(l.key_id[0], private_key_public(other)->id, KEY_ID_SIZE);
        cr_assert_eq(label_encode(&l, bytes), 0);
        cr_assert_eq(label_sign(bytes, 0, other), 0);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                     REASON_LABEL_SIGNER_UNKNOWN);
        fixture_done(&f);
}

Test(label, two_signatures_must_both_fit)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l, back;

        fixture_init(&f);
        l = full_label(&f);
        l.n_signatures = 2;
        memcpy(l.key_id[1], private_key_public(f.label2)->id, KEY_ID_SIZE);
        fixture_sign_label(&f, &l, bytes);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_OK);
        cr_assert_eq(back.n_signatures, 2);
        for (size_t i = LABEL_SIGNED_SIZE; i < LABEL_SIZE; i++) {
                bytes[i] ^= 0x40;
                cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                             REASON_LABEL_SIGNATURE_INVALID, "byte %zu", i);
                bytes[i] ^= 0x40;
        }
        /* The second signature missing */
        memset(bytes + LABEL_SIGNED_SIZE + SIGNATURE_SIZE, 0, SIGNATURE_SIZE);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back),
                     REASON_LABEL_ONE_SIGNATURE);
        /* One key twice */
        memcpy(l.key_id[1], l.key_id[0], KEY_ID_SIZE);
        cr_assert_eq(label_encode(&l, bytes), -EINVAL);
        fixture_done(&f);
}

Test(label, signing_needs_the_key_that_stands_in_the_slot)
{
        uint8_t bytes[LABEL_SIZE];
        Fixture f;
        Label l;

        fixture_init(&f);
        l = full_label(&f);
        cr_assert_eq(label_encode(&l, bytes), 0);
        cr_assert_eq(label_sign(bytes, 0, f.label2), -EINVAL);
        cr_assert_eq(label_sign(bytes, 1, f.label), -EINVAL);
        cr_assert_eq(label_sign(bytes, 2, f.label), -EINVAL);
        cr_assert_eq(label_sign(bytes, 0, f.label), 0);
        bytes[0] = 0;
        cr_assert_eq(label_sign(bytes, 0, f.label), -EINVAL);
        fixture_done(&f);
}

/* The first of two people has signed. */
static Label half_label(const Fixture *f, uint8_t ret[LABEL_SIZE])
{
        Label l = fixture_label(f, ZONE_CLASSIFIED, LEVEL_TOP_SECRET);

        l.n_signatures = 2;
        memcpy(l.key_id[1], private_key_public(f->label2)->id, KEY_ID_SIZE);
        fixture_sign_label(f, &l, ret);
        memset(ret + LABEL_SIZE - SIGNATURE_SIZE, 0, SIGNATURE_SIZE);
        return l;
}

Test(label, a_label_that_waits_for_its_second_signature_is_read_but_not_good)
{
        uint8_t bytes[LABEL_SIZE];
        LabelSignature s[LABEL_SIGNATURES_MAX];
        Keyring *ring;
        Label back = {0};
        Fixture f;

        fixture_init(&f);
        ring = &f.snapshot.authority.ring;
        (void)half_label(&f, bytes);
        cr_assert_eq(label_read(bytes, ring, &back), REASON_LABEL_ONE_SIGNATURE);
        cr_assert_eq(back.level, LEVEL_TOP_SECRET);
        cr_assert_eq(label_signatures(bytes, ring, s), 2);
        cr_assert_eq(s[0].reason, REASON_OK);
        cr_assert_eq(s[1].reason, REASON_LABEL_ONE_SIGNATURE);
        cr_assert_eq(memcmp(s[1].key_id, back.key_id[1], KEY_ID_SIZE), 0);

        /* Without the first signature the second place being empty means nothing. */
        bytes[LABEL_SIGNED_SIZE] ^= 1;
        cr_assert_eq(label_read(bytes, ring, &back), REASON_LABEL_SIGNATURE_INVALID);
        bytes[LABEL_SIGNED_SIZE] ^= 1;
        memset(bytes + LABEL_SIGNED_SIZE, 0, SIGNATURE_SIZE);
        cr_assert_eq(label_read(bytes, ring, &back), REASON_LABEL_SIGNATURE_INVALID);

        /* The second key alone makes it whole. */
        (void)half_label(&f, bytes);
        cr_assert_eq(label_sign(bytes, 1, f.label), -EINVAL);
        cr_assert_eq(label_sign(bytes, 1, f.label2), 0);
        cr_assert_eq(label_read(bytes, ring, &back), REASON_OK);
        cr_assert_eq(label_signatures(bytes, ring, s), 2);
        cr_assert_eq(s[1].reason, REASON_OK);
        bytes[LABEL_SIZE - 1] ^= 1;
        cr_assert_eq(label_signatures(bytes, ring, s), 2);
        cr_assert_eq(s[0].reason, REASON_OK);
        cr_assert_eq(s[1].reason, REASON_LABEL_SIGNATURE_INVALID);
        memset(bytes, 0, sizeof(bytes));
        cr_assert_eq(label_signatures(bytes, ring, s), 0);
        fixture_done(&f);
}

Test(label, both_signatures_are_by_keys_of_one_algorithm)
{
        Algorithm other = fixture_algorithm() == ALGORITHM_SM2_SM3 ? ALGORITHM_ED25519_SHA256
                                                                   : ALGORITHM_SM2_SM3;
        uint8_t bytes[LABEL_SIZE];
        PrivateKey *key = NULL;
        Fixture f;
        Label l, back;

        fixture_init(&f);
        cr_assert_eq(private_key_generate(other, PURPOSE_LABEL, &key), 0);
        cr_assert_eq(keyring_add(&f.snapshot.authority.ring, private_key_public(key)), 0);
        l = half_label(&f, bytes);
        memcpy(l.key_id[1], private_key_public(key)->id, KEY_ID_SIZE);
        cr_assert_eq(label_encode(&l, bytes), 0);
        cr_assert_eq(label_sign(bytes, 0, f.label), 0);
        cr_assert_eq(label_sign(bytes, 1, key), -EINVAL);
        cr_assert_eq(key_sign(key, bytes, LABEL_SIGNED_SIZE, bytes + LABEL_SIZE - SIGNATURE_SIZE),
                     0);
        cr_assert_eq(label_read(bytes, &f.snapshot.authority.ring, &back), REASON_LABEL_MALFORMED);
        private_key_free(key);
        fixture_done(&f);
}

/* What a power cut leaves, while the second signature or a new label is written. */
Test(label, a_whole_copy_counts_before_one_that_waits)
{
        uint8_t area[LABEL_AREA_SIZE];
        uint8_t *second = area + LABEL_SIZE;
        LabelArea a;
        Fixture f;
        Label l;

        fixture_init(&f);
        for (unsigned whole = 0; whole < LABEL_COPIES; whole++) {
                (void)half_label(&f, area);
                memcpy(second, area, LABEL_SIZE);
                cr_assert_eq(label_sign(area + whole * LABEL_SIZE, 1, f.label2), 0);
                label_area_read(area, &f.snapshot.authority.ring, &a);
                cr_assert_eq(a.reason, REASON_OK);
                cr_assert_eq(a.copy, whole);
                cr_assert_eq(a.copies[1 - whole], REASON_LABEL_ONE_SIGNATURE);
        }
        for (unsigned torn = 0; torn < LABEL_COPIES; torn++) {
                (void)half_label(&f, area);
                memcpy(second, area, LABEL_SIZE);
                memset(area + torn * LABEL_SIZE + 512, 0xff, 512);
                label_area_read(area, &f.snapshot.authority.ring, &a);
                cr_assert_eq(a.copies[1 - torn], REASON_LABEL_ONE_SIGNATURE);
                cr_assert_neq(a.reason, REASON_OK);
        }
        l = half_label(&f, area);
        l.sequence++;
        fixture_sign_label(&f, &l, second);
        memset(second + LABEL_SIZE - SIGNATURE_SIZE, 0, SIGNATURE_SIZE);
        label_area_read(area, &f.snapshot.authority.ring, &a);
        cr_assert_eq(a.reason, REASON_LABEL_ONE_SIGNATURE);
        cr_assert_eq(a.copy, 1);
        cr_assert_eq(a.label.sequence, l.sequence);
        fixture_done(&f);
}
