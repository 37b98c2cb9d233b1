/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Breaks running text into lines of a terminal, between words or between wide characters. */
#include <string.h>
#include <wchar.h>

#include "cli/out.h"

#define WRAP_COLUMNS 79

/* One piece that is not broken: a word, or a wide character with the marks that cling to it. */
typedef struct Piece {
        const char *text;
        size_t size;
        int width;
        bool blank; /* stands behind a blank */
} Piece;

static size_t next_character(const char *text, mbstate_t *state, wchar_t *ret)
{
        size_t n = mbrtowc(ret, text, strlen(text), state);

        if (n != (size_t)-1 && n != (size_t)-2)
                return n;
        memset(state, 0, sizeof(*state));
        *ret = L'?';
        return 1;
}

static bool is_wide(wchar_t c)
{
        return wcwidth(c) == 2;
}

/* Marks that no line begins with. */
static bool clings(wchar_t c)
{
        static const wchar_t marks[] = L".,;:!?)]%\u3001\u3002\uff01\uff09\uff0c"
                                       L"\uff1a\uff1b\uff1f\u300d\u300f\u201d";

        return wcschr(marks, c) != NULL;
}

static bool next_piece(const char **text, Piece *ret)
{
        const char *p = *text, *start;
        mbstate_t state = {0};
        wchar_t last = 0;

        *ret = (Piece){0};
        for (; *p == ' ' || *p == '\n'; p++)
                ret->blank = true;
        start = p;
        while (*p && *p != ' ' && *p != '\n') {
                wchar_t c;
                size_t n = next_character(p, &state, &c);

                if (p > start && (is_wide(last) || is_wide(c)) && !clings(c))
                        break;
                ret->width += MAX(wcwidth(c), 0);
                last = c;
                p += n;
        }
        ret->text = start;
        ret->size = (size_t)(p - start);
        *text = p;
        return ret->size > 0;
}

void out_wrapped(const char *text, int indent)
{
        int column = indent;
        Piece piece;

        while (next_piece(&text, &piece)) {
                int blank = piece.blank && column > indent;

                if (column > indent && column + blank + piece.width > WRAP_COLUMNS) {
                        printf("\n%*s", indent, "");
                        column = indent;
                        blank = 0;
                }
                printf("%s%.*s", blank ? " " : "", (int)piece.size, piece.text);
                column += blank + piece.width;
        }
        putchar('\n');
}
