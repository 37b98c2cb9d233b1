/* SPDX-License-Identifier: GPL-2.0-or-later */
/* An organisation, a computer and a drive that fits it. */
#include "tests/unit/fixture.h"

#include <criterion/criterion.h>
#include <string.h>

Algorithm fixture_algorithm(void)
{
        const char *word = getenv("USBZONE_TEST_ALGORITHM");
        Algorithm algorithm = ALGORITHM_ED25519_SHA256;

        cr_assert(!word || algorithm_parse(word, &algorithm) == 0);
        return algorithm;
}

Hash fixture_hash(void)
{
        return algorithm_hash(fixture_algorithm());
}

size_t fixture_step(void)
{
        return fixture_algorithm() == ALGORITHM_SM2_SM3 ? 7 : 1;
}

PrivateKey *make_key(Purpose purpose)
{
        PrivateKey *key = NULL;

        cr_assert_eq(private_key_generate(fixture_algorithm(), purpose, &key), 0);
        return key;
}

PrivateKey *make_ring_key(Keyring *ring, Purpose purpose)
{
        PrivateKey *key = make_key(purpose);

        cr_assert_eq(keyring_add(ring, private_key_public(key)), 0);
        return key;
}

static void init_snapshot(Fixture *f)
{
        Snapshot *s = &f->snapshot;

        s->status = REASON_OK;
        s->authority.version = 1;
        s->authority.threshold = 1;
        strcpy(s->authority.name, "Test Office");
        f->root = make_ring_key(&s->authority.ring, PURPOSE_ROOT);
        f->host = make_ring_key(&s->authority.ring, PURPOSE_HOST);
        f->label = make_ring_key(&s->authority.ring, PURPOSE_LABEL);
        f->label2 = make_ring_key(&s->authority.ring, PURPOSE_LABEL);
        f->policy = make_ring_key(&s->authority.ring, PURPOSE_POLICY);
        strcpy(s->host.name, "pc-17");
        memset(s->host.id, 0x17, sizeof(s->host.id));
        s->host.zone = ZONE_INTERNAL;
        bundle_defaults(&s->bundle);
        strcpy(s->bundle.name, "default");
        s->bundle.version = 3;
}

void fixture_set_interfaces(Fixture *f, size_t n, const uint8_t rows[][4])
{
        DeviceInterfaces *d = &f->facts.interfaces;

        *d = (DeviceInterfaces){.n = n};
        for (size_t i = 0; i < n; i++)
                d->list[i] = (UsbInterface){.number = rows[i][0],
                                            .class = rows[i][1],
                                            .subclass = rows[i][2],
                                            .protocol = rows[i][3]};
}

void fixture_init(Fixture *f)
{
        static const uint8_t plain[][4] = {{0, 8, 6, 0x50}};
        Identity *i = &f->facts.identity;

        memset(f, 0, sizeof(*f));
        init_snapshot(f);
        fixture_set_interfaces(f, 1, plain);
        i->vid = 0x0951;
        i->pid = 0x1666;
        memcpy(i->serial, "60A44C413FAA", 12);
        i->serial_size = 12;
        memcpy(i->scsi_vendor, "Kingston", 8);
        memcpy(i->scsi_product, "DataTraveler 3.0", 16);
        i->capacity = 16ULL * 1024 * 1024 * 1024;
        i->block_size = 512;
        f->facts.probe = PROBE_OK;
        f->facts.n_luns = 1;
}

void fixture_done(Fixture *f)
{
        private_key_free(f->root);
        private_key_free(f->host);
        private_key_free(f->label);
        private_key_free(f->label2);
        private_key_free(f->policy);
        bundle_clear(&f->snapshot.bundle);
}

Label fixture_label(const Fixture *f, Zone zone, Level level)
{
        Label l = {
                .algorithm = fixture_algorithm(),
                .n_signatures = 1,
                .zone = zone,
                .level = level,
                .sequence = 1,
                .issued = T0 - 10 * DAY,
                .not_before = T0 - 10 * DAY,
                .not_after = T0 + 300 * DAY,
                .retention_years = 10,
                .media_number = "NB-2027-0042",
                .unit = "第三科",
                .holder = "王芳",
        };

        memcpy(l.key_id[0], private_key_public(f->label)->id, KEY_ID_SIZE);
        memset(l.id, 0x42, sizeof(l.id));
        cr_assert_eq(identity_digest(&f->facts.identity, l.identity), 0);
        return l;
}

void fixture_sign_label(const Fixture *f, const Label *label, uint8_t ret[LABEL_SIZE])
{
        cr_assert_eq(label_encode(label, ret), 0);
        cr_assert_eq(label_sign(ret, 0, f->label), 0);
        if (label->n_signatures == 2)
                cr_assert_eq(label_sign(ret, 1, f->label2), 0);
}

void fixture_put_label(Fixture *f, const Label *label)
{
        fixture_sign_label(f, label, f->facts.area);
        memcpy(f->facts.area + LABEL_SIZE, f->facts.area, LABEL_SIZE);
}

Decision decide(const Fixture *f, const Grants *grants, int64_t now)
{
        Decision d;

        policy_decide(&f->snapshot, &f->facts, grants, now, &d);
        return d;
}

const DecisionStep *find_step(const Decision *d, Check check)
{
        for (size_t i = 0; i < d->n_steps; i++)
                if (d->steps[i].check == check)
                        return &d->steps[i];
        return NULL;
}

void assert_verdict(const char *row, const Decision *d, Effect effect, Reason reason,
                    Severity severity)
{
        cr_assert_eq(d->verdict.effect, effect, "row '%s': effect %s", row,
                     effect_name(d->verdict.effect));
        cr_assert_eq(d->verdict.reason, reason, "row '%s': reason %s", row,
                     reason_slug(d->verdict.reason));
        cr_assert_eq(d->verdict.severity, severity, "row '%s': severity %s", row,
                     severity_name(d->verdict.severity));
}

void set_host(Fixture *f, Zone zone, Level level)
{
        f->snapshot.host.zone = zone;
        f->snapshot.host.level = level;
}

Grants make_grant(const uint8_t identity[DIGEST_SIZE], Effect effect)
{
        Grant g = {.effect = effect, .start = T0 - 60, .end = T0 + 3600};
        Grants grants = {0};

        memset(g.id, 0xab, sizeof(g.id));
        memcpy(g.identity, identity, DIGEST_SIZE);
        strcpy(g.approver, "zhang");
        strcpy(g.reason, "handover");
        cr_assert_eq(grants_add(&grants, &g), 0);
        return grants;
}

int mem_read(void *userdata, uint64_t offset, void *ret, size_t n)
{
        MemFile *m = userdata;

        m->reads++;
        if (m->fail)
                return m->fail;
        if (offset > m->size || n > m->size - offset)
                return -ENODATA;
        memcpy(ret, m->data + offset, n);
        return 0;
}

int mem_write(void *userdata, const void *data, size_t n)
{
        MemFile *m = userdata;

        if (m->fail)
                return m->fail;
        if (m->size + n > m->room) {
                m->room = 2 * (m->size + n);
                m->data = realloc(m->data, m->room);
                cr_assert_not_null(m->data);
        }
        memcpy(m->data + m->size, data, n);
        m->size += n;
        return 0;
}

void mem_done(MemFile *m)
{
        free(m->data);
        *m = (MemFile){0};
}
