/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A notice in words: which drive, what happened, why, what to do now, whom to call. */
#pragma once

#include <libintl.h>

#include "notice/facts.h"
#include "notice/texts.h"

#define _(text) gettext(text)
#define N_(text) (text)

#define WORDS_TITLE_MAX 320u
#define WORDS_BODY_MAX 2048u

typedef struct Words {
        char title[WORDS_TITLE_MAX], body[WORDS_BODY_MAX];
        bool critical;
} Words;

/* True if the user is told; an ordinary "allow" is nothing to tell. */
bool words_worth(const Facts *f);
/* In the language of the locale. Lines of the body end in newlines. */
void words_make(const Facts *f, const OfficeTexts *texts, Words *ret);
/* The same text for a server that understands markup: &, < and > written as entities. */
void words_markup(const char *text, char *ret, size_t size);
