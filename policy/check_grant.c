/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Exceptions: the one that counts for this drive, within what the policy lets one be. */
#include "policy/check.h"
#include "policy/grant_answer.h"

#include <string.h>

#include "lib/text.h"

/* Why the policy lets none of this drive's exceptions count. */
static void say_refused(const BundleGrant *terms, const char *id, Finding *f)
{
        if (terms->most == EFFECT_BLOCK)
                say(f->saw, STEP_GRANT_SHUT, id, terms->line);
        else if (terms->approval)
                say(f->saw, STEP_GRANT_UNAPPROVED, id, terms->line);
        else
                say(f->saw, STEP_GRANT_NONE); /* its time is over by now */
}

/* Cuts an exception to what the policy lets it be. */
static void cut_grant(Grant *g, const BundleGrant *terms, Finding *f)
{
        char id[2 * GRANT_ID_SIZE + 1], end[TEXT_TIME_MAX];

        if ((uint64_t)(g->end - g->start) > terms->max)
                g->end = g->start + (int64_t)terms->max;
        text_hex(g->id, GRANT_ID_SIZE, id);
        text_time_format(g->end, end);
        if (g->effect > terms->most)
                say(f->saw, STEP_GRANT_CUT, id, end, terms->line);
        else
                say(f->saw, STEP_GRANT, id, end);
        g->effect = MIN(g->effect, terms->most);
}

/* What there is for this drive, whatever the policy says of it. */
static const Grant *find_any(const Context *c, const BundleGrant *terms)
{
        if (!c->grants || !c->decision->has_identity)
                return NULL;
        return grants_find(c->grants, c->decision->identity, terms, c->now);
}

bool check_grant(Context *c, Finding *f)
{
        Decision *d = c->decision;
        const Grant *any = find_any(c, NULL), *grant;
        char id[2 * GRANT_ID_SIZE + 1];
        BundleGrant terms;

        /* The label says the zone, or the whitelist that of a drive that carries none of ours. */
        if (c->genuine)
                d->zone = d->label.label.zone;
        if (!any && c->failures == 0)
                return false;
        say(f->wanted, STEP_GRANT_WANTED);
        f->reason = c->failures > 0 ? c->first : REASON_OK;
        if (!any) {
                say(f->saw, STEP_GRANT_NONE);
                return true;
        }
        terms = bundle_grant(&c->snapshot->bundle, c->snapshot->host.zone, d->zone);
        grant = find_any(c, &terms);
        text_hex(any->id, GRANT_ID_SIZE, id);
        if (c->failures > 0 && !c->grantable) {
                say(f->saw, STEP_GRANT_POWERLESS, id);
        } else if (!grant) {
                say_refused(&terms, id, f);
        } else {
                d->grant = *grant;
                cut_grant(&d->grant, &terms, f);
                f->reason = REASON_OK;
                c->grant = &d->grant;
        }
        return true;
}

/* By the whitelist, for a drive that is not plugged in. */
static bool find_zone(const Snapshot *s, const uint8_t identity[DIGEST_SIZE], Zone *ret)
{
        WhitelistEntry e;

        if (!s->whitelist.read || whitelist_find(&s->whitelist, identity, &e) <= 0)
                return false;
        *ret = e.zone;
        return true;
}

GrantAnswer policy_grant(const Snapshot *snapshot, const Decision *d, const Grant *asked,
                         BundleGrant *ret_terms)
{
        Zone zone = d ? d->zone : ZONE_NONE, host = snapshot->host.zone;
        bool known = d || find_zone(snapshot, asked->identity, &zone);

        if (known)
                *ret_terms = bundle_grant(&snapshot->bundle, host, zone);
        else
                *ret_terms = (BundleGrant){
                        .most = EFFECT_ALLOW,
                        .max = bundle_setting(&snapshot->bundle, SETTING_GRANT_MAX, host)};
        if (ret_terms->most == EFFECT_BLOCK)
                return GRANT_SHUT;
        if (asked->effect > ret_terms->most)
                return GRANT_TOO_MUCH;
        if (ret_terms->approval && !*asked->approval)
                return GRANT_UNAPPROVED;
        if ((uint64_t)(asked->end - asked->start) > ret_terms->max)
                return GRANT_TOO_LONG;
        return GRANT_FITS;
}
