/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was done to a ledger gets its right name; what a crash leaves behind is never called so. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/verify.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_verify, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

#define SECOND "ledger/0000000007.jsonl"
#define THIRD "ledger/0000000013.jsonl"
#define HEADS "ledger/heads"
#define RECORDS 18

static MacKey first;

static void start(Ledger *l, const Heads *h)
{
        json_object *o = json_object_new_object();
        char hex[2 * KEY_PUBLIC_MAX + 1];

        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex);
        json_object_object_add(o, "ledger_key", json_object_new_string(hex));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        json_object_put(o);
}

static void sign_head(const Ledger *l, Heads *h)
{
        Head head = {.kind = HEAD_VIOLATION, .time = "2026-11-21T08:00:00.000001Z"};

        ledger_head(l, &head.chain);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
}

/* Three segments of six records (an unfinished write ends each), a head at every third record. */
static void make_ledger(void)
{
        Heads *h = NULL;

        cr_assert_eq(ledger_key_create(ledger_state, &first), 0);
        for (int n = 1; n <= RECORDS; n++) {
                Ledger *l = open_ledger(0);

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
}

static LedgerVerify verify(bool with_key, uint64_t key_state)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        LedgerVerify v = {.key_state = key_state};
        int r;

        if (with_key)
                v.key = first;
        r = ledger_verify(fd, &v);
        cr_assert_geq(r, 0);
        cr_assert_eq(r, v.kind ? 1 : 0);
        close(fd);
        return v;
}

static void expect(const char *what, bool with_key, uint64_t key_state, const char *kind,
                   uint64_t bad)
{
        LedgerVerify v = verify(with_key, key_state);

        cr_assert_not_null(v.kind, "%s: nothing found", what);
        cr_assert_str_eq(v.kind, kind, "%s: %s", what, v.kind);
        cr_assert_eq(v.bad, bad, "%s: record %llu", what, (unsigned long long)v.bad);
}

/* Where record `n` (1 ..) of a file's text begins. */
static size_t line_at(const char *data, size_t size, int n)
{
        size_t at = 0;

        while (--n > 0)
                at = (size_t)((const char *)memchr(data + at, '\n', size - at) - data) + 1;
        return at;
}

Test(store_verify, a_whole_ledger_is_whole_with_and_without_the_key)
{
        LedgerVerify v;

        make_ledger();
        v = verify(true, RECORDS + 1);
        cr_assert_null(v.kind, "%s", v.kind);
        cr_assert_eq(v.chain.seq, RECORDS);
        cr_assert_eq(v.heads, RECORDS / 3);
        cr_assert_null(verify(false, 0).kind);
}

Test(store_verify, each_flipped_bit_is_an_altered_record)
{
        size_t size;
        char *data;

        make_ledger();
        data = read_whole(SECOND, &size);
        /* All but the unfinished write and the newline before it. */
        for (size_t i = 0; i + 2 < size; i += fixture_step()) {
                LedgerVerify v;

                data[i] = (char)(data[i] ^ (1 << (i % 8)));
                put_whole(SECOND, data, size);
                v = verify(true, 0);
                cr_assert_not_null(v.kind, "byte %zu", i);
                cr_assert_str_eq(v.kind, "altered", "byte %zu: %s", i, v.kind);
                cr_assert_str_eq(verify(false, 0).kind, "altered", "byte %zu, no key", i);
                data[i] = (char)(data[i] ^ (1 << (i % 8)));
        }
        free(data);
}

Test(store_verify, a_cut_tail_is_found_by_heads_and_by_the_computers_key)
{
        size_t size, at;
        char *data;

        make_ledger();
        data = read_whole(THIRD, &size);
        at = line_at(data, size, 4);
        put_whole(THIRD, data, at);
        expect("three records cut", false, 0, "cut-tail", 16);
        put_whole(THIRD, data, at - 1);
        expect("cut within a record", false, 0, "cut-tail", 15);
        put_whole(THIRD, data, 0);
        expect("a segment emptied", false, 0, "cut-tail", 13);
        cr_assert_eq(unlinkat(ledger_state, THIRD, 0), 0);
        expect("the last segment removed", false, 0, "cut-tail", 13);
        cr_assert_eq(unlinkat(ledger_state, HEADS, 0), 0);
        expect("and the heads", false, RECORDS + 1, "restored-copy", 13);
        free(data);
}

Test(store_verify, removed_and_swapped_segments_are_told_apart)
{
        make_ledger();
        cr_assert_eq(renameat(ledger_state, SECOND, ledger_state, "ledger/away"), 0);
        expect("removed", false, 0, "removed-segment", 7);
        cr_assert_eq(renameat(ledger_state, THIRD, ledger_state, SECOND), 0);
        cr_assert_eq(renameat(ledger_state, "ledger/away", ledger_state, THIRD), 0);
        expect("swapped", false, 0, "swapped-segments", 7);
}

Test(store_verify, the_first_segment_removed_is_a_removed_segment)
{
        make_ledger();
        cr_assert_eq(unlinkat(ledger_state, FIRST, 0), 0);
        expect("first removed", true, 0, "removed-segment", 1);
}

/* It tells of no record that is missing: all are there. */
Test(store_verify, a_segment_by_another_name_is_no_altered_record)
{
        make_ledger();
        cr_assert_eq(renameat(ledger_state, THIRD, ledger_state, "ledger/0000000014.jsonl"), 0);
        expect("a name of its own", false, 0, "swapped-segments", 13);
}

Test(store_verify, a_record_that_comes_again_is_not_missing)
{
        size_t size, from, to;
        char *data, more[16384];

        make_ledger();
        data = read_whole(SECOND, &size);
        from = line_at(data, size, 3);
        to = line_at(data, size, 4);
        memcpy(more, data, to);
        memcpy(more + to, data + from, size - from);
        put_whole(SECOND, more, size + to - from);
        expect("copied", false, 0, "misplaced", 10);
        /* The first of a segment is missing within it. */
        to = line_at(data, size, 2);
        put_whole(SECOND, data + to, size - to);
        expect("the first taken out", false, 0, "gap", 7);
        free(data);
}

/* What it says of the record before it does not make that one wrong. */
Test(store_verify, a_hash_altered_in_a_record_is_that_records)
{
        const char *const files[] = {SECOND, THIRD};

        make_ledger();
        for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
                size_t size;
                char *data = read_whole(files[i], &size), *prev, was;
                uint64_t bad = 12 + 6 * i;

                prev = data + line_at(data, size, 6);
                prev = (char *)memmem(prev, (size_t)(data + size - prev), ",\"mac\"", 6) - 3;
                was = *prev;
                *prev = was == '1' ? '2' : '1';
                put_whole(files[i], data, size);
                /* The next segment tells, or else the key. */
                expect("with the key", true, 0, "altered", bad);
                if (i == 0)
                        expect("of the next segment", false, 0, "altered", bad);
                *prev = was;
                put_whole(files[i], data, size);
                free(data);
        }
}

Test(store_verify, a_head_proves_the_record_before_an_altered_hash)
{
        size_t size;
        char *data, *prev;
        Ledger *l;

        make_ledger();
        l = open_ledger(0);
        append_numbers(l, RECORDS + 1, RECORDS + 1);
        ledger_close(l);
        data = read_whole(THIRD, &size);
        prev = data + line_at(data, size, 7);
        prev = (char *)memmem(prev, (size_t)(data + size - prev), ",\"mac\"", 6) - 3;
        *prev = *prev == '1' ? '2' : '1';
        put_whole(THIRD, data, size);
        expect("after a head", false, 0, "altered", RECORDS + 1);
        free(data);
}

Test(store_verify, what_stands_in_a_files_place_is_named)
{
        const char *const files[] = {FIRST, SECOND, THIRD, HEADS};
        const uint64_t bad[] = {1, 7, 13, 0};

        make_ledger();
        for (unsigned i = 0; i < ARRAY_SIZE(files); i++) {
                cr_assert_eq(renameat(ledger_state, files[i], ledger_state, "away"), 0);
                cr_assert_eq(symlinkat("../away", ledger_state, files[i]), 0);
                expect("a link", false, 0, "replaced", bad[i]);
                cr_assert_eq(unlinkat(ledger_state, files[i], 0), 0);
                cr_assert_eq(mkfifoat(ledger_state, files[i], 0600), 0);
                expect("a pipe", false, 0, "replaced", bad[i]);
                cr_assert_eq(renameat(ledger_state, "away", ledger_state, files[i]), 0);
        }
        cr_assert_null(verify(true, 0).kind);
}

/* Without the first key, too. */
Test(store_verify, a_record_without_seal_needs_a_start_that_says_why)
{
        Ledger *l;
        json_object *o = json_object_new_object();

        make_ledger();
        cr_assert_eq(renameat(ledger_state, UZ_LEDGER_KEY_FILE, ledger_state, "away"), 0);
        l = open_ledger(0);
        cr_assert_eq(ledger_append(l, "torn-tail", NULL), 0);
        cr_assert_null(verify(false, 0).kind, "the start comes after it");
        json_object_object_add(o, "seal", json_object_new_string("no-key"));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        append_numbers(l, 1, 9);
        cr_assert_null(verify(false, 0).kind);
        ledger_close(l);
        cr_assert_eq(renameat(ledger_state, "away", ledger_state, UZ_LEDGER_KEY_FILE), 0);
        l = open_ledger(-EUCLEAN);
        append_numbers(l, 1, 1);
        cr_assert_null(verify(false, 0).kind, "sealed again");
        ledger_close(l);
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_KEY_FILE, 0), 0);
        l = open_ledger(0);
        append_numbers(l, 1, 1);
        ledger_close(l);
        expect("no start says why", false, 0, "unsealed", RECORDS + 13);
        json_object_put(o);
}

Test(store_verify, a_record_taken_out_is_a_gap)
{
        size_t size, from, to;
        char *data;

        make_ledger();
        data = read_whole(SECOND, &size);
        from = line_at(data, size, 3);
        to = line_at(data, size, 4);
        (void)memmove(data + from, data + to, size - to);
        put_whole(SECOND, data, size - (to - from));
        expect("one taken out", false, 0, "gap", 9);
        free(data);
}

Test(store_verify, an_older_copy_that_went_on_is_a_restored_copy)
{
        size_t size, at;
        char *data;
        Heads *h;
        Ledger *l;

        make_ledger();
        data = read_whole(THIRD, &size);
        at = line_at(data, size, 2);
        put_whole(THIRD, data, at);
        free(data);
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_KEY_FILE, 0), 0);
        l = open_ledger(0);
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        append_numbers(l, 14, 14);
        sign_head(l, h);
        append_numbers(l, 15, 30);
        ledger_close(l);
        heads_close(h);
        expect("went on", false, 0, "unsealed", 14);
        expect("with the key", true, 0, "unsealed", 14);
}

Test(store_verify, forged_heads_are_named)
{
        size_t size;
        char *data;
        Heads *h;
        Ledger *l;

        make_ledger();
        data = read_whole(HEADS, &size);
        data[40] = (char)(data[40] ^ 1);
        put_whole(HEADS, data, size);
        expect("altered", false, 0, "forged-head", 3);
        data[40] = (char)(data[40] ^ 1);
        put_whole(HEADS, data, size);
        free(data);
        cr_assert_null(verify(false, 0).kind);
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_SIGNER_FILE, 0), 0);
        l = open_ledger(0);
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        sign_head(l, h);
        heads_close(h);
        ledger_close(l);
        expect("another key", false, 0, "forged-head", RECORDS);
}

/* With root's rights, today's key and the signer: the chain and the heads are made anew. */
Test(store_verify, a_past_written_anew_is_resealed_to_who_has_the_key)
{
        static char line[CHAIN_LINE_MAX];
        _cleanup_(digest_freep) Digest *d = NULL;
        char all[20480], body[64];
        size_t size, total = 0;
        Chain chain = {.hash = fixture_hash()};
        MacKey key = {0};
        char *text;

        make_ledger();
        cr_assert_eq(digest_new(&d), 0);
        text = read_whole(UZ_LEDGER_KEY_FILE, &size);
        cr_assert_eq(mac_key_parse(text, size, &key), 0);
        free(text);
        key.seq = 1;
        for (int i = 1; i <= RECORDS; i++) {
                (void)snprintf(body, sizeof(body), "{\"seq\":%d,\"n\":%d", i, i);
                cr_assert_eq(chain_append(&chain, body, &key, line, &size), 0);
                cr_assert_eq(mac_key_advance(&key, d, fixture_hash()), 0);
                memcpy(all + total, line, size);
                total += size;
        }
        put_whole(FIRST, all, total);
        remove_others();
        expect("the heads tell", false, 0, "forged-head", 3);
        cr_assert_eq(unlinkat(ledger_state, HEADS, 0), 0);
        cr_assert_null(verify(false, RECORDS + 1).kind);
        expect("only the key tells", true, RECORDS + 1, "resealed", 1);
}

/* Each byte: altered, taken out, and one put in. The heads cannot be less than they are, but for
 * what a crash leaves at their end. */
Test(store_verify, each_changed_byte_of_the_heads_is_found)
{
        size_t size;
        char *data, *copy;

        make_ledger();
        data = read_whole(HEADS, &size);
        copy = malloc(size + 1);
        for (size_t i = 0; i < size; i += 5 * fixture_step()) {
                memcpy(copy, data, size);
                copy[i] = (char)(copy[i] ^ (1 << (i % 8)));
                put_whole(HEADS, copy, size);
                cr_assert_not_null(verify(false, 0).kind, "byte %zu altered", i);
                memmove(copy + i, data + i + 1, size - i - 1);
                put_whole(HEADS, copy, size - 1);
                /* Without its end a signature is one that was never finished. */
                if (data[i] != '=' && i + 1 < size)
                        cr_assert_not_null(verify(false, 0).kind, "byte %zu taken out", i);
                memcpy(copy, data, i);
                copy[i] = (char)('0' + i % 2);
                memcpy(copy + i + 1, data + i, size - i);
                put_whole(HEADS, copy, size + 1);
                cr_assert_not_null(verify(false, 0).kind, "a byte before byte %zu", i);
        }
        free(copy);
        free(data);
}

/* A head that was cut short by a crash, or of which a block never reached the disk, and the one
 * after it. */
Test(store_verify, what_a_crash_leaves_between_heads_is_told_and_is_no_forgery)
{
        size_t size, last;
        char *data, *more;

        make_ledger();
        data = read_whole(HEADS, &size);
        more = calloc(1, 3 * size);
        last = size - line_at(data, size, 5 * (HEAD_LINES + (fixture_hash() == HASH_SM3)) + 1);
        for (size_t n = 1; n < last; n += fixture_step()) {
                size_t at = size;

                memcpy(more, data, size);
                memcpy(more + at, data + size - last, n);
                at += n;
                put_whole(HEADS, more, at);
                cr_assert_null(verify(false, 0).kind, "%zu bytes of a head", n);
                cr_assert_geq(verify(false, 0).torn, n - 1);
                if (more[at - 1] != '\n')
                        more[at++] = '\n';
                memcpy(more + at, data + size - last, last);
                put_whole(HEADS, more, at + last);
                cr_assert_null(verify(false, 0).kind, "%zu bytes, and a head after them", n);
                memset(more + size, 0, n);
                put_whole(HEADS, more, size + n);
                cr_assert_null(verify(false, 0).kind, "a hole of %zu bytes", n);
        }
        free(more);
        free(data);
}

/* Cut at any byte of what was not yet acknowledged; the head or the key not yet written. */
Test(store_verify, a_crash_is_never_called_tampering)
{
        size_t size, heads_size, key_size, at;
        char *data, *heads, *key;
        off_t before;
        Ledger *l;
        Heads *h;

        make_ledger();
        before = size_of(THIRD);
        heads = read_whole(HEADS, &heads_size);
        key = read_whole(UZ_LEDGER_KEY_FILE, &key_size);
        l = open_ledger(0);
        append_numbers(l, RECORDS + 1, RECORDS + 1);
        ledger_close(l);
        data = read_whole(THIRD, &size);
        put_whole(UZ_LEDGER_KEY_FILE, key, key_size);
        for (at = (size_t)before; at <= size; at++) {
                put_whole(THIRD, data, at);
                cr_assert_null(verify(true, RECORDS + 1).kind, "cut at %zu", at);
        }
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        l = open_ledger(0);
        sign_head(l, h);
        ledger_close(l);
        heads_close(h);
        free(heads);
        heads = read_whole(HEADS, &heads_size);
        for (size_t cut = 1; cut < 300; cut++) {
                put_whole(HEADS, heads, heads_size - cut);
                cr_assert_null(verify(true, 0).kind, "head cut by %zu", cut);
        }
        /* And it goes on. */
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        l = open_ledger(0);
        append_numbers(l, RECORDS + 2, RECORDS + 2);
        sign_head(l, h);
        ledger_close(l);
        heads_close(h);
        cr_assert_null(verify(true, RECORDS + 3).kind);
        free(data);
        free(heads);
        free(key);
}
