/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger whose first segments were taken away: whole with a record that says so, and not else. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"
#include "store/archive.h"
#include "store/json.h"
#include "store/verify.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_archive, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

#define SECOND "ledger/0000000007.jsonl"
#define THIRD "ledger/0000000013.jsonl"
#define KEY_FILE "ledger.key"
#define PACKAGE "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"
#define RECORDS 18

static MacKey first; /* seq 0: not sealed */

static int ledger_dir(void)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

        cr_assert_geq(fd, 0);
        return fd;
}

static void sign_head(const Ledger *l, Heads *h)
{
        Head head = {.kind = HEAD_VIOLATION, .time = "2026-11-21T08:00:00.000001Z"};

        ledger_head(l, &head.chain);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
}

static void start(Ledger *l, const Heads *h)
{
        json_object *o = json_object_new_object();
        char hex[2 * KEY_PUBLIC_MAX + 1];

        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex);
        json_put_text(o, "ledger_key", hex);
        cr_assert_eq(ledger_append(l, "start", o), 0);
        json_object_put(o);
}

/* Three segments of six records (an unfinished write ends each), a head at every third. */
static void make_unsealed(Algorithm from_record_4)
{
        Heads *h = NULL;

        for (int n = 1; n <= RECORDS; n++) {
                Ledger *l = open_ledger(0);

                if (n >= 4)
                        ledger_set_algorithm(l, from_record_4);
                if (!h)
                        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
                if (n == 1)
                        start(l, h);
                else
                        append_numbers(l, n, n);
                if (n % 3 == 0)
                        sign_head(l, h);
                ledger_close(l);
                if (n == 6)
                        write_at(FIRST, size_of(FIRST), "{\"seq", 5);
                if (n == 12)
                        write_at(SECOND, size_of(SECOND), "{", 1);
        }
        heads_close(h);
        ledger_as = from_record_4;
}

static void make_ledger(Algorithm from_record_4)
{
        cr_assert_eq(ledger_key_create(ledger_state, &first), 0);
        make_unsealed(from_record_4);
}

/* Where the chain stands after a record. */
static Chain chain_at(uint64_t seq)
{
        LedgerReader *r = open_reader();
        Chain chain = {0};

        while (chain.seq < seq) {
                cr_assert_eq(ledger_reader_next(r, &(const char *){NULL}, &(size_t){0}), 1);
                ledger_reader_state(r, &chain, NULL, NULL);
        }
        ledger_reader_close(r);
        return chain;
}

/* What the daemon records. */
static void record(const Chain *last)
{
        Archive a = {.last = *last, .package = PACKAGE};
        Ledger *l = open_ledger(0);
        int fd = ledger_dir();
        json_object *o;

        cr_assert_eq(archive_collect(fd, last->seq, &a), 0);
        o = archive_fields(&a);
        json_put_text(o, "who", "wang (uid 1001)");
        cr_assert_eq(ledger_append(l, "archived", o), 0);
        json_object_put(o);
        ledger_close(l);
        close(fd);
}

static void record_at(uint64_t seq)
{
        Chain chain = chain_at(seq);

        record(&chain);
}

static void release(uint64_t last)
{
        char name[SEGMENT_NAME_MAX];
        int fd = ledger_dir();

        cr_assert_eq(archive_release(fd, last, name), 0);
        close(fd);
}

static LedgerVerify verify(bool with_key)
{
        int fd = ledger_dir(), r;
        LedgerVerify v = {0};

        if (with_key)
                v.key = first;
        r = ledger_verify(fd, &v);
        cr_assert_geq(r, 0);
        cr_assert_eq(r, v.kind ? 1 : 0);
        close(fd);
        return v;
}

/* Whole, with and without the key. */
static LedgerVerify whole(uint64_t begin, uint64_t end)
{
        LedgerVerify v;

        for (int key = 0; key < 2; key++) {
                v = verify(key);
                cr_assert_null(v.kind, "key %d: %s at %llu", key, v.kind,
                               (unsigned long long)v.bad);
                cr_assert_eq(v.begin.seq, begin);
                cr_assert_eq(v.chain.seq, end);
        }
        return v;
}

static void expect(bool with_key, const char *kind, uint64_t bad)
{
        LedgerVerify v = verify(with_key);

        cr_assert_not_null(v.kind, "nothing found");
        cr_assert_str_eq(v.kind, kind, "%s", v.kind);
        cr_assert_eq(v.bad, bad, "record %llu", (unsigned long long)v.bad);
}

Test(store_archive, a_ledger_whose_archive_is_recorded_is_whole)
{
        LedgerVerify v;

        make_ledger(ledger_as);
        record_at(12);
        release(12);
        v = whole(12, RECORDS + 1);
        cr_assert_eq(v.archive.record, RECORDS + 1);
        cr_assert_eq(v.archive.last.seq, 12);
        cr_assert_str_eq(v.archive.package, PACKAGE);
        cr_assert_str_eq(v.archive.who, "wang (uid 1001)");
        /* The start that named their key is gone; the heads of 12, 15 and 18 count. */
        cr_assert_eq(v.heads, 3);
        cr_assert(v.signer_named);
}

Test(store_archive, it_need_not_be_sealed)
{
        make_unsealed(ledger_as);
        record_at(12);
        release(12);
        (void)whole(12, RECORDS + 1);
}

Test(store_archive, the_daemon_goes_on_after_it)
{
        Ledger *l;

        make_ledger(ledger_as);
        record_at(12);
        release(12);
        l = open_ledger(0);
        append_numbers(l, RECORDS + 2, RECORDS + 3);
        cr_assert_eq(ledger_seal(l), LEDGER_SEALED);
        ledger_close(l);
        (void)whole(12, RECORDS + 3);
}

Test(store_archive, without_a_record_a_segment_is_missing)
{
        make_ledger(ledger_as);
        release(6);
        expect(false, "removed-segment", 1);
        expect(true, "removed-segment", 1);
}

Test(store_archive, what_goes_beyond_the_archive_is_missing)
{
        make_ledger(ledger_as);
        record_at(6);
        release(12);
        expect(false, "removed-segment", 1);
}

Test(store_archive, a_segment_in_the_midst_is_missing)
{
        make_ledger(ledger_as);
        record_at(12);
        cr_assert_eq(unlinkat(ledger_state, SECOND, 0), 0);
        expect(false, "removed-segment", 7);
}

Test(store_archive, another_hash_or_number_is_no_proof)
{
        const uint64_t numbers[] = {11, 12, 13, 17};

        for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
                Chain chain;

                make_ledger(ledger_as);
                chain = chain_at(12);
                chain.seq = numbers[i];
                if (numbers[i] == 12)
                        chain.head[31] ^= 1;
                record(&chain);
                release(12);
                expect(false, "removed-segment", 1);
                expect(true, "removed-segment", 1);
                ledger_teardown();
                ledger_setup();
        }
}

Test(store_archive, every_state_between_record_and_removal_is_whole)
{
        LedgerVerify v;

        make_ledger(ledger_as);
        record_at(12);
        v = whole(0, RECORDS + 1);
        cr_assert_eq(v.archive.record, 0);
        release(6);
        v = whole(6, RECORDS + 1);
        cr_assert_eq(v.archive.last.seq, 12);
        release(12);
        (void)whole(12, RECORDS + 1);
}

Test(store_archive, an_altered_record_among_those_not_yet_removed_is_found)
{
        const char *at;
        char *data;
        size_t size;

        make_ledger(ledger_as);
        record_at(12);
        release(6);
        data = read_whole(SECOND, &size);
        at = memmem(data, size, "\"n\":9", 5);
        write_at(SECOND, at + 4 - data, "8", 1);
        free(data);
        expect(false, "altered", 9);
}

Test(store_archive, archives_follow_one_another)
{
        LedgerVerify v;

        make_ledger(ledger_as);
        record_at(6);
        release(6);
        (void)whole(6, RECORDS + 1);
        record_at(12);
        v = whole(6, RECORDS + 2);
        cr_assert_eq(v.archive.last.seq, 6);
        release(12);
        v = whole(12, RECORDS + 2);
        cr_assert_eq(v.archive.last.seq, 12);
        cr_assert_eq(v.archive.n_keys, 1);
        cr_assert_eq(v.heads, 3);
}

/* The keys of the seal go over records that told another hash. */
Test(store_archive, a_change_of_the_hash_among_what_is_gone_is_known)
{
        Algorithm other =
                ledger_as == ALGORITHM_SM2_SM3 ? ALGORITHM_ED25519_SHA256 : ALGORITHM_SM2_SM3;
        LedgerVerify v;

        make_ledger(other);
        record_at(6);
        release(6);
        v = whole(6, RECORDS + 1);
        cr_assert_geq(v.archive.plan.n, 1);
        record_at(12);
        release(12);
        (void)whole(12, RECORDS + 2);
}

/* Who has not the key of that time: the record is no better than the removal. */
Test(store_archive, a_forged_record_without_its_seal_is_found)
{
        char *key;
        size_t size;

        make_ledger(ledger_as);
        key = read_whole(KEY_FILE, &size);
        cr_assert_eq(unlinkat(ledger_state, KEY_FILE, 0), 0);
        record_at(12);
        release(12);
        put_whole(KEY_FILE, key, size);
        free(key);
        expect(true, "unsealed", RECORDS + 1);
        expect(false, "unsealed", RECORDS + 1);
}

Test(store_archive, a_record_in_an_unfinished_write_is_none)
{
        char name[SEGMENT_NAME_MAX + 8], *data;
        const char *at;
        size_t size;

        make_ledger(ledger_as);
        record_at(12);
        release(12);
        (void)snprintf(name, sizeof(name), "%s", THIRD);
        data = read_whole(name, &size);
        at = memmem(data, size, "\"kind\":\"archived\"", 17);
        cr_assert_not_null(at);
        /* A hole in it, and nothing behind. */
        write_at(name, at - data - 3, "\0", 1);
        free(data);
        expect(false, "removed-segment", 1);
}

Test(store_archive, a_record_that_is_not_written_so_is_none)
{
        static const char *const lines[] = {
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":9,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":0,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3,\"head\":\"00"
                "\",\"package\":\"" PACKAGE "\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3,\"head\":\"" PACKAGE
                "\",\"package\":\"\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\",\"hashes\":\"1 md5\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\",\"ledger_keys\":\"00\"}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3}",
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"verdict\",\"last\":3,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\"}",
        };
        static const char good[] =
                "{\"seq\":9,\"time\":\"x\",\"kind\":\"archived\",\"last\":3,\"head\":\"" PACKAGE
                "\",\"package\":\"" PACKAGE "\",\"hashes\":\"1 sm3 3 sha256\"}";
        Archive a;

        cr_assert(archive_parse(good, strlen(good), &a));
        cr_assert_eq(a.plan.n, 2);
        cr_assert_eq(a.last.seq, 3);
        for (size_t i = 0; i < ARRAY_SIZE(lines); i++)
                cr_assert_not(archive_parse(lines[i], strlen(lines[i]), &a), "%s", lines[i]);
}

Test(store_archive, the_newest_segment_is_never_taken)
{
        Ledger *l;
        uint64_t end;
        int fd;

        l = open_ledger(0);
        append_numbers(l, 1, 3);
        ledger_close(l);
        fd = ledger_dir();
        cr_assert_eq(archive_end(fd, &end), 0);
        close(fd);
        ledger_teardown();
        ledger_setup();
        make_ledger(ledger_as);
        fd = ledger_dir();
        cr_assert_eq(archive_end(fd, &end), 1);
        cr_assert_eq(end, 12);
        cr_assert_eq(archive_is_end(fd, 12), 1);
        cr_assert_eq(archive_is_end(fd, 11), 0);
        close(fd);
}
