/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds the format of a message. */
#include "policy/sentence.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

const char *const sentences[] = {
#include "policy/sentences.h"
};
const size_t n_sentences = ARRAY_SIZE(sentences);

static bool has_word(const char *format)
{
        SaidPart part;

        do {
                format = said_part(format, &part);
                for (size_t i = 0; i < part.len; i++)
                        if ((part.text[i] | 0x20) >= 'a' && (part.text[i] | 0x20) <= 'z')
                                return true;
        } while (part.kind);
        return false;
}

static int find(const char *said, unsigned depth, Said *ret)
{
        size_t most = 0;

        if (depth == 0 || strlen(said) >= SENTENCE_MAX)
                return -ENOENT;
        for (size_t i = 0; i < n_sentences; i++) {
                size_t literal = said_literal(sentences[i]);
                char first[SENTENCE_MAX];
                Said found, inner;

                if (literal <= most || !said_fits(said, sentences[i], NULL, NULL, &found))
                        continue;
                if (!has_word(sentences[i])) {
                        memcpy(first, found.values[0].at, found.values[0].len);
                        first[found.values[0].len] = '\0';
                        if (find(first, depth - 1, &inner) < 0)
                                continue;
                }
                most = literal;
                *ret = found;
        }
        return most ? 0 : -ENOENT;
}

int sentence_parse(const char *said, Said *ret)
{
        return find(said, SENTENCE_DEPTH, ret);
}
