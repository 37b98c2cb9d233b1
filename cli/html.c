/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTML whose texts cannot become markup. */
#include "cli/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "lib/text.h"

#define TEXT_MAX 4096u

static void escaped(FILE *f, const char *text)
{
        char clean[TEXT_MAX];

        if (!text_is_clean(text, strlen(text))) {
                text_escape(text, strlen(text), clean, sizeof(clean));
                text = clean;
        }
        for (; *text; text++)
                switch (*text) {
                case '&':
                        fputs("&amp;", f);
                        break;
                case '<':
                        fputs("&lt;", f);
                        break;
                case '>':
                        fputs("&gt;", f);
                        break;
                case '"':
                        fputs("&quot;", f);
                        break;
                case '\'':
                        fputs("&#39;", f);
                        break;
                default:
                        fputc(*text, f);
                }
}

void html(FILE *f, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        for (; *format; format++) {
                if (*format != '%') {
                        fputc(*format, f);
                        continue;
                }
                switch (*++format) {
                case 's':
                        escaped(f, va_arg(args, const char *));
                        break;
                case 'r':
                        fputs(va_arg(args, const char *), f);
                        break;
                case 'n':
                        fprintf(f, "%" PRIu64, va_arg(args, uint64_t));
                        break;
                case 'd':
                        fprintf(f, "%d", va_arg(args, int));
                        break;
                case 'f':
                        fprintf(f, "%.1f", va_arg(args, double));
                        break;
                default:
                        fputc('%', f);
                        break;
                }
        }
        va_end(args);
}
