/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes a policy back as text. */
#include "policy/bundle.h"

#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/bundle_internal.h"
#include "policy/note.h"

static void format_time(StrBuf *b, const char *key, int64_t t)
{
        char text[TEXT_TIME_MAX];

        if (t == 0)
                return;
        text_time_format(t, text);
        strbuf_printf(b, "%s = %s\n", key, text);
}

/* Only what differs from the built-in table, or was written out before. */
static void format_rules(StrBuf *b, const Bundle *bundle)
{
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                        const BundleRule *rule = &bundle->rules[h][d];
                        const BundleRule *built_in = bundle_built_in((Zone)h, (Zone)d);

                        if (rule->line == 0 && rule->effect == built_in->effect &&
                            rule->severity == built_in->severity)
                                continue;
                        strbuf_printf(b, "rule = %s %s %s", zone_name((Zone)h), zone_name((Zone)d),
                                      effect_name(rule->effect));
                        if (rule->effect == EFFECT_BLOCK)
                                strbuf_printf(b, " %s", severity_name(rule->severity));
                        strbuf_printf(b, "\n");
                }
}

static void format_two(StrBuf *b, const Bundle *bundle)
{
        bool any = false;

        for (int z = ZONE_INTERNAL; z < ZONE_MAX_; z++)
                any |= bundle->two.zones[z].wanted;
        for (int l = LEVEL_CONFIDENTIAL; l < LEVEL_MAX_; l++)
                any |= bundle->two.levels[l].wanted;
        if (!any)
                return;
        strbuf_printf(b, "two-signatures =");
        for (int z = ZONE_INTERNAL; z < ZONE_MAX_; z++)
                if (bundle->two.zones[z].wanted)
                        strbuf_printf(b, " %s", zone_name((Zone)z));
        for (int l = LEVEL_CONFIDENTIAL; l < LEVEL_MAX_; l++)
                if (bundle->two.levels[l].wanted)
                        strbuf_printf(b, " %s", level_name((Level)l));
        strbuf_printf(b, "\n");
}

static void format_pattern(StrBuf *b, const BundleClass *c)
{
        const int16_t parts[] = {c->class, c->subclass, c->protocol};

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                strbuf_printf(b, "%s", i ? ":" : " ");
                if (parts[i] < 0)
                        strbuf_printf(b, "*");
                else
                        strbuf_printf(b, "%02x", (unsigned)parts[i]);
        }
}

void format_devices(StrBuf *b, const Bundle *bundle, Zone zone)
{
        for (size_t i = 0; i < bundle->n_classes; i++) {
                if (bundle->classes[i].zone != zone)
                        continue;
                strbuf_printf(b, "class = %s", bundle->classes[i].allow ? "allow" : "block");
                format_pattern(b, &bundle->classes[i]);
                strbuf_printf(b, "\n");
        }
        for (size_t i = 0; i < bundle->n_devices; i++) {
                const BundleDevice *d = &bundle->devices[i];

                if (d->zone != zone)
                        continue;
                strbuf_printf(b, "device = %04x:%04x %s", d->vid, d->pid, d->serial);
                for (size_t j = 0; j < d->n_passes; j++)
                        format_pattern(b, &d->passes[j]);
                strbuf_printf(b, "\n");
        }
}

void format_revoked(StrBuf *b, const Bundle *bundle)
{
        static const char *const keys[] = {
                [REVOKED_DRIVE] = "revoke-drive",
                [REVOKED_LABEL] = "revoke-label",
                [REVOKED_KEY] = "revoke-key",
                [REVOKED_HOST] = "revoke-host",
        };

        for (size_t i = 0; i < bundle->n_revoked; i++) {
                const BundleRevoked *r = &bundle->revoked[i];

                strbuf_printf(b, "%s = ", keys[r->kind]);
                strbuf_hex(b, r->id, revoked_id_size(r->kind));
                strbuf_printf(b, "\n");
        }
}

static bool text_valid(const char *text, size_t size)
{
        size_t len = strnlen(text, size);

        return len < size && text_is_clean(text, len);
}

int bundle_format(const Bundle *bundle, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(NOTE_SIZE_MAX);

        if (!text_valid(bundle->name, sizeof(bundle->name)))
                return -EINVAL;
        strbuf_printf(&b, "usbzone-policy 1\nversion = %llu\nname = %s\n",
                      (unsigned long long)bundle->version, bundle->name);
        format_time(&b, "not-before", bundle->not_before);
        format_time(&b, "expires", bundle->not_after);
        if (bundle->needs[0] | bundle->needs[1] | bundle->needs[2])
                strbuf_printf(&b, "needs = %u.%u.%u\n", bundle->needs[0], bundle->needs[1],
                              bundle->needs[2]);
        format_rules(&b, bundle);
        format_two(&b, bundle);
        if (bundle->has_whitelist) {
                strbuf_printf(&b, "whitelist = sha256:");
                strbuf_hex(&b, bundle->whitelist_digest, DIGEST_SIZE);
                strbuf_printf(&b, "\n");
        }
        format_revoked(&b, bundle);
        for (int z = ZONE_NONE; z < ZONE_MAX_; z++)
                format_zone(&b, bundle, (Zone)z);
        return strbuf_take(&b, ret, ret_size);
}
