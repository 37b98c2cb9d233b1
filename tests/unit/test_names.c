/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every enumeration has a name for each value, reads it back, and has none for what is no value. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/chain.h"
#include "policy/device.h"
#include "policy/key.h"
#include "policy/note.h"
#include "policy/verdict.h"
#include "policy/whitelist.h"
#include "policy/zone.h"

TestSuite(names, .timeout = 10);

/* name and parse of one enumeration, over its values 0 .. max - 1 */
#define ROUND_TRIP(type, name, parse, max) \
        do { \
                type back_; \
                for (int i_ = 0; i_ < (int)(max); i_++) { \
                        cr_assert_eq(parse(name((type)i_), &back_), 0, #type " %d", i_); \
                        cr_assert_eq((int)back_, i_, #type " %d", i_); \
                        for (int j_ = 0; j_ < i_; j_++) \
                                cr_assert_str_neq(name((type)i_), name((type)j_)); \
                } \
                cr_assert_not_null(name((type)(max))); \
                cr_assert_eq(parse("", &back_), -EINVAL); \
                cr_assert_eq(parse("nonsense", &back_), -EINVAL); \
                cr_assert_eq(parse("ALLOW", &back_), -EINVAL); \
        } while (0)

Test(names, each_value_has_one_and_reads_back)
{
        ROUND_TRIP(Zone, zone_name, zone_parse, ZONE_MAX_);
        ROUND_TRIP(Level, level_name, level_parse, LEVEL_MAX_);
        ROUND_TRIP(Reason, reason_slug, reason_parse, REASON_MAX_);
        ROUND_TRIP(Severity, severity_name, severity_parse, SEVERITY_MAX_);
        ROUND_TRIP(Effect, effect_name, effect_parse, EFFECT_MAX_);
        ROUND_TRIP(Purpose, purpose_name, purpose_parse, PURPOSE_MAX_);
}

Test(names, what_is_no_value_is_the_worst_one)
{
        cr_assert_str_eq(reason_slug((Reason)9999), "internal-error");
        cr_assert_str_eq(reason_slug((Reason)-1), "internal-error");
        cr_assert_eq(reason_severity((Reason)9999), SEVERITY_CRITICAL);
        cr_assert_not(reason_grantable((Reason)9999));
        cr_assert_str_eq(effect_name((Effect)9999), "block");
        cr_assert_str_eq(check_slug((Check)9999), "none");
        cr_assert_str_eq(zone_name((Zone)-1), "invalid");
        cr_assert_str_eq(level_name((Level)-1), "invalid");
        cr_assert_str_eq(algorithm_name((Algorithm)77), "invalid");
        cr_assert_str_eq(device_class_words((DeviceClass)77), "other");
        cr_assert_str_eq(device_class_words(DEVICE_CLASS_FREE), "other");
}

Test(names, reasons_that_mean_tampering_can_never_be_lifted)
{
        static const Reason never[] = {
                REASON_INTERNAL_ERROR,
                REASON_LABEL_SIGNATURE_INVALID,
                REASON_LABEL_PURPOSE_WRONG,
                REASON_IDENTITY_MISMATCH,
                REASON_REVOKED,
                REASON_DEVICE_COMPOSITE,
                REASON_MEDIUM_SWAPPED,
                REASON_DESCRIPTORS_CHANGED,
                REASON_INTERFACE_TAKEN,
                REASON_POLICY_MISSING,
                REASON_POLICY_INVALID,
                REASON_LEDGER_UNWRITABLE,
                REASON_VISIT_CHAIN_FORKED,
                REASON_VISIT_ROLLED_BACK,
        };

        for (size_t i = 0; i < ARRAY_SIZE(never); i++)
                cr_assert_not(reason_grantable(never[i]), "%s", reason_slug(never[i]));
        cr_assert(reason_grantable(REASON_ZONE_MISMATCH));
        cr_assert(reason_grantable(REASON_NO_LABEL));
}

Test(names, reasons_and_checks_have_sentences)
{
        for (int r = 0; r < REASON_MAX_; r++)
                cr_assert(strlen(reason_text((Reason)r)) > 10, "%s", reason_slug((Reason)r));
        for (int c = 0; c < CHECK_MAX_; c++) {
                cr_assert(strlen(check_text((Check)c)) > 10, "%s", check_slug((Check)c));
                cr_assert(check_slug((Check)c)[0]);
        }
}

Test(names, outcomes_have_words_of_their_own)
{
        for (int i = 1; i <= 6; i++)
                cr_assert_str_neq(note_outcome_text(i), note_outcome_text(0));
        for (int i = 1; i <= 5; i++)
                cr_assert_str_neq(whitelist_outcome_text(i), whitelist_outcome_text(0));
        for (int i = 1; i <= 4; i++) {
                cr_assert_str_neq(chain_outcome_text(i), chain_outcome_text(0));
                cr_assert_str_neq(key_outcome_text(i), key_outcome_text(0));
        }
        cr_assert_str_eq(algorithm_name(ALGORITHM_ED25519_SHA256), "ed25519");
        cr_assert_str_eq(algorithm_name(ALGORITHM_SM2_SM3), "sm2");
        cr_assert_str_eq(algorithm_name(ALGORITHM_NONE), "none");
}

Test(names, a_level_belongs_to_classified_and_to_nothing_else)
{
        for (int z = 0; z < ZONE_MAX_; z++)
                for (int l = 0; l < LEVEL_MAX_; l++)
                        cr_assert_eq(zone_level_valid((Zone)z, (Level)l),
                                     (z == ZONE_CLASSIFIED) == (l != LEVEL_NONE), "%d %d", z, l);
        cr_assert_not(zone_level_valid((Zone)9, LEVEL_NONE));
        cr_assert_not(zone_level_valid(ZONE_CLASSIFIED, (Level)9));
}
