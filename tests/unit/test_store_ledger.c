/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger on disk: what is acknowledged stays. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/text.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_ledger, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

Test(store_ledger, records_are_read_back_in_order_after_reopening)
{
        Ledger *l = open_ledger(0);
        Chain head;

        append_numbers(l, 1, 3);
        ledger_close(l);
        l = open_ledger(0);
        append_numbers(l, 4, 5);
        ledger_head(l, &head);
        cr_assert_eq(head.seq, 5);
        ledger_close(l);
        assert_whole(5);
        cr_assert_eq(size_of("ledger/0000000001.jsonl") > 0, true);
}

Test(store_ledger, a_new_ledger_is_empty_and_whole)
{
        ledger_close(open_ledger(0));
        assert_whole(0);
}

Test(store_ledger, the_first_segment_is_for_the_auditors_group_to_read)
{
        Ledger *l = open_ledger(0);
        struct stat st;

        (void)umask(0077);
        append_numbers(l, 1, 1);
        cr_assert_eq(fstatat(ledger_state, FIRST, &st, 0), 0);
        cr_assert_eq(st.st_mode & 07777, 0640);
        ledger_close(l);
}

Test(store_ledger, two_writers_are_refused)
{
        Ledger *l = open_ledger(0), *other = NULL;

        cr_assert_eq(ledger_open(ledger_state, "", &other), -EBUSY);
        cr_assert_null(other);
        ledger_close(l);
}

/* A kill or a power cut in the middle of a write, at every byte of the last two records. */
/* Blocks of a line that never reached the disk, though its end did. */
/* Every byte of every record: an altered ledger never reads as whole, but for the last record,
 * which nothing after it proves. */
Test(store_ledger, a_reader_follows_the_writer_across_segments)
{
        Ledger *l = open_ledger(0);
        LedgerReader *r = open_reader();

        cr_assert_eq(read_numbers(r, 1), 0);
        append_numbers(l, 1, 2);
        cr_assert_eq(read_numbers(r, 1), 2);
        cr_assert_eq(read_numbers(r, 3), 0);
        ledger_close(l);
        l = open_ledger(0);
        write_at(FIRST, size_of(FIRST), "{\"seq\":3,\"to", 12);
        cr_assert_eq(read_numbers(r, 3), 0);
        cr_assert_eq(ledger_reader_tail(r), 12);
        ledger_close(l);
        l = open_ledger(0);
        append_numbers(l, 3, 4);
        cr_assert_eq(read_numbers(r, 3), 2);
        cr_assert_eq(ledger_reader_tail(r), 0);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_close(l);
        ledger_reader_close(r);
}

/* A file-size limit makes write() stop in the middle and then fail, as a full disk does. */
static void limit_files(rlim_t bytes)
{
        struct rlimit limit = {.rlim_cur = bytes, .rlim_max = RLIM_INFINITY};

        (void)signal(SIGXFSZ, SIG_IGN);
        cr_assert_eq(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

Test(store_ledger, a_write_cut_short_goes_on_in_a_new_segment)
{
        Ledger *l = open_ledger(0);

        append_numbers(l, 1, 4);
        limit_files((rlim_t)size_of(FIRST) + 100);
        cr_assert_eq(append_number(l, 5), 0);
        limit_files(RLIM_INFINITY);
        append_numbers(l, 6, 7);
        cr_assert_eq(ledger_status(l), 0);
        ledger_close(l);
        cr_assert_gt(size_of("ledger/0000000005.jsonl"), 0);
        assert_whole(7);
}

Test(store_ledger, a_record_that_may_be_on_disk_keeps_its_number)
{
        Ledger *l = open_ledger(0);

        append_numbers(l, 1, 2);
        limit_files(50);
        cr_assert_eq(append_number(l, 3), -EFBIG);
        cr_assert_eq(ledger_status(l), -EFBIG);
        cr_assert_eq(append_number(l, 99), -EFBIG);
        limit_files(RLIM_INFINITY);
        cr_assert_eq(append_number(l, 4), 0);
        ledger_close(l);
        assert_whole(4);
}

Test(store_ledger, whatever_the_fields_hold_a_record_is_one_line_of_clean_json)
{
        static const char hostile[] = "a\nb\x1b[31m\xff\xfe\"\\\xe2\x80\xae/";
        Ledger *l = open_ledger(0);
        json_object *o = json_object_new_object();
        const char *line;
        LedgerReader *r;
        size_t size;

        json_object_object_add(o, "serial", json_object_new_string(hostile));
        json_object_object_add(o, "ke\ny", json_object_new_string("v"));
        json_object_object_add(o, "seq", json_object_new_int(77));
        json_object_object_add(o, "prev", json_object_new_string("forged"));
        json_object_object_add(o, "nested", json_object_new_object());
        cr_assert_eq(ledger_append(l, "verdict", o), 0);
        json_object_put(o);
        ledger_close(l);
        r = open_reader();
        cr_assert_eq(ledger_reader_next(r, &line, &size), 1);
        cr_assert(text_is_clean(line, size));
        cr_assert_eq(strncmp(line, "{\"seq\":1,\"time\":\"20", 19), 0);
        cr_assert_null(memmem(line, size, "forged", 6));
        o = json_tokener_parse(line);
        cr_assert_str_eq(json_object_get_string(json_object_object_get(o, "serial")),
                         "a\\x0ab\\x1b[31m\\xff\\xfe\"\\\\\\xe2\\x80\\xae/");
        json_object_put(o);
        ledger_reader_close(r);
}

Test(store_ledger, fields_too_long_for_a_line_are_cut)
{
        Ledger *l = open_ledger(0);
        json_object *o = json_object_new_object();
        char *text = malloc(5001), key[16];

        (void)memset(text, 'x', 5000);
        text[5000] = '\0';
        for (int i = 0; i < 30; i++) {
                (void)snprintf(key, sizeof(key), "k%d", i);
                json_object_object_add(o, key, json_object_new_string(text));
        }
        cr_assert_eq(ledger_append(l, "verdict", o), 0);
        json_object_put(o);
        free(text);
        cr_assert_lt(size_of(FIRST), (off_t)CHAIN_LINE_MAX);
        ledger_close(l);
}

Test(store_ledger, a_segment_that_is_full_is_followed_by_another)
{
        Ledger *l = open_ledger(0);
        json_object *o = json_object_new_object();
        char *text = malloc(2001), key[16];
        LedgerMark mark;
        LedgerReader *r;
        const char *line;
        size_t size;

        (void)memset(text, 'x', 2000);
        text[2000] = '\0';
        for (int i = 0; i < 7; i++) {
                (void)snprintf(key, sizeof(key), "k%d", i);
                json_object_object_add(o, key, json_object_new_string(text));
        }
        for (int i = 0; i < 1400; i++)
                cr_assert_eq(ledger_append(l, "verdict", o), 0);
        json_object_put(o);
        free(text);
        cr_assert_leq(size_of(FIRST), 16 << 20);
        r = open_reader();
        while (ledger_reader_next(r, &line, &size) == 1)
                ;
        cr_assert_eq(break_of(r).outcome, 0);
        /* The ledger keeps places, in the second segment too. */
        ledger_mark_before(l, 1399, &mark);
        cr_assert_eq(mark.chain.seq, 1280);
        cr_assert_gt(mark.segment.first, 1);
        cr_assert_eq(ledger_reader_seek(r, &mark), 0);
        cr_assert_eq(ledger_reader_next(r, &line, &size), 1);
        cr_assert_eq(strncmp(line, "{\"seq\":1281,", 12), 0);
        ledger_reader_close(r);
        ledger_close(l);
}

Test(store_ledger, a_directory_that_cannot_be_written_is_an_error)
{
        Ledger *l = NULL;

        put_whole("ledger", "x", 1);
        cr_assert_lt(ledger_open(ledger_state, "", &l), 0);
        cr_assert_null(l);
}

Test(store_ledger, segment_names_have_one_spelling)
{
        static const char *const bad[] = {"1.jsonl",
                                          "0000000000.jsonl",
                                          "0000000001.json",
                                          "0000000001.r001.jsonl",
                                          "0000000001.r2.jsonl",
                                          "00000000001.jsonl",
                                          "0000000001.jsonl.bak",
                                          "000000000a.jsonl"};
        Segment s;

        for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
                cr_assert_not(segment_parse(bad[i], &s), "%s", bad[i]);
        cr_assert(segment_parse("0000000001.jsonl", &s));
        cr_assert_eq(s.first, 1);
        cr_assert(segment_parse("12345678901.r003.jsonl", &s));
        cr_assert_eq(s.first, 12345678901);
        cr_assert_eq(s.part, 3);
}
