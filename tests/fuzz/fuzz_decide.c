/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision over any facts: nothing is opened that a second, plainer look would keep shut. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "lib/cursor.h"
#include "lib/text.h"
#include "policy/decide.h"
#include "policy/step.h"

#define NOW 1800000000

static void read_interfaces(Reader *r, DeviceInterfaces *d)
{
        d->n = reader_u8(r) % 5;
        d->overflow = reader_u8(r) == 1;
        for (size_t i = 0; i < d->n; i++) {
                static const uint8_t common[] = {8, 3, 6, 0xff};

                d->list[i].number = reader_u8(r) % 3;
                d->list[i].class = common[reader_u8(r) % ARRAY_SIZE(common)];
                d->list[i].subclass = reader_u8(r);
                d->list[i].protocol = reader_u8(r);
        }
}

static void read_facts(Reader *r, Facts *f)
{
        Identity *i = &f->identity;

        read_interfaces(r, &f->interfaces);
        f->probe = (ProbeStatus)(reader_u8(r) % 3);
        f->probe_reason = (Reason)(reader_u8(r) % (REASON_MAX_ + 2));
        f->refused = (Reason)(reader_u8(r) % (REASON_MAX_ + 2));
        f->n_luns = reader_u8(r) % 3;
        f->device_type = reader_u8(r) % 6;
        i->vid = reader_le16(r);
        i->pid = reader_le16(r);
        i->serial_size = reader_u8(r);
        reader_bytes(r, i->serial, MIN(i->serial_size, reader_left(r)));
        i->capacity = (uint64_t)reader_le32(r) << 10;
        i->block_size = (uint32_t)reader_u8(r) << 8;
}

/* A label of the input's zone, level and dates, for this drive or for another. */
static bool put_label(Reader *r, Facts *f)
{
        const PrivateKey *key = fuzz_key(PURPOSE_LABEL);
        Label l = {.algorithm = ALGORITHM_ED25519_SHA256, .n_signatures = 1};

        l.zone = (Zone)(reader_u8(r) % ZONE_MAX_);
        l.level = (Level)(reader_u8(r) % LEVEL_MAX_);
        l.not_before = NOW - 2 + reader_u8(r) % 4;
        l.not_after = reader_u8(r) % 4 ? NOW - 2 + reader_u8(r) % 8 : 0;
        memcpy(l.key_id[0], private_key_public(key)->id, KEY_ID_SIZE);
        if (identity_digest(&f->identity, l.identity) != 0)
                return false;
        l.identity[0] ^= reader_u8(r) == 1;
        if (label_encode(&l, f->area) != 0 || label_sign(f->area, 0, key) != 0)
                return false;
        memcpy(f->area + LABEL_SIZE, f->area, LABEL_SIZE);
        return true;
}

/* What must be true of every storage device that may be used. */
static void check_open(const Snapshot *s, const Facts *f, const Decision *d)
{
        const Label *l = &d->label.label;

        HOLDS(s->status == REASON_OK);
        HOLDS(d->verdict.reason == REASON_OK && d->verdict.severity == SEVERITY_NONE);
        if (!device_has_storage(&f->interfaces)) {
                HOLDS(!device_is_gated(&f->interfaces));
                return;
        }
        HOLDS(device_is_plain_storage(&f->interfaces) && f->probe == PROBE_OK);
        HOLDS(f->n_luns == 1 && f->device_type == 0);
        HOLDS(d->label.reason == REASON_OK && d->has_identity);
        HOLDS(l->zone == s->host.zone && l->level <= s->host.level);
        HOLDS(l->n_signatures == 2 || !two_wanted(&s->bundle.two, l->zone, l->level, NULL));
        HOLDS(memcmp(l->identity, d->identity, DIGEST_SIZE) == 0);
        HOLDS(l->not_before <= NOW && (l->not_after == 0 || NOW < l->not_after));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static Snapshot s;
        static Facts f;
        Reader r = reader(data, size);
        bool labelled;
        uint8_t how;
        Decision d;

        memset(&s, 0, sizeof(s));
        memset(&f, 0, sizeof(f));
        s.authority.ring = *fuzz_ring();
        bundle_defaults(&s.bundle);
        s.status = reader_u8(&r) == 1 ? REASON_POLICY_INVALID : REASON_OK;
        s.host.zone = (Zone)(reader_u8(&r) % ZONE_MAX_);
        s.host.level = (Level)(reader_u8(&r) % LEVEL_MAX_);
        how = reader_u8(&r);
        labelled = how & 1;
        s.bundle.two.zones[s.host.zone].wanted = how & 2;
        read_facts(&r, &f);
        if (!labelled || !put_label(&r, &f))
                reader_bytes(&r, f.area, MIN(reader_left(&r), sizeof(f.area)));
        policy_decide(&s, &f, NULL, NOW, &d);
        HOLDS(d.n_steps >= 1 && d.n_steps <= CHECK_MAX_);
        if (d.verdict.effect != EFFECT_BLOCK)
                check_open(&s, &f, &d);
        else
                HOLDS(d.verdict.reason != REASON_OK && d.verdict.severity != SEVERITY_NONE);
        for (size_t i = 0; i < d.n_steps; i++) {
                StepWords words;

                HOLDS(text_is_clean(d.steps[i].saw, strlen(d.steps[i].saw)));
                HOLDS(text_is_clean(d.steps[i].wanted, strlen(d.steps[i].wanted)));
                HOLDS(!d.steps[i].saw[0] || step_parse(d.steps[i].saw, &words) == 0);
                HOLDS(!d.steps[i].wanted[0] || step_parse(d.steps[i].wanted, &words) == 0);
        }
        (void)policy_passing_interfaces(&s, &f);
        return 0;
}
