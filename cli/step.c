/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a sentence's values into its translation. */
#include "cli/step.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/show.h"
#include "lib/said.h"
#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/step.h"

#define TIME_TEXT 32u

static const char *value_words(char kind, const char *value, char time[TIME_TEXT])
{
        int64_t t;

        switch (kind) {
        case 'z':
        case 'l':
        case 'c':
                return *value ? _(value) : value; /* _("") is the catalogue's head */
        case 'r':
                return show_reason(value);
        case 't':
                if (text_time(value, &t) < 0)
                        return value;
                out_time(t, time, TIME_TEXT);
                return time;
        default:
                return value;
        }
}

static void put_value(StrBuf *b, size_t n, const void *userdata)
{
        const StepWords *words = userdata;
        char time[TIME_TEXT];

        if (n < strlen(words->kinds))
                strbuf_printf(b, "%s", value_words(words->kinds[n], words->values[n], time));
}

void step_words(const char *said, char *ret, size_t size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(STEP_WORDS_MAX);
        StepWords words;

        if (step_parse(said, &words) == 0)
                said_write(&b, _(words.text), put_value, &words);
        snprintf(ret, size, "%s", b.text ? b.text : said);
}
