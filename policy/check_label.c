/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the label: is it there, is it ours, is it this drive's, does its zone fit. */
#include "policy/check.h"

#include <string.h>

/* What a drive of the computer's own zone says, for the "wanted" side. */
static void say_own_zone(const Host *h, char ret[DECISION_STEP_TEXT])
{
        if (h->zone == ZONE_CLASSIFIED)
                say(ret, "classified, %s or lower", level_name(h->level));
        else
                say(ret, "%s", zone_name(h->zone));
}

static void judge_unlabelled(Context *c, Finding *f)
{
        Zone host = c->snapshot->host.zone;
        const BundleRule *cell = &c->snapshot->bundle.rules[host][ZONE_NONE];

        say(f->saw, "no label");
        f->line = cell->line;
        if (cell->effect == EFFECT_BLOCK) {
                f->reason = REASON_NO_LABEL;
                f->severity = cell->severity;
                say(f->wanted, "a label of zone %s", zone_name(host));
                return;
        }
        f->reason = REASON_OK;
        say(f->wanted, "none: policy line %u lets drives without a label pass", cell->line);
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
        say(f->wanted, "a whole label in one of two copies");
        if (area->reason == REASON_LABEL_MALFORMED) {
                f->reason = area->reason;
                say(f->saw, "first copy %s, second copy %s", reason_slug(area->copies[0]),
                    reason_slug(area->copies[1]));
                return true;
        }
        f->reason = REASON_OK;
        say(f->saw, "a label, copy %u", area->copy + 1);
        return true;
}

bool check_signature(Context *c, Finding *f)
{
        const LabelArea *area = &c->decision->label;
        char key[SHORT_HEX_SIZE];

        if (!c->readable || area->reason == REASON_NO_LABEL ||
            area->reason == REASON_LABEL_MALFORMED)
                return false;
        short_hex(c->facts->area + area->copy * LABEL_SIZE + LABEL_KEY_ID_OFFSET, key);
        f->reason = area->reason;
        say(f->saw, "key %s, %s", key,
            area->reason == REASON_OK ? "signature fits" : reason_slug(area->reason));
        say(f->wanted, "a label key of %s", c->snapshot->authority.name);
        return true;
}

bool check_identity(Context *c, Finding *f)
{
        const Decision *d = c->decision;
        char here[SHORT_HEX_SIZE], there[SHORT_HEX_SIZE];

        if (c->nameless) {
                f->reason = REASON_INTERNAL_ERROR;
                say(f->saw, "the digest of this device could not be computed");
                say(f->wanted, "a digest to look it up by");
                return true;
        }
        if (!c->genuine)
                return false;
        short_hex(d->identity, here);
        short_hex(d->label.label.identity, there);
        say(f->saw, "sha256 %s... of this drive%s", here,
            c->facts->identity.serial_size == 0 ? " (it has no serial number)" : "");
        say(f->wanted, "sha256 %s... as the label says", there);
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
                say(f->saw, "classified, %s", level_name(label->level));
        else
                say(f->saw, "%s", zone_name(label->zone));
        if (label->zone != host->zone) {
                f->reason = REASON_ZONE_MISMATCH;
                f->severity = cell->severity;
        } else if (label->level > host->level) {
                f->reason = REASON_LEVEL_TOO_HIGH;
        } else if (cell->effect == EFFECT_BLOCK) {
                f->reason = REASON_HOST_NOT_PERMITTED;
                f->severity = cell->severity;
                say(f->wanted, "no drive at all: policy line %u blocks this zone", cell->line);
        } else {
                f->reason = REASON_OK;
                c->effect = cell->effect;
                c->decided = CHECK_ZONE;
                c->line = cell->line;
        }
        return true;
}
