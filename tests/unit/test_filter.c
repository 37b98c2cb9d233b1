/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are wanted: what the line tells by itself is what a JSON reader tells of it,
 * however the line is spelled. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "store/filter.h"

TestSuite(filter, .timeout = 60);

#define IDENTITY "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const RecordFilter filters[] = {
        {.since = "2026-11-21T08:00:00Z"},
        {.until = "2026-11-21T08:00:00Z"},
        {.since = "2026-11-21T08:00:00Z", .until = "2026-11-21T08:00:00Z"},
        {.reason = "zone-mismatch"},
        {.kind = "verdict"},
        {.kind = "tamper"},
        {.zone = "internet"},
        {.severity = SEVERITY_NOTICE},
        {.severity = SEVERITY_WARNING},
        {.severity = SEVERITY_CRITICAL},
        {.violations = true},
        {.drive = "7"},
        {.drive = "N27"},
        {.drive = "01234567"},
        {.drive = "0123456789ABCDEF"},
        {.drive = "0123456"},
        {.drive = "true"},
        {.drive = ""},
        {.drive = "\\"},
        {.drive = "王芳"},
        {.drive = "{ \"a\": 1 }"},
        {.kind = "verdict", .reason = "zone-mismatch", .zone = "internet", .drive = "N27"},
        {.violations = true, .severity = SEVERITY_WARNING, .since = "2026-11-21T08:00:00Z"},
};

/* The slow way. */
static bool parse_and_match(const RecordFilter *f, const char *line, size_t size)
{
        json_tokener *t = json_tokener_new();
        json_object *o = json_tokener_parse_ex(t, line, (int)size);
        bool found = json_object_is_type(o, json_type_object) && record_matches(f, o);

        (void)json_object_put(o);
        json_tokener_free(t);
        return found;
}

/* How many filters could tell without the slow way. */
static size_t compare(const char *line)
{
        size_t size = strlen(line), told = 0;

        for (size_t i = 0; i < ARRAY_SIZE(filters); i++) {
                RecordSieve got = record_sieve(&filters[i], line, size);
                bool want = parse_and_match(&filters[i], line, size);

                told += got != RECORD_PARSE;
                cr_assert(got == RECORD_PARSE || (got == RECORD_YES) == want,
                          "row '%s', filter %zu: %d, by a JSON reader %d", line, i, got, want);
        }
        return told;
}

#define VERDICT(more) \
        "{\"seq\":5,\"time\":\"2026-11-21T08:00:00.000001Z\",\"kind\":\"verdict\"" more \
        ",\"mac\":\"\"}"
#define BLOCK ",\"verdict\":\"block\",\"severity\":\"critical\",\"reason\":\"zone-mismatch\""

Test(filter, what_the_daemon_writes_is_told_without_parsing)
{
        static const char *const rows[] = {
                VERDICT(""),
                VERDICT(BLOCK),
                VERDICT(BLOCK ",\"drive\":7,\"media_number\":\"N27\",\"drive_zone\":\"internet\""),
                VERDICT(",\"identity\":\"" IDENTITY "\",\"serial\":\"S\",\"sysname\":\"1-1\""),
                VERDICT(",\"holder\":\"王芳\",\"serial\":\"王芳\""),
                VERDICT(",\"verdict\":\"block\",\"severity\":\"none\""),
                VERDICT(",\"verdict\":\"block\",\"severity\":\"grave\""),
                VERDICT(",\"verdict\":\"block\""),
                VERDICT(",\"verdict\":\"allow\",\"severity\":\"notice\""),
                VERDICT(",\"scsi_vendor\":\"\\\\xff\\\"\",\"media_number\":\"N27\""),
                VERDICT(",\"text\":\"\\\",\\\"reason\\\":\\\"zone-mismatch\\\"\""),
                VERDICT(",\"text\":\"zone-mismatch internet N27 7 tamper\""),
                VERDICT(",\"label_id\":\"N27\""),
                VERDICT(",\"identity\":\"01234567\""),
                VERDICT(",\"identity\":\"0123456\""),
                VERDICT(",\"identity\":\"0123456789ABCDEF\""),
                VERDICT(",\"drive\":\"7\""),
                VERDICT(",\"drive\":true"),
                VERDICT(",\"drive\":null"),
                VERDICT(",\"drive\":77"),
                VERDICT(",\"drive\":-7"),
                VERDICT(",\"serial\":\"true\""),
                VERDICT(BLOCK ",\"reason\":\"ok\",\"severity\":\"none\""),
                VERDICT(BLOCK ",\"reason\":null,\"kind\":\"tamper\""),
                "{\"seq\":1,\"time\":\"2026-11-21T08:00:00\",\"kind\":\"tamper\"}",
                "{\"seq\":1,\"time\":\"2026-11-21T08:00:0\",\"kind\":\"tamper \"}",
                "{\"seq\":1,\"time\":\"2026-11-21T07:59:59Z\"}",
                "{\"seq\":1,\"time\":\"2026-11-21T08:00:01Z\"}",
                "{\"seq\":1,\"time\":7,\"kind\":true,\"severity\":3,\"reason\":null}",
                "{\"seq\":1}",
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                cr_assert_eq(compare(rows[i]), ARRAY_SIZE(filters), "row '%s'", rows[i]);
}

Test(filter, no_spelling_hides_a_record)
{
        static const char *const rows[] = {
                VERDICT(",\"\\u0072eason\":\"zone-mismatch\""),
                VERDICT(",\"reason\":\"zone\\u002dmismatch\""),
                VERDICT(",\"media_number\":\"\\u004e27\""),
                VERDICT(",\"media_number\" : \"N27\""),
                VERDICT(", \"media_number\":\"N27\""),
                VERDICT(",\"media_number\":\t\"N27\""),
                VERDICT(",'media_number':'N27'"),
                VERDICT(",\"media_number\"/* */:\"N27\""),
                VERDICT(",\"drive\":7.0"),
                VERDICT(",\"drive\":7e0"),
                VERDICT(",\"drive\":+7"),
                VERDICT(",\"drive\":07"),
                VERDICT(",\"drive\":-0"),
                VERDICT(",\"drive\":{\"a\":1}"),
                VERDICT(",\"drive\":[7]"),
                VERDICT(",\"drive\":TRUE"),
                VERDICT(",\"drive\":18446744073709551616"),
                VERDICT(",\"x\":{\"reason\":\"zone-mismatch\"},\"reason\":\"ok\""),
                VERDICT(",\"x\":[{\"kind\":\"tamper\"}],\"drive_zone\":\"internet\""),
                VERDICT(",\"x\":\"\\\"\",\"drive_zone\":\"internet\""),
                VERDICT(",\"x\":\"\\\\\",\"drive_zone\":\"internet\""),
                VERDICT(",\"serial\":\"\\\\\""),
                VERDICT(",\"serial\":\"\\/\",\"media_number\":\"N27\""),
                VERDICT(",\"media_number\":\"\\u004e27\",\"media_number\":\"x\""),
                VERDICT(",\"media_number\":\"x\",\"media_number\":\"\\u004e27\""),
                "{\"seq\":1,\"kind\":\"verdict\"} {\"kind\":\"tamper\"}",
                "{\"seq\":1,\"kind\":\"verdict\",}",
                "{\"seq\":1,\"kind\":\"verdict\"",
                "{\"seq\":1,\"kind\":\"tamper\"x}",
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                (void)compare(rows[i]);
}

static unsigned draw(unsigned *seed, size_t n)
{
        *seed = *seed * 1103515245u + 12345u;
        return (*seed >> 16) % (unsigned)n;
}

/* Mostly `plain`, sometimes one of the others. */
static const char *pick(unsigned *seed, const char *plain, const char *const *others, size_t n)
{
        return draw(seed, 30) ? plain : others[draw(seed, n)];
}

#define PICK(seed, plain, list) pick(seed, plain, list, ARRAY_SIZE(list))

static void make_line(unsigned *seed, char *ret, size_t size)
{
        static const char *const keys[] = {
                "\"time\"",          "\"kind\"",   "\"verdict\"",     "\"reason\"",
                "\"severity\"",      "\"drive\"",  "\"drive_zone\"",  "\"media_number\"",
                "\"identity\"",      "\"serial\"", "\"\\u006bind\"",  "'reason'",
                "\"text\"",          "\"kinds\"",  "\"driv\\u0065\"", "\"reason \"",
                "\"media\\\"kind\"",
        };
        static const char *const values[] = {
                "\"2026-11-21T08:00:00.000001Z\"",
                "\"verdict\"",
                "\"tamper\"",
                "\"block\"",
                "\"zone-mismatch\"",
                "\"critical\"",
                "\"none\"",
                "7",
                "\"7\"",
                "\"internet\"",
                "\"N27\"",
                "null",
                "\"" IDENTITY "\"",
                "\"0123456789ABCD\"",
                "\"\\\\\"",
                "true",
                "\"\\u004e27\"",
                "\"王芳\"",
                "07",
                "7.0",
                "{\"kind\":\"tamper\"}",
                "[\"N27\"]",
                "\"\\\"\"",
                "'N27'",
                "\"a,\\\"kind\\\":\\\"tamper\"",
                "\"}\"",
                "\"\"",
                "-7",
        };
        static const char *const colons[] = {" :", ": ", "/**/:", ""};
        static const char *const commas[] = {" ,", ", ", ",,", "", "}"};
        static const char *const ends[] = {"", " }", "}}", "} x", ",}"};
        unsigned n = 1 + draw(seed, 9);
        size_t at = (size_t)snprintf(ret, size, "{\"seq\":5");

        for (unsigned i = 0; i < n; i++)
                at += (size_t)snprintf(ret + at, size - at, "%s%s%s%s", PICK(seed, ",", commas),
                                       keys[draw(seed, ARRAY_SIZE(keys))], PICK(seed, ":", colons),
                                       values[draw(seed, ARRAY_SIZE(values))]);
        (void)snprintf(ret + at, size - at, "%s", PICK(seed, "}", ends));
}

Test(filter, lines_of_any_making_are_told_as_a_json_reader_tells_them)
{
        unsigned seed = 20261122;
        size_t told = 0;

        for (unsigned i = 0; i < 20000; i++) {
                char line[2048];

                make_line(&seed, line, sizeof(line));
                told += compare(line);
        }
        cr_assert_gt(told, 20000, "the line alone must have told something");
}

Test(filter, an_empty_filter_takes_all)
{
        const RecordFilter all = {0}, violations = {.violations = true};

        cr_assert(record_filter_is_empty(&all));
        cr_assert_not(record_filter_is_empty(&violations));
        cr_assert_eq(record_sieve(&all, "x", 1), RECORD_YES);
}

Test(filter, each_question_has_its_answer)
{
        static const struct {
                RecordFilter f;
                const char *yes, *no;
        } rows[] = {
                {{.since = "2026-11-21T08:00:00Z"},
                 "\"time\":\"2026-11-21T08:00:00.9Z\"",
                 "\"time\":\"2026-11-21T07:59:59.9Z\""},
                {{.since = "2026-11-21T08:00:00Z"},
                 "\"time\":\"2026-11-21T08:00:00\"",
                 "\"time\":\"2026-11-21T08:00:0\""},
                {{.until = "2026-11-21T08:00:00Z"},
                 "\"time\":\"2026-11-21T08:00:00.9Z\"",
                 "\"time\":\"2026-11-21T08:00:01Z\""},
                {{.until = "2026-11-21T08:00:00Z"}, "\"x\":1", "\"time\":\"3\""},
                {{.reason = "ok"}, "\"reason\":\"ok\"", "\"reason\":\"okay\""},
                {{.kind = "mode"}, "\"kind\":\"mode\"", "\"reason\":\"mode\""},
                {{.zone = "internal"}, "\"drive_zone\":\"internal\"", "\"host_zone\":\"internal\""},
                {{.severity = SEVERITY_WARNING},
                 "\"severity\":\"critical\"",
                 "\"severity\":\"notice\""},
                {{.severity = SEVERITY_NOTICE},
                 "\"severity\":\"notice\"",
                 "\"severity\":\"grave and more\""},
                {{.drive = "7"}, "\"drive\":7", "\"drive\":77"},
                {{.drive = "7"}, "\"sysname\":\"7\"", "\"vid\":\"7\""},
                {{.drive = "N2"}, "\"media_number\":\"N2\"", "\"media_number\":\"N27\""},
                {{.drive = "S 1"}, "\"serial\":\"S 1\"", "\"serial\":\"s 1\""},
                {{.drive = "abcdef01"}, "\"identity\":\"abcdef0123\"", "\"identity\":\"abcdef0\""},
                {{.drive = "ABCDEF01"},
                 "\"identity\":\"abcdef0123\"",
                 "\"label_id\":\"abcdef0123\""},
                {{.drive = "abcdef0"}, "\"label_id\":\"abcdef0\"", "\"identity\":\"abcdef0123\""},
                {{.violations = true}, "\"kind\":\"tamper\"", "\"kind\":\"verdict\""},
                {{.violations = true},
                 "\"kind\":\"verdict\",\"verdict\":\"block\",\"severity\":\"notice\"",
                 "\"kind\":\"verdict\",\"verdict\":\"block\",\"severity\":\"none\""},
                {{.violations = true},
                 "\"kind\":\"verdict\",\"verdict\":\"block\"",
                 "\"kind\":\"verdict\",\"verdict\":\"allow\",\"severity\":\"notice\""},
                {{.kind = "mode", .zone = "internet"},
                 "\"kind\":\"mode\",\"drive_zone\":\"internet\"",
                 "\"kind\":\"mode\",\"drive_zone\":\"internal\""},
        };
        char line[256];

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                (void)snprintf(line, sizeof(line), "{\"seq\":1,%s}", rows[i].yes);
                cr_assert(parse_and_match(&rows[i].f, line, strlen(line)), "row '%s'", line);
                cr_assert_eq(record_sieve(&rows[i].f, line, strlen(line)), RECORD_YES, "row '%s'",
                             line);
                (void)snprintf(line, sizeof(line), "{\"seq\":1,%s}", rows[i].no);
                cr_assert_not(parse_and_match(&rows[i].f, line, strlen(line)), "row '%s'", line);
                cr_assert_eq(record_sieve(&rows[i].f, line, strlen(line)), RECORD_NO, "row '%s'",
                             line);
        }
}
