/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy text: what it says, what it may not say, and where its errors point. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "policy/bundle.h"

TestSuite(bundle, .timeout = 30);

#define START "usbzone-policy 1\nversion = 3\nname = county office\n" /* three lines */
#define HEX16 "00112233445566778899aabbccddeeff"
#define HEX32 HEX16 HEX16

static int parse(const char *text, Bundle *ret, TextError *error)
{
        *error = (TextError){0};
        return bundle_parse(text, strlen(text), ret, error);
}

Test(bundle, a_full_policy_is_read)
{
        static const char text[] = START "not-before = 2026-01-01\n"
                                         "expires = 2027-01-01T00:00:00Z\n"
                                         "rule = internal internal read-only\n"
                                         "rule = internet none allow\n"
                                         "rule = internal internet block critical\n"
                                         "whitelist = sha256:" HEX32 "\n"
                                         "whitelist-required = yes\n"
                                         "class = allow 02:02:*\n"
                                         "class = block ff:*:*\n"
                                         "device = 096e:0885 A\\x20B 03:*:* 0b:00:00\n"
                                         "revoke-drive = " HEX32 "\n"
                                         "revoke-label = " HEX16 "\n"
                                         "revoke-key = " HEX16 "\n"
                                         "grant-max = 2d\n"
                                         "contact = 保密办 8031\n";
        uint8_t id[DIGEST_SIZE];
        TextError error;
        Bundle b;

        cr_assert_eq(parse(text, &b, &error), 0, "%u:%u %s", error.line, error.column,
                     error.message);
        cr_assert_str_eq(b.name, "county office");
        cr_assert_eq(b.version, 3);
        cr_assert_eq(b.not_before, 1767225600);
        cr_assert_eq(b.not_after, 1798761600);
        cr_assert_eq(b.rules[ZONE_INTERNAL][ZONE_INTERNAL].effect, EFFECT_READ_ONLY);
        cr_assert_eq(b.rules[ZONE_INTERNAL][ZONE_INTERNAL].line, 6);
        cr_assert_eq(b.rules[ZONE_INTERNET][ZONE_NONE].effect, EFFECT_ALLOW);
        cr_assert_eq(b.rules[ZONE_INTERNAL][ZONE_INTERNET].severity, SEVERITY_CRITICAL);
        cr_assert_eq(b.rules[ZONE_INTERNET][ZONE_INTERNET].effect, EFFECT_ALLOW);
        cr_assert(b.has_whitelist);
        cr_assert_eq(bundle_setting(&b, SETTING_WHITELIST_REQUIRED, ZONE_INTERNAL),
                     LIST_NEED_LABELLED);
        cr_assert_eq(b.n_classes, 2);
        cr_assert(b.classes[0].allow);
        cr_assert_eq(b.classes[0].subclass, 2);
        cr_assert_eq(b.classes[0].protocol, -1);
        cr_assert_eq(b.n_devices, 1);
        cr_assert_eq(b.devices[0].vid, 0x096e);
        cr_assert_eq(b.devices[0].pid, 0x0885);
        cr_assert_str_eq(b.devices[0].serial, "A\\x20B");
        cr_assert_eq(b.devices[0].n_passes, 2);
        cr_assert_eq(b.n_revoked, 3);
        memcpy(id, b.whitelist_digest, sizeof(id)); /* the same digits */
        cr_assert(bundle_is_revoked(&b, REVOKED_DRIVE, id));
        cr_assert(bundle_is_revoked(&b, REVOKED_LABEL, id));
        cr_assert(bundle_is_revoked(&b, REVOKED_KEY, id));
        cr_assert_eq(bundle_find_revoked(&b, REVOKED_LABEL, id)->line, 15);
        id[0] ^= 1;
        cr_assert_not(bundle_is_revoked(&b, REVOKED_DRIVE, id));
        cr_assert_eq(bundle_setting(&b, SETTING_GRANT_MAX, ZONE_INTERNET), 2 * 86400);
        cr_assert_str_eq(bundle_next_text(&b, BUNDLE_CONTACT, ZONE_INTERNAL, NULL)->text,
                         "保密办 8031");
        bundle_clear(&b);
}

static const struct Bad {
        const char *name, *text;
        unsigned line, column;
        const char *word; /* stands in the message */
} bad[] = {
        {"empty file", "", 1, 1, "usbzone-policy 1"},
        {"another format", "usbzone-keys 1\n", 1, 1, "usbzone-policy 1"},
        {"newer format", "usbzone-policy 2\n", 1, 1, "usbzone-policy 1"},
        {"no version", "usbzone-policy 1\nname = x\n", 0, 0, "version"},
        {"no name", "usbzone-policy 1\nversion = 1\n", 0, 0, "name"},
        {"version 0", "usbzone-policy 1\nversion = 0\n", 2, 11, "from 1"},
        {"version -1", "usbzone-policy 1\nversion = -1\n", 2, 11, "whole number"},
        {"version twice", START "version = 4\n", 4, 1, "line 2"},
        {"name twice", START "name = y\n", 4, 1, "line 3"},
        {"empty name", "usbzone-policy 1\nversion = 1\nname =\n", 3, 7, "empty"},
        {"unknown key", START "\n# note\nrules = x\n", 6, 1, "rules"},
        {"no equals sign", START "rule internal internal allow\n", 4, 6, "="},
        {"bad date", START "expires = 2026-02-30\n", 4, 11, "2027-01-31"},
        {"end before start", START "not-before = 2026-02-02\nexpires = 2026-02-01\n", 0, 0,
         "expires"},
        {"zone unknown", START "rule = moon internal block\n", 4, 8, "computer's zone"},
        {"zone none as computer", START "rule = none internal block\n", 4, 8, "computer's zone"},
        {"drive zone unknown", START "rule = internal moon block\n", 4, 17, "drive's zone"},
        {"no effect", START "rule = internal internal\n", 4, 25, "allow, read-only or block"},
        {"effect unknown", START "rule = internal internal open\n", 4, 26, "allow, read-only"},
        {"cross use allowed", START "rule = internet internal allow\n", 4, 26, "never"},
        {"cross use read-only", START "rule = internal internet read-only\n", 4, 26, "never"},
        {"no label, internal", START "rule = internal none allow\n", 4, 22, "never"},
        {"severity lowered", START "rule = internal classified block warning\n", 4, 34, "critical"},
        {"severity unknown", START "rule = internal internet block high\n", 4, 32, "severity"},
        {"severity none", START "rule = internet none block none\n", 4, 28, "severity"},
        {"severity on allow", START "rule = internal internal allow notice\n", 4, 32, "remove"},
        {"rule too long", START "rule = internal internet block critical now\n", 4, 41, "now"},
        {"rule twice", START "rule = internal internal allow\nrule = internal internal block\n", 5,
         1, "line 4"},
        {"two signatures of nothing", START "two-signatures =\n", 4, 17, "top-secret"},
        {"two signatures of zone none", START "two-signatures = none\n", 4, 18, "top-secret"},
        {"two signatures of no zone", START "two-signatures = secret moon\n", 4, 25, "internet"},
        {"two signatures, a word twice", START "two-signatures = secret secret\n", 4, 25, "line 4"},
        {"two signatures, said before",
         START "two-signatures = internal\n\ntwo-signatures = secret internal\n", 6, 25,
         "line 4 says 'internal'"},
        {"whitelist without kind", START "whitelist = " HEX32 "\n", 4, 13, "sha256:"},
        {"whitelist too short", START "whitelist = sha256:" HEX16 "\n", 4, 13, "64 hex"},
        {"whitelist-required maybe", START "whitelist-required = maybe\n", 4, 22, "yes"},
        {"required without a list", START "whitelist-required = yes\n", 0, 0, "whitelist = sha256"},
        {"class without effect", START "class = 02:02:*\n", 4, 9, "allow"},
        {"class without pattern", START "class = allow\n", 4, 14, "02:02:*"},
        {"class of two parts", START "class = allow 02:02\n", 4, 15, "02:02:*"},
        {"class of four parts", START "class = allow 02:02:02:02\n", 4, 15, "02:02:*"},
        {"class of one digit", START "class = allow 2:02:*\n", 4, 15, "02:02:*"},
        {"class no hex", START "class = allow 0g:02:*\n", 4, 15, "02:02:*"},
        {"class storage", START "class = allow 08:*:*\n", 4, 15, "rule"},
        {"class storage blocked", START "class = block 08:06:50\n", 4, 15, "rule"},
        {"class anything", START "class = allow *:*:*\n", 4, 15, "rule"},
        {"class with more", START "class = allow 02:02:* 03:*:*\n", 4, 23, "03:*:*"},
        {"device without product", START "device = 096e * 03:*:*\n", 4, 10, "096e:0885"},
        {"device no hex", START "device = 096g:0885 * 03:*:*\n", 4, 10, "096e:0885"},
        {"device without serial", START "device = 096e:0885\n", 4, 19, "serial"},
        {"device without class", START "device = 096e:0885 *\n", 4, 21, "02:02:*"},
        {"device lets storage pass", START "device = 096e:0885 * 03:*:* 08:*:*\n", 4, 29, "rule"},
        {"device lets all pass", START "device = 096e:0885 * *:*:*\n", 4, 22, "rule"},
        {"device with nine classes",
         START "device = 096e:0885 * 01:*:* 02:*:* 03:*:* 04:*:* 05:*:* 06:*:* 07:*:* 09:*:* "
               "0a:*:*\n",
         4, 78, "more than 8"},
        {"revoked drive too short", START "revoke-drive = " HEX16 "\n", 4, 16, "64 hex"},
        {"revoked label too long", START "revoke-label = " HEX32 "\n", 4, 16, "32 hex"},
        {"revoked key no hex", START "revoke-key = everything\n", 4, 14, "32 hex"},
        {"grant-max 0", START "grant-max = 0\n", 4, 13, "8h"},
        {"grant-max too long", START "grant-max = 91d\n", 4, 13, "90d"},
        {"pick-up neither yes nor no", START "pick-up = always\n", 4, 11, "yes"},
        {"pick-up twice", START "pick-up = no\npick-up = yes\n", 5, 1, "line 4"},
        {"needs no version", START "needs = newest\n", 4, 9, "0.1"},
        {"needs one number", START "needs = 1\n", 4, 9, "0.1"},
        {"needs four numbers", START "needs = 0.0.0.1\n", 4, 9, "0.1"},
        {"needs a dot at the end", START "needs = 0.1.\n", 4, 9, "0.1"},
        {"needs a big number", START "needs = 0.99999999999\n", 4, 9, "0.1"},
        {"needs a later major version", START "needs = 999.0\n", 4, 9, "needs usbzone 999.0"},
        {"needs a later patch", START "needs = " UZ_VERSION "9\n", 4, 9, "upgrade"},
        {"control character", START "contact = a\x1b[31m\n", 4, 12, "0x1b"},
        {"carriage returns", "usbzone-policy 1\r\nversion = 1\r\n", 1, 17, "Unix"},
};

Test(bundle, errors_name_line_column_and_remedy)
{
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                TextError error;
                Bundle b = {.version = 99};

                cr_assert_eq(parse(bad[i].text, &b, &error), -EINVAL, "row '%s'", bad[i].name);
                cr_assert_eq(error.line, bad[i].line, "row '%s': line %u", bad[i].name, error.line);
                cr_assert_eq(error.column, bad[i].column, "row '%s': column %u", bad[i].name,
                             error.column);
                cr_assert_not_null(strstr(error.message, bad[i].word), "row '%s': %s", bad[i].name,
                                   error.message);
                cr_assert_eq(b.version, 99, "row '%s'", bad[i].name);
        }
}

/* Every line a policy could have: what may not be opened cannot be. */
Test(bundle, no_line_opens_a_cell_that_must_stay_closed)
{
        static const char *const effects[] = {"block", "read-only", "allow"};
        Bundle defaults;

        bundle_defaults(&defaults);
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++)
                        for (size_t e = 0; e < ARRAY_SIZE(effects); e++) {
                                bool open = h == d || (h == ZONE_INTERNET && d == ZONE_NONE);
                                TextError error;
                                char text[256];
                                Bundle b;
                                int r;

                                (void)snprintf(text, sizeof(text), START "rule = %s %s %s\n",
                                               zone_name((Zone)h), zone_name((Zone)d), effects[e]);
                                r = parse(text, &b, &error);
                                cr_assert_eq(r, e == 0 || open ? 0 : -EINVAL, "%s", text);
                                if (r < 0)
                                        continue;
                                cr_assert_eq(b.rules[h][d].effect, (Effect)e, "%s", text);
                                if (e == 0)
                                        cr_assert_geq(b.rules[h][d].severity,
                                                      MAX(defaults.rules[h][d].severity,
                                                          (Severity)SEVERITY_NOTICE),
                                                      "%s", text);
                                bundle_clear(&b);
                        }
        bundle_clear(&defaults);
}

Test(bundle, no_severity_goes_below_the_built_in_one)
{
        Bundle defaults;

        bundle_defaults(&defaults);
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++)
                        for (int s = SEVERITY_NOTICE; s < SEVERITY_MAX_; s++) {
                                TextError error;
                                char text[256];
                                Bundle b;
                                int r;

                                (void)snprintf(text, sizeof(text), START "rule = %s %s block %s\n",
                                               zone_name((Zone)h), zone_name((Zone)d),
                                               severity_name((Severity)s));
                                r = parse(text, &b, &error);
                                cr_assert_eq(r,
                                             s >= (int)defaults.rules[h][d].severity ? 0 : -EINVAL,
                                             "%s", text);
                                if (r == 0) {
                                        cr_assert_eq(b.rules[h][d].severity, (Severity)s);
                                        bundle_clear(&b);
                                }
                        }
        bundle_clear(&defaults);
}

Test(bundle, what_is_written_reads_back_the_same)
{
        static const char *const texts[] = {
                START,
                START "rule = internal internal allow\n",
                START "rule = internet none read-only\nrule = classified classified block notice\n",
                START "whitelist = sha256:" HEX32 "\nwhitelist-required = yes\n",
                START "class = allow 02:02:*\nclass = block *:*:*\nclass = allow ff:42:01\n",
                START "device = 096e:0885 * 03:*:*\ndevice = ffff:0001 A\\x20B 0b:00:* 03:01:02\n",
                START "revoke-key = " HEX16 "\nrevoke-drive = " HEX32 "\nrevoke-label = " HEX16
                      "\n",
                START "pick-up = yes\n",
                START "pick-up = no\n",
                START "needs = 0.0.9999\n",
                START "needs = " UZ_VERSION "\n",
                START "not-before = 2026-01-01\nexpires = 2027-01-01\ngrant-max = 90s\n"
                      "contact = x # y\n",
                START "two-signatures = top-secret internal\ntwo-signatures = classified\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
                _cleanup_(freep) char *once = NULL, *twice = NULL;
                TextError error;
                size_t size;
                Bundle b;

                cr_assert_eq(parse(texts[i], &b, &error), 0, "row %zu: %s", i, error.message);
                cr_assert_eq(bundle_format(&b, &once, &size), 0);
                bundle_clear(&b);
                cr_assert_eq(parse(once, &b, &error), 0, "row %zu: %s\n%s", i, error.message, once);
                cr_assert_eq(bundle_format(&b, &twice, &size), 0);
                cr_assert_str_eq(once, twice);
                cr_assert_eq(b.n_revoked, i == 6 ? 3 : 0);
                cr_assert_eq(b.n_classes, i == 4 ? 3 : 0);
                cr_assert_eq(b.n_devices, i == 5 ? 2 : 0);
                cr_assert_eq(bundle_setting(&b, SETTING_PICK_UP, ZONE_INTERNAL), i == 7);
                cr_assert_eq(strstr(once, "two-signatures = internal classified top-secret\n") !=
                                     NULL,
                             i == 12, "row %zu: %s", i, once);
                cr_assert_eq(bundle_setting(&b, SETTING_GRANT_MAX, ZONE_INTERNAL),
                             i == 11 ? 90 : BUNDLE_GRANT_DEFAULT);
                bundle_clear(&b);
        }
}

Test(bundle, a_changed_cell_is_written_and_an_unclean_name_is_not)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        Bundle b;

        bundle_defaults(&b);
        b.version = 1;
        strcpy(b.name, "x");
        b.rules[ZONE_INTERNET][ZONE_NONE].severity = SEVERITY_CRITICAL;
        cr_assert_eq(bundle_format(&b, &text, &size), 0);
        cr_assert_not_null(strstr(text, "rule = internet none block critical\n"));
        cr_assert_null(strstr(text, "rule = internal"));
        strcpy(b.name, "x\nrule = internet none allow");
        cr_assert_eq(bundle_format(&b, &text, &size), -EINVAL);
        bundle_clear(&b);
}

Test(bundle, revocations_are_found_among_many_and_taken_once)
{
        uint8_t id[DIGEST_SIZE] = {0};
        Bundle b;

        bundle_defaults(&b);
        for (unsigned i = 0; i < 2000; i++) {
                id[0] = (uint8_t)(i * 37);
                id[1] = (uint8_t)(i >> 8);
                id[2] = (uint8_t)i;
                cr_assert_eq(bundle_revoke(&b, (RevokedKind)(i % 3), id), 0);
                cr_assert_eq(bundle_revoke(&b, (RevokedKind)(i % 3), id), -EEXIST);
        }
        for (unsigned i = 0; i < 2000; i++) {
                id[0] = (uint8_t)(i * 37);
                id[1] = (uint8_t)(i >> 8);
                id[2] = (uint8_t)i;
                for (unsigned kind = 0; kind < 3; kind++)
                        cr_assert_eq(bundle_is_revoked(&b, (RevokedKind)kind, id), kind == i % 3);
        }
        bundle_clear(&b);
}

Test(bundle, a_revoked_key_is_marked_in_the_ring)
{
        Keyring ring = {.n = 2};
        Bundle b;

        bundle_defaults(&b);
        ring.keys[1].id[0] = 5;
        cr_assert_eq(bundle_revoke(&b, REVOKED_KEY, ring.keys[1].id), 0);
        bundle_mark_revoked(&b, &ring);
        cr_assert_not(ring.keys[0].revoked);
        cr_assert(ring.keys[1].revoked);
        bundle_clear(&b);
}

Test(bundle, a_list_has_a_limit)
{
        static char text[BUNDLE_CLASSES_MAX * 32];
        size_t used = (size_t)snprintf(text, sizeof(text), "%s", START);
        TextError error;
        Bundle b;

        for (unsigned i = 0; i < BUNDLE_CLASSES_MAX; i++)
                used += (size_t)snprintf(text + used, sizeof(text) - used,
                                         "class = allow 02:%02x:*\n", i & 0xff);
        cr_assert_eq(parse(text, &b, &error), 0);
        cr_assert_eq(b.n_classes, BUNDLE_CLASSES_MAX);
        bundle_clear(&b);
        (void)snprintf(text + used, sizeof(text) - used, "class = allow 02:*:*\n");
        cr_assert_eq(parse(text, &b, &error), -EINVAL);
        cr_assert_eq(error.line, 4 + BUNDLE_CLASSES_MAX);
}
