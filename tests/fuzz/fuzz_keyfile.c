/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `key = value` text: every pair is clean, every error has a place and words. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/keyfile.h"
#include "lib/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        TextError error = {0};
        unsigned line = 1;
        Keyfile k;
        int r;

        r = keyfile_open(&k, (const char *)data, size, "test 1", &error);
        while (r == 0 && (r = keyfile_next(&k, &error)) == 1) {
                HOLDS(k.line > line && k.column > 1);
                line = k.line;
                HOLDS(k.key[0] && text_is_clean(k.key, strlen(k.key)));
                HOLDS(text_is_clean(k.value, strlen(k.value)));
                for (char *word; (word = keyfile_word(&k.value));) {
                        HOLDS(word[0] && !strchr(word, ' '));
                        keyfile_point(&k, word);
                        HOLDS(k.column > 1);
                }
                r = 0;
        }
        HOLDS(r == 0 || (r == -EINVAL && error.line >= 1 && error.column >= 1 && error.message[0]));
        return 0;
}
