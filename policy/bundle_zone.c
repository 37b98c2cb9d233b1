/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What counts for computers of one zone: what was said for it, else for all, else by default. */
#include "policy/bundle_zone.h"

#include <string.h>

#include "lib/text.h"
#include "policy/bundle_internal.h"

static const uint64_t defaults[SETTING_MAX_] = {
        [SETTING_WHITELIST_REQUIRED] = LIST_NEED_NONE,
        [SETTING_GRANT_MAX] = BUNDLE_GRANT_DEFAULT,
        [SETTING_PICK_UP] = false,
};

uint64_t bundle_setting(const Bundle *b, Setting setting, Zone host)
{
        const BundleSetting *own = &b->zones[host].settings[setting];
        const BundleSetting *all = &b->zones[ZONE_NONE].settings[setting];

        return own->said ? own->value : all->said ? all->value : defaults[setting];
}

void bundle_set(Bundle *b, Setting setting, Zone host, uint64_t value)
{
        b->zones[host].settings[setting] = (BundleSetting){.value = value, .said = true};
}

BundleGrant bundle_grant(const Bundle *b, Zone host, Zone drive)
{
        BundleGrant g = b->zones[host].grants[drive];
        uint64_t max = bundle_setting(b, SETTING_GRANT_MAX, host);

        if (!g.line)
                g = b->zones[ZONE_NONE].grants[drive];
        if (!g.line)
                g = (BundleGrant){.most = EFFECT_ALLOW};
        g.max = g.max ? MIN(g.max, max) : max;
        return g;
}

static bool is_said_for(const Bundle *b, BundleTextKind kind, Zone host)
{
        for (size_t i = 0; i < b->n_texts; i++)
                if (b->texts[i].kind == kind && b->texts[i].zone == host)
                        return true;
        return false;
}

const BundleText *bundle_next_text(const Bundle *b, BundleTextKind kind, Zone host,
                                   const BundleText *after)
{
        Zone scope = is_said_for(b, kind, host) ? host : ZONE_NONE;

        for (size_t i = after ? (size_t)(after - b->texts) + 1 : 0; i < b->n_texts; i++)
                if (b->texts[i].kind == kind && b->texts[i].zone == scope)
                        return &b->texts[i];
        return NULL;
}

int bundle_add_text(Bundle *b, const BundleText *text)
{
        size_t len = strnlen(text->text, sizeof(text->text));
        BundleText *list;

        if (len == 0 || len >= sizeof(text->text) || !text_is_clean(text->text, len))
                return -EINVAL;
        if (b->n_texts >= BUNDLE_TEXTS_MAX)
                return -ENOSPC;
        list = list_grow(b->texts, b->n_texts, sizeof(*list));
        if (!list)
                return -ENOMEM;
        b->texts = list;
        list[b->n_texts++] = *text;
        return 0;
}

const char *bundle_text_name(BundleTextKind kind)
{
        return kind == BUNDLE_CONTACT ? "contact" : "notice";
}
