/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger that goes on with another hash and signing key, because the authority changed. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/package-write.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_ledger_hash, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

#define OTHER (ledger_as == ALGORITHM_SM2_SM3 ? ALGORITHM_ED25519_SHA256 : ALGORITHM_SM2_SM3)
#define OUT "out.uzx"

static MacKey first;

static void start(Ledger *l, const PublicKey *key)
{
        json_object *o = json_object_new_object();
        char hex[2 * KEY_PUBLIC_MAX + 1];

        text_hex(key->raw, key->raw_size, hex);
        json_object_object_add(o, "ledger_key", json_object_new_string(hex));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        json_object_put(o);
}

static void sign_head(Ledger *l)
{
        Head head = {.kind = HEAD_VIOLATION, .time = "2026-11-21T08:00:00.000001Z"};
        Heads *h;

        ledger_head(l, &head.chain);
        memcpy(head.host, "00112233445566778899aabbccddeeff", 33);
        cr_assert_eq(ledger_heads(l, &h), 0);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
}

/* As the daemon does it: the record that names the new key is the first with the new hash. */
static void change(Ledger *l, Algorithm to)
{
        Heads *h;

        cr_assert_eq(ledger_heads(l, &h), 0);
        ledger_set_algorithm(l, to);
        cr_assert_eq(heads_prepare(h, ledger_algorithm(l)), 1);
        start(l, heads_prepared(h));
        cr_assert_eq(heads_renew(h), 0);
        cr_assert_null(heads_prepared(h));
}

/* Record 1 names the key; 5 names the other one and is the first with the other hash; heads at 4,
 * 5 and 8. */
static void make_ledger(void)
{
        Ledger *l;
        Heads *h;

        cr_assert_eq(ledger_key_create(ledger_state, &first), 0);
        l = open_ledger(0);
        cr_assert_eq(ledger_heads(l, &h), 0);
        start(l, heads_key(h));
        append_numbers(l, 2, 4);
        sign_head(l);
        change(l, OTHER);
        sign_head(l);
        append_numbers(l, 6, 8);
        sign_head(l);
        ledger_close(l);
}

static LedgerVerify verify(void)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        LedgerVerify v = {.key = first};

        cr_assert_geq(ledger_verify(fd, &v), 0);
        close(fd);
        return v;
}

/* Record `n` (1 ..) of the first segment. */
static char *record_at(char *data, int n)
{
        while (--n > 0)
                data = strchr(data, '\n') + 1;
        return data;
}

Test(store_ledger_hash, it_goes_on_and_the_first_key_proves_all_of_it)
{
        LedgerVerify v;
        size_t size;
        char *data;
        Ledger *l;

        make_ledger();
        v = verify();
        cr_assert_null(v.kind, "%s: %s", v.kind, v.message);
        cr_assert_eq(v.chain.seq, 8);
        cr_assert_eq(v.chain.hash, algorithm_hash(OTHER));
        cr_assert_eq(v.heads, 3);
        data = read_whole(FIRST, &size);
        for (int n = 1; n <= 8; n++) {
                char *at = strstr(record_at(data, n), ",\"prev\":\"");
                bool sm3 = n >= 5 ? OTHER == ALGORITHM_SM2_SM3 : ledger_as == ALGORITHM_SM2_SM3;

                cr_assert_eq(strncmp(at + 9, "sm3:", 4) == 0, sm3, "record %d", n);
                cr_assert_eq(strncmp(strstr(at, "\"mac\":\"") + 7, "sm3:", 4) == 0, sm3,
                             "record %d", n);
        }
        free(data);
        /* Opened by who knows no authority, it stays; and it can go back. */
        ledger_as = ALGORITHM_NONE;
        l = open_ledger(0);
        append_numbers(l, 9, 9);
        ledger_close(l);
        cr_assert_eq(verify().chain.hash, v.chain.hash);
        l = open_ledger(0);
        change(l, v.chain.hash == HASH_SM3 ? ALGORITHM_ED25519_SHA256 : ALGORITHM_SM2_SM3);
        append_numbers(l, 11, 12);
        sign_head(l);
        ledger_close(l);
        cr_assert_null(verify().kind);
        cr_assert_eq(verify().chain.seq, 12);
        cr_assert_neq(verify().chain.hash, v.chain.hash);
}

/* In each record what tells the hash is taken away, or put there: of prev, of mac, and of both. */
Test(store_ledger_hash, a_record_that_is_made_to_tell_another_hash_is_altered)
{
        char text[16384];
        size_t size;
        char *data;

        make_ledger();
        data = read_whole(FIRST, &size);
        for (int n = 1; n <= 7; n++)
                for (int which = 1; which <= 3; which++) {
                        char *line = record_at(data, n), *out = text;
                        char *places[] = {strstr(line, ",\"prev\":\"") + 9,
                                          strstr(line, "\"mac\":\"") + 7};
                        const char *from = data;
                        LedgerVerify v;

                        for (int k = 0; k < 2; k++) {
                                if (!(which & (1 << k)))
                                        continue;
                                memcpy(out, from, (size_t)(places[k] - from));
                                out += places[k] - from;
                                from = places[k];
                                if (strncmp(from, "sm3:", 4) == 0) {
                                        from += 4;
                                } else {
                                        memcpy(out, "sm3:", 4);
                                        out += 4;
                                }
                        }
                        memcpy(out, from, (size_t)(data + size - from));
                        out += data + size - from;
                        put_whole(FIRST, text, (size_t)(out - text));
                        v = verify();
                        cr_assert_not_null(v.kind, "record %d, %d", n, which);
                        cr_assert_str_eq(v.kind, "altered", "record %d, %d: %s", n, which, v.kind);
                        cr_assert_eq(v.bad, n, "record %d, %d: %d", n, which, (int)v.bad);
                }
        put_whole(FIRST, data, size);
        cr_assert_null(verify().kind);
        free(data);
}

Test(store_ledger_hash, each_flipped_bit_beside_the_change_is_an_altered_record)
{
        size_t size, from, to;
        char *data;

        make_ledger();
        data = read_whole(FIRST, &size);
        from = (size_t)(record_at(data, 4) - data);
        to = (size_t)(record_at(data, 7) - data);
        for (size_t i = from; i < to; i++) {
                LedgerVerify v;

                data[i] = (char)(data[i] ^ (1 << (i % 8)));
                put_whole(FIRST, data, size);
                v = verify();
                cr_assert_not_null(v.kind, "byte %zu", i);
                cr_assert_str_eq(v.kind, "altered", "byte %zu: %s", i, v.kind);
                data[i] = (char)(data[i] ^ (1 << (i % 8)));
        }
        free(data);
}

/* Who has today's key writes the past anew, all of it in the hash that he likes. */
Test(store_ledger_hash, a_past_written_anew_in_the_other_hash_is_resealed)
{
        static char line[CHAIN_LINE_MAX];
        Chain chain = {.hash = algorithm_hash(OTHER)};
        MacKey key = {.seq = 1};
        char all[16384], body[64];
        size_t size, total = 0;

        make_ledger();
        for (int i = 1; i <= 8; i++) {
                key.seq = (uint64_t)i;
                (void)snprintf(body, sizeof(body), "{\"seq\":%d,\"n\":%d", i, i);
                cr_assert_eq(chain_append(&chain, body, &key, line, &size), 0);
                memcpy(all + total, line, size);
                total += size;
        }
        put_whole(FIRST, all, total);
        cr_assert_str_eq(verify().kind, "resealed");
        cr_assert_eq(verify().bad, 1);
}

Test(store_ledger_hash, a_head_in_another_hash_than_its_record_is_found)
{
        Head head = {.kind = HEAD_VIOLATION, .time = "2026-11-21T08:00:00.000001Z"};
        const char *last = NULL;
        LedgerReader *r;
        size_t size;
        Heads *h;
        Ledger *l;

        make_ledger();
        r = open_reader();
        read_all(r);
        ledger_reader_state(r, &head.chain, NULL, NULL);
        size = ledger_reader_last(r, &last);
        cr_assert_eq(chain_rehash(&head.chain, NULL, fixture_hash(), last, size), 0);
        ledger_reader_close(r);
        l = open_ledger(0);
        cr_assert_eq(ledger_heads(l, &h), 0);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
        ledger_close(l);
        cr_assert_str_eq(verify().kind, "rewritten");
        cr_assert_eq(verify().bad, 8);
}

Test(store_ledger_hash, a_head_of_a_key_of_the_other_algorithm_that_no_record_names_is_forged)
{
        Heads *h;
        Ledger *l;

        make_ledger();
        l = open_ledger(0);
        cr_assert_eq(ledger_heads(l, &h), 0);
        cr_assert_eq(heads_prepare(h, ledger_as), 1);
        cr_assert_eq(heads_renew(h), 0);
        sign_head(l);
        ledger_close(l);
        cr_assert_str_eq(verify().kind, "forged-head");
        cr_assert_eq(verify().bad, 8);
}

Test(store_ledger_hash, a_key_that_was_not_recorded_is_dropped)
{
        Heads *h;
        PublicKey key;
        Ledger *l;

        make_ledger();
        l = open_ledger(0);
        cr_assert_eq(ledger_heads(l, &h), 0);
        key = *heads_key(h);
        cr_assert_eq(key.algorithm, OTHER);
        cr_assert_eq(heads_prepare(h, ALGORITHM_NONE), 0);
        cr_assert_eq(heads_prepare(h, OTHER), 0);
        cr_assert_eq(heads_prepare(h, ledger_as), 1);
        heads_drop(h);
        cr_assert_eq(heads_renew(h), 0);
        sign_head(l);
        ledger_close(l);
        l = open_ledger(0);
        cr_assert_eq(ledger_heads(l, &h), 0);
        cr_assert_eq(memcmp(heads_key(h)->id, key.id, KEY_ID_SIZE), 0);
        ledger_close(l);
        cr_assert_null(verify().kind);
}

/* A power cut may bring back a key from before the change. */
Test(store_ledger_hash, a_key_that_lags_behind_catches_up_past_the_change)
{
        char *before[8];
        Algorithm from = ledger_as;
        size_t size;

        cr_assert_eq(ledger_key_create(ledger_state, &first), 0);
        for (int n = 1; n <= 8; n++) {
                Ledger *l;

                ledger_as = n < 5                       ? from
                            : from == ALGORITHM_SM2_SM3 ? ALGORITHM_ED25519_SHA256
                                                        : ALGORITHM_SM2_SM3;
                before[n - 1] = read_whole(UZ_LEDGER_KEY_FILE, &size);
                l = open_ledger(0);
                append_numbers(l, n, n);
                ledger_close(l);
        }
        for (int n = 1; n <= 8; n++) {
                Ledger *l;

                put_whole(UZ_LEDGER_KEY_FILE, before[n - 1], MAC_KEY_TEXT_SIZE);
                l = open_ledger(0);
                append_numbers(l, 8 + n, 8 + n);
                ledger_close(l);
                cr_assert_null(verify().kind, "key of record %d", n);
                free(before[n - 1]);
        }
}

/* A reader that begins in the middle, right at the change, reads the line before again. */
Test(store_ledger_hash, a_reader_may_begin_at_the_change)
{
        Ledger *l = open_ledger(0);
        LedgerMark mark;
        LedgerReader *r;

        append_numbers(l, 1, 256);
        ledger_set_algorithm(l, OTHER);
        append_numbers(l, 257, 260);
        ledger_mark_before(l, 256, &mark);
        cr_assert_eq(mark.chain.seq, 256);
        cr_assert_eq(mark.chain.hash, fixture_hash());
        r = open_reader();
        cr_assert_eq(ledger_reader_seek(r, &mark), 0);
        cr_assert_eq(read_numbers(r, 257), 4);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_reader_close(r);
        ledger_close(l);
}

/* Cut at any byte of the first record with the other hash: nothing that was whole is lost. */
Test(store_ledger_hash, a_crash_at_the_change_is_never_called_tampering)
{
        Ledger *l = open_ledger(0);
        off_t before, after;
        char *data;
        size_t size;

        append_numbers(l, 1, 3);
        before = size_of(FIRST);
        ledger_set_algorithm(l, OTHER);
        append_numbers(l, 4, 4);
        after = size_of(FIRST);
        ledger_close(l);
        data = read_whole(FIRST, &size);
        for (off_t at = before; at <= after; at++) {
                int whole = at == after ? 4 : 3;

                remove_others();
                put_whole(FIRST, data, (size_t)at);
                l = open_ledger(0);
                ledger_set_algorithm(l, OTHER);
                append_numbers(l, whole + 1, whole + 2);
                ledger_close(l);
                assert_whole(whole + 2);
        }
        free(data);
}

static int export_since(const char *since, Manifest *ret)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        int r;

        job->ledger_fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        job->state_fd = ledger_state;
        job->etc_fd = -EBADF;
        job->created = T0;
        job->replace = true;
        (void)snprintf(job->since, sizeof(job->since), "%s", since);
        r = package_write(job, ledger_state, OUT);
        *ret = job->manifest;
        close(job->ledger_fd);
        return r;
}

static LedgerVerify verify_package(void)
{
        _cleanup_(package_closep) Package *p = NULL;
        LedgerVerify v = {.key = first};
        PackageError e;

        cr_assert_eq(package_open(ledger_state, OUT, &p, &e), 0);
        cr_assert_geq(package_verify(p, &v), 0);
        return v;
}

/* Eight records, a second between them; `change_at` names the other key and tells the other hash.
 */
static void write_with_times(int change_at)
{
        static char line[CHAIN_LINE_MAX];
        _cleanup_(digest_freep) Digest *d = NULL;
        Chain chain = {.hash = fixture_hash()};
        char all[16384], body[512], hex[2][2 * KEY_PUBLIC_MAX + 1];
        size_t size = 0, total = 0;
        MacKey key;
        Heads *h;

        cr_assert_eq(digest_new(&d), 0);
        cr_assert_eq(ledger_key_create(ledger_state, &first), 0);
        key = first;
        ledger_close(open_ledger(0));
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex[0]);
        cr_assert_eq(heads_prepare(h, OTHER), 1);
        cr_assert_eq(heads_renew(h), 0);
        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex[1]);
        for (int n = 1; n <= 8; n++) {
                Head head = {.kind = HEAD_INTERVAL, .time = "2026-11-21T08:00:00.000001Z"};

                if (n == change_at)
                        cr_assert_eq(chain_rehash(&chain, NULL, algorithm_hash(OTHER), line, size),
                                     0);
                (void)snprintf(body, sizeof(body),
                               "{\"seq\":%d,\"time\":\"2026-11-21T08:00:0%d.000001Z\",\"host\":"
                               "\"00112233445566778899aabbccddeeff\",\"kind\":\"%s\",\"%s\":\"%s\"",
                               n, n, n == 1 || n == change_at ? "start" : "x",
                               n == 1 || n == change_at ? "ledger_key" : "y", hex[n >= change_at]);
                cr_assert_eq(chain_append(&chain, body, &key, line, &size), 0);
                cr_assert_eq(mac_key_advance(&key, d, chain.hash), 0);
                memcpy(all + total, line, size);
                total += size;
                head.chain = chain;
                memcpy(head.host, "00112233445566778899aabbccddeeff", 33);
                if (n >= change_at)
                        cr_assert_eq(heads_append(h, &head, NULL), 0);
        }
        put_whole(FIRST, all, total);
        heads_close(h);
}

Test(store_ledger_hash, a_package_that_begins_anywhere_verifies_with_the_first_key)
{
        static const struct {
                const char *since;
                uint64_t before;
        } rows[] = {
                {"", 0},
                {"2026-11-21T08:00:03Z", 2},
                {"2026-11-21T08:00:04Z", 3},
                {"2026-11-21T08:00:05Z", 3}, /* record 5 is the change: from the one before on */
                {"2026-11-21T08:00:06Z", 5},
                {"2026-11-21T08:00:08Z", 7},
        };

        write_with_times(5);
        cr_assert_null(verify().kind, "%s", verify().message);
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                LedgerVerify v;
                Manifest m;

                cr_assert_eq(export_since(rows[i].since, &m), 0, "%s", rows[i].since);
                cr_assert_eq(m.before.seq, rows[i].before, "%s: %d", rows[i].since,
                             (int)m.before.seq);
                cr_assert_eq(m.last.seq, 8);
                cr_assert_eq(m.keys[0].algorithm, OTHER);
                cr_assert_eq(m.n_keys, 2);
                v = verify_package();
                cr_assert_null(v.kind, "%s: %s", rows[i].since, v.message);
                cr_assert_eq(v.chain.seq, 8);
                cr_assert_eq(hash_plan_at(&m.plan, rows[i].before),
                             rows[i].before >= 5 ? algorithm_hash(OTHER)
                             : rows[i].before    ? fixture_hash()
                                                 : HASH_SHA256);
        }
}
