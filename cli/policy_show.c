/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Prints a policy. */
#include "cli/policy_show.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/policy_lines.h"
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

static json_object *texts_json(const Bundle *b, BundleTextKind kind, Zone zone)
{
        json_object *list = json_object_new_array();
        const BundleText *t = NULL;

        while ((t = bundle_next_text(b, kind, zone, t))) {
                json_object *o = json_object_new_object();

                json_object_object_add(o, "language", json_object_new_string(t->language));
                json_object_object_add(o, "text", json_object_new_string(t->text));
                json_object_array_add(list, o);
        }
        return list;
}

static json_object *grants_json(const Bundle *b, Zone zone)
{
        json_object *list = json_object_new_array();

        for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                BundleGrant g = bundle_grant(b, zone, (Zone)d);
                json_object *o = json_object_new_object();

                json_object_object_add(o, "drive", json_object_new_string(zone_name((Zone)d)));
                json_object_object_add(o, "most", json_object_new_string(effect_name(g.most)));
                json_object_object_add(o, "longest", json_object_new_uint64(g.max));
                json_object_object_add(o, "approval", json_object_new_boolean(g.approval));
                json_object_object_add(o, "line", json_object_new_int64(g.line));
                json_object_array_add(list, o);
        }
        return list;
}

/* What counts in the end on the computers of each zone. */
static json_object *computers_json(const Bundle *b)
{
        static const char *const needs[] = {"no", "yes", "all"};
        json_object *list = json_object_new_array();

        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++) {
                Zone z = (Zone)h;
                uint64_t need = bundle_setting(b, SETTING_WHITELIST_REQUIRED, z);
                json_object *o = json_object_new_object();

                json_object_object_add(o, "computer", json_object_new_string(zone_name(z)));
                json_object_object_add(o, "whitelist_required",
                                       json_object_new_string(needs[need]));
                json_object_object_add(
                        o, "grant_max",
                        json_object_new_uint64(bundle_setting(b, SETTING_GRANT_MAX, z)));
                json_object_object_add(
                        o, "pick_up",
                        json_object_new_boolean(bundle_setting(b, SETTING_PICK_UP, z) != 0));
                json_object_object_add(o, "grants", grants_json(b, z));
                json_object_object_add(o, "contact", texts_json(b, BUNDLE_CONTACT, z));
                json_object_object_add(o, "notice", texts_json(b, BUNDLE_NOTICE, z));
                json_object_array_add(list, o);
        }
        return list;
}

/* What is said for all computers. */
static void for_all_json(const Bundle *b, json_object *o)
{
        const BundleText *t = NULL;
        const char *contact = "";

        while ((t = bundle_next_text(b, BUNDLE_CONTACT, ZONE_NONE, t)))
                if (!*t->language)
                        contact = t->text;
        json_object_object_add(
                o, "whitelist_required",
                json_object_new_boolean(bundle_setting(b, SETTING_WHITELIST_REQUIRED, ZONE_NONE) !=
                                        LIST_NEED_NONE));
        json_object_object_add(
                o, "grant_max",
                json_object_new_uint64(bundle_setting(b, SETTING_GRANT_MAX, ZONE_NONE)));
        json_object_object_add(
                o, "pick_up",
                json_object_new_boolean(bundle_setting(b, SETTING_PICK_UP, ZONE_NONE) != 0));
        json_object_object_add(o, "contact", json_object_new_string(contact));
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
        for_all_json(b, o);
        json_object_object_add(o, "classes", json_object_new_uint64(b->n_classes));
        json_object_object_add(o, "devices", json_object_new_uint64(b->n_devices));
        for (unsigned k = 0; k < ARRAY_SIZE(kinds); k++)
                json_object_object_add(revoked, kinds[k],
                                       json_object_new_int64(count_revoked(b, (RevokedKind)k)));
        json_object_object_add(o, "revoked", revoked);
        json_object_object_add(o, "computers", computers_json(b));
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

/* "internet: read-only, 120 minutes at most, with an approval number" */
static void show_grants(const Bundle *b)
{
        out_field(_("Exceptions"), _("%llu minutes at most"),
                  (unsigned long long)bundle_setting(b, SETTING_GRANT_MAX, ZONE_NONE) / 60);
        for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                BundleGrant g = bundle_grant(b, ZONE_NONE, (Zone)d);
                const char *drive = d ? _(zone_name((Zone)d)) : _("no label");

                if (g.line && g.most == EFFECT_BLOCK)
                        out_field("", _("%s: none"), drive);
                else if (g.line)
                        out_field("",
                                  g.approval
                                          ? _("%s: %s, %llu minutes at most, with approval number")
                                          : _("%s: %s, %llu minutes at most"),
                                  drive, _(effect_name(g.most)), (unsigned long long)g.max / 60);
        }
}

static void show_texts(const Bundle *b, BundleTextKind kind, const char *name)
{
        const BundleText *t = NULL;

        while ((t = bundle_next_text(b, kind, ZONE_NONE, t)))
                if (*t->language)
                        out_field("", "[%s] %s", t->language, t->text);
                else
                        out_field(name, "%s", t->text);
}

/* What is said for the computers of one zone alone, as it is written. */
static int show_sections(const Bundle *b)
{
        _cleanup_(policy_lines_clear) PolicyLines lines = {0};

        if (policy_lines_make(b, &lines) < 0)
                return cli_out_of_memory();
        for (int z = ZONE_INTERNAL; z < ZONE_MAX_; z++) {
                const char *name = zone_name((Zone)z);
                size_t n = strlen(name);
                bool first = true;

                for (size_t i = 0; i < lines.n; i++) {
                        const char *l = lines.list[i];

                        if (*l != '[' || strncmp(l + 1, name, n) != 0 || l[1 + n] != ']')
                                continue;
                        if (first)
                                printf(_("\nOnly on computers of zone %s:\n"), _(name));
                        first = false;
                        printf("  %s\n", l + n + 3);
                }
        }
        return 0;
}

int policy_show(const Bundle *b, bool json)
{
        char from[32], until[32], hex[2 * DIGEST_SIZE + 1], needs[NEEDS_TEXT];
        uint64_t need = bundle_setting(b, SETTING_WHITELIST_REQUIRED, ZONE_NONE);
        int r;

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
                  need == LIST_NEED_LABELLED ? _(", required")
                  : need == LIST_NEED_ALL    ? _(", required of drives without a label too")
                                             : "");
        show_two(b);
        out_field(_("Devices"), _("%zu class lines, %zu named devices"), b->n_classes,
                  b->n_devices);
        out_field(_("Revoked"), _("%u drives, %u labels, %u keys, %u computers"),
                  count_revoked(b, REVOKED_DRIVE), count_revoked(b, REVOKED_LABEL),
                  count_revoked(b, REVOKED_KEY), count_revoked(b, REVOKED_HOST));
        show_grants(b);
        if (bundle_setting(b, SETTING_PICK_UP, ZONE_NONE))
                out_field(_("Office files"), "%s", _("taken from drives of the own zone"));
        show_texts(b, BUNDLE_NOTICE, _("Notice"));
        show_texts(b, BUNDLE_CONTACT, _("Contact"));
        r = show_rules(b);
        return r ? r : show_sections(b);
}
