/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions with a whitelist. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(decide_whitelist, .timeout = 60);

/* A whitelist of one entry, for the fixture's drive. */
static void put_whitelist(Fixture *f, MemFile *m, const WhitelistEntry *e)
{
        WhitelistEntry entry = *e;
        uint8_t digest[DIGEST_SIZE];

        cr_assert_eq(whitelist_build(&entry, 1, mem_write, m, digest), 0);
        cr_assert_eq(whitelist_open(&f->snapshot.whitelist, mem_read, m, m->size, digest), 0);
}

Test(decide_whitelist, the_whitelist_entry_must_fit_label_zone_and_level)
{
        static const struct {
                const char *name;
                Zone zone;
                Level level;
                int label_id; /* 0 = any */
                int identity_flip;
                bool required;
                Reason reason;
        } entries[] = {
                {"fits", ZONE_INTERNAL, LEVEL_NONE, 0x42, 0, true, REASON_OK},
                {"any label", ZONE_INTERNAL, LEVEL_NONE, 0, 0, true, REASON_OK},
                {"another label", ZONE_INTERNAL, LEVEL_NONE, 0x43, 0, true, REASON_NOT_WHITELISTED},
                {"another label, not required", ZONE_INTERNAL, LEVEL_NONE, 0x43, 0, false,
                 REASON_NOT_WHITELISTED},
                {"another zone", ZONE_INTERNET, LEVEL_NONE, 0x42, 0, true, REASON_NOT_WHITELISTED},
                {"another level", ZONE_CLASSIFIED, LEVEL_SECRET, 0, 0, true,
                 REASON_NOT_WHITELISTED},
                {"another drive", ZONE_INTERNAL, LEVEL_NONE, 0, 1, true, REASON_NOT_WHITELISTED},
                {"another drive, not required", ZONE_INTERNAL, LEVEL_NONE, 0, 1, false, REASON_OK},
        };

        for (size_t i = 0; i < ARRAY_SIZE(entries); i++) {
                WhitelistEntry e = {.zone = entries[i].zone, .level = entries[i].level};
                MemFile m = {0};
                Fixture f;
                Label l;
                Decision d;

                fixture_init(&f);
                l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                fixture_put_label(&f, &l);
                memset(e.label_id, entries[i].label_id, sizeof(e.label_id));
                memcpy(e.identity, l.identity, DIGEST_SIZE);
                e.identity[31] ^= (uint8_t)entries[i].identity_flip;
                put_whitelist(&f, &m, &e);
                bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE,
                           entries[i].required ? LIST_NEED_LABELLED : LIST_NEED_NONE);
                d = decide(&f, NULL, T0);
                cr_assert_eq(d.verdict.reason, entries[i].reason, "row '%s': %s", entries[i].name,
                             reason_slug(d.verdict.reason));
                cr_assert_eq(d.verdict.effect == EFFECT_ALLOW, entries[i].reason == REASON_OK,
                             "row '%s'", entries[i].name);
                mem_done(&m);
                fixture_done(&f);
        }
}

Test(decide_whitelist, an_unreadable_whitelist_blocks)
{
        WhitelistEntry e = {.zone = ZONE_INTERNAL};
        MemFile m = {0};
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        memcpy(e.identity, l.identity, DIGEST_SIZE);
        put_whitelist(&f, &m, &e);
        bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
        d = decide(&f, NULL, T0);
        cr_assert_eq(d.verdict.effect, EFFECT_ALLOW);
        m.fail = -EIO;
        d = decide(&f, NULL, T0);
        assert_verdict("read error", &d, EFFECT_BLOCK, REASON_INTERNAL_ERROR, SEVERITY_CRITICAL);
        mem_done(&m);
        fixture_done(&f);
}

Test(decide_whitelist, a_registered_drive_of_another_zone_does_not_become_free_by_losing_its_label)
{
        WhitelistEntry e = {.zone = ZONE_CLASSIFIED, .level = LEVEL_SECRET};
        MemFile m = {0};
        Fixture f;
        Decision d;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE].effect = EFFECT_ALLOW;
        d = decide(&f, NULL, T0);
        assert_verdict("unknown", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        cr_assert_eq(identity_digest(&f.facts.identity, e.identity), 0);
        put_whitelist(&f, &m, &e);
        d = decide(&f, NULL, T0);
        assert_verdict("known as classified", &d, EFFECT_BLOCK, REASON_ZONE_MISMATCH,
                       SEVERITY_CRITICAL);
        mem_done(&m);
        fixture_done(&f);
}

Test(decide_whitelist, a_drive_let_in_without_a_label_needs_no_entry)
{
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE].effect = EFFECT_ALLOW;
        bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
        d = decide(&f, NULL, T0);
        assert_verdict("no label", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        l = fixture_label(&f, ZONE_INTERNET, LEVEL_NONE);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        assert_verdict("labelled", &d, EFFECT_BLOCK, REASON_NOT_WHITELISTED, SEVERITY_WARNING);
        fixture_done(&f);
}

/* On an internet computer the entry can stand for the label. */
Test(decide_whitelist, a_drive_let_in_without_a_label_may_need_an_entry)
{
        WhitelistEntry e = {.zone = ZONE_INTERNET};
        MemFile m = {0}, other = {0};
        Fixture f;
        Decision d;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE].effect = EFFECT_READ_ONLY;
        bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
        bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_INTERNET, LIST_NEED_ALL);
        d = decide(&f, NULL, T0);
        assert_verdict("no list", &d, EFFECT_BLOCK, REASON_NOT_WHITELISTED, SEVERITY_WARNING);
        cr_assert_eq(identity_digest(&f.facts.identity, e.identity), 0);
        put_whitelist(&f, &m, &e);
        d = decide(&f, NULL, T0);
        assert_verdict("listed", &d, EFFECT_READ_ONLY, REASON_OK, SEVERITY_NONE);
        e.identity[5] ^= 1;
        put_whitelist(&f, &other, &e);
        d = decide(&f, NULL, T0);
        assert_verdict("not listed", &d, EFFECT_BLOCK, REASON_NOT_WHITELISTED, SEVERITY_WARNING);
        bundle_set(&f.snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_INTERNET, LIST_NEED_NONE);
        d = decide(&f, NULL, T0);
        assert_verdict("not needed here", &d, EFFECT_READ_ONLY, REASON_OK, SEVERITY_NONE);
        mem_done(&m);
        mem_done(&other);
        fixture_done(&f);
}
