/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads back what a decision said of a step. */
#include "policy/step.h"

#include <errno.h>
#include <string.h>

#include "lib/text.h"
#include "policy/reason.h"
#include "policy/zone.h"

static const struct {
        const char *text, *kinds;
} sentences[] = {
#define X(name, kinds, text) {text, kinds},
        STEP_TABLE(X)
#undef X
};

const char *step_directive(const char *format, const char **ret_end)
{
        const char *start = strchr(format, '%');

        if (!start)
                start = format + strlen(format);
        *ret_end = *start ? start + 1 + strcspn(start + 1, "sudx") : start;
        if (**ret_end)
                (*ret_end)++;
        return start;
}

static bool is_made_of(const char *text, const char *characters)
{
        return *text && strspn(text, characters) == strlen(text);
}

static bool is_kind(char kind, const char *text)
{
        Zone zone;
        Level level;
        Reason reason;
        int64_t time;

        switch (kind) {
        case 'n':
                return is_made_of(text, "0123456789");
        case 'x':
                return is_made_of(text, "0123456789abcdef");
        case 'i':
                return is_made_of(text, "0123456789abcdef: .");
        case 't':
                return text_time(text, &time) == 0;
        case 'z':
                return zone_parse(text, &zone) == 0;
        case 'l':
                return level_parse(text, &level) == 0;
        case 'r':
                return reason_parse(text, &reason) == 0;
        default:
                return true;
        }
}

/* Takes from `said` what stands for a directive with `rest` of the sentence behind it. */
static const char *take_value(const char *said, const char *rest, char kind,
                              char ret[STEP_VALUE_MAX])
{
        const char *next_end, *next = step_directive(rest, &next_end), *end;
        size_t left = strlen(said), between = (size_t)(next - rest);

        end = between ? memmem(said, left, rest, between) : said + left;
        if (!end || (size_t)(end - said) >= STEP_VALUE_MAX)
                return NULL;
        memcpy(ret, said, (size_t)(end - said));
        ret[end - said] = '\0';
        return is_kind(kind, ret) ? end : NULL;
}

static bool fits(const char *said, const char *format, const char *kinds, StepWords *ret)
{
        for (size_t n = 0; *format;) {
                const char *end, *start = step_directive(format, &end);
                size_t same = (size_t)(start - format);

                if (strncmp(said, format, same) != 0)
                        return false;
                said += same;
                format = end;
                if (start == end)
                        break;
                said = n < STEP_VALUES_MAX && kinds[n]
                               ? take_value(said, format, kinds[n], ret->values[n])
                               : NULL;
                if (!said)
                        return false;
                n++;
        }
        return *said == '\0';
}

int step_parse(const char *said, StepWords *ret)
{
        for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
                StepWords words = {.text = sentences[i].text, .kinds = sentences[i].kinds};

                if (!fits(said, words.text, words.kinds, &words))
                        continue;
                *ret = words;
                return 0;
        }
        return -ENOENT;
}
