/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far the system clock stands from what is remembered. */
#include "cli/clock_words.h"

#include <inttypes.h>
#include <stdio.h>

#include "cli/out.h"

#define SAME_SECONDS 2 /* read one after the other, rounded */

bool clock_times(json_object *manager, ClockTimes *ret)
{
        ClockTimes t = {
                .system = (int64_t)json_number(manager, "system_time"),
                .remembered = (int64_t)json_number(manager, "remembered_time"),
                .judged = (int64_t)json_number(manager, "judged_time"),
        };
        int64_t ahead = t.system - t.remembered;

        if (!t.judged)
                return false;
        t.ahead = ahead > SAME_SECONDS ? ahead : 0;
        t.behind = ahead < -SAME_SECONDS ? -ahead : 0;
        *ret = t;
        return true;
}

void clock_words(int64_t seconds, char ret[CLOCK_WORDS_MAX])
{
        int64_t minutes = seconds / 60;

        if (minutes >= 48 * 60)
                snprintf(ret, CLOCK_WORDS_MAX, _("%" PRId64 " d %" PRId64 " h"), minutes / 1440,
                         minutes / 60 % 24);
        else if (minutes >= 60)
                snprintf(ret, CLOCK_WORDS_MAX, _("%" PRId64 " h %" PRId64 " min"), minutes / 60,
                         minutes % 60);
        else if (minutes >= 2)
                snprintf(ret, CLOCK_WORDS_MAX, _("%" PRId64 " min"), minutes);
        else
                snprintf(ret, CLOCK_WORDS_MAX, _("%" PRId64 " s"), seconds);
}
