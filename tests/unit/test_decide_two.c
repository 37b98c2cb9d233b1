/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two-person rule: whose labels it is about, what the steps say, what counts as two. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "tests/unit/fixture.h"

TestSuite(decide_two, .timeout = 30);

#define LINE 12u
#define SHORT_ID 17u

static Label two_label(const Fixture *f, Zone zone, Level level)
{
        Label l = fixture_label(f, zone, level);

        l.n_signatures = 2;
        memcpy(l.key_id[1], private_key_public(f->label2)->id, KEY_ID_SIZE);
        return l;
}

/* "classified" stands for every level, a level for itself and what is above it. */
static const struct Rule {
        const char *name;
        Zone zone; /* the policy says ... */
        Level level;
        Zone drive; /* ... and a label with one signature, on a computer of its zone */
        Level drive_level;
        bool refused;
} rules[] = {
        {"no rule, top-secret", ZONE_NONE, LEVEL_NONE, ZONE_CLASSIFIED, LEVEL_TOP_SECRET, false},
        {"no rule, internal", ZONE_NONE, LEVEL_NONE, ZONE_INTERNAL, LEVEL_NONE, false},
        {"top-secret, top-secret", ZONE_NONE, LEVEL_TOP_SECRET, ZONE_CLASSIFIED, LEVEL_TOP_SECRET,
         true},
        {"top-secret, secret", ZONE_NONE, LEVEL_TOP_SECRET, ZONE_CLASSIFIED, LEVEL_SECRET, false},
        {"top-secret, internal", ZONE_NONE, LEVEL_TOP_SECRET, ZONE_INTERNAL, LEVEL_NONE, false},
        {"secret, confidential", ZONE_NONE, LEVEL_SECRET, ZONE_CLASSIFIED, LEVEL_CONFIDENTIAL,
         false},
        {"secret, secret", ZONE_NONE, LEVEL_SECRET, ZONE_CLASSIFIED, LEVEL_SECRET, true},
        {"secret, top-secret", ZONE_NONE, LEVEL_SECRET, ZONE_CLASSIFIED, LEVEL_TOP_SECRET, true},
        {"classified, confidential", ZONE_CLASSIFIED, LEVEL_NONE, ZONE_CLASSIFIED,
         LEVEL_CONFIDENTIAL, true},
        {"classified, internal", ZONE_CLASSIFIED, LEVEL_NONE, ZONE_INTERNAL, LEVEL_NONE, false},
        {"internal, internal", ZONE_INTERNAL, LEVEL_NONE, ZONE_INTERNAL, LEVEL_NONE, true},
        {"internal, internet", ZONE_INTERNAL, LEVEL_NONE, ZONE_INTERNET, LEVEL_NONE, false},
        {"internet, internet", ZONE_INTERNET, LEVEL_NONE, ZONE_INTERNET, LEVEL_NONE, true},
};

Test(decide_two, one_signature_is_refused_where_the_policy_wants_two_and_two_are_taken)
{
        for (size_t i = 0; i < ARRAY_SIZE(rules); i++) {
                const struct Rule *r = &rules[i];
                Decision d;
                Fixture f;
                Label l;

                fixture_init(&f);
                set_host(&f, r->drive, r->drive == ZONE_CLASSIFIED ? LEVEL_TOP_SECRET : LEVEL_NONE);
                if (r->zone != ZONE_NONE)
                        f.snapshot.bundle.two.zones[r->zone] = (TwoWord){true, LINE};
                if (r->level != LEVEL_NONE)
                        f.snapshot.bundle.two.levels[r->level] = (TwoWord){true, LINE};
                l = fixture_label(&f, r->drive, r->drive_level);
                fixture_put_label(&f, &l);
                d = decide(&f, NULL, T0);
                assert_verdict(r->name, &d, r->refused ? EFFECT_BLOCK : EFFECT_ALLOW,
                               r->refused ? REASON_LABEL_ONE_SIGNATURE : REASON_OK,
                               r->refused ? SEVERITY_WARNING : SEVERITY_NONE);
                cr_assert_eq(find_step(&d, CHECK_SECOND) != NULL, r->refused, "row '%s'", r->name);
                if (r->refused)
                        cr_assert_str_eq(d.verdict.rule, "policy line 12", "row '%s'", r->name);
                l = two_label(&f, r->drive, r->drive_level);
                fixture_put_label(&f, &l);
                d = decide(&f, NULL, T0);
                assert_verdict(r->name, &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
                fixture_done(&f);
        }
}

/* What is wrong with one of the two keys; `i` is its place in the ring, 2 or 3. */
typedef void (*Spoil)(Fixture *f, const Label *l, unsigned i);

static void spoil_unknown(Fixture *f, const Label *l, unsigned i)
{
        (void)l;
        memset(f->snapshot.authority.ring.keys[i].id, 0xee, KEY_ID_SIZE);
}

static void spoil_purpose(Fixture *f, const Label *l, unsigned i)
{
        (void)l;
        f->snapshot.authority.ring.keys[i].purpose = PURPOSE_POLICY;
}

static void spoil_signature(Fixture *f, const Label *l, unsigned i)
{
        (void)l;
        for (unsigned copy = 0; copy < LABEL_COPIES; copy++)
                f->facts.area[copy * LABEL_SIZE + LABEL_SIGNED_SIZE + (i - 2) * SIGNATURE_SIZE] ^=
                        1;
}

static void spoil_revoked(Fixture *f, const Label *l, unsigned i)
{
        cr_assert_eq(bundle_revoke(&f->snapshot.bundle, REVOKED_KEY, l->key_id[i - 2]), 0);
}

static void spoil_retired(Fixture *f, const Label *l, unsigned i)
{
        (void)l;
        f->snapshot.authority.ring.keys[i].revoked = true;
}

static void spoil_ended(Fixture *f, const Label *l, unsigned i)
{
        f->snapshot.authority.ring.keys[i].not_after = l->issued;
}

static void spoil_later(Fixture *f, const Label *l, unsigned i)
{
        f->snapshot.authority.ring.keys[i].not_before = l->issued + 1;
}

static const struct Bad {
        const char *name;
        Spoil spoil;
        Reason reason;
} bad[] = {
        {"unknown here", spoil_unknown, REASON_LABEL_SIGNER_UNKNOWN},
        {"a policy key", spoil_purpose, REASON_LABEL_PURPOSE_WRONG},
        {"signature altered", spoil_signature, REASON_LABEL_SIGNATURE_INVALID},
        {"revoked", spoil_revoked, REASON_REVOKED},
        {"revoked in the list", spoil_retired, REASON_REVOKED},
        {"ended before the issue", spoil_ended, REASON_LABEL_EXPIRED},
        {"begins after the issue", spoil_later, REASON_LABEL_NOT_YET_VALID},
};

Test(decide_two, each_of_the_two_keys_must_be_good)
{
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                for (unsigned key = 2; key <= 3; key++) {
                        Decision d;
                        Fixture f;
                        Label l;

                        fixture_init(&f);
                        f.snapshot.bundle.two.zones[ZONE_INTERNAL] = (TwoWord){true, LINE};
                        l = two_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                        fixture_put_label(&f, &l);
                        bad[i].spoil(&f, &l, key);
                        d = decide(&f, NULL, T0);
                        assert_verdict(bad[i].name, &d, EFFECT_BLOCK, bad[i].reason,
                                       reason_severity(bad[i].reason));
                        fixture_done(&f);
                }
}

Test(decide_two, the_steps_name_number_and_keys)
{
        char first[SHORT_ID], second[SHORT_ID], saw[DECISION_STEP_TEXT];
        Decision d;
        Fixture f;
        Label l;

        fixture_init(&f);
        f.snapshot.bundle.two.zones[ZONE_INTERNAL] = (TwoWord){true, LINE};
        l = two_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        text_hex(l.key_id[0], 8, first);
        text_hex(l.key_id[1], 8, second);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        (void)snprintf(saw, sizeof(saw), "keys %s and %s, both signatures fit", first, second);
        cr_assert_str_eq(find_step(&d, CHECK_SIGNATURE)->saw, saw);
        (void)snprintf(saw, sizeof(saw), "two signatures, by keys %s and %s", first, second);
        cr_assert_str_eq(find_step(&d, CHECK_SECOND)->saw, saw);
        cr_assert_str_eq(find_step(&d, CHECK_SECOND)->wanted,
                         "signatures of two different keys: policy line 12");

        for (unsigned i = 1; i <= LABEL_COPIES; i++)
                f.facts.area[i * LABEL_SIZE - 1] ^= 1;
        d = decide(&f, NULL, T0);
        (void)snprintf(saw, sizeof(saw), "key %s: label-signature-invalid", second);
        cr_assert_str_eq(find_step(&d, CHECK_SIGNATURE)->saw, saw);

        for (unsigned i = 1; i <= LABEL_COPIES; i++)
                memset(f.facts.area + i * LABEL_SIZE - SIGNATURE_SIZE, 0, SIGNATURE_SIZE);
        d = decide(&f, NULL, T0);
        (void)snprintf(saw, sizeof(saw), "key %s, signature fits; key %s has not signed", first,
                       second);
        cr_assert_str_eq(find_step(&d, CHECK_SIGNATURE)->saw, saw);

        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        (void)snprintf(saw, sizeof(saw), "one signature, by key %s", first);
        cr_assert_str_eq(find_step(&d, CHECK_SECOND)->saw, saw);
        fixture_done(&f);
}

Test(decide_two, cross_use_and_revocation_are_named_before_a_missing_signature)
{
        Decision d;
        Fixture f;
        Label l;

        fixture_init(&f);
        f.snapshot.bundle.two.zones[ZONE_CLASSIFIED] = (TwoWord){true, LINE};
        l = fixture_label(&f, ZONE_CLASSIFIED, LEVEL_SECRET);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        assert_verdict("classified drive", &d, EFFECT_BLOCK, REASON_ZONE_MISMATCH,
                       SEVERITY_CRITICAL);
        set_host(&f, ZONE_CLASSIFIED, LEVEL_SECRET);
        d = decide(&f, NULL, T0);
        assert_verdict("its own zone", &d, EFFECT_BLOCK, REASON_LABEL_ONE_SIGNATURE,
                       SEVERITY_WARNING);
        cr_assert_eq(bundle_revoke(&f.snapshot.bundle, REVOKED_LABEL, l.id), 0);
        d = decide(&f, NULL, T0);
        assert_verdict("revoked", &d, EFFECT_BLOCK, REASON_REVOKED, SEVERITY_CRITICAL);
        fixture_done(&f);
}

/* No list has one key under two ids; if it ever had, that key would be one person. */
Test(decide_two, one_key_under_two_ids_is_one_key)
{
        Keyring *ring;
        Fixture f;
        Label l, back;
        uint8_t *copy;

        fixture_init(&f);
        ring = &f.snapshot.authority.ring;
        l = two_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        copy = f.facts.area;
        cr_assert_eq(label_read(copy, ring, &back), REASON_OK);
        memcpy(ring->keys[3].raw, ring->keys[2].raw, sizeof(ring->keys[3].raw));
        cr_assert_eq(key_sign(f.label, copy, LABEL_SIGNED_SIZE, copy + LABEL_SIZE - SIGNATURE_SIZE),
                     0);
        cr_assert_eq(label_read(copy, ring, &back), REASON_LABEL_MALFORMED);
        fixture_done(&f);
}
