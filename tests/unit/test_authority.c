/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key lists and host credentials. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/note.h"
#include "tests/unit/fixture.h"

TestSuite(authority, .timeout = 30);

/* Signs a text with the fixture's root key and loads it as a key list. */
static int load(const Fixture *f, const char *text, Authority *ret, TextError *error)
{
        _cleanup_(freep) char *note = NULL;
        size_t size;

        cr_assert_eq(note_sign(text, strlen(text), f->root, &note, &size), 0);
        return authority_load(note, size, ret, error);
}

Test(authority, a_key_list_round_trips)
{
        _cleanup_(freep) char *text = NULL, *again = NULL;
        TextError error = {0};
        Authority a;
        Fixture f;
        size_t size;

        fixture_init(&f);
        f.snapshot.authority.version = 7;
        f.snapshot.authority.ring.keys[2].not_before = T0;
        f.snapshot.authority.ring.keys[2].not_after = T0 + DAY;
        f.snapshot.authority.ring.keys[3].not_after = T0 + DAY;
        cr_assert_eq(authority_format(&f.snapshot.authority, &text, &size), 0);
        cr_assert_eq(load(&f, text, &a, &error), 0, "%u:%u %s", error.line, error.column,
                     error.message);
        cr_assert_str_eq(a.name, "Test Office");
        cr_assert_eq(a.version, 7);
        cr_assert_eq(a.threshold, 1);
        cr_assert_eq(a.ring.n, 5);
        for (size_t i = 0; i < a.ring.n; i++) {
                const PublicKey *x = &a.ring.keys[i], *y = &f.snapshot.authority.ring.keys[i];

                cr_assert_eq(memcmp(x->id, y->id, KEY_ID_SIZE), 0);
                cr_assert_eq(x->purpose, y->purpose);
                cr_assert_eq(x->not_before, y->not_before);
                cr_assert_eq(x->not_after, y->not_after);
        }
        cr_assert_eq(authority_format(&a, &again, &size), 0);
        cr_assert_str_eq(text, again);
        fixture_done(&f);
}

/* %1$s: the root key, %2$s: another key */
static const struct Row {
        const char *name, *text;
        int result;
        unsigned line;
} rows[] = {
        {"good",
         "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 1\nroot = %3$s %1$s\n"
         "key = label %3$s %2$s\n",
         0, 0},
        {"no name", "usbzone-keys 1\nversion = 1\nthreshold = 1\nroot = %3$s %1$s\n", -EINVAL, 0},
        {"no threshold", "usbzone-keys 1\nname = x\nversion = 1\nroot = %3$s %1$s\n", -EINVAL, 0},
        {"no root", "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 1\n", -EINVAL, 0},
        {"threshold above the roots",
         "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 2\nroot = %3$s %1$s\n", -EINVAL, 0},
        {"threshold 0", "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 0\nroot = %3$s %1$s\n",
         -EINVAL, 4},
        {"version 0", "usbzone-keys 1\nname = x\nversion = 0\n", -EINVAL, 3},
        {"unknown key", "usbzone-keys 1\nname = x\nkind = 0\n", -EINVAL, 3},
        {"name twice", "usbzone-keys 1\nname = x\nname = y\n", -EINVAL, 3},
        {"key twice",
         "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 1\nroot = %3$s %1$s\n"
         "root = %3$s %1$s\n",
         -EINVAL, 6},
        {"root key for labels too",
         "usbzone-keys 1\nname = x\nversion = 1\nthreshold = 1\nroot = %3$s %1$s\n"
         "key = label %3$s %1$s\n",
         -EINVAL, 6},
        {"a key for root", "usbzone-keys 1\nkey = root %3$s %2$s\n", -EINVAL, 2},
        {"a key for nothing", "usbzone-keys 1\nkey = none %3$s %2$s\n", -EINVAL, 2},
        {"no purpose", "usbzone-keys 1\nkey = %3$s %2$s\n", -EINVAL, 2},
        {"too long a key", "usbzone-keys 1\nkey = label %3$s %2$s00\n", -EINVAL, 2},
        {"rsa", "usbzone-keys 1\nkey = label rsa %2$s\n", -EINVAL, 2},
        {"short key", "usbzone-keys 1\nkey = label ed25519 aabb\n", -EINVAL, 2},
        {"no key", "usbzone-keys 1\nkey = label ed25519\n", -EINVAL, 2},
        {"small-order key",
         "usbzone-keys 1\nkey = label ed25519 "
         "0100000000000000000000000000000000000000000000000000000000000000\n",
         -EINVAL, 2},
        {"bad date", "usbzone-keys 1\nkey = label %3$s %2$s 2026-02-30\n", -EINVAL, 2},
        {"end before start", "usbzone-keys 1\nkey = label %3$s %2$s 2026-02-02 2026-02-01\n",
         -EINVAL, 2},
        {"too many words", "usbzone-keys 1\nkey = label %3$s %2$s 2026-02-01 2026-02-02 x\n",
         -EINVAL, 2},
        {"another format", "usbzone-policy 1\n", -EINVAL, 1},
};

Test(authority, errors_name_their_line)
{
        char root[2 * KEY_PUBLIC_MAX + 1], other[2 * KEY_PUBLIC_MAX + 1], text[1024];
        Fixture f;

        fixture_init(&f);
        text_hex(private_key_public(f.root)->raw, private_key_public(f.root)->raw_size, root);
        text_hex(private_key_public(f.label)->raw, private_key_public(f.label)->raw_size, other);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                TextError error = {0};
                Authority a = {0};

                (void)snprintf(text, sizeof(text), rows[i].text, root, other,
                               algorithm_name(fixture_algorithm()));
                cr_assert_eq(load(&f, text, &a, &error), rows[i].result, "row '%s'", rows[i].name);
                if (rows[i].result == 0)
                        continue;
                cr_assert_eq(error.line, rows[i].line, "row '%s': line %u", rows[i].name,
                             error.line);
                cr_assert(error.message[0], "row '%s'", rows[i].name);
                cr_assert_eq(a.ring.n, 0, "row '%s'", rows[i].name);
        }
        fixture_done(&f);
}

Test(authority, only_its_own_root_keys_sign_a_key_list)
{
        _cleanup_(freep) char *text = NULL, *note = NULL, *both = NULL;
        TextError error = {0};
        Authority a;
        Fixture f;
        size_t size, note_size, both_size;

        fixture_init(&f);
        _cleanup_(private_key_freep) PrivateKey *stranger = make_key(PURPOSE_ROOT);
        cr_assert_eq(authority_format(&f.snapshot.authority, &text, &size), 0);
        cr_assert_eq(authority_load(text, size, &a, &error), NOTE_E_UNSIGNED);
        cr_assert(error.message[0]);
        cr_assert_eq(note_sign(text, size, stranger, &note, &note_size), 0);
        cr_assert_eq(authority_load(note, note_size, &a, &error), NOTE_E_SIGNER_UNKNOWN);
        free(TAKE_PTR(note));
        cr_assert_eq(note_sign(text, size, f.label, &note, &note_size), 0);
        cr_assert_eq(authority_load(note, note_size, &a, &error), NOTE_E_PURPOSE_WRONG);
        cr_assert_eq(note_cosign(note, note_size, f.root, &both, &both_size), 0);
        cr_assert_eq(authority_load(both, both_size, &a, &error), 0);
        both[23] ^= 1; /* in the name */
        cr_assert_eq(authority_load(both, both_size, &a, &error), NOTE_E_SIGNATURE);
        fixture_done(&f);
}

Test(authority, two_roots_must_sign_where_the_list_says_so)
{
        _cleanup_(freep) char *text = NULL, *one = NULL, *two = NULL;
        TextError error = {0};
        Authority a;
        Fixture f;
        size_t size, one_size, two_size;

        fixture_init(&f);
        _cleanup_(private_key_freep) PrivateKey *second =
                make_ring_key(&f.snapshot.authority.ring, PURPOSE_ROOT);
        f.snapshot.authority.threshold = 2;
        cr_assert_eq(authority_format(&f.snapshot.authority, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, f.root, &one, &one_size), 0);
        cr_assert_eq(authority_load(one, one_size, &a, &error), NOTE_E_UNSIGNED);
        cr_assert_eq(note_cosign(one, one_size, second, &two, &two_size), 0);
        cr_assert_eq(authority_load(two, two_size, &a, &error), 0);
        fixture_done(&f);
}

/* Signs a list as `version` with up to two keys, and offers it in the place of `old`. */
static int succeed(const Authority *old, Authority next, uint64_t version, const PrivateKey *one,
                   const PrivateKey *two)
{
        _cleanup_(freep) char *text = NULL, *note = NULL, *more = NULL;
        TextError error = {0};
        Authority got;
        size_t size;
        int r;

        next.version = version;
        cr_assert_eq(authority_format(&next, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, one, &note, &size), 0);
        if (two) {
                cr_assert_eq(note_cosign(note, size, two, &more, &size), 0);
                free(note);
                note = TAKE_PTR(more);
        }
        r = authority_succeed(old, note, size, &got, &error);
        cr_assert(r == 0 || error.message[0]);
        return r;
}

Test(authority, a_list_is_replaced_only_by_a_newer_one_that_both_lists_roots_signed)
{
        Authority old, next;
        PrivateKey *second, *stranger;
        Fixture f;

        fixture_init(&f);
        old = next = f.snapshot.authority;
        second = make_ring_key(&next.ring, PURPOSE_ROOT);
        stranger = make_key(PURPOSE_ROOT);
        cr_assert_eq(succeed(&old, next, 2, f.root, NULL), 0);
        cr_assert_eq(succeed(&old, next, 9, f.root, NULL), 0, "versions may be left out");
        cr_assert_eq(succeed(&old, next, 1, f.root, NULL), -EINVAL, "the same version");
        old.version = 5;
        cr_assert_eq(succeed(&old, next, 4, f.root, NULL), -EINVAL, "an older one");
        cr_assert_eq(succeed(&old, next, 6, second, NULL), NOTE_E_SIGNER_UNKNOWN);
        cr_assert_eq(succeed(&old, next, 6, second, f.root), 0);
        next.threshold = 2;
        cr_assert_eq(succeed(&old, next, 6, f.root, NULL), NOTE_E_UNSIGNED);
        cr_assert_eq(succeed(&old, next, 6, f.root, f.root), NOTE_E_UNSIGNED, "twice is once");
        cr_assert_eq(succeed(&old, next, 6, f.root, second), 0);
        /* From here on two must sign, whatever the next list says of itself. */
        cr_assert_eq(succeed(&next, old, 6, f.root, NULL), NOTE_E_UNSIGNED);
        cr_assert_eq(succeed(&next, old, 6, f.root, stranger), NOTE_E_SIGNER_UNKNOWN);
        cr_assert_eq(succeed(&next, old, 6, f.root, second), 0);
        private_key_free(second);
        private_key_free(stranger);
        fixture_done(&f);
}

Test(authority, a_host_that_missed_a_change_of_root_walks_the_lists_in_order)
{
        Authority list[3];
        PrivateKey *root[3];
        Fixture f;

        fixture_init(&f);
        for (unsigned i = 0; i < 3; i++) {
                list[i] = (Authority){.version = i + 1, .threshold = 1};
                strcpy(list[i].name, "Office");
                root[i] = make_ring_key(&list[i].ring, PURPOSE_ROOT);
        }
        cr_assert_eq(succeed(&list[0], list[2], 3, root[1], root[2]), NOTE_E_SIGNER_UNKNOWN);
        cr_assert_eq(succeed(&list[0], list[1], 2, root[0], root[1]), 0);
        cr_assert_eq(succeed(&list[1], list[2], 3, root[1], root[2]), 0);
        for (unsigned i = 0; i < 3; i++)
                private_key_free(root[i]);
        fixture_done(&f);
}

static int load_host(const Fixture *f, const char *text, const PrivateKey *key, Host *ret,
                     TextError *error)
{
        _cleanup_(freep) char *note = NULL;
        size_t size;

        cr_assert_eq(note_sign(text, strlen(text), key, &note, &size), 0);
        return host_load(note, size, &f->snapshot.authority, T0, ret, error);
}

Test(authority, a_credential_round_trips)
{
        static const struct {
                Zone zone;
                Level level;
                int64_t start, end;
        } hosts[] = {
                {ZONE_INTERNAL, LEVEL_NONE, 0, 0},
                {ZONE_CLASSIFIED, LEVEL_TOP_SECRET, T0, T0 + DAY},
                {ZONE_INTERNET, LEVEL_NONE, 0, T0},
        };
        TextError error = {0};
        Fixture f;

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_SIZE(hosts); i++) {
                _cleanup_(freep) char *text = NULL;
                Host h = {.name = "pc 17 三楼",
                          .zone = hosts[i].zone,
                          .level = hosts[i].level,
                          .not_before = hosts[i].start,
                          .not_after = hosts[i].end};
                Host back;
                size_t size;

                memset(h.id, 0xa5, sizeof(h.id));
                cr_assert_eq(host_format(&h, &text, &size), 0);
                cr_assert_eq(load_host(&f, text, f.host, &back, &error), 0, "%s", error.message);
                cr_assert_eq(memcmp(&h, &back, sizeof(h)), 0, "row %zu", i);
        }
        fixture_done(&f);
}

Test(authority, credentials_must_be_signed_by_a_host_key_and_make_sense)
{
        static const char start[] = "usbzone-host 1\nid = 00112233445566778899aabbccddeeff\n";
        static const struct {
                const char *name, *rest;
                int result;
                unsigned line;
        } lines[] = {
                {"good", "name = pc\nzone = internal\n", 0, 0},
                {"good, classified", "name = pc\nzone = classified\nlevel = secret\n", 0, 0},
                {"classified without level", "name = pc\nzone = classified\n", -EINVAL, 0},
                {"level elsewhere", "name = pc\nzone = internal\nlevel = secret\n", -EINVAL, 0},
                {"no zone", "name = pc\n", -EINVAL, 0},
                {"zone none", "name = pc\nzone = none\n", -EINVAL, 4},
                {"zone unknown", "name = pc\nzone = moon\n", -EINVAL, 4},
                {"level unknown", "name = pc\nzone = internal\nlevel = high\n", -EINVAL, 5},
                {"no name", "zone = internal\n", -EINVAL, 0},
                {"empty name", "name =\nzone = internal\n", -EINVAL, 3},
                {"id twice", "id = 00112233445566778899aabbccddeeff\n", -EINVAL, 3},
                {"ends before it starts",
                 "name = pc\nzone = internal\nnot-before = 2026-02-01\nexpires = 2026-02-01\n",
                 -EINVAL, 0},
                {"bad end", "name = pc\nzone = internal\nexpires = soon\n", -EINVAL, 5},
        };
        char text[512];
        Fixture f;
        Host h;

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++) {
                TextError error = {0};

                (void)snprintf(text, sizeof(text), "%s%s", start, lines[i].rest);
                cr_assert_eq(load_host(&f, text, f.host, &h, &error), lines[i].result, "row '%s'",
                             lines[i].name);
                cr_assert_eq(error.line, lines[i].line, "row '%s': line %u", lines[i].name,
                             error.line);
        }
        (void)snprintf(text, sizeof(text), "%s%s", start, lines[0].rest);
        TextError error = {0};
        cr_assert_eq(load_host(&f, text, f.label, &h, &error), NOTE_E_PURPOSE_WRONG);
        cr_assert_eq(load_host(&f, text, f.root, &h, &error), NOTE_E_PURPOSE_WRONG);
        f.snapshot.authority.ring.keys[1].revoked = true;
        cr_assert_eq(load_host(&f, text, f.host, &h, &error), NOTE_E_KEY_NOT_VALID);
        fixture_done(&f);
}

Test(authority, names_that_would_add_lines_are_not_written)
{
        static const char *const bad[] = {"", "a\nzone = classified", " a", "a ", "a\x1b[31m"};
        char *text = NULL;
        Fixture f;
        size_t size;

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                strcpy(f.snapshot.authority.name, bad[i]);
                strcpy(f.snapshot.host.name, bad[i]);
                cr_assert_eq(authority_format(&f.snapshot.authority, &text, &size), -EINVAL);
                cr_assert_eq(host_format(&f.snapshot.host, &text, &size), -EINVAL);
        }
        fixture_done(&f);
}

Test(authority, a_credential_may_name_the_computers_key)
{
        _cleanup_(freep) char *text = NULL;
        PrivateKey *own = make_key(PURPOSE_VISIT);
        TextError error = {0};
        Host back;
        Fixture f;
        size_t size;

        fixture_init(&f);
        f.snapshot.host.key = *private_key_public(own);
        cr_assert_eq(host_format(&f.snapshot.host, &text, &size), 0);
        cr_assert_eq(load_host(&f, text, f.host, &back, &error), 0, "%s", error.message);
        cr_assert_eq(memcmp(&back.key, private_key_public(own), sizeof(back.key)), 0);
        private_key_free(own);
        fixture_done(&f);
}

Test(authority, a_request_is_signed_by_the_key_it_names)
{
        PrivateKey *own = make_key(PURPOSE_VISIT), *other = make_key(PURPOSE_VISIT);
        _cleanup_(freep) char *text = NULL, *note = NULL, *foreign = NULL;
        Host h = {.name = "pc-17", .key = *private_key_public(own)}, back;
        TextError error = {0};
        size_t size, n;

        memset(h.id, 0x17, sizeof(h.id));
        cr_assert_eq(request_format(&h, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, other, &foreign, &n), 0);
        cr_assert_eq(request_load(foreign, n, &back, &error), NOTE_E_SIGNER_UNKNOWN);
        cr_assert_eq(request_load(text, size, &back, &error), NOTE_E_UNSIGNED);
        cr_assert_eq(note_sign(text, size, own, &note, &n), 0);
        cr_assert_eq(request_load(note, n, &back, &error), 0, "%s", error.message);
        cr_assert_eq(memcmp(&back, &h, sizeof(h)), 0);
        for (size_t i = 0; i < n; i++) {
                note[i] = (char)(note[i] ^ 1);
                cr_assert_neq(request_load(note, n, &back, &error), 0, "byte %zu", i);
                note[i] = (char)(note[i] ^ 1);
        }
        private_key_free(own);
        private_key_free(other);
}
