/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints the difference of two policies. */
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/policy_lines.h"
#include "cli/policy_show.h"

static bool has_line(const PolicyLines *l, const char *line)
{
        return bsearch(&line, l->sorted, l->n, sizeof(char *), policy_line_compare) != NULL;
}

static json_object *missing(const PolicyLines *from, const PolicyLines *in)
{
        json_object *a = json_object_new_array();

        for (size_t i = 0; i < from->n; i++)
                if (!has_line(in, from->list[i]))
                        json_object_array_add(a, json_object_new_string(from->list[i]));
        return a;
}

/* "class = ..." or "[internal] class = ..." */
static bool is_class(const char *line)
{
        static const char class[] = "class = ";
        const char *end = *line == '[' ? strchr(line, ' ') : NULL;

        return strncmp(end ? end + 1 : line, class, strlen(class)) == 0;
}

/* The same "class" lines in another order decide otherwise. */
static bool order_differs(const PolicyLines *a, const PolicyLines *b)
{
        size_t j = 0;

        for (size_t i = 0; i < a->n; i++) {
                if (!is_class(a->list[i]) || !has_line(b, a->list[i]))
                        continue;
                while (j < b->n && (!is_class(b->list[j]) || !has_line(a, b->list[j])))
                        j++;
                if (j == b->n || strcmp(a->list[i], b->list[j++]) != 0)
                        return true;
        }
        return false;
}

static void print_lines(json_object *a, char sign, Style style)
{
        for (size_t i = 0; i < json_object_array_length(a); i++)
                printf("%s%c %s%s\n", out_style(stdout, style), sign,
                       json_object_get_string(json_object_array_get_idx(a, i)), out_plain(stdout));
}

int policy_diff(const Bundle *old, const Bundle *next, bool json)
{
        _cleanup_(policy_lines_clear) PolicyLines a = {0}, b = {0};
        json_object *o, *removed, *added;
        bool order;

        if (policy_lines_make(old, &a) < 0 || policy_lines_make(next, &b) < 0)
                return cli_out_of_memory();
        removed = missing(&a, &b);
        added = missing(&b, &a);
        order = order_differs(&a, &b);
        o = json_object_new_object();
        json_object_object_add(o, "removed", removed);
        json_object_object_add(o, "added", added);
        json_object_object_add(o, "class_order", json_object_new_boolean(order));
        if (json) {
                out_json(o);
                return 0;
        }
        print_lines(removed, '-', STYLE_BAD);
        print_lines(added, '+', STYLE_GOOD);
        if (order)
                printf("%s\n", _("The class lines stand in another order."));
        json_object_put(o);
        return 0;
}
