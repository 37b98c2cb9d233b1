/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks validity, zone and name as they were typed. */
#include "cli/words.h"

#include <string.h>

#include "lib/text.h"

#define DAY_SECONDS 86400
#define DAYS_MAX 36500u

static int take_time(const char *option, const char *text, int64_t *ret)
{
        if (text && text_time(text, ret) < 0)
                return cli_fail(CLI_USAGE, _("--%s: \"%s\" is no date like 2027-12-31"), option,
                                text);
        return 0;
}

int words_validity(const ValidityWords *w, int64_t now, int64_t *ret_not_before,
                   int64_t *ret_not_after)
{
        int64_t start = now, end = 0;
        uint64_t days = 0;
        int r;

        if (w->days && w->not_after)
                return cli_fail(CLI_USAGE, "%s", _("give --days or --not-after, not both"));
        if (w->days && (text_u64(w->days, DAYS_MAX, &days) < 0 || !days))
                return cli_fail(CLI_USAGE, _("--days: a number from 1 to %u"), DAYS_MAX);
        r = take_time("not-before", w->not_before, &start);
        if (r == 0)
                r = take_time("not-after", w->not_after, &end);
        if (r)
                return r;
        if (days)
                end = start + (int64_t)days * DAY_SECONDS;
        if (end && end <= start)
                return cli_fail(CLI_USAGE, "%s",
                                _("it would end before it begins: see --not-before, --not-after"));
        *ret_not_before = start;
        *ret_not_after = end;
        return 0;
}

int words_not_over(int64_t now, int64_t not_after)
{
        if (!not_after || not_after > now)
                return 0;
        return cli_fail(CLI_USAGE, "%s", _("it would have ended already: see --days, --not-after"));
}

int words_zone(const char *zone, const char *level, Host *ret)
{
        ret->zone = ZONE_NONE;
        ret->level = LEVEL_NONE;
        if (zone_parse(zone, &ret->zone) < 0 || ret->zone == ZONE_NONE)
                return cli_fail(CLI_USAGE,
                                _("--zone: \"%s\" is none of internal, classified, internet"),
                                zone);
        if (level && level_parse(level, &ret->level) < 0)
                return cli_fail(CLI_USAGE,
                                _("--level: \"%s\" is none of confidential, secret, top-secret"),
                                level);
        if (zone_level_valid(ret->zone, ret->level))
                return 0;
        if (ret->zone == ZONE_CLASSIFIED)
                return cli_fail(CLI_USAGE, "%s",
                                _("a classified computer needs --level confidential, secret or "
                                  "top-secret"));
        return cli_fail(CLI_USAGE, _("only classified computers have a level; zone %s has none"),
                        _(zone_name(ret->zone)));
}

int words_name(const char *option, const char *text, char ret[NAME_MAX_SIZE])
{
        size_t len = strlen(text);

        if (!len || len >= NAME_MAX_SIZE || !text_is_clean(text, len) || text[0] == ' ' ||
            text[len - 1] == ' ')
                return cli_fail(CLI_USAGE, _("--%s: 1 to %u bytes of plain text"), option,
                                NAME_MAX_SIZE - 1);
        strcpy(ret, text);
        return 0;
}

int words_algorithm(const char *text, Algorithm *ret)
{
        *ret = ALGORITHM_ED25519_SHA256;
        if (text && algorithm_parse(text, ret) < 0)
                return cli_fail(CLI_USAGE, _("--algorithm: \"%s\" is neither ed25519 nor sm2"),
                                text);
        return 0;
}
