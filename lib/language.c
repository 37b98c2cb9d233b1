/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names of locales: language[_COUNTRY][.CODESET][@MODIFIER]. */
#include "lib/language.h"

#include <locale.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define LIST_MAX 64u /* languages that are looked at */
#define FIT_BEST 4u

typedef struct Part {
        const char *at;
        size_t n;
} Part;

typedef struct Locale {
        Part language, country, modifier;
} Locale;

/* The part that begins with `start`, if one does. */
static Part take(const char **p, const char *end, char start, const char *stops)
{
        Part part = {*p, 0};

        if (start && (*p == end || **p != start))
                return part;
        part.at += start ? 1 : 0;
        while (part.at + part.n < end && !strchr(stops, part.at[part.n]))
                part.n++;
        *p = part.at + part.n;
        return part;
}

static Locale parse(const char *name, size_t n)
{
        const char *end = name + n;
        Locale l = {0};

        l.language = take(&name, end, '\0', "_.@");
        l.country = take(&name, end, '_', ".@");
        (void)take(&name, end, '.', "@");
        l.modifier = take(&name, end, '@', "");
        return l;
}

static bool same(Part a, Part b)
{
        return a.n == b.n && memcmp(a.at, b.at, a.n) == 0;
}

static unsigned fit(const char *wanted, size_t n, const char *language)
{
        Locale w = parse(wanted, n), l = parse(language, strlen(language));

        if (l.language.n == 0 || !same(w.language, l.language) ||
            (l.country.n && !same(w.country, l.country)) ||
            (l.modifier.n && !same(w.modifier, l.modifier)))
                return 0;
        return 1u + (l.modifier.n ? 1u : 0u) + (l.country.n ? 2u : 0u);
}

unsigned language_fit(const char *wanted, const char *language)
{
        return fit(wanted, strlen(wanted), language);
}

const char *language_wanted(void)
{
        const char *locale = setlocale(LC_MESSAGES, NULL), *list = getenv("LANGUAGE");

        if (!locale || strcmp(locale, "C") == 0 || strcmp(locale, "POSIX") == 0)
                return "";
        return list && *list ? list : locale;
}

unsigned language_rank(const char *wanted, const char *language)
{
        if (!*language)
                return 1;
        for (unsigned i = 0; *wanted && i < LIST_MAX; i++) {
                size_t n = strcspn(wanted, ":");
                unsigned f = fit(wanted, n, language);

                if (f)
                        return 1 + (LIST_MAX - 1 - i) * FIT_BEST + f;
                wanted += n + (wanted[n] ? 1 : 0);
        }
        return 0;
}
