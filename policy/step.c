/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads back what a decision said of a step. */
#include "policy/step.h"

#include <errno.h>
#include <string.h>

#include "lib/said.h"
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

static void copy(const SaidValue *value, char ret[STEP_VALUE_MAX])
{
        memcpy(ret, value->at, value->len);
        ret[value->len] = '\0';
}

static bool may_be(const SaidValue *value, size_t n, const void *kinds)
{
        char text[STEP_VALUE_MAX];

        if (value->len >= sizeof(text) || n >= strlen(kinds))
                return false;
        copy(value, text);
        return is_kind(((const char *)kinds)[n], text);
}

int step_parse(const char *said, StepWords *ret)
{
        for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
                Said found;

                if (!said_fits(said, sentences[i].text, may_be, sentences[i].kinds, &found))
                        continue;
                *ret = (StepWords){.text = sentences[i].text, .kinds = sentences[i].kinds};
                for (size_t n = 0; n < MIN(found.n, STEP_VALUES_MAX); n++)
                        copy(&found.values[n], ret->values[n]);
                return 0;
        }
        return -ENOENT;
}
