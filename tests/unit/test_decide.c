/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision: every reason it can give, and what a grant may lift. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/step.h"
#include "tests/unit/fixture.h"

TestSuite(decide, .timeout = 60);

/* One thing spoiled in a drive that fits. */
typedef void (*Spoil)(Fixture *f, Label *label);

static void spoil_nothing(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
}

static void spoil_no_label(Fixture *f, Label *l)
{
        (void)l;
        memset(f->facts.area, 0, LABEL_AREA_SIZE);
}

static void spoil_version(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.area[8] = f->facts.area[LABEL_SIZE + 8] = 9;
}

static void spoil_field(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.area[12] ^= 1;
        f->facts.area[LABEL_SIZE + 12] ^= 1;
}

static void spoil_signer(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.authority.ring.keys[2] = f->snapshot.authority.ring.keys[4];
        f->snapshot.authority.ring.n = 3;
}

static void spoil_purpose(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        memcpy(f->facts.area + LABEL_KEY_ID_OFFSET, private_key_public(f->policy)->id, KEY_ID_SIZE);
        cr_assert_eq(key_sign(f->policy, f->facts.area, LABEL_SIGNED_SIZE,
                              f->facts.area + LABEL_SIGNED_SIZE),
                     0);
        memcpy(f->facts.area + LABEL_SIZE, f->facts.area, LABEL_SIZE);
}

static void spoil_expired(Fixture *f, Label *l)
{
        l->not_after = T0;
        fixture_put_label(f, l);
}

static void spoil_early(Fixture *f, Label *l)
{
        l->not_before = T0 + 1;
        fixture_put_label(f, l);
}

static void spoil_key_ended(Fixture *f, Label *l)
{
        f->snapshot.authority.ring.keys[2].not_after = l->issued;
        fixture_put_label(f, l);
}

static void spoil_key_later(Fixture *f, Label *l)
{
        f->snapshot.authority.ring.keys[2].not_before = l->issued + 1;
        fixture_put_label(f, l);
}

static void spoil_serial(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.identity.serial[0] ^= 1;
}

static void spoil_size(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.identity.capacity -= 512;
}

static void spoil_model(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.identity.scsi_product[0] ^= 1;
}

static void spoil_whitelist(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        bundle_set(&f->snapshot.bundle, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
}

static void add_revoked(Fixture *f, RevokedKind kind, const uint8_t *id)
{
        cr_assert_eq(bundle_revoke(&f->snapshot.bundle, kind, id), 0);
}

static void spoil_revoked_drive(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        add_revoked(f, REVOKED_DRIVE, l->identity);
}

static void spoil_revoked_label(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        add_revoked(f, REVOKED_LABEL, l->id);
}

static void spoil_revoked_host(Fixture *f, Label *l)
{
        (void)l;
        add_revoked(f, REVOKED_HOST, f->snapshot.host.id);
}

static void spoil_revoked_key(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        add_revoked(f, REVOKED_KEY, l->key_id[0]);
}

/* Two people have signed. */
static void put_two(Fixture *f, Label *l)
{
        l->n_signatures = 2;
        memcpy(l->key_id[1], private_key_public(f->label2)->id, KEY_ID_SIZE);
        fixture_put_label(f, l);
}

static void spoil_two_at_work(Fixture *f, Label *l)
{
        f->snapshot.bundle.two.zones[ZONE_INTERNAL] = (TwoWord){true, 7};
        put_two(f, l);
}

static void spoil_one_of_two(Fixture *f, Label *l)
{
        put_two(f, l);
        for (unsigned i = 1; i <= LABEL_COPIES; i++)
                memset(f->facts.area + i * LABEL_SIZE - SIGNATURE_SIZE, 0, SIGNATURE_SIZE);
}

static void spoil_one_where_two_are_wanted(Fixture *f, Label *l)
{
        spoil_two_at_work(f, l);
        l->n_signatures = 1;
        memset(l->key_id[1], 0, KEY_ID_SIZE);
        fixture_put_label(f, l);
}

static void spoil_key_flag(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.authority.ring.keys[2].revoked = true;
}

static void spoil_hosts(Fixture *f, Label *l)
{
        l->n_hosts = 1;
        memset(l->hosts[0], 0x18, HOST_ID_SIZE);
        fixture_put_label(f, l);
}

static void spoil_own_zone_closed(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.bundle.rules[ZONE_INTERNAL][ZONE_INTERNAL] =
                (BundleRule){EFFECT_BLOCK, SEVERITY_WARNING, 5};
}

static void spoil_composite(Fixture *f, Label *l)
{
        static const uint8_t rows[][4] = {{0, 8, 6, 0x50}, {1, 3, 1, 1}};

        fixture_put_label(f, l);
        fixture_set_interfaces(f, 2, rows);
}

static void spoil_composite_unread(Fixture *f, Label *l)
{
        spoil_composite(f, l);
        f->facts.probe = PROBE_NOT_TRIED;
}

static void spoil_overflow(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.interfaces.overflow = true;
}

static void spoil_luns(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.n_luns = 2;
}

static void spoil_cdrom(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.device_type = 5;
}

static void spoil_phone(Fixture *f, Label *l)
{
        static const uint8_t rows[][4] = {{0, 6, 1, 1}};

        (void)l;
        fixture_set_interfaces(f, 1, rows);
        f->facts.probe = PROBE_NOT_TRIED;
}

static void spoil_nothing_known(Fixture *f, Label *l)
{
        (void)l;
        fixture_set_interfaces(f, 0, NULL);
        f->facts.probe = PROBE_NOT_TRIED;
}

static void spoil_small(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.identity.capacity = LABEL_DRIVE_MIN - 512;
}

static void spoil_sector(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.identity.block_size = 520;
}

static void spoil_layout(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.probe = PROBE_ERROR;
        f->facts.probe_reason = REASON_LAYOUT_UNSUPPORTED;
}

static void spoil_timeout(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.probe = PROBE_ERROR;
        f->facts.probe_reason = REASON_PROBE_TIMEOUT;
}

static void spoil_probe(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.probe = PROBE_ERROR;
        f->facts.probe_reason = REASON_OK;
}

static void spoil_unread(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.probe = PROBE_NOT_TRIED;
}

static void spoil_descriptors(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.refused = REASON_DESCRIPTORS_CHANGED;
}

static void spoil_swapped(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.refused = REASON_MEDIUM_SWAPPED;
}

static void spoil_taken(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.refused = REASON_INTERFACE_TAKEN;
}

static void spoil_rate(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->facts.refused = REASON_RATE_LIMITED;
}

static void spoil_policy_missing(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.status = REASON_POLICY_MISSING;
}

static void spoil_policy_invalid(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.status = REASON_POLICY_INVALID;
}

static void spoil_policy_unset(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.status = REASON_INTERNAL_ERROR;
}

static void spoil_policy_early(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.bundle.not_before = T0 + 1;
}

static void spoil_policy_expired(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.bundle.not_after = T0;
}

static void spoil_credential_expired(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.host.not_after = T0;
}

static void spoil_credential_early(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.host.not_before = T0 + 1;
}

static void spoil_host_zone(Fixture *f, Label *l)
{
        fixture_put_label(f, l);
        f->snapshot.host.zone = ZONE_NONE;
}

/* `lifted`: a grant for this drive opens it all the same. */
static const struct Row {
        const char *name;
        Spoil spoil;
        Reason reason;
        Check check;
        bool lifted;
} rows[] = {
        {"nothing spoiled", spoil_nothing, REASON_OK, CHECK_ZONE, false},
        {"no label", spoil_no_label, REASON_NO_LABEL, CHECK_LABEL, true},
        {"unknown format", spoil_version, REASON_LABEL_MALFORMED, CHECK_LABEL, true},
        {"zone byte altered", spoil_field, REASON_LABEL_SIGNATURE_INVALID, CHECK_SIGNATURE, false},
        {"signer unknown", spoil_signer, REASON_LABEL_SIGNER_UNKNOWN, CHECK_SIGNATURE, true},
        {"signed by policy key", spoil_purpose, REASON_LABEL_PURPOSE_WRONG, CHECK_SIGNATURE, false},
        {"label expired", spoil_expired, REASON_LABEL_EXPIRED, CHECK_VALIDITY, true},
        {"label not yet valid", spoil_early, REASON_LABEL_NOT_YET_VALID, CHECK_VALIDITY, true},
        {"issued after key's end", spoil_key_ended, REASON_LABEL_EXPIRED, CHECK_VALIDITY, true},
        {"issued before key", spoil_key_later, REASON_LABEL_NOT_YET_VALID, CHECK_VALIDITY, true},
        {"copied to another serial", spoil_serial, REASON_IDENTITY_MISMATCH, CHECK_IDENTITY, false},
        {"copied to another size", spoil_size, REASON_IDENTITY_MISMATCH, CHECK_IDENTITY, false},
        {"copied to another model", spoil_model, REASON_IDENTITY_MISMATCH, CHECK_IDENTITY, false},
        {"not whitelisted", spoil_whitelist, REASON_NOT_WHITELISTED, CHECK_WHITELIST, true},
        {"computer revoked", spoil_revoked_host, REASON_REVOKED, CHECK_POLICY, false},
        {"drive revoked", spoil_revoked_drive, REASON_REVOKED, CHECK_REVOCATION, false},
        {"label revoked", spoil_revoked_label, REASON_REVOKED, CHECK_REVOCATION, false},
        {"key revoked", spoil_revoked_key, REASON_REVOKED, CHECK_REVOCATION, false},
        {"key revoked in the list", spoil_key_flag, REASON_REVOKED, CHECK_REVOCATION, false},
        {"two signatures, both there", spoil_two_at_work, REASON_OK, CHECK_ZONE, false},
        {"two signatures, one missing", spoil_one_of_two, REASON_LABEL_ONE_SIGNATURE,
         CHECK_SIGNATURE, false},
        {"one where two are wanted", spoil_one_where_two_are_wanted, REASON_LABEL_ONE_SIGNATURE,
         CHECK_SECOND, false},
        {"for other computers", spoil_hosts, REASON_HOST_NOT_PERMITTED, CHECK_HOST, true},
        {"own zone closed", spoil_own_zone_closed, REASON_HOST_NOT_PERMITTED, CHECK_ZONE, true},
        {"storage and keyboard", spoil_composite, REASON_DEVICE_COMPOSITE, CHECK_DEVICE, false},
        {"the same, never read", spoil_composite_unread, REASON_DEVICE_COMPOSITE, CHECK_DEVICE,
         false},
        {"too many interfaces", spoil_overflow, REASON_DEVICE_COMPOSITE, CHECK_DEVICE, false},
        {"two media", spoil_luns, REASON_DEVICE_MULTI_LUN, CHECK_DEVICE, false},
        {"CD-ROM", spoil_cdrom, REASON_DEVICE_MULTI_LUN, CHECK_DEVICE, false},
        {"phone", spoil_phone, REASON_DEVICE_CLASS_BLOCKED, CHECK_DEVICE, true},
        {"no interface", spoil_nothing_known, REASON_DEVICE_CLASS_BLOCKED, CHECK_DEVICE, true},
        {"too small", spoil_small, REASON_LAYOUT_UNSUPPORTED, CHECK_LAYOUT, true},
        {"odd sectors", spoil_sector, REASON_LAYOUT_UNSUPPORTED, CHECK_LAYOUT, true},
        {"no gap", spoil_layout, REASON_LAYOUT_UNSUPPORTED, CHECK_LAYOUT, false},
        {"timeout", spoil_timeout, REASON_PROBE_TIMEOUT, CHECK_PROBE, false},
        {"error without a reason", spoil_probe, REASON_PROBE_FAILED, CHECK_PROBE, false},
        {"never read", spoil_unread, REASON_PROBE_FAILED, CHECK_PROBE, false},
        {"descriptors", spoil_descriptors, REASON_DESCRIPTORS_CHANGED, CHECK_DEVICE, false},
        {"medium swapped", spoil_swapped, REASON_MEDIUM_SWAPPED, CHECK_HANDOVER, false},
        {"interface taken", spoil_taken, REASON_INTERFACE_TAKEN, CHECK_DEVICE, false},
        {"plugged in too often", spoil_rate, REASON_RATE_LIMITED, CHECK_DEVICE, false},
        {"policy missing", spoil_policy_missing, REASON_POLICY_MISSING, CHECK_POLICY, false},
        {"policy invalid", spoil_policy_invalid, REASON_POLICY_INVALID, CHECK_POLICY, false},
        {"policy never loaded", spoil_policy_unset, REASON_INTERNAL_ERROR, CHECK_POLICY, false},
        {"policy not yet valid", spoil_policy_early, REASON_POLICY_INVALID, CHECK_POLICY, false},
        {"policy expired", spoil_policy_expired, REASON_POLICY_EXPIRED, CHECK_POLICY, true},
        {"credential expired", spoil_credential_expired, REASON_POLICY_EXPIRED, CHECK_POLICY, true},
        {"credential early", spoil_credential_early, REASON_POLICY_INVALID, CHECK_POLICY, false},
        {"computer without zone", spoil_host_zone, REASON_POLICY_INVALID, CHECK_POLICY, false},
};

Test(decide, each_spoiled_thing_blocks_for_its_own_reason)
{
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const struct Row *r = &rows[i];
                const DecisionStep *step;
                Fixture f;
                Label l;
                Decision d;
                StepWords words;

                fixture_init(&f);
                l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                r->spoil(&f, &l);
                d = decide(&f, NULL, T0);
                assert_verdict(r->name, &d, r->reason == REASON_OK ? EFFECT_ALLOW : EFFECT_BLOCK,
                               r->reason, reason_severity(r->reason));
                cr_assert_eq(d.verdict.check, r->check, "row '%s': check %s", r->name,
                             check_slug(d.verdict.check));
                step = find_step(&d, r->check);
                cr_assert_not_null(step, "row '%s'", r->name);
                cr_assert_eq(step->reason, r->reason, "row '%s'", r->name);
                cr_assert(step->saw[0], "row '%s': nothing seen", r->name);
                cr_assert(step->wanted[0], "row '%s': nothing wanted", r->name);
                cr_assert_eq(step_parse(step->saw, &words), 0, "row '%s': %s", r->name, step->saw);
                cr_assert_eq(step_parse(step->wanted, &words), 0, "row '%s': %s", r->name,
                             step->wanted);
                cr_assert_neq(d.verdict.rule[0], '\0', "row '%s'", r->name);
                fixture_done(&f);
        }
}

Test(decide, a_grant_lifts_what_it_may_and_nothing_else)
{
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const struct Row *r = &rows[i];
                uint8_t identity[DIGEST_SIZE];
                Grants grants;
                Fixture f;
                Label l;
                Decision d;

                fixture_init(&f);
                l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                r->spoil(&f, &l);
                cr_assert_eq(identity_digest(&f.facts.identity, identity), 0);
                grants = make_grant(identity, EFFECT_READ_ONLY);
                d = decide(&f, &grants, T0);
                if (r->lifted) {
                        assert_verdict(r->name, &d, EFFECT_READ_ONLY, REASON_GRANTED,
                                       SEVERITY_NOTICE);
                        cr_assert_eq(d.verdict.check, CHECK_GRANT, "row '%s'", r->name);
                        cr_assert_str_eq(d.verdict.rule, "grant abababababababab", "row '%s'",
                                         r->name);
                } else if (r->reason == REASON_OK) {
                        assert_verdict(r->name, &d, EFFECT_ALLOW, REASON_OK, SEVERITY_NONE);
                } else {
                        assert_verdict(r->name, &d, EFFECT_BLOCK, r->reason,
                                       reason_severity(r->reason));
                }
                fixture_done(&f);
        }
}

Test(decide, every_reason_a_decision_can_give_stands_in_a_row)
{
        /* Given by others: the daemon, its ledger, and the visit records of a later version. */
        static const Reason elsewhere[] = {
                REASON_GRANTED,           REASON_ZONE_MISMATCH,       REASON_LEVEL_TOO_HIGH,
                REASON_CHANGED_ELSEWHERE, REASON_VISIT_CHAIN_FORKED,  REASON_VISIT_ROLLED_BACK,
                REASON_LEDGER_UNWRITABLE, REASON_ACTIVE_BEFORE_START, REASON_SYSTEM_DRIVE,
        };
        bool seen[REASON_MAX_] = {false};

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                seen[rows[i].reason] = true;
        for (size_t i = 0; i < ARRAY_SIZE(elsewhere); i++)
                seen[elsewhere[i]] = true;
        for (int r = 0; r < REASON_MAX_; r++)
                cr_assert(seen[r], "reason %s", reason_slug((Reason)r));
}
