/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Puts a message's values into its translation. */
#include "cli/said.h"

#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"

#define ERRNO_MAX 133 /* EHWPOISON */

typedef struct Telling {
        Said said;
        locale_t english;
        unsigned depth;
} Telling;

static void tell(StrBuf *b, const char *said, locale_t english, unsigned depth);

static void put_value(StrBuf *b, size_t n, const void *userdata)
{
        const Telling *t = userdata;
        const SaidValue *v = &t->said.values[n];
        char text[SENTENCE_MAX];

        if (n >= t->said.n)
                return;
        if (v->kind != 's' || v->quoted) {
                strbuf_bytes(b, v->at, v->len);
                return;
        }
        memcpy(text, v->at, v->len);
        text[v->len] = '\0';
        tell(b, text, t->english, t->depth - 1);
}

/* What strerror() says in English, as it says it here. */
static const char *system_error(const char *said, locale_t english)
{
        for (int e = 1; english && e <= ERRNO_MAX; e++)
                if (!strcmp(said, strerror_l(e, english)))
                        return strerror(e);
        return said;
}

static void tell(StrBuf *b, const char *said, locale_t english, unsigned depth)
{
        Telling t = {.english = english, .depth = depth};

        if (depth > 0 && sentence_parse(said, &t.said) == 0)
                said_write(b, _(t.said.format), put_value, &t);
        else
                strbuf_printf(b, "%s", system_error(said, english));
}

const char *said_words(const char *said, char ret[SAID_WORDS_MAX])
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(SAID_WORDS_MAX - 1);
        locale_t english = newlocale(LC_ALL_MASK, "C", (locale_t)0);

        tell(&b, said, english, SENTENCE_DEPTH);
        snprintf(ret, SAID_WORDS_MAX, "%s", b.text && !b.failed ? b.text : said);
        if (english)
                freelocale(english);
        return ret;
}

const char *said_below(const char *said, const char *dir, char ret[SAID_WORDS_MAX])
{
        char *at = strstr(said_words(said, ret), dir), *rest;

        if (at && at[strlen(dir)] == '/') {
                rest = at + strlen(dir) + 1;
                memmove(at, rest, strlen(rest) + 1);
        }
        return ret;
}

const char *said_behind(const char *said, char ret[SAID_WORDS_MAX])
{
        const char *colon = strstr(said, ": ");
        char words[SAID_WORDS_MAX];

        if (!colon)
                return said_words(said, ret);
        snprintf(ret, SAID_WORDS_MAX, _("%.*s: %s"), (int)(colon - said), said,
                 said_words(colon + 2, words));
        return ret;
}

int said_fail(int code, const char *said)
{
        char words[SAID_WORDS_MAX];

        return cli_fail(code, "%s", said_words(said, words));
}
