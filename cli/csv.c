/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Comma-separated values that a spreadsheet shows and does not run. */
#include "cli/csv.h"

#include <string.h>

#include "lib/macros.h"

/* What begins a formula somewhere; the last four are in full width, as East Asian input writes. */
static bool is_formula(const char *text)
{
        static const char *const starts[] = {"=",
                                             "+",
                                             "-",
                                             "@",
                                             "\t",
                                             "\r",
                                             "\xef\xbc\x9d",
                                             "\xef\xbc\x8b",
                                             "\xef\xbc\x8d",
                                             "\xef\xbc\xa0"};

        for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
                if (*text == *starts[i] && strncmp(text, starts[i], strlen(starts[i])) == 0)
                        return true;
        return false;
}

void csv_cell(FILE *f, bool first, const char *text)
{
        bool formula = is_formula(text), quoted = strpbrk(text, ",\"\r\n") != NULL;

        if (!first)
                fputc(',', f);
        if (quoted)
                fputc('"', f);
        if (formula)
                fputc('\'', f);
        for (const char *quote; (quote = strchr(text, '"')); text = quote + 1) {
                fwrite(text, 1, (size_t)(quote - text), f);
                fputs("\"\"", f);
        }
        fputs(text, f);
        if (quoted)
                fputc('"', f);
}

void csv_line_end(FILE *f)
{
        fputs("\r\n", f);
}
