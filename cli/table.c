/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables whose columns are as wide as their widest cell. */
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/out.h"

#define COLUMNS_UNKNOWN 80

typedef struct Row {
        char *cells[TABLE_COLUMNS_MAX];
        size_t styled;
        Style style;
} Row;

struct Table {
        size_t columns, n;
        Row *rows; /* the first one holds the heads */
};

static int row_fill(Row *row, size_t columns, const char *const *cells)
{
        for (size_t i = 0; i < columns; i++) {
                row->cells[i] = strdup(cells[i] ? cells[i] : "");
                if (!row->cells[i])
                        return -ENOMEM;
        }
        return 0;
}

int table_add(Table *t, const char *const *cells, size_t styled, Style style)
{
        Row *rows = reallocarray(t->rows, t->n + 1, sizeof(Row));

        if (!rows)
                return -ENOMEM;
        t->rows = rows;
        rows[t->n] = (Row){.styled = styled, .style = style};
        return row_fill(&rows[t->n++], t->columns, cells);
}

int table_new(size_t columns, const char *const *heads, Table **ret)
{
        _cleanup_(table_freep) Table *t = calloc(1, sizeof(*t));
        int r;

        if (!t || columns > TABLE_COLUMNS_MAX)
                return -ENOMEM;
        t->columns = columns;
        r = table_add(t, heads, columns, STYLE_PLAIN);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(t);
        return 0;
}

static int column_width(const Table *t, size_t column)
{
        int width = 0;

        for (size_t i = 0; i < t->n; i++)
                width = MAX(width, out_width(t->rows[i].cells[column]));
        return width;
}

static void print_row(const Table *t, size_t i, const int *widths)
{
        const Row *row = &t->rows[i];

        for (size_t c = 0; c < t->columns; c++) {
                Style style = i == 0 ? STYLE_BOLD : c == row->styled ? row->style : STYLE_PLAIN;
                bool last = c + 1 == t->columns;

                printf("%s%s%s", out_style(stdout, style), row->cells[c],
                       style == STYLE_PLAIN ? "" : out_plain(stdout));
                if (!last)
                        printf("%*s", widths[c] - out_width(row->cells[c]) + 2, "");
        }
        putchar('\n');
}

void table_print(const Table *t)
{
        int widths[TABLE_COLUMNS_MAX];

        for (size_t c = 0; c < t->columns; c++)
                widths[c] = column_width(t, c);
        for (size_t i = 0; i < t->n; i++)
                print_row(t, i, widths);
}

int table_width(const Table *t)
{
        int width = 2 * ((int)t->columns - 1);

        for (size_t c = 0; c < t->columns; c++)
                width += column_width(t, c);
        return width;
}

int out_columns(void)
{
        struct winsize w = {0};

        if (!isatty(STDOUT_FILENO))
                return 0;
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &w) < 0 || w.ws_col == 0)
                return COLUMNS_UNKNOWN;
        return w.ws_col;
}

Table *table_free(Table *t)
{
        if (!t)
                return NULL;
        for (size_t i = 0; i < t->n; i++)
                for (size_t c = 0; c < t->columns; c++)
                        free(t->rows[i].cells[c]);
        free(t->rows);
        free(t);
        return NULL;
}
