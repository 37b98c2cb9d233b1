/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CSV lines taken apart (RFC 4180; a quoted field ends with its line). */
#pragma once

#include "lib/macros.h"

#define CSV_FIELDS_MAX 64u

/* Cuts `line`, without its newline, into fields, in place. Their number, or -EINVAL: a quote that
 * is not closed, or more fields than `max`. */
int csv_split(char *line, char **fields, size_t max) _must_check_;
