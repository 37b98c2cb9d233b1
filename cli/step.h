/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sentences of a decision's steps, as the daemon says them, in the person's language. */
#pragma once

#include <stddef.h>

#define STEP_WORDS_MAX 512u

/* What no sentence of STEP_TABLE fits stays as it is. Never fails; cut to `size`. */
void step_words(const char *said, char *ret, size_t size);
