/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy as single lines, each with the section it stands in: "[internal] class = ...". */
#pragma once

#include "policy/bundle.h"

typedef struct PolicyLines {
        char *text;
        char **list, **sorted; /* in the text's order, and by their bytes */
        size_t n;
} PolicyLines;

/* 0, -ENOMEM. */
int policy_lines_make(const Bundle *b, PolicyLines *ret) _must_check_;
void policy_lines_clear(PolicyLines *l);
/* For bsearch() in `sorted`. */
int policy_line_compare(const void *a, const void *b);
