/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Styles, fields, sizes, times, JSON and progress on the way to the person. */
#include "cli/out.h"

#include <langinfo.h>
#include <stdarg.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "cli/cli.h"
#include "lib/clock.h"

#define FIELD_COLUMN 18

static bool paged; /* standard output is a pipe to a pager that shows colours */

void out_set_paged(bool on)
{
        paged = on;
}

static bool look_for_style(FILE *f)
{
        const char *none = getenv("NO_COLOR"), *term = getenv("TERM");

        if (none && *none)
                return false;
        return term && strcmp(term, "dumb") && ((paged && f == stdout) || isatty(fileno(f)));
}

/* Standard output is asked about once: a listing has a million lines. */
static bool wants_style(FILE *f)
{
        static int known = -1;
        static bool known_paged;

        if (f != stdout)
                return look_for_style(f);
        if (known < 0 || known_paged != paged)
                known = look_for_style(f);
        known_paged = paged;
        return known;
}

const char *out_style(FILE *f, Style style)
{
        static const char *const codes[] = {
                [STYLE_PLAIN] = "",        [STYLE_BOLD] = "\x1b[1m",  [STYLE_DIM] = "\x1b[2m",
                [STYLE_GOOD] = "\x1b[32m", [STYLE_WARN] = "\x1b[33m", [STYLE_BAD] = "\x1b[1;31m",
        };

        return wants_style(f) ? codes[style] : "";
}

const char *out_plain(FILE *f)
{
        return wants_style(f) ? "\x1b[0m" : "";
}

Style out_severity_style(Severity severity)
{
        switch (severity) {
        case SEVERITY_CRITICAL:
                return STYLE_BAD;
        case SEVERITY_WARNING:
                return STYLE_WARN;
        case SEVERITY_NONE:
        case SEVERITY_NOTICE:
        case SEVERITY_MAX_:
                break;
        }
        return STYLE_PLAIN;
}

Style out_effect_style(const char *effect)
{
        if (!strcmp(effect, effect_name(EFFECT_ALLOW)))
                return STYLE_GOOD;
        if (!strcmp(effect, effect_name(EFFECT_READ_ONLY)))
                return STYLE_WARN;
        return STYLE_BAD;
}

int out_width(const char *text)
{
        mbstate_t state = {0};
        int width = 0;

        while (*text) {
                wchar_t c;
                size_t n = mbrtowc(&c, text, strlen(text), &state);
                int w;

                if (n == (size_t)-1 || n == (size_t)-2) {
                        memset(&state, 0, sizeof(state));
                        n = 1;
                        w = 1;
                } else {
                        w = wcwidth(c);
                }
                width += MAX(w, 0);
                text += n;
        }
        return width;
}

bool out_has_symbols(void)
{
        return !strcmp(nl_langinfo(CODESET), "UTF-8");
}

static void print_field(Style style, const char *name, const char *format, va_list args)
{
        int pad = FIELD_COLUMN - out_width(name);

        printf("%s%s%s%*s%s", out_style(stdout, STYLE_DIM), name, out_plain(stdout), MAX(pad, 1),
               "", out_style(stdout, style));
        vprintf(format, args);
        printf("%s\n", style == STYLE_PLAIN ? "" : out_plain(stdout));
}

void out_field(const char *name, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        print_field(STYLE_PLAIN, name, format, args);
        va_end(args);
}

void out_field_styled(Style style, const char *name, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        print_field(style, name, format, args);
        va_end(args);
}

void out_json(json_object *o)
{
        printf("%s\n",
               json_object_to_json_string_ext(o, JSON_C_TO_STRING_PRETTY | JSON_C_TO_STRING_SPACED |
                                                         JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
}

void out_json_line(json_object *o)
{
        printf("%s\n", json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE));
        json_object_put(o);
}

int out_no_json(const char *verb, const char *word)
{
        return cli_fail(CLI_USAGE, _("%s %s prints no JSON"), verb, word);
}

void out_bytes(uint64_t bytes, char *ret, size_t size)
{
        static const char *const units[] = {"B", "kB", "MB", "GB", "TB", "PB", "EB"};
        double v = (double)bytes;
        size_t u = 0;

        while (v >= 999.5 && u + 1 < ARRAY_SIZE(units)) {
                v /= 1000;
                u++;
        }
        snprintf(ret, size, u && v < 99.95 ? "%.1f %s" : "%.0f %s", v, units[u]);
}

void out_time(int64_t t, char *ret, size_t size)
{
        time_t seconds = (time_t)t;
        struct tm tm;

        if (t == 0 || !localtime_r(&seconds, &tm) || !strftime(ret, size, "%Y-%m-%d %H:%M:%S", &tm))
                snprintf(ret, size, "-");
}

static uint64_t now_ms(void)
{
        return clock_us(CLOCK_MONOTONIC) / 1000;
}

Progress progress_start(const char *what)
{
        return (Progress){.what = what, .start_ms = now_ms()};
}

void progress_update(Progress *p, uint64_t done, uint64_t total)
{
        uint64_t now = now_ms();

        if (!isatty(STDERR_FILENO) || now < p->start_ms + 1000 || now < p->shown_ms + 200)
                return;
        p->shown_ms = now;
        if (total)
                fprintf(stderr, "\r%s %u%% ", p->what, (unsigned)(done * 100 / total));
        else if (done)
                fprintf(stderr, "\r%s %llu ", p->what, (unsigned long long)done);
        else
                fprintf(stderr, "\r%s %us ", p->what, (unsigned)((now - p->start_ms) / 1000));
        fflush(stderr);
}

void progress_end(Progress *p)
{
        if (p->shown_ms)
                fprintf(stderr, "\r%*s\r", out_width(p->what) + 16, "");
        p->shown_ms = 0;
}

uint64_t json_number(json_object *o, const char *key)
{
        json_object *v;

        return json_object_object_get_ex(o, key, &v) ? json_object_get_uint64(v) : 0;
}

bool json_true(json_object *o, const char *key)
{
        json_object *v;

        return json_object_object_get_ex(o, key, &v) && json_object_get_boolean(v);
}
