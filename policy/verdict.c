/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of effects and checks. */
#include "policy/verdict.h"

#include <string.h>

static const char *const effect_names[] = {
        [EFFECT_BLOCK] = "block",
        [EFFECT_READ_ONLY] = "read-only",
        [EFFECT_ALLOW] = "allow",
};

static const struct {
        const char *slug;
        const char *text;
} checks[] = {
#define X(name, slug_, text_) [CHECK_##name] = {slug_, text_},
        CHECK_TABLE(X)
#undef X
};

const char *effect_name(Effect effect)
{
        return (unsigned)effect < EFFECT_MAX_ ? effect_names[effect] : "block";
}

int effect_parse(const char *text, Effect *ret)
{
        for (unsigned i = 0; i < EFFECT_MAX_; i++)
                if (strcmp(text, effect_names[i]) == 0) {
                        *ret = (Effect)i;
                        return 0;
                }
        return -EINVAL;
}

const char *check_slug(Check check)
{
        return checks[(unsigned)check < CHECK_MAX_ ? check : CHECK_NONE].slug;
}

const char *check_text(Check check)
{
        return checks[(unsigned)check < CHECK_MAX_ ? check : CHECK_NONE].text;
}
