/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is trusted is loaded; what is missing, altered, foreign or old is refused, and says so. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/note.h"
#include "store/trust.h"
#include "tests/unit/fixture.h"

static char dir[64];
static int etc = -EBADF;
static Fixture fixture;

static void put_file(const char *name, const void *data, size_t size)
{
        int fd = openat(etc, name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0644);

        cr_assert_geq(fd, 0);
        cr_assert_eq(file_write_full(fd, data, size), 0);
        (void)close(fd);
}

static void put_note(const char *name, const char *text, size_t size, const PrivateKey *key)
{
        _cleanup_(freep) char *note = NULL;
        size_t note_size;

        cr_assert_eq(note_sign(text, size, key, &note, &note_size), 0);
        put_file(name, note, note_size);
}

static void put_policy(const PrivateKey *key)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;

        cr_assert_eq(bundle_format(&fixture.snapshot.bundle, &text, &size), 0);
        put_note(UZ_POLICY_FILE, text, size, key);
}

static void put_whitelist(void)
{
        Bundle *b = &fixture.snapshot.bundle;
        WhitelistEntry entry = {.identity = {1}, .zone = ZONE_INTERNAL};
        MemFile file = {0};
        char hex[17], name[64];

        cr_assert_eq(whitelist_build(&entry, 1, mem_write, &file, b->whitelist_digest), 0);
        b->has_whitelist = true;
        text_hex(b->whitelist_digest, 8, hex);
        (void)snprintf(name, sizeof(name), UZ_WHITELIST_PREFIX "%s" UZ_WHITELIST_SUFFIX, hex);
        put_file(name, file.data, file.size);
        mem_done(&file);
}

static void setup(void)
{
        Snapshot *s = &fixture.snapshot;
        char *text;
        size_t size;

        (void)snprintf(dir, sizeof(dir), "/tmp/usbzone-trust-XXXXXX");
        cr_assert_not_null(mkdtemp(dir));
        etc = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        fixture_init(&fixture);
        cr_assert_eq(authority_format(&s->authority, &text, &size), 0);
        put_note(UZ_KEYS_FILE, text, size, fixture.root);
        free(text);
        cr_assert_eq(host_format(&s->host, &text, &size), 0);
        put_note(UZ_CREDENTIAL_FILE, text, size, fixture.host);
        free(text);
        put_whitelist();
        put_policy(fixture.policy);
}

static void teardown(void)
{
        char command[128];

        (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
        cr_assert_eq(system(command), 0);
        etc = fd_close(etc);
        fixture_done(&fixture);
}

TestSuite(store_trust, .init = setup, .fini = teardown, .timeout = 60);

static Trust *load(uint64_t minimum)
{
        Trust *t = NULL;

        cr_assert_eq(trust_load(etc, T0, (TrustFloor){.policy = minimum}, &t), 0);
        cr_assert_not_null(t);
        return t;
}

/* Loads, and expects a status and these words in the message. */
static void expect(const char *row, Reason status, const char *words)
{
        Trust *t = load(0);

        cr_assert_eq(t->snapshot.status, status, "%s: %s, %s", row, reason_slug(t->snapshot.status),
                     t->message);
        cr_assert(strstr(t->message, words), "%s: '%s' is not in '%s'", row, words, t->message);
        cr_assert(status == REASON_OK || strstr(t->message, dir), "%s: no path in '%s'", row,
                  t->message);
        trust_free(t);
}

static char *whitelist_name(void)
{
        static char name[64];
        char hex[17];

        text_hex(fixture.snapshot.bundle.whitelist_digest, 8, hex);
        (void)snprintf(name, sizeof(name), UZ_WHITELIST_PREFIX "%s" UZ_WHITELIST_SUFFIX, hex);
        return name;
}

Test(store_trust, what_the_authority_issued_is_loaded)
{
        Trust *t = load(0);
        WhitelistEntry e;

        cr_assert_eq(t->snapshot.status, REASON_OK, "%s", t->message);
        cr_assert_str_eq(t->message, "");
        cr_assert_str_eq(t->snapshot.host.name, "pc-17");
        cr_assert_eq(t->snapshot.bundle.version, 3);
        cr_assert_eq(t->snapshot.whitelist.count, 1);
        cr_assert_eq(whitelist_get(&t->snapshot.whitelist, 0, &e), 0);
        cr_assert_eq(e.identity[0], 1);
        trust_free(t);
}

Test(store_trust, a_policy_without_a_whitelist_needs_none)
{
        cr_assert_eq(unlinkat(etc, whitelist_name(), 0), 0);
        fixture.snapshot.bundle.has_whitelist = false;
        put_policy(fixture.policy);
        expect("none", REASON_OK, "");
}

Test(store_trust, each_missing_file_is_named)
{
        static const char *const names[] = {UZ_KEYS_FILE, UZ_CREDENTIAL_FILE, UZ_POLICY_FILE};

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                cr_assert_eq(renameat(etc, names[i], etc, "aside"), 0);
                expect(names[i], REASON_POLICY_MISSING, names[i]);
                expect(names[i], REASON_POLICY_MISSING, "usbzonectl setup");
                cr_assert_eq(renameat(etc, "aside", etc, names[i]), 0);
        }
        cr_assert_eq(unlinkat(etc, whitelist_name(), 0), 0);
        expect("whitelist", REASON_POLICY_INVALID, "the policy names this whitelist");
}

Test(store_trust, files_others_may_change_are_refused)
{
        char *const names[] = {UZ_KEYS_FILE, UZ_CREDENTIAL_FILE, UZ_POLICY_FILE, whitelist_name()};

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                cr_assert_eq(fchmodat(etc, names[i], 0664, 0), 0);
                expect(names[i], REASON_POLICY_INVALID, "chmod 0644");
                cr_assert_eq(fchmodat(etc, names[i], 0644, 0), 0);
                if (geteuid() == 0) {
                        cr_assert_eq(fchownat(etc, names[i], 65534, 65534, 0), 0);
                        expect(names[i], REASON_POLICY_INVALID, "does not belong to root");
                        cr_assert_eq(fchownat(etc, names[i], 0, 0, 0), 0);
                }
                cr_assert_eq(renameat(etc, names[i], etc, "aside"), 0);
                cr_assert_eq(symlinkat("aside", etc, names[i]), 0);
                expect(names[i], REASON_POLICY_INVALID, names[i]);
                cr_assert_eq(unlinkat(etc, names[i], 0), 0);
                cr_assert_eq(mkdirat(etc, names[i], 0755), 0);
                expect(names[i], REASON_POLICY_INVALID, names[i]);
                cr_assert_eq(unlinkat(etc, names[i], AT_REMOVEDIR), 0);
                cr_assert_eq(renameat(etc, "aside", etc, names[i]), 0);
        }
        expect("as before", REASON_OK, "");
}

/* One bit of each file at a time, all bytes: nothing altered is taken for whole. */
Test(store_trust, an_altered_file_is_refused)
{
        char *const names[] = {UZ_KEYS_FILE, UZ_CREDENTIAL_FILE, UZ_POLICY_FILE, whitelist_name()};

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                char *data;
                size_t size;

                cr_assert_eq(file_read(etc, names[i], 1 << 20, &data, &size), 0);
                for (size_t at = 0; at < size; at++) {
                        Trust *t;

                        data[at] ^= 1;
                        put_file(names[i], data, size);
                        t = load(0);
                        cr_assert_eq(t->snapshot.status, REASON_POLICY_INVALID, "%s byte %zu",
                                     names[i], at);
                        cr_assert(strstr(t->message, dir), "%s byte %zu: %s", names[i], at,
                                  t->message);
                        trust_free(t);
                        data[at] ^= 1;
                }
                put_file(names[i], data, size);
                free(data);
        }
        expect("as before", REASON_OK, "");
}

Test(store_trust, a_policy_signed_by_another_key_is_refused)
{
        PrivateKey *stranger = make_key(PURPOSE_POLICY);

        put_policy(stranger);
        expect("stranger", REASON_POLICY_INVALID, UZ_POLICY_FILE);
        put_policy(fixture.label);
        expect("label key", REASON_POLICY_INVALID, UZ_POLICY_FILE);
        put_policy(fixture.policy);
        expect("policy key", REASON_OK, "");
        private_key_free(stranger);
}

Test(store_trust, a_malformed_policy_names_its_line)
{
        static const char text[] = "usbzone-policy 1\n"
                                   "name = test\n"
                                   "version = 3\n"
                                   "# a comment\n"
                                   "no-such-key = 1\n";

        put_note(UZ_POLICY_FILE, text, sizeof(text) - 1, fixture.policy);
        expect("line", REASON_POLICY_INVALID, "line 5");
}

Test(store_trust, an_older_policy_than_the_one_seen_is_refused)
{
        Trust *t = load(3);

        cr_assert_eq(t->snapshot.status, REASON_OK);
        trust_free(t);
        t = load(4);
        cr_assert_eq(t->snapshot.status, REASON_POLICY_INVALID);
        cr_assert(strstr(t->message, "older than version 4 seen before"), "%s", t->message);
        trust_free(t);
}

Test(store_trust, a_key_list_below_the_one_seen_before_is_refused)
{
        Trust *t = NULL;

        cr_assert_eq(trust_load(etc, T0, (TrustFloor){.keys = 1}, &t), 0);
        cr_assert_eq(t->snapshot.status, REASON_OK, "%s", t->message);
        trust_free(t);
        cr_assert_eq(trust_load(etc, T0, (TrustFloor){.keys = 2}, &t), 0);
        cr_assert_eq(t->snapshot.status, REASON_POLICY_INVALID);
        cr_assert(strstr(t->message, UZ_KEYS_FILE " is version 1, older than version 2"), "%s",
                  t->message);
        trust_free(t);
}

Test(store_trust, the_signers_of_a_policy_are_told)
{
        Trust *t = load(0);
        TrustFloor seen = trust_seen(t);

        cr_assert_eq(seen.n, 1);
        cr_assert_eq(
                memcmp(seen.signers[0].id, private_key_public(fixture.policy)->id, KEY_ID_SIZE), 0);
        cr_assert_eq(seen.signers[0].version, t->snapshot.bundle.version);
        trust_free(t);
}

#define REVOCATIONS_NAME UZ_REVOCATIONS_DIR "/0011223344556677" UZ_REVOCATIONS_SUFFIX

static char *make_revocations(RevokedKind kind, const uint8_t *id, const PrivateKey *key,
                              size_t *ret_size)
{
        _cleanup_(bundle_clear) Bundle b = {0};
        char *text, *note;
        size_t size;

        cr_assert_eq(bundle_revoke(&b, kind, id), 0);
        cr_assert_eq(revocations_format(&b, T0, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, key, &note, ret_size), 0);
        free(text);
        return note;
}

static void put_revocations(RevokedKind kind, const uint8_t *id, const PrivateKey *key)
{
        _cleanup_(freep) char *note = NULL;
        size_t size;

        (void)mkdirat(etc, UZ_REVOCATIONS_DIR, 0755);
        note = make_revocations(kind, id, key, &size);
        put_file(REVOCATIONS_NAME, note, size);
}

Test(store_trust, a_revocation_file_adds_to_the_policy)
{
        static const uint8_t drive[DIGEST_SIZE] = {4, 5};
        uint8_t other[DIGEST_SIZE] = {6};
        const BundleRevoked *found;
        Trust *t;

        cr_assert_eq(bundle_revoke(&fixture.snapshot.bundle, REVOKED_DRIVE, other), 0);
        put_policy(fixture.policy);
        put_revocations(REVOKED_DRIVE, drive, fixture.policy);
        t = load(0);
        cr_assert_eq(t->snapshot.status, REASON_OK, "%s", t->message);
        cr_assert_eq(t->snapshot.bundle.n_revoked, 2);
        cr_assert(bundle_is_revoked(&t->snapshot.bundle, REVOKED_DRIVE, other));
        found = bundle_find_revoked(&t->snapshot.bundle, REVOKED_DRIVE, drive);
        cr_assert(found && found->line == REVOKED_FILE_LINE);
        trust_free(t);
}

/* As SHA-256 says it, whatever the file's name. */
Test(store_trust, which_revocation_files_are_loaded_is_told)
{
        static const uint8_t drive[DIGEST_SIZE] = {4, 5}, other[DIGEST_SIZE] = {6};
        _cleanup_(freep) char *note = NULL;
        char want[TRUST_REVOCATIONS_TEXT_MAX];
        uint8_t digest[DIGEST_SIZE];
        size_t size;
        Trust *t = load(0);

        cr_assert_eq(t->n_revocations, 0);
        cr_assert_str_empty(t->revocations);
        trust_free(t);
        (void)mkdirat(etc, UZ_REVOCATIONS_DIR, 0755);
        note = make_revocations(REVOKED_DRIVE, drive, fixture.policy, &size);
        put_file(REVOCATIONS_NAME, note, size);
        cr_assert_eq(digest_compute(note, size, digest), 0);
        text_hex(digest, 8, want);
        free(TAKE_PTR(note));
        note = make_revocations(REVOKED_DRIVE, other, fixture.policy, &size);
        put_file(UZ_REVOCATIONS_DIR "/1" UZ_REVOCATIONS_SUFFIX, note, size);
        cr_assert_eq(digest_compute(note, size, digest), 0);
        want[16] = ' ';
        text_hex(digest, 8, want + 17);
        t = load(0);
        cr_assert_eq(t->n_revocations, 2);
        cr_assert_str_eq(t->revocations, want);
        trust_free(t);
}

Test(store_trust, a_revocation_file_that_is_not_good_is_not_passed_over)
{
        static const uint8_t drive[DIGEST_SIZE] = {4, 5};
        PrivateKey *stranger = make_key(PURPOSE_POLICY);

        put_revocations(REVOKED_DRIVE, drive, fixture.label);
        expect("wrong purpose", REASON_POLICY_INVALID, "another purpose");
        put_revocations(REVOKED_DRIVE, drive, stranger);
        expect("unknown key", REASON_POLICY_INVALID, "does not know");
        put_revocations(REVOKED_DRIVE, drive, fixture.policy);
        expect("good", REASON_OK, "");
        cr_assert_eq(fchmodat(etc, REVOCATIONS_NAME, 0666, 0), 0);
        expect("writable", REASON_POLICY_INVALID, "group or others may write");
        cr_assert_eq(unlinkat(etc, REVOCATIONS_NAME, 0), 0);
        cr_assert_eq(symlinkat("/dev/null", etc, REVOCATIONS_NAME), 0);
        expect("a link", REASON_POLICY_INVALID, "no regular file");
        private_key_free(stranger);
}

Test(store_trust, a_revocation_file_with_any_byte_flipped_is_refused)
{
        static const uint8_t drive[DIGEST_SIZE] = {4, 5};
        _cleanup_(freep) char *note = NULL;
        size_t size;

        (void)mkdirat(etc, UZ_REVOCATIONS_DIR, 0755);
        note = make_revocations(REVOKED_DRIVE, drive, fixture.policy, &size);
        for (size_t i = 0; i < size; i++)
                for (unsigned bit = 1; bit < 256; bit <<= 3) {
                        Trust *t;

                        note[i] = (char)(note[i] ^ (char)bit);
                        put_file(REVOCATIONS_NAME, note, size);
                        t = load(0);
                        cr_assert_eq(t->snapshot.status, REASON_POLICY_INVALID, "byte %zu", i);
                        trust_free(t);
                        note[i] = (char)(note[i] ^ (char)bit);
                }
}

Test(store_trust, a_policy_whose_key_a_revocation_file_revokes_is_refused)
{
        PrivateKey *second = make_ring_key(&fixture.snapshot.authority.ring, PURPOSE_POLICY);
        char *text;
        size_t size;

        cr_assert_eq(authority_format(&fixture.snapshot.authority, &text, &size), 0);
        put_note(UZ_KEYS_FILE, text, size, fixture.root);
        free(text);
        put_revocations(REVOKED_KEY, private_key_public(fixture.policy)->id, second);
        expect("the stolen key's", REASON_POLICY_INVALID, UZ_POLICY_FILE);
        put_policy(second);
        expect("the other key's", REASON_OK, "");
        private_key_free(second);
}

Test(store_trust, a_credential_of_a_revoked_key_is_refused)
{
        Bundle *b = &fixture.snapshot.bundle;

        cr_assert_eq(bundle_revoke(b, REVOKED_KEY, private_key_public(fixture.label)->id), 0);
        put_policy(fixture.policy);
        expect("another key", REASON_OK, "");
        cr_assert_eq(bundle_revoke(b, REVOKED_KEY, private_key_public(fixture.host)->id), 0);
        put_policy(fixture.policy);
        expect("its key", REASON_POLICY_INVALID, UZ_CREDENTIAL_FILE);
}
