/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are wanted, and how one looks. */
#include "cli/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/show.h"

#define DAY_SECONDS 86400
#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define IDENTITY_PREFIX 8u
#define BACK_MAX (100ull * 366 * DAY_SECONDS)

/* Midnight here, `days` from today. */
static int64_t midnight(int days)
{
        time_t now = time(NULL);
        struct tm tm;

        if (!localtime_r(&now, &tm))
                return 0;
        tm.tm_mday += days;
        tm.tm_hour = tm.tm_min = tm.tm_sec = 0;
        tm.tm_isdst = -1;
        return (int64_t)mktime(&tm);
}

static bool day_alone(const char *text, bool end, int64_t *ret)
{
        struct tm tm = {.tm_isdst = -1};
        const char *rest = strptime(text, "%Y-%m-%d", &tm);

        if (!rest || *rest)
                return false;
        tm.tm_mday += end;
        *ret = (int64_t)mktime(&tm) - end;
        return true;
}

static bool find_time(const char *text, bool end, int64_t *ret)
{
        uint64_t back;

        if (!strcmp(text, "now"))
                *ret = (int64_t)time(NULL);
        else if (!strcmp(text, "today"))
                *ret = midnight(end) - end;
        else if (!strcmp(text, "yesterday"))
                *ret = midnight(end - 1) - end;
        else if (text[0] == '-' && text_duration(text + 1, BACK_MAX, &back) == 0)
                *ret = (int64_t)time(NULL) - (int64_t)back;
        else
                return day_alone(text, end, ret) || text_time(text, ret) == 0;
        return true;
}

int record_time(const char *option, const char *text, bool end, char ret[TEXT_TIME_MAX])
{
        int64_t t;

        ret[0] = '\0';
        if (!text)
                return 0;
        if (!find_time(text, end, &t))
                return cli_fail(
                        CLI_USAGE,
                        _("--%s: \"%s\" is no time like 2026-11-21, 2026-11-21T08:00:00Z, today, "
                          "yesterday or -2h"),
                        option, text);
        text_time_format(t, ret);
        return 0;
}

static bool matches_drive(json_object *o, const char *word)
{
        static const char *const keys[] = {"drive",    "media_number", "identity",
                                           "label_id", "serial",       "sysname"};
        size_t n = strlen(word);

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (!strcmp(json_text(o, keys[i]), word))
                        return true;
        return n >= IDENTITY_PREFIX && !strncasecmp(json_text(o, "identity"), word, n);
}

bool record_matches(const RecordFilter *f, json_object *o)
{
        Severity severity = SEVERITY_NONE;

        if (*f->since && strncmp(json_text(o, "time"), f->since, SECONDS_TEXT) < 0)
                return false;
        if (*f->until && strncmp(json_text(o, "time"), f->until, SECONDS_TEXT) > 0)
                return false;
        if (f->reason && strcmp(json_text(o, "reason"), f->reason) != 0)
                return false;
        if (f->kind && strcmp(json_text(o, "kind"), f->kind) != 0)
                return false;
        if (f->zone && strcmp(json_text(o, "drive_zone"), f->zone) != 0)
                return false;
        if (f->drive && !matches_drive(o, f->drive))
                return false;
        if (f->severity == SEVERITY_NONE)
                return true;
        return severity_parse(json_text(o, "severity"), &severity) == 0 && severity >= f->severity;
}

static void print_safe(const char *text)
{
        char safe[1024];

        if (text_is_clean(text, strlen(text))) {
                fputs(text, stdout);
                return;
        }
        text_escape(text, strlen(text), safe, sizeof(safe));
        fputs(safe, stdout);
}

int64_t record_seconds(json_object *o)
{
        char seconds[TEXT_TIME_MAX];
        int64_t t;

        snprintf(seconds, sizeof(seconds), "%.19sZ", json_text(o, "time"));
        return text_time(seconds, &t) == 0 ? t : 0;
}

bool record_is_violation(json_object *o)
{
        Severity severity;

        if (!strcmp(json_text(o, "kind"), "tamper"))
                return true;
        return !strcmp(json_text(o, "kind"), "verdict") &&
               !strcmp(json_text(o, "verdict"), effect_name(EFFECT_BLOCK)) &&
               (severity_parse(json_text(o, "severity"), &severity) < 0 ||
                severity > SEVERITY_NONE);
}

static void print_time(json_object *o)
{
        char text[32];

        out_time(record_seconds(o), text, sizeof(text));
        printf("%s%s%s  ", out_style(stdout, STYLE_DIM), text, out_plain(stdout));
}

static void print_subject(json_object *o)
{
        const char *number = json_text(o, "media_number");

        if (json_number(o, "drive"))
                printf(_("drive %" PRIu64), json_number(o, "drive"));
        if (*number) {
                fputs(json_number(o, "drive") ? " (" : "(", stdout);
                print_safe(number);
                fputs(")", stdout);
        } else if (*json_text(o, "serial")) {
                printf(" [%s:%s ", json_text(o, "vid"), json_text(o, "pid"));
                print_safe(json_text(o, "serial"));
                fputs("]", stdout);
        }
        fputs("  ", stdout);
}

static void print_verdict(json_object *o)
{
        Severity severity = SEVERITY_NONE;
        Style style;

        print_subject(o);
        if (severity_parse(json_text(o, "severity"), &severity) < 0)
                severity = SEVERITY_CRITICAL;
        style = severity == SEVERITY_NONE ? out_effect_style(json_text(o, "verdict"))
                                          : out_severity_style(severity);
        printf("%s%s%s: %s (%s", out_style(stdout, style), _(json_text(o, "verdict")),
               out_plain(stdout), show_reason(json_text(o, "reason")), json_text(o, "reason"));
        printf("%s%s)", severity == SEVERITY_NONE ? "" : ", ",
               severity == SEVERITY_NONE ? "" : _(severity_name(severity)));
        if (strcmp(json_text(o, "verdict"), json_text(o, "effect")) != 0)
                printf(" %s", _("[observed only]"));
}

static bool is_head(const char *key)
{
        static const char *const head[] = {"seq",  "time", "boot", "mono",
                                           "host", "kind", "prev", "mac"};

        for (size_t i = 0; i < ARRAY_SIZE(head); i++)
                if (!strcmp(key, head[i]))
                        return true;
        return false;
}

/* Long hex is cut for people; --json shows it whole. */
static void print_field(const char *key, json_object *value)
{
        const char *text = json_object_get_string(value);
        char short_text[40];

        if (!strcmp(key, "start") || !strcmp(key, "end") || !strcmp(key, "due") ||
            !strcmp(key, "deadline"))
                out_time(json_object_get_int64(value), short_text, sizeof(short_text));
        else if (strlen(text) >= 32 && strspn(text, "0123456789abcdef") == strlen(text))
                snprintf(short_text, sizeof(short_text), "%.16s..", text);
        else
                short_text[0] = '\0';
        printf("%s=", key);
        print_safe(*short_text ? short_text : text);
}

/* Any other record: what it says, as it says it. */
static void print_fields(json_object *o)
{
        const char *blank = "";

        json_object_object_foreach(o, key, value)
        {
                if (is_head(key) || !value || !*json_object_get_string(value))
                        continue;
                fputs(blank, stdout);
                print_field(key, value);
                blank = "  ";
        }
}

void record_print(json_object *o)
{
        print_time(o);
        printf("%" PRIu64 "  %s  ", json_number(o, "seq"), json_text(o, "kind"));
        if (*json_text(o, "verdict") && *json_text(o, "reason"))
                print_verdict(o);
        else
                print_fields(o);
        putchar('\n');
}
