/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of locales: which text of several is read best. */
#include <criterion/criterion.h>
#include <locale.h>
#include <stdlib.h>

#include "lib/language.h"
#include "lib/macros.h"

TestSuite(language, .timeout = 10);

Test(language, the_order_is_that_of_desktop_entries)
{
        static const struct {
                const char *wanted, *language;
                unsigned fit;
        } rows[] = {
                {"zh_CN.UTF-8", "zh_CN", 3},
                {"zh_CN.UTF-8", "zh", 1},
                {"zh_CN", "zh_TW", 0},
                {"zh_CN", "en", 0},
                {"zh", "zh_CN", 0},
                {"zho_CN", "zh", 0},
                {"sr_YU@latin", "sr_YU@latin", 4},
                {"sr_YU.UTF-8@latin", "sr@latin", 2},
                {"sr_YU@latin", "sr_YU", 3},
                {"sr_YU@latin", "sr", 1},
                {"sr_YU", "sr@latin", 0},
                {"sr_YU@latin", "sr@cyrillic", 0},
                {"", "zh", 0},
                {"zh_CN", "", 0},
                {"", "", 0},
                {"_CN", "_CN", 0},
                {".UTF-8@x", "zh", 0},
                {"zh_", "zh", 1},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                cr_assert_eq(language_fit(rows[i].wanted, rows[i].language), rows[i].fit,
                             "row '%s' '%s': %u", rows[i].wanted, rows[i].language,
                             language_fit(rows[i].wanted, rows[i].language));
}

Test(language, one_of_the_first_wanted_is_better_than_all_later)
{
        cr_assert_gt(language_rank("de:zh_CN", "de"), language_rank("de:zh_CN", "zh_CN"));
        cr_assert_gt(language_rank("de:zh_CN", "zh_CN"), language_rank("de:zh_CN", "zh"));
        cr_assert_gt(language_rank("de:zh_CN", "zh"), language_rank("de:zh_CN", ""));
        cr_assert_gt(language_rank("de:zh_CN", ""), language_rank("de:zh_CN", "fr"));
        cr_assert_eq(language_rank("", "de"), 0);
        cr_assert_gt(language_rank("", ""), 0);
        cr_assert_eq(language_rank("::", "de"), 0);
        cr_assert_gt(language_rank(":de", "de"), 0);
}

Test(language, the_c_locale_wants_none)
{
        setenv("LANGUAGE", "zh_CN:en", 1);
        setlocale(LC_ALL, "C");
        cr_assert_str_eq(language_wanted(), "");
        if (!setlocale(LC_ALL, "C.UTF-8"))
                return;
        cr_assert_str_eq(language_wanted(), "zh_CN:en");
        unsetenv("LANGUAGE");
        cr_assert_str_eq(language_wanted(), "C.UTF-8");
        cr_assert_eq(language_rank(language_wanted(), "zh_CN"), 0);
}
