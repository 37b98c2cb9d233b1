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
#define EAST_MAX (14 * 3600)

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

static bool is_digit(char c)
{
        return c >= '0' && c <= '9';
}

/* What stands behind a time: nothing, or a fraction of a second, "Z" or "+08:00". */
static bool zone_after(const char *rest, bool *ret_zoned, int *ret_east)
{
        if (rest[0] == '.' && is_digit(rest[1]))
                rest += 1 + strspn(rest + 1, "0123456789");
        *ret_zoned = *rest != '\0';
        *ret_east = 0;
        if (!*rest || !strcmp(rest, "Z"))
                return true;
        if ((rest[0] != '+' && rest[0] != '-') || strlen(rest) != 6 || rest[3] != ':' ||
            !is_digit(rest[1]) || !is_digit(rest[2]) || !is_digit(rest[4]) || !is_digit(rest[5]))
                return false;
        *ret_east = (((rest[1] - '0') * 10 + rest[2] - '0') * 60 + (rest[4] - '0') * 10 + rest[5] -
                     '0') *
                    60;
        if (*ret_east > EAST_MAX)
                return false;
        if (rest[0] == '-')
                *ret_east = -*ret_east;
        return true;
}

/* A date, with a time of the day or without one: then the day's begin, or its end. */
static bool date_here(const char *text, bool end, int64_t *ret)
{
        static const char *const forms[] = {"%Y-%m-%d", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M",
                                            "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S"};

        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                struct tm tm = {.tm_isdst = -1};
                const char *rest = strptime(text, forms[i], &tm);
                bool day = i == 0, zoned = false;
                int east = 0;

                if (!rest || (day ? *rest != '\0' : !zone_after(rest, &zoned, &east)) ||
                    !is_whole(&tm))
                        continue;
                if (zoned) {
                        tm.tm_isdst = 0;
                        *ret = (int64_t)timegm(&tm) - east;
                        return *ret > 0;
                }
                tm.tm_mday += day && end;
                *ret = (int64_t)mktime(&tm) - (day && end);
                return true;
        }
        return false;
}

/* The clock of `text` on the day that begins at `day`. */
static bool clock_on(int64_t day, const char *text, int64_t *ret)
{
        static const char *const forms[] = {"%H:%M", "%H:%M:%S"};
        time_t begin = (time_t)day;

        for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
                struct tm tm, clock = {0};
                const char *rest = strptime(text, forms[i], &clock);

                if (!rest || *rest || !localtime_r(&begin, &tm))
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
                {"sec", 1, 0},
                {"minute", 60, 0},
                {"min", 60, 0},
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

/* "2 days ago", "1 month ago", "an hour ago", "2h ago". */
static bool ago(const char *text, int64_t *ret)
{
        char unit[12], extra;
        uint64_t back;
        char word[24];
        unsigned n;

        if (sscanf(text, "a%*1[ n]%11s ago%c", unit, &extra) == 1 && strlen(text) > 4 &&
            !strcmp(text + strlen(text) - 4, " ago") && go_back(1, unit, ret))
                return true;
        if (sscanf(text, "%6u %11s ago%c", &n, unit, &extra) == 2 && n <= COUNT_MAX &&
            strlen(text) > 4 && !strcmp(text + strlen(text) - 4, " ago") && go_back(n, unit, ret))
                return true;
        if (sscanf(text, "%23s ago%c", word, &extra) != 1 || strlen(text) != strlen(word) + 4 ||
            strcmp(text + strlen(word), " ago") != 0 || text_duration(word, BACK_MAX, &back) < 0)
                return false;
        *ret = (int64_t)time(NULL) - (int64_t)back;
        return true;
}

/* "yesterday 10:00", "monday 8:30". */
static bool day_and_clock(const char *text, int64_t *ret)
{
        const char *blank = strchr(text, ' ');
        char word[12];
        int64_t day;

        if (!blank || (size_t)(blank - text) >= sizeof(word))
                return false;
        (void)snprintf(word, sizeof(word), "%.*s", (int)(blank - text), text);
        if (!strcmp(word, "today"))
                day = midnight(0);
        else if (!strcmp(word, "yesterday"))
                day = midnight(-1);
        else if (!weekday(word, false, &day))
                return false;
        return clock_on(day, blank + 1, ret);
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
                return weekday(text, end, ret) || ago(text, ret) || day_and_clock(text, ret) ||
                       clock_on(midnight(0), text, ret) || date_here(text, end, ret) ||
                       text_time(text, ret) == 0;
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
