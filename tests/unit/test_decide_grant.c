/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions that a grant or the policy opens, and those it may not. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(decide_grant, .timeout = 60);

Test(decide_grant, a_grant_outside_its_time_or_for_another_drive_lifts_nothing)
{
        static const struct {
                const char *name;
                int64_t start, end;
                bool other_drive;
                bool lifts;
        } times[] = {
                {"now", T0 - 1, T0 + 1, false, true},
                {"starts now", T0, T0 + 1, false, true},
                {"ended now", T0 - 1, T0, false, false},
                {"starts later", T0 + 1, T0 + 2, false, false},
                {"another drive", T0 - 1, T0 + 1, true, false},
                {"longer than the policy allows, still within", T0 - 8 * 3600 + 1, T0 + DAY, false,
                 true},
                {"longer than the policy allows, over", T0 - 8 * 3600, T0 + DAY, false, false},
        };

        for (size_t i = 0; i < ARRAY_SIZE(times); i++) {
                uint8_t identity[DIGEST_SIZE];
                Grants grants;
                Fixture f;
                Decision d;

                fixture_init(&f);
                cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
                identity[0] ^= times[i].other_drive;
                grants = make_grant(identity, EFFECT_ALLOW);
                grants.list[0].start = times[i].start;
                grants.list[0].end = times[i].end;
                d = decide(&f, &grants, T0);
                if (times[i].lifts) {
                        assert_verdict(times[i].name, &d, EFFECT_ALLOW, REASON_GRANTED,
                                       SEVERITY_NOTICE);
                        cr_assert(d.grant.end <= d.grant.start + 8 * 3600, "row '%s'",
                                  times[i].name);
                } else {
                        assert_verdict(times[i].name, &d, EFFECT_BLOCK, REASON_NO_LABEL,
                                       SEVERITY_WARNING);
                }
                fixture_done(&f);
        }
}

Test(decide_grant, a_grant_is_refused_when_a_later_check_may_not_be_lifted)
{
        uint8_t identity[DIGEST_SIZE];
        Grants grants;
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_CLASSIFIED, LEVEL_SECRET);
        fixture_put_label(&f, &l);
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        d = decide(&f, &grants, T0);
        assert_verdict("zone alone", &d, EFFECT_ALLOW, REASON_GRANTED, SEVERITY_NOTICE);
        cr_assert_eq(bundle_revoke(&f.snapshot.bundle, REVOKED_LABEL, l.id), 0);
        d = decide(&f, &grants, T0);
        assert_verdict("zone and revoked", &d, EFFECT_BLOCK, REASON_ZONE_MISMATCH,
                       SEVERITY_CRITICAL);
        cr_assert_eq(find_step(&d, CHECK_GRANT)->reason, REASON_ZONE_MISMATCH);
        f.snapshot.bundle.n_revoked = 0;
        f.facts.refused = REASON_MEDIUM_SWAPPED;
        d = decide(&f, &grants, T0);
        assert_verdict("zone and swapped", &d, EFFECT_BLOCK, REASON_ZONE_MISMATCH,
                       SEVERITY_CRITICAL);
        fixture_done(&f);
}

Test(decide_grant, a_policy_makes_own_drives_read_only_and_a_grant_opens_them)
{
        uint8_t identity[DIGEST_SIZE];
        Grants grants;
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        f.snapshot.bundle.rules[ZONE_INTERNAL][ZONE_INTERNAL] =
                (BundleRule){EFFECT_READ_ONLY, SEVERITY_NONE, 7};
        d = decide(&f, NULL, T0);
        assert_verdict("read-only", &d, EFFECT_READ_ONLY, REASON_OK, SEVERITY_NONE);
        cr_assert_str_eq(d.verdict.rule, "policy line 7");
        cr_assert_eq(d.verdict.policy_version, 3);
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        d = decide(&f, &grants, T0);
        assert_verdict("granted", &d, EFFECT_ALLOW, REASON_GRANTED, SEVERITY_NOTICE);
        fixture_done(&f);
}

Test(decide_grant, the_internet_zone_may_open_drives_without_a_label_and_only_those)
{
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE] =
                (BundleRule){EFFECT_READ_ONLY, SEVERITY_NONE, 4};
        d = decide(&f, NULL, T0);
        assert_verdict("no label", &d, EFFECT_READ_ONLY, REASON_OK, SEVERITY_NONE);
        cr_assert_eq(d.verdict.check, CHECK_LABEL);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        assert_verdict("internal label", &d, EFFECT_BLOCK, REASON_ZONE_MISMATCH, SEVERITY_CRITICAL);
        f.facts.area[100] ^= 1;
        f.facts.area[LABEL_SIZE + 100] ^= 1;
        d = decide(&f, NULL, T0);
        assert_verdict("damaged label", &d, EFFECT_BLOCK, REASON_LABEL_SIGNATURE_INVALID,
                       SEVERITY_CRITICAL);
        fixture_done(&f);
}

Test(decide_grant, a_grant_is_refused_when_an_earlier_check_may_not_be_lifted)
{
        uint8_t identity[DIGEST_SIZE];
        Grants grants;
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        l.not_after = T0;
        fixture_put_label(&f, &l);
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        d = decide(&f, &grants, T0);
        assert_verdict("expired alone", &d, EFFECT_ALLOW, REASON_GRANTED, SEVERITY_NOTICE);
        f.facts.identity.serial[0] ^= 1;
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        d = decide(&f, &grants, T0);
        assert_verdict("copied, then expired", &d, EFFECT_BLOCK, REASON_IDENTITY_MISMATCH,
                       SEVERITY_CRITICAL);
        fixture_done(&f);
}

Test(decide_grant, a_drive_without_a_digest_is_opened_by_nothing)
{
        Fixture f;
        Decision d;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE].effect = EFFECT_ALLOW;
        d = decide(&f, NULL, T0);
        assert_verdict("with a digest", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        f.facts.identity.serial_size = USB_STRING_MAX + 1;
        d = decide(&f, NULL, T0);
        assert_verdict("without", &d, EFFECT_BLOCK, REASON_INTERNAL_ERROR, SEVERITY_CRITICAL);
        fixture_done(&f);
}
