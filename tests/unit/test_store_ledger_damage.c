/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Cuts lose nothing that was whole; what is altered shows. */
#include <criterion/criterion.h>
#include <string.h>

#include "lib/file.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_ledger_damage, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

Test(store_ledger_damage, a_cut_at_any_byte_loses_nothing_that_was_whole)
{
        Ledger *l = open_ledger(0);
        off_t ends[5];
        size_t size;
        char *data;

        for (int i = 0; i < 5; i++) {
                append_numbers(l, i + 1, i + 1);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_whole(FIRST, &size);
        for (off_t cut = ends[2]; cut <= ends[4]; cut++) {
                int whole = cut == ends[4] ? 5 : cut >= ends[3] ? 4 : 3;
                size_t torn = (size_t)(cut - ends[whole - 1]);

                remove_others();
                put_whole(FIRST, data, (size_t)cut);
                l = open_ledger(0);
                cr_assert_eq(ledger_take_torn(l), torn, "cut at %ld", (long)cut);
                cr_assert_eq(ledger_take_torn(l), 0);
                append_numbers(l, whole + 1, whole + 2);
                ledger_close(l);
                /* The torn bytes are kept, the reader steps over them. */
                cr_assert_geq(size_of(FIRST), cut);
                assert_whole(whole + 2);
        }
        free(data);
}

Test(store_ledger_damage, a_line_with_holes_at_the_end_is_torn)
{
        static const char zeroes[40];
        Ledger *l = open_ledger(0);
        off_t third;

        append_numbers(l, 1, 2);
        third = size_of(FIRST);
        append_numbers(l, 3, 3);
        ledger_close(l);
        write_at(FIRST, third + 8, zeroes, sizeof(zeroes));
        l = open_ledger(0);
        cr_assert_gt(ledger_take_torn(l), 0);
        append_numbers(l, 3, 4);
        ledger_close(l);
        assert_whole(4);
}

Test(store_ledger_damage, a_torn_tail_torn_again_goes_on_in_a_further_part)
{
        Ledger *l = open_ledger(0);

        append_numbers(l, 1, 2);
        ledger_close(l);
        put_whole(FIRST, "{\"seq\":1,", 9);
        put_whole("ledger/0000000001.r002.jsonl", "{\"se", 4);
        l = open_ledger(0);
        append_numbers(l, 1, 2);
        ledger_close(l);
        cr_assert_gt(size_of("ledger/0000000001.r003.jsonl"), 0);
        assert_whole(2);
}

Test(store_ledger_damage, every_flipped_byte_shows)
{
        Ledger *l = open_ledger(0);
        off_t ends[4] = {0};
        size_t size;
        char *data;

        for (int i = 1; i <= 3; i++) {
                append_numbers(l, i, i);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_whole(FIRST, &size);
        for (off_t at = 0; at < ends[2]; at++) {
                int record = at < ends[1] ? 1 : 2;
                LedgerReader *r;
                LedgerBreak b;

                data[at] ^= 1;
                put_whole(FIRST, data, size);
                data[at] ^= 1;
                r = open_reader();
                read_all(r);
                b = break_of(r);
                cr_assert_gt(b.outcome, 0, "byte %ld", (long)at);
                cr_assert_eq(b.seq, record, "byte %ld: %lu", (long)at, (unsigned long)b.seq);
                cr_assert_eq(b.line, record, "byte %ld", (long)at);
                cr_assert_str_eq(b.segment, "0000000001.jsonl");
                ledger_reader_close(r);
        }
        free(data);
}

Test(store_ledger_damage, a_removed_record_shows)
{
        Ledger *l = open_ledger(0);
        off_t ends[4] = {0};
        LedgerReader *r;
        size_t size;
        char *data;

        for (int i = 1; i <= 3; i++) {
                append_numbers(l, i, i);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_whole(FIRST, &size);
        (void)memmove(data + ends[1], data + ends[2], (size_t)(ends[3] - ends[2]));
        put_whole(FIRST, data, (size_t)(ends[3] - (ends[2] - ends[1])));
        free(data);
        r = open_reader();
        cr_assert_eq(read_numbers(r, 1), 1);
        cr_assert_eq(break_of(r).outcome, CHAIN_E_GAP);
        cr_assert_eq(break_of(r).seq, 2);
        ledger_reader_close(r);
}

Test(store_ledger_damage, a_broken_chain_stays_broken_and_goes_on)
{
        Ledger *l = open_ledger(0);
        LedgerReader *r;
        size_t size;
        char *data, *name;

        append_numbers(l, 1, 5);
        ledger_close(l);
        data = read_whole(FIRST, &size);
        name = strstr(data, "\"n\":3");
        cr_assert_not_null(name);
        name[4] = '7';
        put_whole(FIRST, data, size);
        free(data);
        l = open_ledger(-EUCLEAN);
        append_numbers(l, 6, 7);
        ledger_close(l);
        r = open_reader();
        read_all(r);
        cr_assert_eq(break_of(r).outcome, CHAIN_E_BROKEN);
        cr_assert_eq(break_of(r).seq, 3);
        ledger_reader_resume(r);
        cr_assert_eq(read_numbers(r, 4), 4);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_reader_close(r);
        ledger_close(open_ledger(-EUCLEAN));
}

Test(store_ledger_damage, a_forged_number_does_not_send_records_to_the_past)
{
        Ledger *l = open_ledger(0);
        Chain head;

        append_numbers(l, 1, 3);
        ledger_close(l);
        put_whole("ledger/0000000900.jsonl", "{\"seq\":2,\"prev\":\"x\"}\n", 21);
        l = open_ledger(-EUCLEAN);
        append_numbers(l, 4, 4);
        ledger_head(l, &head);
        cr_assert_gt(head.seq, 900);
        ledger_close(l);
}

Test(store_ledger_damage, an_endless_line_is_no_record_and_is_left_behind)
{
        char *junk = malloc(100000);
        Ledger *l = open_ledger(0);
        LedgerReader *r;

        append_numbers(l, 1, 2);
        ledger_close(l);
        (void)memset(junk, 'x', 100000);
        put_whole("ledger/0000000003.jsonl", junk, 100000);
        free(junk);
        r = open_reader();
        cr_assert_eq(read_numbers(r, 1), 2);
        cr_assert_eq(break_of(r).outcome, CHAIN_E_FORMAT);
        ledger_reader_close(r);
        l = open_ledger(-EUCLEAN);
        append_numbers(l, 3, 3);
        ledger_close(l);
}

Test(store_ledger_damage, a_whole_record_whose_sync_failed_may_be_repeated)
{
        Ledger *l = open_ledger(0);
        off_t second;
        size_t size;
        char *data;

        append_numbers(l, 1, 1);
        second = size_of(FIRST);
        append_numbers(l, 2, 2);
        ledger_close(l);
        data = read_whole(FIRST, &size);
        put_whole("ledger/0000000002.jsonl", data + second, size - (size_t)second);
        free(data);
        l = open_ledger(0);
        append_numbers(l, 3, 3);
        ledger_close(l);
        assert_whole(3);
}
