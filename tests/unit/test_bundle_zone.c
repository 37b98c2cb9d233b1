/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a policy says for all computers and for those of one zone. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/bundle.h"

#define START "usbzone-policy 1\nversion = 3\nname = county office\n"
#define WHITELIST \
        "whitelist = sha256:" \
        "000102030405060708090a0b0c0d0e0f000102030405060708090a0b0c0d0e0f\n"

TestSuite(bundle_zone, .timeout = 10);

static int parse(const char *text, Bundle *b, TextError *error)
{
        *error = (TextError){0};
        return bundle_parse(text, strlen(text), b, error);
}

static const char sections[] = START WHITELIST "whitelist-required = yes\n"
                                               "class = allow 06:*:*\n"
                                               "grant-max = 4h\n"
                                               "grant = internet read-only 2h approval\n"
                                               "grant = none block\n"
                                               "notice = Hand it in.\n"
                                               "notice[zh_CN] = 请上交。\n"
                                               "contact = room 301\n"
                                               "contact[zh_CN] = 301室\n"
                                               "pick-up = yes\n"
                                               "\n"
                                               "[internet]\n"
                                               "whitelist-required = all\n"
                                               "grant-max = 30m\n"
                                               "grant = none read-only 1h\n"
                                               "contact = room 101\n"
                                               "pick-up = no\n"
                                               "[classified]\n"
                                               "device = 096e:0885 * 0b:*:*\n"
                                               "class = block 06:*:*\n"
                                               "whitelist-required = no\n";

/* What a text is in a zone, as "language=text ..." */
static void list_texts(const Bundle *b, BundleTextKind kind, Zone zone, char *ret, size_t size)
{
        const BundleText *t = NULL;
        size_t n = 0;

        ret[0] = '\0';
        while ((t = bundle_next_text(b, kind, zone, t)))
                n += (size_t)snprintf(ret + n, size - n, "%s=%s;", t->language, t->text);
}

static void check_sections(const Bundle *b)
{
        static const struct {
                Zone host;
                uint64_t need, grant_max, pick_up;
                const char *contact, *notice;
        } rows[] = {
                {ZONE_INTERNAL, LIST_NEED_LABELLED, 4 * 3600, 1, "=room 301;zh_CN=301室;",
                 "=Hand it in.;zh_CN=请上交。;"},
                {ZONE_CLASSIFIED, LIST_NEED_NONE, 4 * 3600, 1, "=room 301;zh_CN=301室;",
                 "=Hand it in.;zh_CN=请上交。;"},
                {ZONE_INTERNET, LIST_NEED_ALL, 1800, 0, "=room 101;",
                 "=Hand it in.;zh_CN=请上交。;"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Zone h = rows[i].host;
                char texts[256];

                cr_assert_eq(bundle_setting(b, SETTING_WHITELIST_REQUIRED, h), rows[i].need);
                cr_assert_eq(bundle_setting(b, SETTING_GRANT_MAX, h), rows[i].grant_max);
                cr_assert_eq(bundle_setting(b, SETTING_PICK_UP, h), rows[i].pick_up);
                list_texts(b, BUNDLE_CONTACT, h, texts, sizeof(texts));
                cr_assert_str_eq(texts, rows[i].contact);
                list_texts(b, BUNDLE_NOTICE, h, texts, sizeof(texts));
                cr_assert_str_eq(texts, rows[i].notice);
        }
        cr_assert_eq(b->n_classes, 2);
        cr_assert_eq(b->classes[0].zone, ZONE_NONE);
        cr_assert_eq(b->classes[1].zone, ZONE_CLASSIFIED);
        cr_assert_eq(b->devices[0].zone, ZONE_CLASSIFIED);
}

static void check_grants(const Bundle *b)
{
        static const struct {
                Zone host, drive;
                Effect most;
                uint64_t max;
                bool approval;
        } rows[] = {
                {ZONE_INTERNAL, ZONE_INTERNET, EFFECT_READ_ONLY, 7200, true},
                {ZONE_INTERNAL, ZONE_NONE, EFFECT_BLOCK, 4 * 3600, false},
                {ZONE_INTERNAL, ZONE_CLASSIFIED, EFFECT_ALLOW, 4 * 3600, false},
                {ZONE_INTERNET, ZONE_INTERNET, EFFECT_READ_ONLY, 1800, true},
                {ZONE_INTERNET, ZONE_NONE, EFFECT_READ_ONLY, 1800, false},
                {ZONE_CLASSIFIED, ZONE_NONE, EFFECT_BLOCK, 4 * 3600, false},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                BundleGrant g = bundle_grant(b, rows[i].host, rows[i].drive);

                cr_assert_eq(g.most, rows[i].most, "row %zu", i);
                cr_assert_eq(g.max, rows[i].max, "row %zu: %llu", i, (unsigned long long)g.max);
                cr_assert_eq(g.approval, rows[i].approval, "row %zu", i);
        }
}

Test(bundle_zone, a_section_counts_before_what_is_said_for_all)
{
        _cleanup_(freep) char *once = NULL, *twice = NULL;
        TextError error;
        size_t size;
        Bundle b;

        cr_assert_eq(parse(sections, &b, &error), 0, "%u:%u %s", error.line, error.column,
                     error.message);
        check_sections(&b);
        check_grants(&b);
        cr_assert_eq(bundle_format(&b, &once, &size), 0);
        bundle_clear(&b);
        cr_assert_eq(parse(once, &b, &error), 0, "%u: %s\n%s", error.line, error.message, once);
        check_sections(&b);
        check_grants(&b);
        cr_assert_eq(bundle_format(&b, &twice, &size), 0);
        cr_assert_str_eq(once, twice);
        cr_assert_null(strstr(once, "[internal]"), "an empty section is written: %s", once);
        bundle_clear(&b);
}

Test(bundle_zone, without_a_word_all_is_as_before)
{
        TextError error;
        Bundle b;

        cr_assert_eq(parse(START "[internal]\n", &b, &error), 0, "%s", error.message);
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++) {
                cr_assert_eq(bundle_setting(&b, SETTING_WHITELIST_REQUIRED, (Zone)h),
                             LIST_NEED_NONE);
                cr_assert_eq(bundle_setting(&b, SETTING_GRANT_MAX, (Zone)h), 8 * 3600);
                cr_assert_eq(bundle_setting(&b, SETTING_PICK_UP, (Zone)h), 0);
                cr_assert_null(bundle_next_text(&b, BUNDLE_CONTACT, (Zone)h, NULL));
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                        BundleGrant g = bundle_grant(&b, (Zone)h, (Zone)d);

                        cr_assert(g.most == EFFECT_ALLOW && g.max == 8 * 3600 && !g.approval);
                }
        }
        bundle_clear(&b);
}

Test(bundle_zone, errors_name_line_column_and_remedy)
{
        static const struct {
                const char *name, *text;
                unsigned line, column;
                const char *word;
        } rows[] = {
                {"no such zone", START "[moon]\n", 4, 2, "[internet]"},
                {"the zone none", START "[none]\n", 4, 2, "[internal]"},
                {"twice", START "[internal]\n[internet]\n[internal]\n", 6, 2, "line 4"},
                {"version in a section", START "[internal]\nversion = 4\n", 5, 1, "line 4"},
                {"a rule in a section", START "[internal]\nrule = internal none block\n", 5, 1,
                 "above"},
                {"revoked in a section",
                 START "[internet]\nrevoke-key = 000102030405060708090a0b0c0d0e0f\n", 5, 1,
                 "for all"},
                {"twice in a section", START "[internal]\ngrant-max = 1h\ngrant-max = 2h\n", 6, 1,
                 "line 5"},
                {"a language for a number", START "grant-max[zh] = 1h\n", 4, 11, "remove"},
                {"a language for a class", START "class[zh_CN] = block 06:*:*\n", 4, 7, "[zh_CN]"},
                {"required without a list, in a section",
                 START "[internet]\nwhitelist-required = all\n", 0, 0, "whitelist = sha256"},
                {"required of some", START WHITELIST "whitelist-required = some\n", 5, 22, "all"},
                {"grant of no zone", START "grant = moon allow\n", 4, 9, "drive's zone"},
                {"grant of nothing", START "grant =\n", 4, 8, "drive's zone"},
                {"grant without effect", START "grant = internet\n", 4, 17, "read-only"},
                {"grant unknown effect", START "grant = internet write\n", 4, 18, "read-only"},
                {"grant no time", START "grant = internet allow soon\n", 4, 24, "approval"},
                {"grant too long", START "grant = internet allow 91d\n", 4, 24, "90d"},
                {"grant time twice", START "grant = internet allow 1h 2h\n", 4, 27, "approval"},
                {"grant the other way round", START "grant = none allow approval 1h\n", 4, 29,
                 "remove"},
                {"grant block with more", START "grant = none block 1h\n", 4, 20, "remove '1h'"},
                {"grant twice", START "grant = none block\n\ngrant = none allow\n", 6, 9, "line 4"},
                {"contact twice", START "contact = a\ncontact = b\n", 5, 1, "line 4"},
                {"contact twice in a language",
                 START "contact = a\ncontact[zh_CN] = b\ncontact[zh_CN] = c\n", 6, 1, "line 5"},
                {"a language alone", START "notice[zh_CN] = a\n", 4, 1, "notice = ..."},
                {"a language alone in a section",
                 START "contact = a\n[internal]\ncontact[zh_CN] = b\n", 6, 1, "contact = ..."},
                {"no language", START "contact[x] = a\n", 4, 9, "zh_CN"},
                {"no country", START "contact[zh_cn] = a\n", 4, 9, "zh_CN"},
                {"an empty text", START "notice =\n", 4, 9, "empty"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Bundle b = {.version = 99};
                TextError error;

                cr_assert_eq(parse(rows[i].text, &b, &error), -EINVAL, "row '%s'", rows[i].name);
                cr_assert_eq(error.line, rows[i].line, "row '%s': line %u", rows[i].name,
                             error.line);
                cr_assert_eq(error.column, rows[i].column, "row '%s': column %u", rows[i].name,
                             error.column);
                cr_assert_not_null(strstr(error.message, rows[i].word), "row '%s': %s",
                                   rows[i].name, error.message);
                cr_assert_eq(b.version, 99);
        }
}

Test(bundle_zone, texts_have_a_limit)
{
        char text[BUNDLE_TEXT_MAX + 64];
        TextError error;
        Bundle b;

        (void)snprintf(text, sizeof(text), START "contact = ");
        memset(text + strlen(START "contact = "), 'x', BUNDLE_CONTACT_MAX - 1);
        strcpy(text + strlen(START "contact = ") + BUNDLE_CONTACT_MAX - 1, "\n");
        cr_assert_eq(parse(text, &b, &error), 0);
        bundle_clear(&b);
        strcpy(text + strlen(START "contact = ") + BUNDLE_CONTACT_MAX - 1, "x\n");
        cr_assert_eq(parse(text, &b, &error), -EINVAL);
        cr_assert_not_null(strstr(error.message, "255"));

        bundle_defaults(&b);
        for (unsigned i = 0; i < BUNDLE_TEXTS_MAX; i++)
                cr_assert_eq(bundle_add_text(&b, &(BundleText){.text = "x"}), 0);
        cr_assert_eq(bundle_add_text(&b, &(BundleText){.text = "x"}), -ENOSPC);
        cr_assert_eq(bundle_add_text(&b, &(BundleText){.text = ""}), -EINVAL);
        cr_assert_eq(bundle_add_text(&b, &(BundleText){.text = "x\ny"}), -EINVAL);
        bundle_clear(&b);
}
