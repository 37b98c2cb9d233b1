/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the label: is it there, is it ours, is it this drive's, does its zone fit. */
#include "policy/check.h"

#include <string.h>

/* What a drive of the computer's own zone says, for the "wanted" side. */
static void say_own_zone(const Host *h, char ret[DECISION_STEP_TEXT])
{
        if (h->zone == ZONE_CLASSIFIED)
                say(ret, STEP_ZONE_LEVEL_MAX, zone_name(h->zone), level_name(h->level));
        else
                say(ret, STEP_ZONE, zone_name(h->zone));
}

static void judge_unlabelled(Context *c, Finding *f)
{
        Zone host = c->snapshot->host.zone;
        const BundleRule *cell = &c->snapshot->bundle.rules[host][ZONE_NONE];

        say(f->saw, STEP_NO_LABEL);
        f->line = cell->line;
        if (cell->effect == EFFECT_BLOCK) {
                f->reason = REASON_NO_LABEL;
                f->severity = cell->severity;
                say(f->wanted, STEP_LABEL_WANTED, zone_name(host));
                return;
        }
        f->reason = REASON_OK;
        say(f->wanted, STEP_LABEL_FREE, cell->line);
        c->effect = cell->effect;
        c->decided = CHECK_LABEL;
        c->line = cell->line;
}

bool check_label(Context *c, Finding *f)
{
        LabelArea *area = &c->decision->label;

        if (!c->readable)
                return false;
        label_area_read(c->facts->area, &c->snapshot->authority.ring, area);
        c->genuine = area->reason == REASON_OK;
        if (area->reason == REASON_NO_LABEL) {
                judge_unlabelled(c, f);
                return true;
        }
        say(f->wanted, STEP_COPY_WANTED);
        if (area->reason == REASON_LABEL_MALFORMED) {
                f->reason = area->reason;
                say(f->saw, STEP_COPIES, reason_slug(area->copies[0]),
                    reason_slug(area->copies[1]));
                return true;
        }
        f->reason = REASON_OK;
        say(f->saw, STEP_COPY, area->copy + 1);
        return true;
}

/* Of two signatures, names the key of the one that is at fault. */
static void say_bad_signature(const Context *c, char ret[DECISION_STEP_TEXT])
{
        const LabelArea *area = &c->decision->label;
        const uint8_t *copy = c->facts->area + area->copy * LABEL_SIZE;
        LabelSignature list[LABEL_SIGNATURES_MAX];
        unsigned n = label_signatures(copy, &c->snapshot->authority.ring, list), bad = 0;
        char key[SHORT_HEX_SIZE];

        for (unsigned i = n; i > 0; i--)
                if (list[i - 1].reason == area->reason)
                        bad = i - 1;
        short_hex(copy + LABEL_KEY_ID_OFFSET + bad * KEY_ID_SIZE, key);
        say(ret, STEP_KEY_FAILED, key, reason_slug(area->reason));
}

bool check_signature(Context *c, Finding *f)
{
        const LabelArea *area = &c->decision->label;
        char key[SHORT_HEX_SIZE], second[SHORT_HEX_SIZE];

        if (!c->readable || area->reason == REASON_NO_LABEL ||
            area->reason == REASON_LABEL_MALFORMED)
                return false;
        f->reason = area->reason;
        say(f->wanted, STEP_KEY_WANTED, c->snapshot->authority.name);
        if (area->reason != REASON_OK && area->reason != REASON_LABEL_ONE_SIGNATURE) {
                say_bad_signature(c, f->saw);
                return true;
        }
        short_hex(area->label.key_id[0], key);
        short_hex(area->label.key_id[1], second);
        if (area->reason == REASON_LABEL_ONE_SIGNATURE) {
                say(f->saw, STEP_KEY_MISSING, key, second);
                say(f->wanted, STEP_KEYS_WANTED);
        } else if (area->label.n_signatures > 1) {
                say(f->saw, STEP_KEYS, key, second);
        } else {
                say(f->saw, STEP_KEY, key);
        }
        return true;
}

/* The two-person rule. Both signatures fit, by different keys: label_read() has seen to that. */
bool check_second(Context *c, Finding *f)
{
        const Label *label = &c->decision->label.label;
        char key[SHORT_HEX_SIZE], second[SHORT_HEX_SIZE];

        if (!c->genuine ||
            !two_wanted(&c->snapshot->bundle.two, label->zone, label->level, &f->line))
                return false;
        say(f->wanted, STEP_TWO_WANTED, f->line);
        short_hex(label->key_id[0], key);
        short_hex(label->key_id[1], second);
        if (label->n_signatures > 1) {
                f->reason = REASON_OK;
                say(f->saw, STEP_SIGNED_TWICE, key, second);
        } else {
                f->reason = REASON_LABEL_ONE_SIGNATURE;
                say(f->saw, STEP_SIGNED_ONCE, key);
        }
        return true;
}

bool check_identity(Context *c, Finding *f)
{
        const Decision *d = c->decision;
        char here[SHORT_HEX_SIZE], there[SHORT_HEX_SIZE];

        if (c->nameless) {
                f->reason = REASON_INTERNAL_ERROR;
                say(f->saw, STEP_NO_DIGEST);
                say(f->wanted, STEP_DIGEST_WANTED);
                return true;
        }
        if (!c->genuine)
                return false;
        short_hex(d->identity, here);
        short_hex(d->label.label.identity, there);
        say(f->saw, c->facts->identity.serial_size == 0 ? STEP_DIGEST_BARE : STEP_DIGEST, here);
        say(f->wanted, STEP_DIGEST_LABEL, there);
        f->reason = memcmp(d->identity, d->label.label.identity, DIGEST_SIZE) == 0
                            ? REASON_OK
                            : REASON_IDENTITY_MISMATCH;
        return true;
}

bool check_zone(Context *c, Finding *f)
{
        const Host *host = &c->snapshot->host;
        const Label *label = &c->decision->label.label;
        const BundleRule *cell;

        if (!c->genuine)
                return false;
        cell = &c->snapshot->bundle.rules[host->zone][label->zone];
        f->line = cell->line;
        say_own_zone(host, f->wanted);
        if (label->zone == ZONE_CLASSIFIED)
                say(f->saw, STEP_ZONE_LEVEL, zone_name(label->zone), level_name(label->level));
        else
                say(f->saw, STEP_ZONE, zone_name(label->zone));
        if (label->zone != host->zone) {
                f->reason = REASON_ZONE_MISMATCH;
                f->severity = cell->severity;
        } else if (label->level > host->level) {
                f->reason = REASON_LEVEL_TOO_HIGH;
        } else if (cell->effect == EFFECT_BLOCK) {
                f->reason = REASON_HOST_NOT_PERMITTED;
                f->severity = cell->severity;
                say(f->wanted, STEP_ZONE_SHUT, cell->line);
        } else {
                f->reason = REASON_OK;
                c->effect = cell->effect;
                c->decided = CHECK_ZONE;
                c->line = cell->line;
        }
        return true;
}
