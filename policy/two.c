/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The two-person rule of a policy. */
#include "policy/two.h"

bool two_wanted(const TwoRule *rule, Zone zone, Level level, unsigned *ret_line)
{
        const TwoWord *word = &rule->zones[zone];

        for (int l = LEVEL_CONFIDENTIAL; l <= (int)level && !word->wanted; l++)
                word = &rule->levels[l];
        if (word->wanted && ret_line)
                *ret_line = word->line;
        return word->wanted;
}
