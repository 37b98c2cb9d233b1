/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks against the organisation's word: policy, revocations, dates, hosts, whitelist. */
#include "policy/check.h"

#include <string.h>

#include "lib/text.h"

/* `f` is of a date; `sentence` has one %s for it. */
static void say_date(Finding *f, Reason reason, const char *sentence, int64_t t)
{
        char date[TEXT_TIME_MAX];

        f->reason = reason;
        text_time_format(t, date);
        say(f->saw, sentence, date);
}

/* From `start` until before `end`; 0 is no limit. */
static bool is_within(int64_t t, int64_t start, int64_t end)
{
        return (!start || t >= start) && (!end || t < end);
}

/* A check of this period: would the system clock have ended it otherwise? */
static bool note_clock(Context *c, int64_t start, int64_t end)
{
        int64_t clock = c->facts->clock;
        bool differs = clock && is_within(clock, start, end) != is_within(c->now, start, end);

        c->decision->remembered |= differs;
        return differs;
}

static void say_now(const Context *c, bool remembered, Finding *f)
{
        char today[TEXT_TIME_MAX], clock[TEXT_TIME_MAX];

        text_time_format(c->now, today);
        text_time_format(c->facts->clock, clock);
        if (remembered)
                say(f->wanted, STEP_NOW_REMEMBERED, today, clock);
        else
                say(f->wanted, STEP_NOW_WANTED, today);
}

/* Looks up one id; fails `f` if it is revoked. `sentence` has one %s for it. */
static bool find_revoked(const Context *c, RevokedKind kind, const uint8_t *id,
                         const char *sentence, Finding *f)
{
        const BundleRevoked *found = bundle_find_revoked(&c->snapshot->bundle, kind, id);
        char hex[SHORT_HEX_SIZE];

        if (!found)
                return false;
        short_hex(id, hex);
        f->reason = REASON_REVOKED;
        f->line = found->line;
        say(f->saw, sentence, hex);
        return true;
}

bool check_policy(Context *c, Finding *f)
{
        const Snapshot *s = c->snapshot;
        const Bundle *b = &s->bundle;
        const Host *h = &s->host;
        bool remembered;

        say(f->wanted, STEP_VALID_WANTED);
        if (s->status != REASON_OK) {
                f->reason = blocking_reason(s->status, REASON_INTERNAL_ERROR);
                say(f->saw, STEP_REASON, reason_slug(f->reason));
                return true;
        }
        say(f->saw, STEP_IN_FORCE, (unsigned long long)b->version, zone_name(h->zone));
        f->reason = REASON_OK;
        if (h->zone == ZONE_NONE || !zone_level_valid(h->zone, h->level)) {
                f->reason = REASON_POLICY_INVALID;
                return true;
        }
        if (find_revoked(c, REVOKED_HOST, h->id, STEP_REVOKED_HOST, f))
                return true;
        if (b->not_before && c->now < b->not_before)
                say_date(f, REASON_POLICY_INVALID, STEP_POLICY_STARTS, b->not_before);
        else if (h->not_before && c->now < h->not_before)
                say_date(f, REASON_POLICY_INVALID, STEP_CREDENTIAL_STARTS, h->not_before);
        else if (b->not_after && c->now >= b->not_after)
                say_date(f, REASON_POLICY_EXPIRED, STEP_POLICY_ENDED, b->not_after);
        else if (h->not_after && c->now >= h->not_after)
                say_date(f, REASON_POLICY_EXPIRED, STEP_CREDENTIAL_ENDED, h->not_after);
        remembered = note_clock(c, b->not_before, b->not_after);
        remembered |= note_clock(c, h->not_before, h->not_after);
        if (f->reason != REASON_OK || remembered)
                say_now(c, remembered, f);
        return true;
}

/* A key is revoked by the policy or by its own entry in the key list. */
static bool find_revoked_key(const Context *c, const uint8_t id[KEY_ID_SIZE], Finding *f)
{
        const PublicKey *key = keyring_find(&c->snapshot->authority.ring, id);

        if (find_revoked(c, REVOKED_KEY, id, STEP_REVOKED_KEY_ID, f))
                return true;
        if (!key || !key->revoked)
                return false;
        f->reason = REASON_REVOKED;
        say(f->saw, STEP_REVOKED_KEY);
        return true;
}

bool check_revocation(Context *c, Finding *f)
{
        const Decision *d = c->decision;
        const Label *label = &d->label.label;

        if (!c->genuine && !d->has_identity)
                return false;
        say(f->wanted, STEP_REVOKED_WANTED);
        if (d->has_identity && find_revoked(c, REVOKED_DRIVE, d->identity, STEP_REVOKED_DRIVE, f))
                return true;
        if (c->genuine) {
                if (find_revoked(c, REVOKED_LABEL, label->id, STEP_REVOKED_LABEL, f))
                        return true;
                for (unsigned i = 0; i < label->n_signatures; i++)
                        if (find_revoked_key(c, label->key_id[i], f))
                                return true;
        }
        f->reason = REASON_OK;
        say(f->saw, STEP_REVOKED_NONE);
        return true;
}

/* A label counts only if its key was valid when it was issued. */
static bool judge_key_dates(const Context *c, Finding *f)
{
        const Label *label = &c->decision->label.label;

        for (unsigned i = 0; i < label->n_signatures; i++) {
                const PublicKey *key = keyring_find(&c->snapshot->authority.ring, label->key_id[i]);

                if (!key)
                        continue;
                if (key->not_before && label->issued < key->not_before) {
                        say_date(f, REASON_LABEL_NOT_YET_VALID, STEP_LABEL_OLDER, key->not_before);
                        return true;
                }
                if (key->not_after && label->issued >= key->not_after) {
                        say_date(f, REASON_LABEL_EXPIRED, STEP_LABEL_NEWER, key->not_after);
                        return true;
                }
        }
        return false;
}

bool check_validity(Context *c, Finding *f)
{
        const Label *label = &c->decision->label.label;
        bool remembered;

        if (!c->genuine)
                return false;
        f->reason = REASON_OK;
        if (label->not_before && c->now < label->not_before)
                say_date(f, REASON_LABEL_NOT_YET_VALID, STEP_LABEL_STARTS, label->not_before);
        else if (label->not_after && c->now >= label->not_after)
                say_date(f, REASON_LABEL_EXPIRED, STEP_LABEL_ENDED, label->not_after);
        else if (!judge_key_dates(c, f) && label->not_after)
                say_date(f, REASON_OK, STEP_LABEL_ENDS, label->not_after);
        else if (f->reason == REASON_OK)
                say(f->saw, STEP_LABEL_ENDLESS);
        remembered = note_clock(c, label->not_before, label->not_after);
        if (f->reason != REASON_OK || label->not_after || remembered)
                say_now(c, remembered, f);
        return true;
}

bool check_host(Context *c, Finding *f)
{
        const Label *label = &c->decision->label.label;
        char hex[SHORT_HEX_SIZE];

        if (!c->genuine)
                return false;
        short_hex(c->snapshot->host.id, hex);
        say(f->wanted, STEP_HOST_WANTED, hex);
        f->reason = REASON_OK;
        if (label->n_hosts == 0) {
                say(f->saw, STEP_HOSTS_NONE);
                return true;
        }
        say(f->saw, STEP_HOSTS_THIS, label->n_hosts);
        for (unsigned i = 0; i < label->n_hosts && i < LABEL_HOSTS_MAX; i++)
                if (memcmp(label->hosts[i], c->snapshot->host.id, HOST_ID_SIZE) == 0)
                        return true;
        f->reason = REASON_HOST_NOT_PERMITTED;
        say(f->saw, STEP_HOSTS_OTHER, label->n_hosts);
        return true;
}

/* Compares an entry with the label, or, for a drive that is allowed without one, with this zone. */
static void judge_entry(Context *c, const WhitelistEntry *e, Finding *f)
{
        static const uint8_t any[LABEL_ID_SIZE];
        const Label *label = &c->decision->label.label;
        Zone host = c->snapshot->host.zone;

        f->reason = REASON_OK;
        say(f->saw, STEP_LISTED_ZONE, zone_name(e->zone));
        if (!c->genuine) {
                c->decision->zone = e->zone;
                /* A drive of another zone does not become free by losing its label. */
                if (e->zone != host) {
                        f->reason = REASON_ZONE_MISMATCH;
                        f->severity = c->snapshot->bundle.rules[host][e->zone].severity;
                }
                return;
        }
        if (e->zone != label->zone || e->level != label->level) {
                f->reason = REASON_NOT_WHITELISTED;
                say(f->saw, STEP_LISTED_LEVEL, zone_name(e->zone), level_name(e->level));
        } else if (memcmp(e->label_id, any, LABEL_ID_SIZE) != 0 &&
                   memcmp(e->label_id, label->id, LABEL_ID_SIZE) != 0) {
                f->reason = REASON_NOT_WHITELISTED;
                say(f->saw, STEP_LISTED_OTHER);
        }
}

bool check_whitelist(Context *c, Finding *f)
{
        const Snapshot *s = c->snapshot;
        uint64_t need = bundle_setting(&s->bundle, SETTING_WHITELIST_REQUIRED, s->host.zone);
        bool required = c->genuine ? need != LIST_NEED_NONE : need == LIST_NEED_ALL;
        WhitelistEntry entry;
        int r;

        if (!c->readable || !c->decision->has_identity || (!s->whitelist.read && !required))
                return false;
        say(f->wanted, required ? STEP_ENTRY_WANTED : STEP_ENTRY_OR_NONE);
        if (!s->whitelist.read) {
                f->reason = REASON_NOT_WHITELISTED;
                say(f->saw, STEP_NO_WHITELIST);
                return true;
        }
        r = whitelist_find(&s->whitelist, c->decision->identity, &entry);
        if (r < 0) {
                f->reason = REASON_INTERNAL_ERROR;
                say(f->saw, STEP_WHITELIST_ERROR, -r);
        } else if (r == 0) {
                f->reason = required ? REASON_NOT_WHITELISTED : REASON_OK;
                say(f->saw, STEP_NOT_LISTED, (unsigned long long)s->whitelist.count);
        } else {
                judge_entry(c, &entry, f);
        }
        return true;
}
