/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones and levels: names and what fits together. */
#include "policy/zone.h"

#include <string.h>

#define X(name, number, text) [name] = text,
static const char *const zone_names[] = {ZONE_TABLE(X)};
static const char *const level_names[] = {LEVEL_TABLE(X)};
#undef X

const char *zone_name(Zone zone)
{
        return (unsigned)zone < ZONE_MAX_ ? zone_names[zone] : "invalid";
}

const char *level_name(Level level)
{
        return (unsigned)level < LEVEL_MAX_ ? level_names[level] : "invalid";
}

int zone_parse(const char *text, Zone *ret)
{
        for (unsigned i = 0; i < ZONE_MAX_; i++)
                if (strcmp(text, zone_names[i]) == 0) {
                        *ret = (Zone)i;
                        return 0;
                }
        return -EINVAL;
}

int level_parse(const char *text, Level *ret)
{
        for (unsigned i = 0; i < LEVEL_MAX_; i++)
                if (strcmp(text, level_names[i]) == 0) {
                        *ret = (Level)i;
                        return 0;
                }
        return -EINVAL;
}

bool zone_level_valid(Zone zone, Level level)
{
        if (zone == ZONE_CLASSIFIED)
                return level > LEVEL_NONE && level < LEVEL_MAX_;
        return (unsigned)zone < ZONE_MAX_ && level == LEVEL_NONE;
}
