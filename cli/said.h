/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of the parsers and of the daemon, which are in English, in the person's language. */
#pragma once

#include "policy/sentence.h"

#define SAID_WORDS_MAX (2 * SENTENCE_MAX)

/* Puts `said` into the language of messages, and what it holds of sentences and system errors with
 * it; names between quotes stay. What is not known stays as it is. Never fails; returns `ret`. */
const char *said_words(const char *said, char ret[SAID_WORDS_MAX]);
/* The same, without the name of the folder `dir` in front of a file's. */
const char *said_below(const char *said, const char *dir, char ret[SAID_WORDS_MAX]);
/* Of "FILE: SENTENCE" the sentence. */
const char *said_behind(const char *said, char ret[SAID_WORDS_MAX]);
/* cli_fail() with it. */
int said_fail(int code, const char *said);
