/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Every message that functions of lib, policy, store and daemon say in English: one table, by which
 * who shows one can say it in another language. po/extract.sh makes it from the sources. */
#pragma once

#include <stddef.h>

#include "lib/macros.h"
#include "lib/said.h"

#define SENTENCE_MAX 2048u /* bytes; what is longer is none */
#define SENTENCE_DEPTH 4u  /* sentences in a sentence */

extern const char *const sentences[];
extern const size_t n_sentences;

/* The sentence that `said` is, and its values, which point into it; of several the one with most
 * text of its own. A format without words, as "%s: %s", takes a sentence for its first value. 0, or
 * -ENOENT: it is none. */
int sentence_parse(const char *said, Said *ret) _must_check_;
