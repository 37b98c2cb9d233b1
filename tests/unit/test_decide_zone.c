/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions by what the policy says of exceptions, and for the computers of one zone. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/grant_answer.h"
#include "tests/unit/fixture.h"

TestSuite(decide_zone, .timeout = 60);

typedef struct Row {
        const char *name;
        Zone drive;       /* of the label; ZONE_NONE = no label */
        BundleGrant said; /* for drives of this zone */
        Effect asked;
        bool approved;
        Effect effect; /* what comes of it */
        GrantAnswer answer;
} Row;

static const Row rows[] = {
        {"nothing said", ZONE_INTERNET, {0}, EFFECT_ALLOW, false, EFFECT_ALLOW, GRANT_FITS},
        {"none",
         ZONE_INTERNET,
         {EFFECT_BLOCK, 0, false, 7},
         EFFECT_READ_ONLY,
         true,
         EFFECT_BLOCK,
         GRANT_SHUT},
        {"read-only asked",
         ZONE_INTERNET,
         {EFFECT_READ_ONLY, 0, false, 7},
         EFFECT_READ_ONLY,
         false,
         EFFECT_READ_ONLY,
         GRANT_FITS},
        {"more asked",
         ZONE_INTERNET,
         {EFFECT_READ_ONLY, 0, false, 7},
         EFFECT_ALLOW,
         false,
         EFFECT_READ_ONLY,
         GRANT_TOO_MUCH},
        {"no approval",
         ZONE_INTERNET,
         {EFFECT_READ_ONLY, 0, true, 7},
         EFFECT_READ_ONLY,
         false,
         EFFECT_BLOCK,
         GRANT_UNAPPROVED},
        {"approval",
         ZONE_INTERNET,
         {EFFECT_READ_ONLY, 0, true, 7},
         EFFECT_READ_ONLY,
         true,
         EFFECT_READ_ONLY,
         GRANT_FITS},
        {"time over",
         ZONE_INTERNET,
         {EFFECT_ALLOW, 59, false, 7},
         EFFECT_ALLOW,
         true,
         EFFECT_BLOCK,
         GRANT_TOO_LONG},
        {"without a label",
         ZONE_NONE,
         {EFFECT_READ_ONLY, 0, true, 7},
         EFFECT_READ_ONLY,
         true,
         EFFECT_READ_ONLY,
         GRANT_FITS},
        {"without a label, none",
         ZONE_NONE,
         {EFFECT_BLOCK, 0, false, 7},
         EFFECT_ALLOW,
         true,
         EFFECT_BLOCK,
         GRANT_SHUT},
};

static void check_row(const Row *row, Zone scope)
{
        uint8_t identity[DIGEST_SIZE];
        BundleGrant terms;
        Grants grants;
        Fixture f;
        Decision d;

        fixture_init(&f);
        if (row->drive != ZONE_NONE) {
                Label l = fixture_label(&f, row->drive, LEVEL_NONE);

                fixture_put_label(&f, &l);
        }
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, row->asked);
        strcpy(grants.list[0].approval, row->approved ? "2026-17" : "");
        f.snapshot.bundle.zones[scope].grants[row->drive] = row->said;
        if (scope != ZONE_NONE) /* what is said for all counts no more */
                f.snapshot.bundle.zones[ZONE_NONE].grants[row->drive] =
                        (BundleGrant){.most = EFFECT_BLOCK, .line = 3};
        d = decide(&f, NULL, T0);
        cr_assert_eq(d.verdict.effect, EFFECT_BLOCK, "row '%s'", row->name);
        cr_assert_eq(policy_grant(&f.snapshot, &d, &grants.list[0], &terms), row->answer,
                     "row '%s'", row->name);
        d = decide(&f, &grants, T0);
        cr_assert_eq(d.verdict.effect, row->effect, "row '%s': %s, %s", row->name,
                     effect_name(d.verdict.effect), find_step(&d, CHECK_GRANT)->saw);
        cr_assert_eq(d.verdict.reason == REASON_GRANTED, row->effect != EFFECT_BLOCK, "row '%s'",
                     row->name);
        if (row->effect != EFFECT_BLOCK)
                cr_assert_eq(d.grant.effect, row->effect, "row '%s'", row->name);
        fixture_done(&f);
}

Test(decide_zone, the_policy_says_what_an_exception_can_be)
{
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                check_row(&rows[i], ZONE_NONE);
                if (rows[i].said.line)
                        check_row(&rows[i], ZONE_INTERNAL);
        }
}

Test(decide_zone, what_is_said_for_another_zone_does_not_count_here)
{
        uint8_t identity[DIGEST_SIZE];
        Grants grants;
        Fixture f;
        Decision d;

        fixture_init(&f);
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        f.snapshot.bundle.zones[ZONE_INTERNET].grants[ZONE_NONE] =
                (BundleGrant){.most = EFFECT_BLOCK, .line = 3};
        bundle_set(&f.snapshot.bundle, SETTING_GRANT_MAX, ZONE_INTERNET, 1);
        d = decide(&f, &grants, T0);
        assert_verdict("another zone", &d, EFFECT_ALLOW, REASON_GRANTED, SEVERITY_NOTICE);
        bundle_set(&f.snapshot.bundle, SETTING_GRANT_MAX, ZONE_INTERNAL, 1);
        d = decide(&f, &grants, T0);
        assert_verdict("this zone", &d, EFFECT_BLOCK, REASON_NO_LABEL, SEVERITY_WARNING);
        fixture_done(&f);
}

/* Of two exceptions the one that the policy lets be counts, though the other says more. */
Test(decide_zone, an_approved_exception_counts_beside_one_that_is_not)
{
        uint8_t identity[DIGEST_SIZE];
        Grants grants;
        Grant second;
        Fixture f;
        Decision d;

        fixture_init(&f);
        cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        second = grants.list[0];
        second.id[0] ^= 1;
        second.effect = EFFECT_READ_ONLY;
        strcpy(second.approval, "2026-17");
        cr_assert_eq(grants_add(&grants, &second), 0);
        f.snapshot.bundle.zones[ZONE_NONE].grants[ZONE_NONE] =
                (BundleGrant){.most = EFFECT_ALLOW, .approval = true, .line = 3};
        d = decide(&f, &grants, T0);
        assert_verdict("approved", &d, EFFECT_READ_ONLY, REASON_GRANTED, SEVERITY_NOTICE);
        cr_assert_eq(memcmp(d.grant.id, second.id, GRANT_ID_SIZE), 0);
        fixture_done(&f);
}

/* A registered drive does not get easier exceptions by losing its label. */
Test(decide_zone, a_drive_without_its_label_has_the_zone_of_its_entry)
{
        WhitelistEntry e = {.zone = ZONE_CLASSIFIED, .level = LEVEL_SECRET};
        uint8_t digest[DIGEST_SIZE];
        BundleGrant terms;
        MemFile m = {0};
        Grants grants;
        Fixture f;
        Decision d;

        fixture_init(&f);
        cr_assert_eq(identity_digest(&f.facts.identity, e.identity), 0);
        grants = make_grant(e.identity, EFFECT_ALLOW);
        cr_assert_eq(whitelist_build(&e, 1, mem_write, &m, digest), 0);
        cr_assert_eq(whitelist_open(&f.snapshot.whitelist, mem_read, &m, m.size, digest), 0);
        f.snapshot.bundle.zones[ZONE_INTERNAL].grants[ZONE_CLASSIFIED] =
                (BundleGrant){.most = EFFECT_BLOCK, .line = 3};
        d = decide(&f, &grants, T0);
        assert_verdict("by its entry", &d, EFFECT_BLOCK, REASON_NO_LABEL, SEVERITY_WARNING);
        cr_assert_not_null(strstr(find_step(&d, CHECK_GRANT)->saw, "line 3"));
        cr_assert_eq(policy_grant(&f.snapshot, &d, &grants.list[0], &terms), GRANT_SHUT);
        cr_assert_eq(policy_grant(&f.snapshot, NULL, &grants.list[0], &terms), GRANT_SHUT);
        grants.list[0].identity[0] ^= 1;
        cr_assert_eq(policy_grant(&f.snapshot, NULL, &grants.list[0], &terms), GRANT_FITS);
        mem_done(&m);
        fixture_done(&f);
}

Test(decide_zone, class_and_device_lines_of_a_section_count_in_their_zone)
{
        static const uint8_t camera[][4] = {{0, 0x06, 0x01, 0x01}};
        BundleClass all = {.class = 6, .subclass = -1, .protocol = -1, .allow = true, .line = 4};
        BundleClass own = {
                .zone = ZONE_INTERNAL, .class = 6, .subclass = -1, .protocol = -1, .line = 9};
        Fixture f;
        Decision d;

        fixture_init(&f);
        fixture_set_interfaces(&f, 1, camera);
        f.snapshot.bundle.classes = calloc(2, sizeof(BundleClass));
        f.snapshot.bundle.classes[0] = all;
        f.snapshot.bundle.classes[1] = own;
        f.snapshot.bundle.n_classes = 2;
        d = decide(&f, NULL, T0);
        assert_verdict("internal", &d, EFFECT_BLOCK, REASON_DEVICE_CLASS_BLOCKED, SEVERITY_WARNING);
        f.snapshot.bundle.classes[1].zone = ZONE_INTERNET;
        d = decide(&f, NULL, T0);
        assert_verdict("not internet", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        f.snapshot.bundle.n_classes = 0;
        f.snapshot.bundle.devices = calloc(1, sizeof(BundleDevice));
        f.snapshot.bundle.devices[0] = (BundleDevice){.zone = ZONE_INTERNET,
                                                      .vid = f.facts.identity.vid,
                                                      .pid = f.facts.identity.pid,
                                                      .serial = "*",
                                                      .passes = {all},
                                                      .n_passes = 1,
                                                      .line = 5};
        f.snapshot.bundle.n_devices = 1;
        d = decide(&f, NULL, T0);
        cr_assert_eq(d.verdict.effect, EFFECT_BLOCK, "a device of another zone's section");
        f.snapshot.bundle.devices[0].zone = ZONE_INTERNAL;
        d = decide(&f, NULL, T0);
        cr_assert_eq(d.verdict.effect, EFFECT_ALLOW, "a device of this zone's section");
        fixture_done(&f);
}
