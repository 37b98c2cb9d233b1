/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger record, or what a signal says of one, in the person's language. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

#include "cli/out.h"
#include "cli/said.h"
#include "lib/strbuf.h"

#define RECORD_WORDS_MAX 32768u

/* What happened, without time and kind; `styled`: the verdict in its colour. */
void record_words(json_object *record, bool styled, StrBuf *b);
/* What it says of "what" or "message": a word, or a sentence. `ret` is where that is made. */
const char *record_what(const char *text, char ret[SAID_WORDS_MAX]);
/* Its kind. */
const char *record_kind(json_object *record);
Style record_style(json_object *record);
