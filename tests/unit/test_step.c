/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of a decision's steps, said and read back. */
#include <criterion/criterion.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/said.h"
#include "policy/step.h"

TestSuite(step, .timeout = 10);

static const struct {
        const char *name, *kinds, *text;
} rows[] = {
#define X(name, kinds, text) {#name, kinds, text},
        STEP_TABLE(X)
#undef X
};

static const char *sample(char kind)
{
        switch (kind) {
        case 'n':
                return "17";
        case 't':
                return "2026-11-21T08:00:00Z";
        case 'x':
                return "08";
        case 'i':
                return "08:06:50 03:01:01 ...";
        case 'z':
                return "classified";
        case 'l':
                return "top-secret";
        case 'r':
                return "zone-mismatch";
        case 'c':
                return "camera or phone (PTP/MTP)";
        case 's':
                return "Office, level 2: a";
        default:
                return NULL;
        }
}

static void put_sample(StrBuf *b, size_t n, const void *kinds)
{
        cr_assert_lt(n, strlen(kinds), "%s", b->text);
        strbuf_printf(b, "%s", sample(((const char *)kinds)[n]));
}

Test(step, each_sentence_is_read_back_with_its_values)
{
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                _cleanup_(strbuf_clear) StrBuf b = strbuf(512);
                size_t n = strlen(rows[i].kinds);
                const char *said;
                StepWords words;

                said_write(&b, rows[i].text, put_sample, rows[i].kinds);
                said = b.text;
                cr_assert_leq(n, STEP_VALUES_MAX, "row '%s'", rows[i].name);
                cr_assert_eq(step_parse(said, &words), 0, "row '%s': %s", rows[i].name, said);
                cr_assert_str_eq(words.text, rows[i].text, "row '%s'", rows[i].name);
                while (n-- > 0)
                        cr_assert_str_eq(words.values[n], sample(rows[i].kinds[n]), "row '%s'",
                                         rows[i].name);
        }
}

Test(step, what_is_no_sentence_of_the_table_is_refused)
{
        static const char *const said[] = {
                "",
                "zone",
                "zone ",
                "zone nowhere",
                "zone internal, level secret, level secret",
                "policy line ",
                "policy line 1x",
                "built-in ",
                "reason: no-such-reason",
                "the label ended yesterday",
                "key 0123 signature fits",
                "first copy: no-label",
        };
        StepWords words;

        for (size_t i = 0; i < ARRAY_SIZE(said); i++)
                cr_assert_eq(step_parse(said[i], &words), -ENOENT, "row '%s'", said[i]);
}

Test(step, a_value_too_long_is_refused)
{
        char said[2 * STEP_VALUE_MAX] = "a label key of ";
        StepWords words;

        memset(said + strlen(said), 'a', STEP_VALUE_MAX);
        cr_assert_eq(step_parse(said, &words), -ENOENT);
}
