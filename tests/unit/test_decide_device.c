/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions about the device itself: classes, named devices, settings, serials. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(decide_device, .timeout = 60);

static void parse_policy(Fixture *f, const char *lines)
{
        TextError error = {0};
        char text[1024];

        (void)snprintf(text, sizeof(text), "usbzone-policy 1\nversion = 3\nname = x\n%s", lines);
        bundle_clear(&f->snapshot.bundle);
        cr_assert_eq(bundle_parse(text, strlen(text), &f->snapshot.bundle, &error), 0, "%u:%u %s",
                     error.line, error.column, error.message);
}

Test(decide_device, class_lines_open_what_they_name_and_the_last_one_counts)
{
        static const uint8_t phone[][4] = {{0, 6, 1, 1}, {1, 0xff, 0x42, 1}};
        static const struct {
                const char *name, *lines;
                bool allowed;
        } policies[] = {
                {"nothing", "", false},
                {"half of it", "class = allow 06:*:*\n", false},
                {"all of it", "class = allow 06:01:01\nclass = allow ff:42:*\n", true},
                {"taken back",
                 "class = allow 06:*:*\nclass = allow ff:42:*\nclass = block 06:*:*\n", false},
                {"named device", "device = 0951:1666 60A44C413FAA 06:*:* ff:42:01\n", true},
                {"any serial", "device = 0951:1666 * 06:*:* ff:42:01\n", true},
                {"another serial", "device = 0951:1666 60A4 06:*:* ff:42:01\n", false},
                {"another product", "device = 0951:1667 * 06:*:* ff:42:01\n", false},
        };

        for (size_t i = 0; i < ARRAY_SIZE(policies); i++) {
                Fixture f;
                Decision d;

                fixture_init(&f);
                fixture_set_interfaces(&f, 2, phone);
                f.facts.probe = PROBE_NOT_TRIED;
                parse_policy(&f, policies[i].lines);
                d = decide(&f, NULL, T0);
                if (policies[i].allowed)
                        assert_verdict(policies[i].name, &d, EFFECT_ALLOW, REASON_OK,
                                       SEVERITY_NONE);
                else
                        assert_verdict(policies[i].name, &d, EFFECT_BLOCK,
                                       REASON_DEVICE_CLASS_BLOCKED, SEVERITY_WARNING);
                fixture_done(&f);
        }
}

Test(decide_device, a_named_smart_card_key_passes_while_its_storage_stays_blocked)
{
        static const uint8_t ukey[][4] = {{0, 8, 6, 0x50}, {1, 3, 0, 0}, {2, 0x0b, 0, 0}};
        Fixture f;
        Decision d;

        fixture_init(&f);
        fixture_set_interfaces(&f, 3, ukey);
        f.facts.probe = PROBE_NOT_TRIED;
        d = decide(&f, NULL, T0);
        assert_verdict("unknown", &d, EFFECT_BLOCK, REASON_DEVICE_COMPOSITE, SEVERITY_CRITICAL);
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 0);

        parse_policy(&f, "device = 0951:1666 * 03:*:*\n");
        d = decide(&f, NULL, T0);
        assert_verdict("half named", &d, EFFECT_BLOCK, REASON_DEVICE_COMPOSITE, SEVERITY_CRITICAL);
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 2);

        parse_policy(&f, "device = 0951:1666 * 03:*:* 0b:*:*\n");
        d = decide(&f, NULL, T0);
        assert_verdict("named", &d, EFFECT_BLOCK, REASON_DEVICE_COMPOSITE, SEVERITY_NOTICE);
        cr_assert_str_eq(d.verdict.rule, "policy line 4");
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 6);

        f.facts.refused = REASON_DESCRIPTORS_CHANGED;
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 0);
        f.facts.refused = REASON_OK;
        f.facts.interfaces.list[2].number = 0; /* another setting of the storage interface */
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 2);
        f.snapshot.status = REASON_POLICY_INVALID;
        cr_assert_eq(policy_passing_interfaces(&f.snapshot, &f.facts), 0);
        fixture_done(&f);
}

Test(decide_device, a_serial_with_blanks_and_escapes_is_named_by_its_escaped_form)
{
        static const uint8_t phone[][4] = {{0, 6, 1, 1}};
        Fixture f;
        Decision d;

        fixture_init(&f);
        fixture_set_interfaces(&f, 1, phone);
        memcpy(f.facts.identity.serial, "a b\033[31m\n", 9);
        f.facts.identity.serial_size = 9;
        parse_policy(&f, "device = 0951:1666 a\\x20b\\x1b[31m\\x0a 06:*:*\n");
        d = decide(&f, NULL, T0);
        assert_verdict("named", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        f.facts.identity.serial_size = 8;
        d = decide(&f, NULL, T0);
        assert_verdict("shorter", &d, EFFECT_BLOCK, REASON_DEVICE_CLASS_BLOCKED, SEVERITY_WARNING);
        fixture_done(&f);
}

Test(decide_device, alternate_settings_of_one_storage_interface_are_plain_storage)
{
        static const uint8_t bot_uas[][4] = {{0, 8, 6, 0x50}, {0, 8, 6, 0x62}};
        static const uint8_t two[][4] = {{0, 8, 6, 0x50}, {1, 8, 6, 0x50}};
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        fixture_set_interfaces(&f, 2, bot_uas);
        d = decide(&f, NULL, T0);
        assert_verdict("one", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        fixture_set_interfaces(&f, 2, two);
        d = decide(&f, NULL, T0);
        assert_verdict("two", &d, EFFECT_BLOCK, REASON_DEVICE_COMPOSITE, SEVERITY_CRITICAL);
        fixture_done(&f);
}

Test(decide_device, a_label_that_names_this_computer_opens_here)
{
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        l.n_hosts = 2;
        memset(l.hosts[0], 0x18, HOST_ID_SIZE);
        memset(l.hosts[1], 0x17, HOST_ID_SIZE);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        assert_verdict("listed", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        fixture_done(&f);
}

Test(decide_device, an_empty_serial_is_allowed_and_noted)
{
        Fixture f;
        Label l;
        Decision d;

        fixture_init(&f);
        f.facts.identity.serial_size = 0;
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        d = decide(&f, NULL, T0);
        assert_verdict("empty serial", &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
        cr_assert_not_null(strstr(find_step(&d, CHECK_IDENTITY)->saw, "no serial number"));
        fixture_done(&f);
}

Test(decide_device, all_zero_facts_and_snapshot_block)
{
        Snapshot *s = calloc(1, sizeof(*s));
        Facts *facts = calloc(1, sizeof(*facts));
        Decision d;

        cr_assert_not_null(s);
        cr_assert_not_null(facts);
        policy_decide(s, facts, NULL, 0, &d);
        assert_verdict("zero", &d, EFFECT_BLOCK, REASON_INTERNAL_ERROR, SEVERITY_CRITICAL);
        s->status = REASON_OK;
        policy_decide(s, facts, NULL, 0, &d);
        assert_verdict("zero host", &d, EFFECT_BLOCK, REASON_POLICY_INVALID, SEVERITY_CRITICAL);
        free(facts);
        free(s);
}
