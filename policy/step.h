/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a decision says of its steps: one table, by which it is said and read back, so that who
 * shows a step can say it in another language. */
#pragma once

#include <stddef.h>

#include "lib/macros.h"
#include "policy/step_device.h"
#include "policy/step_label.h"

/* X(name, kinds of the values, sentence). Kinds: n a number, t a time in UTC, x hex digits, i
 * interfaces, z a zone, l a level, r a reason's slug, c the words of a device class, s a name. */
#define STEP_TABLE(X) STEP_DEVICE_TABLE(X) STEP_LABEL_TABLE(X)

#define STEP_VALUES_MAX 4u
#define STEP_VALUE_MAX 96u

/* Constants, so that the compiler holds the values against each of them. */
#define X(name, kinds, text) static const char STEP_##name[] = text;
STEP_TABLE(X)
#undef X

typedef struct StepWords {
        const char *text; /* of the table: a gettext message id */
        const char *kinds;
        char values[STEP_VALUES_MAX][STEP_VALUE_MAX];
} StepWords;

/* The sentence of the table that `said` is, and its values. 0, or -ENOENT: it is none. */
int step_parse(const char *said, StepWords *ret) _must_check_;
