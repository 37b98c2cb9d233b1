/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts the text of a policy into lines. */
#include "cli/policy_lines.h"

#include <string.h>

#include "lib/strbuf.h"
#include "policy/note.h"

int policy_line_compare(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

void policy_lines_clear(PolicyLines *l)
{
        free(l->text);
        free(l->list);
        free(l->sorted);
        *l = (PolicyLines){0};
}

/* The same text with its section in front of each line; returns how many lines there are. */
static size_t prefix_lines(char *text, StrBuf *ret)
{
        const char *section = "";
        char *save = NULL;
        size_t n = 0;

        for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
                if (*l == '[') {
                        section = l;
                        continue;
                }
                strbuf_printf(ret, "%s%s%s\n", section, *section ? " " : "", l);
                n++;
        }
        return n;
}

int policy_lines_make(const Bundle *b, PolicyLines *ret)
{
        _cleanup_(strbuf_clear) StrBuf buffer = strbuf(2 * (size_t)NOTE_SIZE_MAX);
        _cleanup_(policy_lines_clear) PolicyLines lines = {0};
        _cleanup_(freep) char *text = NULL;
        char *save = NULL;
        size_t size, n = 0;
        int r = bundle_format(b, &text, &size);

        if (r == 0) {
                n = prefix_lines(text, &buffer);
                r = strbuf_take(&buffer, &lines.text, &size);
        }
        if (r < 0)
                return r;
        lines.list = calloc(n + 1, sizeof(char *));
        lines.sorted = calloc(n + 1, sizeof(char *));
        if (!lines.list || !lines.sorted)
                return -ENOMEM;
        for (char *l = strtok_r(lines.text, "\n", &save); l && lines.n < n;
             l = strtok_r(NULL, "\n", &save))
                lines.list[lines.n++] = l;
        memcpy(lines.sorted, lines.list, lines.n * sizeof(char *));
        qsort(lines.sorted, lines.n, sizeof(char *), policy_line_compare);
        *ret = TAKE(lines, (PolicyLines){0});
        return 0;
}
