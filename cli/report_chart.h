/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drawings of a report's page, as inline SVG of the page's width. */
#pragma once

#include "cli/report.h"

/* Violations by day; by month or year where there are too many days. */
void report_chart_days(const Report *r, FILE *f);
/* What the marks of a timeline mean. */
void report_chart_legend(FILE *f);
/* One drive across computers: a lane for each, a mark for each decision. */
void report_chart_drive(const Report *r, json_object *drive, FILE *f);
/* The computer's name, else the beginning of its id, else where the ledger is. */
void report_source_name(json_object *source, char *ret, size_t size);
