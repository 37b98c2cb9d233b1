/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations and times as text; the calendar is worked out here: no time zone file is read. */
#include "lib/text.h"

#include <stdio.h>
#include <string.h>

#define DAY 86400
#define TIME_MAX 253402300799 /* 9999-12-31T23:59:59Z */

/* One "NUMBER UNIT" of a duration, at most `max` seconds; `limit` is the unit before it. */
static int duration_part(const char **text, uint64_t max, uint64_t *limit, uint64_t *ret)
{
        static const struct {
                char letter;
                uint64_t seconds;
        } units[] = {{'d', DAY}, {'h', 3600}, {'m', 60}, {'s', 1}};
        size_t digits = strspn(*text, "0123456789");
        char number[21] = "";
        uint64_t v;
        int r;

        if (digits == 0 || digits >= sizeof(number))
                return -EINVAL;
        memcpy(number, *text, digits);
        for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
                if ((*text)[digits] != units[i].letter || units[i].seconds >= *limit)
                        continue;
                r = text_u64(number, max / units[i].seconds, &v);
                if (r < 0)
                        return r;
                *ret = v * units[i].seconds;
                *limit = units[i].seconds;
                *text += digits + 1;
                return 0;
        }
        return -EINVAL;
}

int text_duration(const char *text, uint64_t max, uint64_t *ret)
{
        uint64_t sum = 0, part = 0, limit = UINT64_MAX;
        int r;

        r = text_u64(text, max, &sum);
        if (r == -ERANGE)
                return r;
        if (r < 0) {
                if (!*text)
                        return -EINVAL;
                for (sum = 0; *text; sum += part) {
                        r = duration_part(&text, max - sum, &limit, &part);
                        if (r < 0)
                                return r;
                }
        }
        if (sum == 0)
                return -ERANGE;
        *ret = sum;
        return 0;
}

static bool is_leap(int64_t year)
{
        return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_days(int64_t year, int64_t month)
{
        static const int8_t days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

        return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days from 1970-01-01 to the first of January of `year`. */
static int64_t days_before_year(int64_t year)
{
        int64_t y = year - 1;

        return 365 * (year - 1970) + y / 4 - y / 100 + y / 400 -
               (1969 / 4 - 1969 / 100 + 1969 / 400);
}

/* Reads `n` digits within min .. max and the character after them (0 = any). */
static bool take_number(const char **text, size_t n, int64_t min, int64_t max, char after,
                        int64_t *ret)
{
        int64_t v = 0;

        for (size_t i = 0; i < n; i++) {
                char c = (*text)[i];

                if (c < '0' || c > '9')
                        return false;
                v = v * 10 + (c - '0');
        }
        if (v < min || v > max || (after && (*text)[n] != after))
                return false;
        *text += n + (after ? 1 : 0);
        *ret = v;
        return true;
}

int text_time(const char *text, int64_t *ret)
{
        int64_t year, month, day, hour = 0, minute = 0, second = 0, days;

        if (!take_number(&text, 4, 1970, 9999, '-', &year) ||
            !take_number(&text, 2, 1, 12, '-', &month) ||
            !take_number(&text, 2, 1, month_days(year, month), 0, &day))
                return -EINVAL;
        if (*text == 'T') {
                text++;
                if (!take_number(&text, 2, 0, 23, ':', &hour) ||
                    !take_number(&text, 2, 0, 59, ':', &minute) ||
                    !take_number(&text, 2, 0, 59, 'Z', &second))
                        return -EINVAL;
        }
        if (*text)
                return -EINVAL;
        days = days_before_year(year) + day - 1;
        for (int64_t m = 1; m < month; m++)
                days += month_days(year, m);
        *ret = days * DAY + hour * 3600 + minute * 60 + second;
        return 0;
}

/* Writes the date and time without the final Z. */
static void format_seconds(int64_t t, char ret[TEXT_TIME_MAX])
{
        int64_t days = t / DAY, rest = t % DAY, year = 1970 + days / 366, month = 1;

        while (days_before_year(year + 1) <= days)
                year++;
        days -= days_before_year(year);
        for (; days >= month_days(year, month); month++)
                days -= month_days(year, month);
        (void)snprintf(ret, TEXT_TIME_MAX, "%04u-%02u-%02uT%02u:%02u:%02u", (unsigned)year % 10000,
                       (unsigned)month % 100, (unsigned)(days + 1) % 100,
                       (unsigned)(rest / 3600) % 100, (unsigned)(rest / 60 % 60),
                       (unsigned)(rest % 60));
}

void text_time_format(int64_t t, char *ret)
{
        char seconds[TEXT_TIME_MAX];

        if (t < 0 || t > TIME_MAX) {
                (void)snprintf(ret, TEXT_TIME_MAX, "(no date)");
                return;
        }
        format_seconds(t, seconds);
        (void)snprintf(ret, TEXT_TIME_MAX, "%.19sZ", seconds);
}

void text_time_format_us(uint64_t us, char *ret)
{
        char seconds[TEXT_TIME_MAX];

        if (us / 1000000 > TIME_MAX) {
                (void)snprintf(ret, TEXT_TIME_MAX, "(no date)");
                return;
        }
        format_seconds((int64_t)(us / 1000000), seconds);
        (void)snprintf(ret, TEXT_TIME_MAX, "%.19s.%06uZ", seconds, (unsigned)(us % 1000000));
}
