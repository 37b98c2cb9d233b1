/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two-person rule of a policy: which labels count only with the signatures of two keys. */
#pragma once

#include "policy/zone.h"

typedef struct TwoWord {
        bool wanted;
        unsigned line; /* of the policy; 0 = of no text */
} TwoWord;

/* Labels of these zones; labels of these levels and of higher ones. */
typedef struct TwoRule {
        TwoWord zones[ZONE_MAX_], levels[LEVEL_MAX_];
} TwoRule;

/* Must such a label have two signatures? `ret_line` (may be NULL): the line that says so. */
bool two_wanted(const TwoRule *rule, Zone zone, Level level, unsigned *ret_line);
