/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages read back: what is found says the same again, and its values lie in the text. The first
 * line may be a format, the rest what it said. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/sentence.h"

static void put(StrBuf *b, size_t n, const void *userdata)
{
        const Said *said = userdata;

        HOLDS(n < said->n);
        strbuf_bytes(b, said->values[n].at, said->values[n].len);
}

static void says_the_same(const Said *said, const char *text)
{
        StrBuf b = strbuf(65536);

        HOLDS(said->n <= SAID_VALUES_MAX);
        for (size_t n = 0; n < said->n; n++)
                HOLDS(said->values[n].at >= text &&
                      said->values[n].at + said->values[n].len <= text + strlen(text));
        said_write(&b, said->format, put, said);
        HOLDS(b.text && strcmp(b.text, text) == 0);
        strbuf_clear(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char *text = fuzz_text(data, size), *said = strchr(text, '\n');
        Said found;

        if (sentence_parse(text, &found) == 0)
                says_the_same(&found, text);
        if (said) {
                *said++ = '\0';
                if (!strchr(text, '$') && said_fits(said, text, NULL, NULL, &found))
                        says_the_same(&found, said);
        }
        free(text);
        return 0;
}
