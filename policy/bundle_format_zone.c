/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes back what a policy says for all computers, or for those of one zone in its section. */
#include "lib/strbuf.h"
#include "policy/bundle_internal.h"

static void format_duration(StrBuf *b, const char *before, uint64_t seconds)
{
        const char *unit = "s";

        if (seconds % 3600 == 0) {
                seconds /= 3600;
                unit = "h";
        } else if (seconds % 60 == 0) {
                seconds /= 60;
                unit = "m";
        }
        strbuf_printf(b, "%s%llu%s", before, (unsigned long long)seconds, unit);
}

static void format_settings(StrBuf *b, const Bundle *bundle, Zone zone)
{
        const BundleSetting *s = bundle->zones[zone].settings;

        if (s[SETTING_WHITELIST_REQUIRED].said)
                strbuf_printf(b, "whitelist-required = %s\n",
                              list_need_words[s[SETTING_WHITELIST_REQUIRED].value]);
        if (s[SETTING_GRANT_MAX].said) {
                format_duration(b, "grant-max = ", s[SETTING_GRANT_MAX].value);
                strbuf_printf(b, "\n");
        }
        if (s[SETTING_PICK_UP].said)
                strbuf_printf(b, "pick-up = %s\n", s[SETTING_PICK_UP].value ? "yes" : "no");
}

static void format_grants(StrBuf *b, const Bundle *bundle, Zone zone)
{
        for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                const BundleGrant *g = &bundle->zones[zone].grants[d];

                if (!g->line)
                        continue;
                strbuf_printf(b, "grant = %s %s", zone_name((Zone)d), effect_name(g->most));
                if (g->max)
                        format_duration(b, " ", g->max);
                strbuf_printf(b, "%s\n", g->approval ? " approval" : "");
        }
}

static void format_texts(StrBuf *b, const Bundle *bundle, Zone zone)
{
        for (size_t i = 0; i < bundle->n_texts; i++) {
                const BundleText *t = &bundle->texts[i];

                if (t->zone != zone)
                        continue;
                strbuf_printf(b, "%s", bundle_text_name(t->kind));
                if (*t->language)
                        strbuf_printf(b, "[%s]", t->language);
                strbuf_printf(b, " = %s\n", t->text);
        }
}

void format_zone(StrBuf *b, const Bundle *bundle, Zone zone)
{
        size_t before = b->size, head;

        if (zone != ZONE_NONE)
                strbuf_printf(b, "\n[%s]\n", zone_name(zone));
        head = b->size;
        format_devices(b, bundle, zone);
        format_settings(b, bundle, zone);
        format_grants(b, bundle, zone);
        format_texts(b, bundle, zone);
        if (b->size == head && b->text) { /* nothing is said: no section */
                b->size = before;
                b->text[before] = '\0';
        }
}
