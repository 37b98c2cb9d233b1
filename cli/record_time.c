/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Times as people write them. */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/record.h"

#define DAY_SECONDS 86400
#define BACK_MAX (100ull * 366 * DAY_SECONDS)
#define COUNT_MAX 100000u

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

static bool is_whole(const struct tm *tm)
{
        struct tm copy = *tm;

        return mktime(&copy) != -1 && copy.tm_mday == tm->tm_mday && copy.tm_mon == tm->tm_mon &&
               tm->tm_year >= 0;
}

/* A date, with a time of the day or without one: then the day's begin, or its end. */
static bool date_here(const char *text, bool end, int64_t *ret)
{
        static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
                                            "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"};

        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                struct tm tm = {.tm_isdst = -1};
                const char *rest = strptime(text, forms[i], &tm);
                bool day = i == 0;

                if (!rest || *rest || !is_whole(&tm))
                        continue;
                tm.tm_mday += day && end;
                *ret = (int64_t)mktime(&tm) - (day && end);
                return true;
        }
        return false;
}

/* "08:30" and "08:30:15", today. */
static bool clock_today(const char *text, int64_t *ret)
{
        static const char *const forms[] = {"%H:%M", "%H:%M:%S"};
        time_t now = time(NULL);

        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                struct tm tm, clock = {0};
                const char *rest = strptime(text, forms[i], &clock);

                if (!rest || *rest || !localtime_r(&now, &tm))
                        continue;
                tm.tm_hour = clock.tm_hour;
                tm.tm_min = clock.tm_min;
                tm.tm_sec = clock.tm_sec;
                tm.tm_isdst = -1;
                *ret = (int64_t)mktime(&tm);
                return true;
        }
        return false;
}

/* "monday", "mon": the last one, today if it is one. */
static bool weekday(const char *text, bool end, int64_t *ret)
{
        static const char *const days[] = {"sunday",   "monday", "tuesday", "wednesday",
                                           "thursday", "friday", "saturday"};
        time_t now = time(NULL);
        struct tm tm;

        if (!localtime_r(&now, &tm))
                return false;
        for (int i = 0; i < (int)ARRAY_SIZE(days); i++) {
                size_t n = strlen(text);

                if (strcasecmp(text, days[i]) != 0 &&
                    (n != 3 || strncasecmp(text, days[i], 3) != 0))
                        continue;
                *ret = midnight(-((tm.tm_wday - i + 7) % 7) + end) - end;
                return true;
        }
        return false;
}

/* Now, with `n` units taken off; months and years by the calendar. */
static bool go_back(unsigned n, const char *unit, int64_t *ret)
{
        static const struct {
                const char *name;
                int seconds, months;
        } units[] = {
                {"second", 1, 0},
                {"minute", 60, 0},
                {"hour", 3600, 0},
                {"day", DAY_SECONDS, 0},
                {"week", 7 * DAY_SECONDS, 0},
                {"month", 0, 1},
                {"year", 0, 12},
        };
        time_t now = time(NULL);
        struct tm tm;

        for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
                size_t len = strlen(units[i].name);

                if (strncmp(unit, units[i].name, len) != 0 ||
                    (unit[len] && strcmp(unit + len, "s") != 0) || !localtime_r(&now, &tm))
                        continue;
                if (units[i].months && n > 1200)
                        return false;
                tm.tm_mon -= (int)n * units[i].months;
                tm.tm_isdst = -1;
                *ret = (units[i].months ? (int64_t)mktime(&tm) : (int64_t)now) -
                       (int64_t)n * units[i].seconds;
                return *ret > 0;
        }
        return false;
}

/* "2 days ago", "1 month ago", "2h ago". */
static bool ago(const char *text, int64_t *ret)
{
        char unit[12], extra;
        uint64_t back;
        char word[24];
        unsigned n;

        if (sscanf(text, "%6u %11s ago%c", &n, unit, &extra) == 2 && n <= COUNT_MAX &&
            strlen(text) > 4 && !strcmp(text + strlen(text) - 4, " ago") && go_back(n, unit, ret))
                return true;
        if (sscanf(text, "%23s ago%c", word, &extra) != 1 || strlen(text) != strlen(word) + 4 ||
            strcmp(text + strlen(word), " ago") != 0 || text_duration(word, BACK_MAX, &back) < 0)
                return false;
        *ret = (int64_t)time(NULL) - (int64_t)back;
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
                return weekday(text, end, ret) || ago(text, ret) || clock_today(text, ret) ||
                       date_here(text, end, ret) || text_time(text, ret) == 0;
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
                        _("--%s: \"%s\" is no time like 2026-11-21, \"2026-11-21 08:00\", 08:00, "
                          "today, yesterday, monday, -2h or \"2 days ago\""),
                        option, text);
        text_time_format(t, ret);
        return 0;
}
