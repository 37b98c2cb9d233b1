/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a line, read in place: the plain spelling is, every other one is refused. */
#include <criterion/criterion.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/members.h"

TestSuite(members, .timeout = 10);

/* "name=value;" of each, with a letter for its type; "refused" once one is. */
static void list(const char *line, size_t size, char *ret, size_t room)
{
        static const char types[] = {[MEMBER_TEXT] = 't',
                                     [MEMBER_ESCAPED] = 'e',
                                     [MEMBER_NUMBER] = 'n',
                                     [MEMBER_BOOLEAN] = 'b',
                                     [MEMBER_NULL] = '0'};
        Member all[MEMBERS_MAX];
        size_t n = 0;
        int r = members_read(line, size, all);

        *ret = '\0';
        for (int i = 0; i < r; i++)
                n += (size_t)snprintf(ret + n, room - n, "%.*s=%c%.*s;", (int)all[i].key_size,
                                      all[i].key, types[all[i].type], (int)all[i].size,
                                      all[i].value);
        if (r < 0)
                (void)snprintf(ret, room, "refused");
}

Test(members, plain_lines_are_read)
{
        static const struct {
                const char *line, *want;
        } rows[] = {
                {"{\"a\":1}", "a=n1;"},
                {"{\"seq\":12,\"kind\":\"start\"}", "seq=n12;kind=tstart;"},
                {"{\"\":\"\"}", "=t;"},
                {"{\"a\":-7,\"b\":0,\"c\":123456789012345678}",
                 "a=n-7;b=n0;c=n123456789012345678;"},
                {"{\"a\":true,\"b\":false,\"c\":null}", "a=btrue;b=bfalse;c=0null;"},
                {"{\"a\":\"x\",\"a\":\"y\"}", "a=tx;a=ty;"},
                {"{\"a\":\"{[,:]} 王芳\",\"b\":\"'/**/\"}", "a=t{[,:]} 王芳;b=t'/**/;"},
                {"{\"a\":\"\\\"\",\"b\":\"c\"}", "a=e\\\";b=tc;"},
                {"{\"a\":\"\\\\\",\"b\":\"c\"}", "a=e\\\\;b=tc;"},
                {"{\"a\":\"\\\\\\\",\\\"\",\"b\":1}", "a=e\\\\\\\",\\\";b=n1;"},
                {"{\"a\":\"\\u0041\",\"b\":\"reason\"}", "a=e\\u0041;b=treason;"},
        };
        char got[512];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                list(rows[i].line, strlen(rows[i].line), got, sizeof(got));
                cr_assert_str_eq(got, rows[i].want, "row '%s'", rows[i].line);
        }
}

Test(members, every_other_spelling_is_refused)
{
        static const char *const rows[] = {
                "",
                "{",
                "}",
                "{}",
                "{\"",
                "{\"a",
                "{\"a\"",
                "{\"a\":",
                "{\"a\":1",
                "{\"a\":\"",
                "{\"a\":\"x",
                "{\"a\":\"x\"",
                "{\"a\":\"x\\\"}",
                "{\"a\":\"x\",}",
                "{\"a\":\"x\",",
                "{,\"a\":\"x\"}",
                ",\"a\":\"x\"}",
                "[\"a\"]",
                "\"a\"",
                " {\"a\":1}",
                "{ \"a\":1}",
                "{\"a\" :1}",
                "{\"a\": 1}",
                "{\"a\":1 }",
                "{\"a\":1, \"b\":2}",
                "{\"a\":1} ",
                "{\"a\":1}}",
                "{\"a\":1};",
                "{\"a\":1}{\"b\":2}",
                "{\"a\":{\"b\":1}}",
                "{\"a\":[1]}",
                "{\"a\":01}",
                "{\"a\":-0}",
                "{\"a\":-}",
                "{\"a\":+1}",
                "{\"a\":1.0}",
                "{\"a\":1e3}",
                "{\"a\":1234567890123456789}",
                "{\"a\":True}",
                "{\"a\":nul}",
                "{\"a\":truex}",
                "{\"a\":NaN}",
                "{'a':1}",
                "{\"a\":'x'}",
                "{\"a\"/**/:1}",
                "{\"a\":/**/1}",
                "{a:1}",
                "{\"\\u0061\":1}",
                "{\\\"a\":1}",
                "{\"a\":\"x\"\"b\":1}",
                "{\"a\":\"x\"y,\"b\":1}",
                "{\"a\"\"b\":1}",
                "{\"a\":\"b\":\"c\"}",
        };
        char got[512];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                list(rows[i], strlen(rows[i]), got, sizeof(got));
                cr_assert_str_eq(got, "refused", "row '%s'", rows[i]);
        }
}

/* Quotes are looked for eight bytes at a time: each place within the eight, and each cut. */
Test(members, the_place_of_a_quote_and_the_lines_size_change_nothing)
{
        for (unsigned key = 0; key < 20; key++)
                for (unsigned value = 0; value < 20; value++) {
                        char line[128], want[128], got[128];
                        int n = snprintf(line, sizeof(line), "{\"%.*s\":\"%.*s\",\"z\":9}", key,
                                         "kkkkkkkkkkkkkkkkkkkk", value, "##!!##!!##!!##!!##!!");

                        (void)snprintf(want, sizeof(want), "%.*s=t%.*s;z=n9;", key,
                                       "kkkkkkkkkkkkkkkkkkkk", value, "##!!##!!##!!##!!##!!");
                        list(line, (size_t)n, got, sizeof(got));
                        cr_assert_str_eq(got, want, "row '%s'", line);
                        for (size_t cut = 0; cut < (size_t)n; cut++) {
                                list(line, cut, got, sizeof(got));
                                cr_assert_str_eq(got, "refused", "row '%.*s'", (int)cut, line);
                        }
                }
}

Test(members, more_members_than_are_read_and_too_long_a_line_are_refused)
{
        static char line[70000], got[70000];

        for (int texts = 0; texts < 2; texts++) {
                size_t n = 0;

                for (unsigned i = 0; i < MEMBERS_MAX + 1; i++) {
                        n += (size_t)snprintf(line + n, sizeof(line) - n, "%s\"k\":%s",
                                              i ? "," : "{", texts ? "\"v\"" : "1");
                        line[n] = '}';
                        list(line, n + 1, got, sizeof(got));
                        cr_assert_eq(strcmp(got, "refused") == 0, i == MEMBERS_MAX, "row '%u'", i);
                }
        }
        memset(line, 'x', sizeof(line));
        memcpy(line, "{\"k\":\"", 6);
        memcpy(line + UINT16_MAX - 2, "\"}", 2);
        list(line, UINT16_MAX, got, sizeof(got));
        cr_assert_str_neq(got, "refused");
        line[UINT16_MAX - 2] = 'x';
        memcpy(line + UINT16_MAX - 1, "\"}", 2);
        list(line, UINT16_MAX + 1, got, sizeof(got));
        cr_assert_str_eq(got, "refused");
}
