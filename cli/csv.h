/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comma-separated values as RFC 4180 has them: lines end in CR LF, a cell with a comma, a quotation
 * mark or a line end stands in quotation marks. A cell that a spreadsheet would take for a formula
 * (it begins with = + - @, also in full width, or with a tab) gets an apostrophe before it. */
#pragma once

#include <stdbool.h>
#include <stdio.h>

/* One cell; `first` begins a line. */
void csv_cell(FILE *f, bool first, const char *text);
void csv_line_end(FILE *f);
