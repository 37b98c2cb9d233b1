/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a policy and the difference of two. */
#include "cli/policy_show.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "lib/strbuf.h"
#include "lib/text.h"

#define NEEDS_TEXT 48u
#define TWO_TEXT 512u

static unsigned count_revoked(const Bundle *b, RevokedKind kind)
{
        unsigned n = 0;

        for (size_t i = 0; i < b->n_revoked; i++)
                n += b->revoked[i].kind == kind;
        return n;
}

static const char *const kinds[] = {
        [REVOKED_DRIVE] = "drive",
        [REVOKED_LABEL] = "label",
        [REVOKED_KEY] = "key",
        [REVOKED_HOST] = "host",
};

static json_object *rules_json(const Bundle *b)
{
        json_object *rules = json_object_new_array();

        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                        const BundleRule *rule = &b->rules[h][d];
                        json_object *o = json_object_new_object();

                        json_object_object_add(o, "computer",
                                               json_object_new_string(zone_name((Zone)h)));
                        json_object_object_add(o, "drive",
                                               json_object_new_string(zone_name((Zone)d)));
                        json_object_object_add(o, "effect",
                                               json_object_new_string(effect_name(rule->effect)));
                        json_object_object_add(
                                o, "severity",
                                json_object_new_string(severity_name(rule->severity)));
                        json_object_object_add(o, "line", json_object_new_int64(rule->line));
                        json_object_array_add(rules, o);
                }
        return rules;
}

/* "" for any. */
static void needs_text(const Bundle *b, char ret[NEEDS_TEXT])
{
        ret[0] = '\0';
        if (b->needs[0] | b->needs[1] | b->needs[2])
                snprintf(ret, NEEDS_TEXT, "%u.%u.%u", b->needs[0], b->needs[1], b->needs[2]);
}

/* The zones and levels whose labels need two signatures. */
static json_object *two_json(const Bundle *b)
{
        json_object *list = json_object_new_array();

        for (int z = ZONE_INTERNAL; z < ZONE_MAX_; z++)
                if (b->two.zones[z].wanted)
                        json_object_array_add(list, json_object_new_string(zone_name((Zone)z)));
        for (int l = LEVEL_CONFIDENTIAL; l < LEVEL_MAX_; l++)
                if (b->two.levels[l].wanted)
                        json_object_array_add(list, json_object_new_string(level_name((Level)l)));
        return list;
}

static void show_two(const Bundle *b)
{
        _cleanup_(json_object_putp) json_object *list = two_json(b);
        _cleanup_(strbuf_clear) StrBuf text = strbuf(TWO_TEXT);

        for (size_t i = 0; i < json_object_array_length(list); i++)
                strbuf_printf(&text, "%s%s", i ? _(", ") : "",
                              _(json_object_get_string(json_object_array_get_idx(list, i))));
        out_field(_("Two signatures"), "%s", text.size ? text.text : "-");
}

static int show_json(const Bundle *b)
{
        json_object *o = json_object_new_object(), *revoked = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1] = "", needs[NEEDS_TEXT];

        if (b->has_whitelist)
                text_hex(b->whitelist_digest, DIGEST_SIZE, hex);
        json_object_object_add(o, "name", json_object_new_string(b->name));
        json_object_object_add(o, "version", json_object_new_uint64(b->version));
        json_object_object_add(o, "not_before", json_object_new_int64(b->not_before));
        json_object_object_add(o, "expires", json_object_new_int64(b->not_after));
        needs_text(b, needs);
        json_object_object_add(o, "needs", json_object_new_string(needs));
        json_object_object_add(o, "rules", rules_json(b));
        json_object_object_add(o, "two_signatures", two_json(b));
        json_object_object_add(o, "whitelist", json_object_new_string(hex));
        json_object_object_add(o, "whitelist_required",
                               json_object_new_boolean(b->whitelist_required));
        json_object_object_add(o, "classes", json_object_new_uint64(b->n_classes));
        json_object_object_add(o, "devices", json_object_new_uint64(b->n_devices));
        for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
                json_object_object_add(revoked, kinds[k],
                                       json_object_new_int64(count_revoked(b, (RevokedKind)k)));
        json_object_object_add(o, "revoked", revoked);
        json_object_object_add(o, "grant_max", json_object_new_uint64(b->grant_max));
        json_object_object_add(o, "pick_up", json_object_new_boolean(b->pick_up));
        json_object_object_add(o, "contact", json_object_new_string(b->contact));
        out_json(o);
        return 0;
}

static int show_rules(const Bundle *b)
{
        const char *heads[] = {_("COMPUTER"), _("DRIVE"), _("VERDICT"), _("SEVERITY"), _("LINE")};
        _cleanup_(table_freep) Table *t = NULL;
        char line[16];
        int r = table_new(ARRAY_SIZE(heads), heads, &t);

        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_ && r == 0; d++) {
                        const BundleRule *rule = &b->rules[h][d];
                        const char *effect = effect_name(rule->effect);
                        const char *cells[] = {
                                _(zone_name((Zone)h)), d ? _(zone_name((Zone)d)) : _("no label"),
                                _(effect), rule->severity ? _(severity_name(rule->severity)) : "-",
                                line};

                        snprintf(line, sizeof(line), rule->line ? "%u" : "-", rule->line);
                        r = table_add(t, cells, 2, out_effect_style(effect));
                }
        if (r < 0)
                return cli_out_of_memory();
        putchar('\n');
        table_print(t);
        return 0;
}

int policy_show(const Bundle *b, bool json)
{
        char from[32], until[32], hex[2 * DIGEST_SIZE + 1], needs[NEEDS_TEXT];

        if (json)
                return show_json(b);
        out_time(b->not_before, from, sizeof(from));
        out_time(b->not_after, until, sizeof(until));
        out_field(_("Policy"), _("%s, version %llu"), b->name, (unsigned long long)b->version);
        out_field(_("Valid"), "%s .. %s", from, until);
        needs_text(b, needs);
        if (*needs)
                out_field("usbzone", ">= %s", needs);
        if (b->has_whitelist)
                text_hex(b->whitelist_digest, DIGEST_SIZE, hex);
        out_field(_("Whitelist"), "%s%s", b->has_whitelist ? hex : "-",
                  b->whitelist_required ? _(", required") : "");
        show_two(b);
        out_field(_("Devices"), _("%zu class lines, %zu named devices"), b->n_classes,
                  b->n_devices);
        out_field(_("Revoked"), _("%u drives, %u labels, %u keys, %u computers"),
                  count_revoked(b, REVOKED_DRIVE), count_revoked(b, REVOKED_LABEL),
                  count_revoked(b, REVOKED_KEY), count_revoked(b, REVOKED_HOST));
        out_field(_("Exceptions"), _("%llu minutes at most"),
                  (unsigned long long)b->grant_max / 60);
        if (b->pick_up)
                out_field(_("Office files"), "%s", _("taken from drives of the own zone"));
        if (*b->contact)
                out_field(_("Contact"), "%s", b->contact);
        return show_rules(b);
}

typedef struct Lines {
        char *text;
        char **list, **sorted; /* in the text's order, and by their bytes */
        size_t n;
} Lines;

static int by_text(const void *a, const void *b)
{
        return strcmp(*(char *const *)a, *(char *const *)b);
}

static void lines_clear(Lines *l)
{
        free(l->text);
        free(l->list);
        free(l->sorted);
}

/* One policy as lines.
 */
static int lines_make(const Bundle *b, Lines *ret)
{
        char *save = NULL;
        size_t size, n = 0;
        int r = bundle_format(b, &ret->text, &size);

        if (r < 0)
                return r;
        for (size_t i = 0; i < size; i++)
                n += ret->text[i] == '\n';
        ret->list = calloc(n + 1, sizeof(char *));
        ret->sorted = calloc(n + 1, sizeof(char *));
        if (!ret->list || !ret->sorted)
                return -ENOMEM;
        for (char *l = strtok_r(ret->text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
                ret->list[ret->n++] = l;
        memcpy(ret->sorted, ret->list, ret->n * sizeof(char *));
        qsort(ret->sorted, ret->n, sizeof(char *), by_text);
        return 0;
}

static bool has_line(const Lines *l, const char *line)
{
        return bsearch(&line, l->sorted, l->n, sizeof(char *), by_text) != NULL;
}

static json_object *missing(const Lines *from, const Lines *in)
{
        json_object *a = json_object_new_array();

        for (size_t i = 0; i < from->n; i++)
                if (!has_line(in, from->list[i]))
                        json_object_array_add(a, json_object_new_string(from->list[i]));
        return a;
}

/* The same "class" lines in another order decide otherwise. */
static bool order_differs(const Lines *a, const Lines *b)
{
        static const char class[] = "class = ";
        size_t j = 0;

        for (size_t i = 0; i < a->n; i++) {
                if (strncmp(a->list[i], class, strlen(class)) != 0 || !has_line(b, a->list[i]))
                        continue;
                while (j < b->n &&
                       (strncmp(b->list[j], class, strlen(class)) != 0 || !has_line(a, b->list[j])))
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
        _cleanup_(lines_clear) Lines a = {0}, b = {0};
        json_object *o, *removed, *added;
        bool order;

        if (lines_make(old, &a) < 0 || lines_make(next, &b) < 0)
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
