/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of usbzone: what is one, and which is the newer. */
#include <criterion/criterion.h>

#include "lib/names.h"
#include "policy/version.h"

TestSuite(version, .timeout = 30);

Test(version, two_or_three_numbers_are_one)
{
        static const struct {
                const char *text;
                uint32_t parts[VERSION_PARTS];
        } rows[] = {
                {"0.1", {0, 1, 0}},
                {"1.2.3", {1, 2, 3}},
                {"0.0.0", {0, 0, 0}},
                {"01.002.0003", {1, 2, 3}},
                {"9999.9999.9999", {9999, 9999, 9999}},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint32_t v[VERSION_PARTS] = {7, 7, 7};

                cr_assert_eq(version_parse(rows[i].text, v), 0, "'%s'", rows[i].text);
                cr_assert_eq(version_compare(v, rows[i].parts), 0, "'%s'", rows[i].text);
        }
}

Test(version, nothing_else_is_one_and_nothing_is_set)
{
        static const char *const rows[] = {
                "",        "1",      "1.",        ".1",   "1..2",
                "1.2.",    "1.2.3.", "1.2.3.4",   "1.x",  "1.2-rc",
                "1.2.3 ",  " 1.2",   "-1.2",      "+1.2", "0.99999999999",
                "1.10000", "v1.2",   "1.2.3~git", "1,2",  "newest",
                "1.2\n",   "0x1.2"};

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint32_t v[VERSION_PARTS] = {7, 7, 7};

                cr_assert_neq(version_parse(rows[i], v), 0, "'%s'", rows[i]);
                for (size_t k = 0; k < VERSION_PARTS; k++)
                        cr_assert_eq(v[k], 7, "'%s'", rows[i]);
        }
}

Test(version, the_first_number_that_differs_says_which_is_newer)
{
        static const struct {
                const char *older, *newer;
        } rows[] = {
                {"0.1.0", "0.1.1"},  {"0.1.9", "0.2"}, {"0.9.9", "1.0"},  {"0.9", "0.10"},
                {"1.2.3", "1.10.0"}, {"0.1", "0.1.1"}, {"2.0.0", "10.0"}, {"1.9999.9999", "2.0"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                uint32_t a[VERSION_PARTS], b[VERSION_PARTS];

                cr_assert_eq(version_parse(rows[i].older, a), 0);
                cr_assert_eq(version_parse(rows[i].newer, b), 0);
                cr_assert_lt(version_compare(a, b), 0, "%s, %s", rows[i].older, rows[i].newer);
                cr_assert_gt(version_compare(b, a), 0, "%s, %s", rows[i].newer, rows[i].older);
                cr_assert_eq(version_compare(a, a), 0, "%s", rows[i].older);
        }
}

Test(version, this_one_is_a_version)
{
        uint32_t v[VERSION_PARTS];

        cr_assert_eq(version_parse(UZ_VERSION, v), 0);
}
