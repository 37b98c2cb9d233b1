/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy, grants, key lists, whitelist and the decision with each of their calls failing. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/note.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

TestSuite(fault_policy, .timeout = 120);

#define HEX32 "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static const char policy[] = "usbzone-policy 1\nversion = 3\nname = x\nclass = allow 02:02:*\n"
                             "class = block ff:*:*\ndevice = 096e:0885 * 03:*:*\n"
                             "device = 096e:0886 * 03:*:*\nrevoke-drive = " HEX32 "\n"
                             "contact = y\n";

static int parse_policy(void *userdata)
{
        _cleanup_(freep) char *text = NULL;
        uint8_t id[DIGEST_SIZE] = {7};
        TextError error;
        Bundle b = {0};
        size_t size;
        int r;

        (void)userdata;
        r = bundle_parse(policy, strlen(policy), &b, &error);
        if (r < 0) {
                cr_assert_eq(b.version, 0);
                return r;
        }
        r = bundle_revoke(&b, REVOKED_DRIVE, id);
        cr_assert_eq(b.n_revoked, r == 0 ? 2 : 1);
        if (r == 0)
                r = bundle_format(&b, &text, &size);
        bundle_clear(&b);
        return r;
}

static int parse_grants(void *userdata)
{
        const Grants *grants = userdata;
        Grants *back = NULL;
        _cleanup_(freep) char *text = NULL;
        TextError error;
        size_t size;
        bool armed;
        int r;

        armed = inject_pause();
        back = calloc(1, sizeof(*back));
        inject_resume(armed);
        r = grants_format(grants, &text, &size);
        if (r == 0)
                r = grants_parse(text, size, back, &error);
        cr_assert_eq(back->n, r == 0 ? grants->n : 0);
        free(back);
        return r;
}

static int load_authority(void *userdata)
{
        const Fixture *f = userdata;
        _cleanup_(freep) char *text = NULL, *note = NULL;
        Authority a = {0};
        TextError error;
        size_t size;
        int r;

        r = authority_format(&f->snapshot.authority, &text, &size);
        if (r == 0)
                r = note_sign(text, size, f->root, &note, &size);
        if (r == 0)
                r = authority_load(note, size, &a, &error);
        cr_assert_eq(a.ring.n, r == 0 ? f->snapshot.authority.ring.n : 0);
        return r;
}

static int load_host(void *userdata)
{
        const Fixture *f = userdata;
        _cleanup_(freep) char *text = NULL, *note = NULL;
        TextError error;
        Host h = {0};
        size_t size;
        int r;

        r = host_format(&f->snapshot.host, &text, &size);
        if (r == 0)
                r = note_sign(text, size, f->host, &note, &size);
        if (r == 0)
                r = host_load(note, size, &f->snapshot.authority, T0, &h, &error);
        cr_assert_eq(h.zone, r == 0 ? ZONE_INTERNAL : ZONE_NONE);
        return r;
}

static int build_whitelist(void *userdata)
{
        WhitelistEntry entries[3] = {{.zone = ZONE_INTERNAL}, {.zone = ZONE_INTERNET}};
        uint8_t digest[DIGEST_SIZE], data[1024];
        MemFile m = {.data = data, .room = sizeof(data)};
        Whitelist w = {0};
        int r;

        (void)userdata;
        entries[1].identity[0] = 1;
        r = whitelist_build(entries, 2, mem_write, &m, digest);
        if (r == 0)
                r = whitelist_open(&w, mem_read, &m, m.size, digest);
        cr_assert_eq(w.count, r == 0 ? 2 : 0);
        return r;
}

static int decide_allowed(void *userdata)
{
        const Fixture *f = userdata;
        Decision d;

        policy_decide(&f->snapshot, &f->facts, NULL, T0, &d);
        cr_assert_eq(d.verdict.effect == EFFECT_BLOCK, d.verdict.reason != REASON_OK);
        return d.verdict.effect != EFFECT_ALLOW;
}

Test(fault_policy, each_failing_call_refuses)
{
        static const struct {
                const char *name;
                Scenario run;
        } rows[] = {
                {"policy", parse_policy},       {"authority", load_authority}, {"host", load_host},
                {"whitelist", build_whitelist}, {"own drive", decide_allowed},
        };
        Fixture f;
        Label l;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                inject_each(rows[i].name, rows[i].run, &f);
        fixture_done(&f);
}

Test(fault_policy, grants_are_read_whole_or_not_at_all)
{
        uint8_t identity[DIGEST_SIZE] = {1};
        Grants grants = make_grant(identity, EFFECT_ALLOW);

        inject_each("grants", parse_grants, &grants);
}

/* No label to verify, so all rests on the digest by which drives are revoked and registered. */
Test(fault_policy, an_unlabelled_drive_is_not_opened_when_it_cannot_be_looked_up)
{
        Fixture f;

        fixture_init(&f);
        set_host(&f, ZONE_INTERNET, LEVEL_NONE);
        f.snapshot.bundle.rules[ZONE_INTERNET][ZONE_NONE].effect = EFFECT_ALLOW;
        inject_each("unlabelled", decide_allowed, &f);
        fixture_done(&f);
}

static int decide_granted(void *userdata)
{
        const Fixture *f = userdata;
        uint8_t identity[DIGEST_SIZE];
        bool armed = inject_pause();
        Grants grants;
        Decision d;

        cr_assert_eq(identity_digest(&f->facts.identity, identity), 0);
        grants = make_grant(identity, EFFECT_ALLOW);
        inject_resume(armed);
        policy_decide(&f->snapshot, &f->facts, &grants, T0, &d);
        return d.verdict.effect != EFFECT_ALLOW;
}

Test(fault_policy, a_grant_lifts_no_failure_of_the_machinery)
{
        Fixture f;
        Label l;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_CLASSIFIED, LEVEL_SECRET);
        fixture_put_label(&f, &l);
        inject_each("granted", decide_granted, &f);
        fixture_done(&f);
}
