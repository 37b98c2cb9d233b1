/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a sentence's values into its translation. */
#include "cli/step.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/show.h"
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

void step_words(const char *said, char *ret, size_t size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(STEP_WORDS_MAX);
        StepWords words;
        const char *at;

        if (step_parse(said, &words) < 0) {
                snprintf(ret, size, "%s", said);
                return;
        }
        at = _(words.text);
        for (size_t n = 0; *at; n++) {
                const char *end, *start = step_directive(at, &end);
                /* "%2$s": a translation may turn them round. */
                size_t i = end - start > 2 && start[2] == '$' ? (size_t)(start[1] - '1') : n;
                char time[TIME_TEXT];

                strbuf_printf(&b, "%.*s", (int)(start - at), at);
                if (start != end && i < strlen(words.kinds))
                        strbuf_printf(&b, "%s", value_words(words.kinds[i], words.values[i], time));
                at = end;
        }
        snprintf(ret, size, "%s", b.text ? b.text : said);
}
