/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger with each of its calls failing: what was acknowledged is there, once, in an unbroken
 * chain; and what is trusted with each call failing: never more than without. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/names.h"
#include "policy/note.h"
#include "store/ledger.h"
#include "store/trust.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

#define RECORDS 5

TestSuite(fault_ledger, .timeout = 300);

typedef struct Place {
        char path[32];
        int dir;
} Place;

static void place_init(Place *p)
{
        strcpy(p->path, "/tmp/uz-fault-XXXXXX");
        cr_assert_not_null(mkdtemp(p->path));
        p->dir = file_open_dir(AT_FDCWD, p->path);
        cr_assert_geq(p->dir, 0);
}

static void place_done(Place *p)
{
        char command[64];

        snprintf(command, sizeof(command), "rm -rf %s", p->path);
        cr_assert_eq(system(command), 0);
        fd_close(p->dir);
}

static Algorithm other_algorithm(void)
{
        return fixture_algorithm() == ALGORITHM_SM2_SM3 ? ALGORITHM_ED25519_SHA256
                                                        : ALGORITHM_SM2_SM3;
}

/* Appends numbered records, from the middle on in the other hash; bit n of the result: record n was
 * acknowledged. */
static unsigned append_all(int dir)
{
        Ledger *l = NULL;
        unsigned acknowledged = 0;

        if (ledger_open(dir, "", &l) < 0) {
                cr_assert_null(l, "a ledger that is empty is not broken");
                return 0;
        }
        for (int n = 0; n < RECORDS; n++) {
                json_object *o = json_object_new_object();

                ledger_set_algorithm(l, n < RECORDS / 2 ? fixture_algorithm() : other_algorithm());
                json_object_object_add(o, "n", json_object_new_int(n));
                if (ledger_append(l, "verdict", o) == 0)
                        acknowledged |= 1u << n;
                json_object_put(o);
        }
        ledger_close(l);
        return acknowledged;
}

static void check_all(int dir, unsigned acknowledged)
{
        LedgerReader *r;
        LedgerBreak b;
        const char *line;
        size_t size;
        unsigned seen = 0;
        int fd = openat(dir, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC), last = -1;

        if (fd < 0) {
                cr_assert_eq(acknowledged, 0);
                return;
        }
        cr_assert_eq(ledger_reader_open(fd, &r), 0);
        close(fd);
        while (ledger_reader_next(r, &line, &size) == 1) {
                const char *field = memmem(line, size, "\"n\":", 4);
                int n = field ? field[4] - '0' : -1;

                cr_assert_gt(n, last, "record %d after %d", n, last);
                last = n;
                seen |= 1u << n;
        }
        ledger_reader_state(r, NULL, &b, NULL);
        cr_assert_eq(b.outcome, 0, "broken at %lu", (unsigned long)b.seq);
        cr_assert_eq(acknowledged & ~seen, 0, "acknowledged %x, there %x", acknowledged, seen);
        ledger_reader_close(r);
}

static int append_and_look(void *userdata _unused_)
{
        unsigned acknowledged;
        bool armed, fired;
        Ledger *l;
        Place p;

        armed = inject_pause();
        place_init(&p);
        inject_resume(armed);
        acknowledged = append_all(p.dir);
        armed = inject_pause();
        fired = inject_fired();
        check_all(p.dir, acknowledged);
        /* And it goes on from there. */
        cr_assert_eq(ledger_open(p.dir, "", &l), 0);
        cr_assert_eq(ledger_append(l, "verdict", NULL), 0);
        ledger_close(l);
        place_done(&p);
        inject_resume(armed);
        cr_assert(fired || acknowledged == (1u << RECORDS) - 1);
        return fired;
}

Test(fault_ledger, what_was_acknowledged_is_there_whatever_failed)
{
        inject_each("append", append_and_look, NULL);
}

static int load(void *userdata)
{
        const Place *p = userdata;
        Trust *t = NULL;
        int r = trust_load(p->dir, T0, (TrustFloor){0}, &t);

        if (r == 0 && t->snapshot.status != REASON_OK) {
                cr_assert_neq(t->message[0], '\0');
                r = 1;
        }
        trust_free(t);
        return r;
}

static void put_note(const Place *p, const char *name, char *text, size_t size,
                     const PrivateKey *key)
{
        char *note;
        size_t note_size;

        cr_assert_eq(note_sign(text, size, key, &note, &note_size), 0);
        cr_assert_eq(file_replace(p->dir, name, note, note_size, 0644), 0);
        free(note);
        free(text);
}

Test(fault_ledger, nothing_is_trusted_when_a_call_fails)
{
        static Fixture f;
        char *text;
        size_t size;
        Place p;

        place_init(&p);
        fixture_init(&f);
        cr_assert_eq(authority_format(&f.snapshot.authority, &text, &size), 0);
        put_note(&p, UZ_KEYS_FILE, text, size, f.root);
        cr_assert_eq(host_format(&f.snapshot.host, &text, &size), 0);
        put_note(&p, UZ_CREDENTIAL_FILE, text, size, f.host);
        cr_assert_eq(bundle_format(&f.snapshot.bundle, &text, &size), 0);
        put_note(&p, UZ_POLICY_FILE, text, size, f.policy);
        inject_each("load", load, &p);
        fixture_done(&f);
        place_done(&p);
}

static int remember(void *userdata)
{
        const Place *p = userdata;
        TrustFloor seen = {0};
        int r = trust_remember(p->dir, (TrustFloor){.policy = 7, .keys = 1}, NULL);
        bool armed = inject_pause();

        cr_assert_eq(trust_remembered(p->dir, &seen, NULL), 0);
        cr_assert(seen.policy == 7 || (r < 0 && seen.policy == 3));
        unlinkat(p->dir, TRUST_VERSION_FILE, 0);
        cr_assert_eq(trust_remember(p->dir, (TrustFloor){.policy = 3, .keys = 1}, NULL), 0);
        inject_resume(armed);
        return r;
}

Test(fault_ledger, a_version_is_remembered_or_the_one_before)
{
        Place p;

        place_init(&p);
        cr_assert_eq(trust_remember(p.dir, (TrustFloor){.policy = 3, .keys = 1}, NULL), 0);
        inject_each("remember", remember, &p);
        place_done(&p);
}
