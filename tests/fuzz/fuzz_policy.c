/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy text: written back the same, and nothing opens what must stay closed. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "policy/bundle.h"
#include "policy/note.h"

static void check_rules(const Bundle *b)
{
        Bundle built_in;

        bundle_defaults(&built_in);
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++)
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                        const BundleRule *rule = &b->rules[h][d];

                        if (rule->effect == EFFECT_BLOCK)
                                HOLDS(rule->severity >= built_in.rules[h][d].severity);
                        else
                                HOLDS(h == d || (h == ZONE_INTERNET && d == ZONE_NONE));
                }
        HOLDS(!b->two.zones[ZONE_NONE].wanted && !b->two.levels[LEVEL_NONE].wanted);
        for (size_t i = 0; i < b->n_classes; i++)
                HOLDS(!b->classes[i].allow ||
                      (b->classes[i].class >= 0 && b->classes[i].class != 8));
        for (size_t i = 0; i < b->n_devices; i++)
                for (size_t j = 0; j < b->devices[i].n_passes; j++)
                        HOLDS(b->devices[i].passes[j].class >= 0 &&
                              b->devices[i].passes[j].class != 8);
}

/* What counts for each zone is within its limits, and every text is found again for somebody. */
static void check_zones(const Bundle *b)
{
        for (int h = ZONE_INTERNAL; h < ZONE_MAX_; h++) {
                uint64_t max = bundle_setting(b, SETTING_GRANT_MAX, (Zone)h);

                HOLDS(max >= 1 && max <= BUNDLE_GRANT_MAX);
                HOLDS(bundle_setting(b, SETTING_WHITELIST_REQUIRED, (Zone)h) == LIST_NEED_NONE ||
                      b->has_whitelist);
                for (int d = ZONE_NONE; d < ZONE_MAX_; d++) {
                        BundleGrant g = bundle_grant(b, (Zone)h, (Zone)d);

                        HOLDS(g.max >= 1 && g.max <= max && (g.line || g.most == EFFECT_ALLOW));
                        HOLDS(g.most != EFFECT_BLOCK || !g.approval);
                }
                for (int k = 0; k < BUNDLE_TEXT_KIND_MAX_; k++) {
                        const BundleText *t = NULL;
                        unsigned plain = 0, n = 0;

                        while ((t = bundle_next_text(b, (BundleTextKind)k, (Zone)h, t))) {
                                HOLDS(t->text[0] && strlen(t->text) < BUNDLE_TEXT_MAX);
                                plain += !t->language[0];
                                n++;
                        }
                        HOLDS(plain == (n ? 1u : 0u));
                }
        }
}

/* A revocation file of any text: it only adds, and all of it or nothing. */
static void load_revocations(const char *text, size_t size)
{
        _cleanup_(freep) char *note = NULL;
        _cleanup_(bundle_clear) Bundle b = {0};
        static const uint8_t there[DIGEST_SIZE] = {0x42};
        TextError error = {0};
        int64_t issued;
        size_t n;
        int r;

        if (note_sign(text, size, fuzz_key(PURPOSE_POLICY), &note, &n) != 0)
                return;
        HOLDS(bundle_revoke(&b, REVOKED_LABEL, there) == 0);
        r = revocations_load(note, n, fuzz_ring(), &b, &issued, &error);
        HOLDS(r == 0 || (error.message[0] && b.n_revoked == 1));
        HOLDS(bundle_is_revoked(&b, REVOKED_LABEL, there));
        for (size_t i = 0; i < b.n_revoked; i++)
                HOLDS(bundle_is_revoked(&b, b.revoked[i].kind, b.revoked[i].id));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        _cleanup_(freep) char *once = NULL, *twice = NULL;
        TextError error = {0};
        Bundle b, again;
        size_t n, m;

        load_revocations((const char *)data, size);
        if (bundle_parse((const char *)data, size, &b, &error) != 0) {
                HOLDS(error.message[0]);
                return 0;
        }
        HOLDS(b.version >= 1 && b.name[0]);
        check_rules(&b);
        check_zones(&b);
        HOLDS(bundle_format(&b, &once, &n) == 0);
        HOLDS(bundle_parse(once, n, &again, &error) == 0);
        HOLDS(bundle_format(&again, &twice, &m) == 0);
        HOLDS(n == m && memcmp(once, twice, n) == 0);
        bundle_clear(&again);
        bundle_clear(&b);
        return 0;
}
