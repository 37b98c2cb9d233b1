/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision: runs the checks in order and makes one verdict of what they found. */
#include "policy/decide.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/check.h"

static const struct {
        Check check;
        CheckFunc run;
} checks[] = {
        {CHECK_POLICY, check_policy},
        {CHECK_DEVICE, check_device},
        {CHECK_PROBE, check_probe},
        {CHECK_LAYOUT, check_layout},
        {CHECK_LABEL, check_label},
        {CHECK_SIGNATURE, check_signature},
        {CHECK_IDENTITY, check_identity},
        {CHECK_ZONE, check_zone},
        {CHECK_REVOCATION, check_revocation},
        {CHECK_SECOND, check_second}, /* the two-person rule */
        {CHECK_VALIDITY, check_validity},
        {CHECK_HOST, check_host},
        {CHECK_WHITELIST, check_whitelist},
        {CHECK_GRANT, check_grant},
        {CHECK_HANDOVER, check_handover},
};

void say(char ret[DECISION_STEP_TEXT], const char *format, ...)
{
        va_list args;

        va_start(args, format);
        (void)vsnprintf(ret, DECISION_STEP_TEXT, format, args);
        va_end(args);
        /* A cut may have gone through a character. */
        for (size_t len = strlen(ret); len > 0 && !text_is_clean(ret, len); len--)
                ret[len - 1] = '\0';
}

void short_hex(const uint8_t *id, char ret[SHORT_HEX_SIZE])
{
        text_hex(id, (SHORT_HEX_SIZE - 1) / 2, ret);
}

Reason blocking_reason(Reason reason, Reason fallback)
{
        if ((unsigned)reason >= REASON_MAX_ || reason == REASON_INTERNAL_ERROR ||
            reason_severity(reason) < SEVERITY_WARNING)
                return fallback;
        return reason;
}

static void rule_text(char ret[VERDICT_RULE_MAX], unsigned line)
{
        if (line == REVOKED_FILE_LINE)
                (void)snprintf(ret, VERDICT_RULE_MAX, STEP_RULE_REVOCATION);
        else if (line)
                (void)snprintf(ret, VERDICT_RULE_MAX, STEP_RULE_LINE, line);
        else
                (void)snprintf(ret, VERDICT_RULE_MAX, STEP_RULE_BUILT_IN);
}

static void add_step(Decision *d, Check check, const Finding *f)
{
        DecisionStep *step = &d->steps[d->n_steps++];

        step->check = check;
        step->reason = f->reason;
        memcpy(step->saw, f->saw, sizeof(step->saw));
        memcpy(step->wanted, f->wanted, sizeof(step->wanted));
}

/* The first failure names the verdict; every one decides whether a grant may lift it. */
static void add_failure(Context *c, Check check, const Finding *f)
{
        Verdict *v = &c->decision->verdict;

        c->grantable = (c->failures == 0 || c->grantable) && reason_grantable(f->reason);
        if (c->failures++ > 0)
                return;
        c->first = f->reason;
        v->reason = f->reason;
        v->severity = f->severity != SEVERITY_NONE ? f->severity : reason_severity(f->reason);
        v->check = check;
        rule_text(v->rule, f->line);
}

/* A drive that is no storage has an identity too; storage only once its size is known. */
static void find_identity(Context *c)
{
        Decision *d = c->decision;

        if (c->storage && c->facts->probe != PROBE_OK)
                return;
        d->has_identity = identity_digest(&c->facts->identity, d->identity) == 0;
        c->nameless = !d->has_identity;
}

static void set_granted(Context *c)
{
        Verdict *v = &c->decision->verdict;
        char id[2 * GRANT_ID_SIZE + 1];

        text_hex(c->decision->grant.id, GRANT_ID_SIZE, id);
        v->effect = c->decision->grant.effect;
        v->reason = REASON_GRANTED;
        v->severity = reason_severity(REASON_GRANTED);
        v->check = CHECK_GRANT;
        (void)snprintf(v->rule, sizeof(v->rule), STEP_RULE_GRANT, id);
}

static void set_passed(Context *c)
{
        Verdict *v = &c->decision->verdict;

        if (c->effect == EFFECT_BLOCK) {
                /* Nothing failed and nothing opened the drive: that cannot be, so it stays shut. */
                v->reason = REASON_INTERNAL_ERROR;
                v->severity = reason_severity(REASON_INTERNAL_ERROR);
                rule_text(v->rule, 0);
                return;
        }
        v->effect = c->effect;
        v->reason = REASON_OK;
        v->severity = SEVERITY_NONE;
        v->check = c->decided;
        rule_text(v->rule, c->line);
}

static void set_verdict(Context *c)
{
        bool lifted = c->grant && (c->failures > 0 ? c->grantable : c->grant->effect > c->effect);

        if (lifted)
                set_granted(c);
        else if (c->failures == 0)
                set_passed(c);
}

void policy_decide(const Snapshot *snapshot, const Facts *facts, const Grants *grants, int64_t now,
                   Decision *ret)
{
        Context c = {.snapshot = snapshot,
                     .facts = facts,
                     .grants = grants,
                     .now = now,
                     .decision = ret};

        memset(ret, 0, sizeof(*ret));
        ret->now = now;
        c.storage = device_has_storage(&facts->interfaces);
        find_identity(&c);
        if (snapshot->status == REASON_OK)
                ret->verdict.policy_version = snapshot->bundle.version;
        for (size_t i = 0; i < ARRAY_SIZE(checks); i++) {
                Finding f = {0};

                if (!checks[i].run(&c, &f))
                        continue;
                add_step(ret, checks[i].check, &f);
                if (f.reason != REASON_OK && checks[i].check != CHECK_GRANT)
                        add_failure(&c, checks[i].check, &f);
                /* Without a policy that is in force there is nothing to hold the drive against. */
                if (checks[i].check == CHECK_POLICY && f.reason != REASON_OK &&
                    f.reason != REASON_POLICY_EXPIRED)
                        break;
        }
        set_verdict(&c);
}
