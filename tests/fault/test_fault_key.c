/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keys, notes and labels with each of their calls failing: nothing accepted, nothing half done. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/note.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

TestSuite(fault_key, .timeout = 120);

static const char text[] = "usbzone-policy 1\nversion = 1\nname = x\n";

static int verify(void *userdata)
{
        const Fixture *f = userdata;

        return key_verify(private_key_public(f->label), f->facts.area, LABEL_SIGNED_SIZE,
                          f->facts.area + LABEL_SIGNED_SIZE);
}

static int sign(void *userdata)
{
        const Fixture *f = userdata;
        uint8_t signature[SIGNATURE_SIZE] = {0}, zero[SIGNATURE_SIZE] = {0};
        int r = key_sign(f->policy, "hello", 5, signature);

        cr_assert_eq(r == 0, memcmp(signature, zero, sizeof(zero)) != 0);
        return r;
}

static int load_public(void *userdata)
{
        const Fixture *f = userdata;
        const PublicKey *label = private_key_public(f->label);
        PublicKey key = {0};
        int r = public_key_init(&key, label->algorithm, PURPOSE_LABEL, label->raw, label->raw_size);

        cr_assert_eq(r == 0, key.raw_size != 0);
        return r;
}

static int generate(void *userdata)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        int r = private_key_generate(fixture_algorithm(), PURPOSE_ROOT, &key);

        (void)userdata;
        cr_assert_eq(r == 0, key != NULL);
        return r;
}

static int store(const Fixture *f, const char *passphrase)
{
        _cleanup_(private_key_freep) PrivateKey *back = NULL;
        _cleanup_(freep) char *pem = NULL;
        size_t size = 0;
        int r;

        r = private_key_to_pem(f->root, passphrase, &pem, &size);
        cr_assert_eq(r == 0, pem != NULL);
        if (r != 0)
                return r;
        r = private_key_from_pem(pem, size, passphrase, PURPOSE_ROOT, &back);
        cr_assert_eq(r == 0, back != NULL);
        return r;
}

static int store_plain(void *userdata)
{
        return store(userdata, NULL);
}

static int store_sealed(void *userdata)
{
        return store(userdata, "secret");
}

static int note(void *userdata)
{
        const Fixture *f = userdata;
        _cleanup_(freep) char *once = NULL, *twice = NULL;
        size_t size = 0, text_size = 0;
        int r;

        r = note_sign(text, strlen(text), f->policy, &once, &size);
        cr_assert_eq(r == 0, once != NULL);
        if (r == 0)
                r = note_cosign(once, size, f->policy, &twice, &size);
        if (r == 0)
                r = note_verify(twice, size, &f->snapshot.authority.ring, PURPOSE_POLICY, 1, T0,
                                &text_size);
        cr_assert_eq(r == 0, text_size != 0);
        return r;
}

static int read_label(void *userdata)
{
        const Fixture *f = userdata;
        LabelArea area;

        label_area_read(f->facts.area, &f->snapshot.authority.ring, &area);
        return area.reason != REASON_OK;
}

static int make_label(void *userdata)
{
        const Fixture *f = userdata;
        Label l = {.algorithm = fixture_algorithm(), .n_signatures = 1, .zone = ZONE_INTERNAL};
        uint8_t bytes[LABEL_SIZE];
        int r;

        memcpy(l.key_id[0], private_key_public(f->label)->id, KEY_ID_SIZE);
        r = identity_digest(&f->facts.identity, l.identity);
        if (r == 0)
                r = label_encode(&l, bytes);
        return r == 0 ? label_sign(bytes, 0, f->label) : r;
}

static int digest(void *userdata)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t out[DIGEST_SIZE];
        int r;

        (void)userdata;
        r = digest_new(&d);
        if (r == 0)
                r = digest_update(d, "x", 1);
        if (r == 0)
                r = digest_final(d, out);
        if (r == 0)
                r = digest_once(d, HASH_SM3, "x", 1, out);
        if (r == 0)
                r = digest_compute("x", 1, out);
        return r == 0 ? random_bytes(out, sizeof(out)) : r;
}

Test(fault_key, each_failing_call_refuses)
{
        static const struct {
                const char *name;
                Scenario run;
        } rows[] = {
                {"verify", verify},
                {"sign", sign},
                {"load public", load_public},
                {"generate", generate},
                {"store plain", store_plain},
                {"store sealed", store_sealed},
                {"note", note},
                {"read label", read_label},
                {"make label", make_label},
                {"digest", digest},
        };
        Fixture f;
        Label l;

        fixture_init(&f);
        l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
        fixture_put_label(&f, &l);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
                inject_each(rows[i].name, rows[i].run, &f);
        fixture_done(&f);
}
