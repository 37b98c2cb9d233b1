/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sentences read back by their formats, and each message that is said in English among them. */
#include <criterion/criterion.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/keyfile.h"
#include "lib/said.h"
#include "policy/bundle.h"
#include "policy/sentence.h"

TestSuite(said, .timeout = 20);

static void put_values(StrBuf *b, size_t n, const void *userdata)
{
        const Said *said = userdata;

        if (n < said->n)
                strbuf_bytes(b, said->values[n].at, said->values[n].len);
}

static bool is_value(const Said *said, size_t n, const char *text)
{
        return n < said->n && said->values[n].len == strlen(text) &&
               memcmp(said->values[n].at, text, strlen(text)) == 0;
}

Test(said, values_are_found_between_the_words)
{
        static const struct {
                const char *name, *format, *said, *values[4];
        } rows[] = {
                {"no value", "it is gone", "it is gone", {NULL}},
                {"one at the end", "no %s", "no drive", {"drive"}},
                {"one alone", "%s", "anything, 1: 2", {"anything, 1: 2"}},
                {"a value may be empty", "'%s' is", "'' is", {""}},
                {"numbers", "%u of %llu, %zu, %lu", "1 of 22, 3, 4", {"1", "22", "3", "4"}},
                {"fixed-width numbers", "at %" PRIu64 ", %" PRId64, "at 7, -8", {"7", "-8"}},
                {"hex", "byte 0x%02x here", "byte 0x0d here", {"0d"}},
                {"a sign of its own", "%u%% of %s", "5% of it", {"5", "it"}},
                {"the first as short as can be", "%s/%s", "/etc/policy", {"", "etc/policy"}},
                {"what follows decides",
                 "%s/%s, line %u: %s",
                 "/a/b, line x/c, line 3: no",
                 {"", "a/b, line x/c", "3", "no"}},
                {"a number decides", "%s (%s, line %u)", "a (b) (c, line 4)", {"a", "b) (c", "4"}},
                {"as long as its precision", "'%.4s'%s", "'abcd'e'f", {"abcd", "e'f"}},
                {"in another order", "%2$s of %1$s", "a of b", {"a", "b"}},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Said said;

                cr_assert(said_fits(rows[i].said, rows[i].format, NULL, NULL, &said), "row '%s'",
                          rows[i].name);
                for (size_t n = 0; n < 4 && rows[i].values[n]; n++)
                        cr_assert(is_value(&said, n, rows[i].values[n]), "row '%s', value %zu",
                                  rows[i].name, n);
        }
}

Test(said, what_a_directive_cannot_have_said_does_not_fit)
{
        static const struct {
                const char *name, *format, *said;
        } rows[] = {
                {"another word", "it is gone", "it is here"},
                {"something more", "it is gone", "it is gone now"},
                {"something less", "it is gone", "it is"},
                {"no number", "line %u", "line x"},
                {"nothing for a number", "line %u", "line "},
                {"a sign where there is none", "line %u", "line -1"},
                {"no hex", "byte 0x%02x here", "byte 0xg1 here"},
                {"longer than its precision", "'%.4s' is", "'abcde' is"},
                {"the sign of a directive", "%u%% of", "5 of"},
                {"more values than there is room for", "%s%s%s%s%s%s%s%s%s", "123456789"},
        };
        Said said;

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                cr_assert_not(said_fits(rows[i].said, rows[i].format, NULL, NULL, &said),
                              "row '%s'", rows[i].name);
}

Test(said, values_behind_a_quote_are_names)
{
        Said said;

        cr_assert(said_fits("'a' \"b\" `c d` (e) f", "'%s' \"%s\" `%s d` (%s) %s", NULL, NULL,
                            &said));
        for (size_t n = 0; n < said.n; n++)
                cr_assert_eq(said.values[n].quoted, n < 3, "value %zu", n);
}

Test(said, a_translation_may_turn_values_round)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(64);
        Said said;

        cr_assert(said_fits("a before b", "%s before %s", NULL, NULL, &said));
        said_write(&b, "100%% %2$s, %1$s; %3$s", put_values, &said);
        cr_assert_str_eq(b.text, "100% b, a; ");
}

/* A name made so that each of its signs could be the end of a value. */
Test(said, a_sentence_made_to_take_long_is_given_up)
{
        char said[SENTENCE_MAX];
        Said found;

        memset(said, '/', sizeof(said) - 1);
        said[sizeof(said) - 1] = '\0';
        cr_assert_not(said_fits(said, "%s/%s/%s/%s/%s/%s/%s!", NULL, NULL, &found));
        cr_assert_eq(sentence_parse(said, &found), -ENOENT);
}

/* Value `n` of a sample; a format without words has a sentence first. */
static const char *sample(const char *format, size_t n, char kind, char room[16])
{
        static const char *const texts[] = {"Qa-1", "Qb-2", "Qc-3", "Qd-4"};

        if (kind == 's' && n == 0 && strncmp(format, "%s", 2) == 0 && strlen(format) <= 8)
                return "there are too many grants";
        if (kind == 's')
                return texts[n % ARRAY_SIZE(texts)];
        snprintf(room, 16, "%zu", 10 + n);
        return room;
}

static void put_sample(StrBuf *b, size_t n, const void *format)
{
        const char *rest = format;
        char room[16];
        SaidPart part;

        for (size_t i = 0; i <= n;) {
                rest = said_part(rest, &part);
                i += part.kind != '%';
        }
        strbuf_printf(b, "%s", sample(format, n, part.kind, room));
}

Test(said, each_message_is_read_back_with_its_values)
{
        cr_assert_gt(n_sentences, 200);
        for (size_t i = 0; i < n_sentences; i++) {
                _cleanup_(strbuf_clear) StrBuf said = strbuf(SENTENCE_MAX);
                Said found;

                said_write(&said, sentences[i], put_sample, sentences[i]);
                cr_assert(said.text && !said.failed, "%s", sentences[i]);
                cr_assert_eq(sentence_parse(said.text, &found), 0, "%s", said.text);
                cr_assert_str_eq(found.format, sentences[i], "%s", said.text);
                for (size_t n = 0; n < found.n; n++) {
                        char room[16];

                        cr_assert(is_value(&found, n,
                                           sample(sentences[i], n, found.values[n].kind, room)),
                                  "%s: value %zu", said.text, n);
                }
        }
}

Test(said, of_several_formats_the_one_with_most_words_counts)
{
        static const struct {
                const char *said, *format;
        } rows[] = {
                {"/etc/usbzone/policy is refused: it is too large. Install it again",
                 "%s/%s is refused: %s. Install it again"},
                {"/etc/usbzone/policy is refused: 'expires' must come after 'not-before'",
                 "%s/%s is refused: %s"},
                {"/etc/usbzone/policy, line 3, column 5: expected 'yes' or 'no'. The policy before "
                 "stays",
                 "%s. The policy before stays"},
                {"The ledger cannot be read: No such file or directory", "%s: %s"},
                {"The drive has been revoked (revoked)", "%s (%s)"},
                {"The drive has been revoked (revoked): no exception can lift that",
                 "%s (%s): no exception can lift that"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Said found;

                cr_assert_eq(sentence_parse(rows[i].said, &found), 0, "row '%s'", rows[i].said);
                cr_assert_str_eq(found.format, rows[i].format, "row '%s'", rows[i].said);
        }
}

Test(said, what_is_no_message_stays)
{
        static const char *const said[] = {
                "",           ":",       ": ",        "a: b",        "a (b)",          "%s",
                "%s: %s",     "%n%n",    "The drive", "line 3: no.", "expected 'yes'", "(),",
                "Room 5: no", "%1$s: x",
        };
        Said found;

        for (size_t i = 0; i < ARRAY_SIZE(said); i++)
                cr_assert_eq(sentence_parse(said[i], &found), -ENOENT, "row '%s'", said[i]);
}

Test(said, what_a_parser_says_of_a_file_is_read_back)
{
        static const char *const files[] = {
                "",
                "usbzone-policy 1\r\n",
                "something else\n",
                "usbzone-policy 1\nname\n",
                "usbzone-policy 1\nname = \x1b\n",
                "usbzone-policy 1\ncolour = red\n",
                "usbzone-policy 1\nversion = none\n",
                "usbzone-policy 1\nname = a\nname = b\n",
                "usbzone-policy 1\nversion = 1\nname =\n",
                "usbzone-policy 1\nrule = internal classified allow\n",
                "usbzone-policy 1\nneeds = 99.1\n",
                "usbzone-policy 1\nversion = 1\n",
        };

        for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
                TextError error = {0};
                Bundle bundle = {0};
                Said found;

                cr_assert_eq(bundle_parse(files[i], strlen(files[i]), &bundle, &error), -EINVAL);
                cr_assert_eq(sentence_parse(error.message, &found), 0, "%s", error.message);
        }
}
