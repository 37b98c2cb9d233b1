/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger on disk: what is acknowledged stays, what is altered shows. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/text.h"
#include "store/ledger.h"

#define FIRST "ledger/0000000001.jsonl"

static char dir[64];
static int state = -EBADF;

static void setup(void)
{
        (void)snprintf(dir, sizeof(dir), "/tmp/usbzone-ledger-XXXXXX");
        cr_assert_not_null(mkdtemp(dir));
        state = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_assert_geq(state, 0);
}

static void teardown(void)
{
        char command[128];

        (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
        cr_assert_eq(system(command), 0);
        state = fd_close(state);
}

TestSuite(store_ledger, .init = setup, .fini = teardown, .timeout = 120);

static Ledger *open_ledger(int expected)
{
        Ledger *l = NULL;

        cr_assert_eq(ledger_open(state, "00112233445566778899aabbccddeeff", &l), expected);
        cr_assert_not_null(l);
        return l;
}

/* Appends one record with the number `n` in it. */
static int append(Ledger *l, int n)
{
        json_object *o = json_object_new_object();
        int r;

        json_object_object_add(o, "n", json_object_new_int(n));
        r = ledger_append(l, "verdict", o);
        json_object_put(o);
        return r;
}

static void append_many(Ledger *l, int from, int to)
{
        for (int n = from; n <= to; n++)
                cr_assert_eq(append(l, n), 0);
}

static LedgerReader *open_reader(void)
{
        int fd = openat(state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        LedgerReader *r;

        cr_assert_geq(fd, 0);
        cr_assert_eq(ledger_reader_open(fd, &r), 0);
        (void)close(fd);
        return r;
}

static int number_of(const char *line, size_t size)
{
        _cleanup_(freep) char *copy = strndup(line, size);
        json_object *o = json_tokener_parse(copy), *n;
        int value;

        cr_assert_not_null(o, "no JSON: %s", copy);
        value = json_object_object_get_ex(o, "n", &n) ? json_object_get_int(n) : -1;
        json_object_put(o);
        return value;
}

/* Reads on; returns the numbers' count, asserts that they are `from`, from + 1, ... */
static int read_numbers(LedgerReader *r, int from)
{
        const char *line;
        size_t size;
        int n = 0;

        while (ledger_reader_next(r, &line, &size) == 1)
                cr_assert_eq(number_of(line, size), from + n++);
        return n;
}

static LedgerBreak break_of(LedgerReader *r)
{
        LedgerBreak b;

        ledger_reader_state(r, NULL, &b, NULL);
        return b;
}

static void assert_whole(int count)
{
        LedgerReader *r = open_reader();

        cr_assert_eq(read_numbers(r, 1), count);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_reader_close(r);
}

static off_t size_of(const char *name)
{
        struct stat st;

        cr_assert_eq(fstatat(state, name, &st, 0), 0);
        return st.st_size;
}

static void write_at(const char *name, off_t offset, const void *data, size_t n)
{
        int fd = openat(state, name, O_WRONLY | O_CLOEXEC);

        cr_assert_eq(pwrite(fd, data, n, offset), (ssize_t)n);
        (void)close(fd);
}

static char *read_file(const char *name, size_t *ret_size)
{
        char *data;

        cr_assert_eq(file_read(state, name, 32u << 20, &data, ret_size), 0);
        return data;
}

static void restore(const char *name, const void *data, size_t size)
{
        int fd = openat(state, name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0640);

        cr_assert_eq(file_write_full(fd, data, size), 0);
        (void)close(fd);
}

static void remove_others(void)
{
        char command[256];

        (void)snprintf(command, sizeof(command),
                       "find %s/ledger -name '*.jsonl' ! -name 0000000001.jsonl -delete", dir);
        cr_assert_eq(system(command), 0);
}

Test(store_ledger, records_are_read_back_in_order_after_reopening)
{
        Ledger *l = open_ledger(0);
        Chain head;

        append_many(l, 1, 3);
        ledger_close(l);
        l = open_ledger(0);
        append_many(l, 4, 5);
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
        append_many(l, 1, 1);
        cr_assert_eq(fstatat(state, FIRST, &st, 0), 0);
        cr_assert_eq(st.st_mode & 07777, 0640);
        ledger_close(l);
}

Test(store_ledger, two_writers_are_refused)
{
        Ledger *l = open_ledger(0), *other = NULL;

        cr_assert_eq(ledger_open(state, "", &other), -EBUSY);
        cr_assert_null(other);
        ledger_close(l);
}

/* A kill or a power cut in the middle of a write, at every byte of the last two records. */
Test(store_ledger, a_cut_at_any_byte_loses_nothing_that_was_whole)
{
        Ledger *l = open_ledger(0);
        off_t ends[5];
        size_t size;
        char *data;

        for (int i = 0; i < 5; i++) {
                append_many(l, i + 1, i + 1);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_file(FIRST, &size);
        for (off_t cut = ends[2]; cut <= ends[4]; cut++) {
                int whole = cut == ends[4] ? 5 : cut >= ends[3] ? 4 : 3;
                size_t torn = (size_t)(cut - ends[whole - 1]);

                remove_others();
                restore(FIRST, data, (size_t)cut);
                l = open_ledger(0);
                cr_assert_eq(ledger_take_torn(l), torn, "cut at %ld", (long)cut);
                cr_assert_eq(ledger_take_torn(l), 0);
                append_many(l, whole + 1, whole + 2);
                ledger_close(l);
                /* The torn bytes are kept, the reader steps over them. */
                cr_assert_geq(size_of(FIRST), cut);
                assert_whole(whole + 2);
        }
        free(data);
}

/* Blocks of a line that never reached the disk, though its end did. */
Test(store_ledger, a_line_with_holes_at_the_end_is_torn)
{
        static const char zeroes[40];
        Ledger *l = open_ledger(0);
        off_t third;

        append_many(l, 1, 2);
        third = size_of(FIRST);
        append_many(l, 3, 3);
        ledger_close(l);
        write_at(FIRST, third + 8, zeroes, sizeof(zeroes));
        l = open_ledger(0);
        cr_assert_gt(ledger_take_torn(l), 0);
        append_many(l, 3, 4);
        ledger_close(l);
        assert_whole(4);
}

Test(store_ledger, a_torn_tail_torn_again_goes_on_in_a_further_part)
{
        Ledger *l = open_ledger(0);

        append_many(l, 1, 2);
        ledger_close(l);
        restore(FIRST, "{\"seq\":1,", 9);
        restore("ledger/0000000001.r002.jsonl", "{\"se", 4);
        l = open_ledger(0);
        append_many(l, 1, 2);
        ledger_close(l);
        cr_assert_gt(size_of("ledger/0000000001.r003.jsonl"), 0);
        assert_whole(2);
}

/* Every byte of every record: an altered ledger never reads as whole, but for the last record, which
 * nothing after it proves. */
Test(store_ledger, every_flipped_byte_shows)
{
        Ledger *l = open_ledger(0);
        off_t ends[4] = {0};
        size_t size;
        char *data;

        for (int i = 1; i <= 3; i++) {
                append_many(l, i, i);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_file(FIRST, &size);
        for (off_t at = 0; at < ends[2]; at++) {
                int record = at < ends[1] ? 1 : 2;
                LedgerReader *r;
                LedgerBreak b;

                data[at] ^= 1;
                restore(FIRST, data, size);
                data[at] ^= 1;
                r = open_reader();
                while (ledger_reader_next(r, &(const char *){NULL}, &(size_t){0}) == 1)
                        ;
                b = break_of(r);
                cr_assert_gt(b.outcome, 0, "byte %ld", (long)at);
                cr_assert_eq(b.seq, record, "byte %ld: %lu", (long)at, (unsigned long)b.seq);
                cr_assert_eq(b.line, record, "byte %ld", (long)at);
                cr_assert_str_eq(b.segment, "0000000001.jsonl");
                ledger_reader_close(r);
        }
        free(data);
}

Test(store_ledger, a_removed_record_shows)
{
        Ledger *l = open_ledger(0);
        off_t ends[4] = {0};
        LedgerReader *r;
        size_t size;
        char *data;

        for (int i = 1; i <= 3; i++) {
                append_many(l, i, i);
                ends[i] = size_of(FIRST);
        }
        ledger_close(l);
        data = read_file(FIRST, &size);
        (void)memmove(data + ends[1], data + ends[2], (size_t)(ends[3] - ends[2]));
        restore(FIRST, data, (size_t)(ends[3] - (ends[2] - ends[1])));
        free(data);
        r = open_reader();
        cr_assert_eq(read_numbers(r, 1), 1);
        cr_assert_eq(break_of(r).outcome, CHAIN_E_GAP);
        cr_assert_eq(break_of(r).seq, 2);
        ledger_reader_close(r);
}

Test(store_ledger, a_broken_chain_stays_broken_and_goes_on)
{
        Ledger *l = open_ledger(0);
        LedgerReader *r;
        size_t size;
        char *data, *name;

        append_many(l, 1, 5);
        ledger_close(l);
        data = read_file(FIRST, &size);
        name = strstr(data, "\"n\":3");
        cr_assert_not_null(name);
        name[4] = '7';
        restore(FIRST, data, size);
        free(data);
        l = open_ledger(-EUCLEAN);
        append_many(l, 6, 7);
        ledger_close(l);
        r = open_reader();
        while (ledger_reader_next(r, &(const char *){NULL}, &(size_t){0}) == 1)
                ;
        cr_assert_eq(break_of(r).outcome, CHAIN_E_BROKEN);
        cr_assert_eq(break_of(r).seq, 3);
        ledger_reader_resume(r);
        cr_assert_eq(read_numbers(r, 4), 4);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_reader_close(r);
        ledger_close(open_ledger(-EUCLEAN));
}

Test(store_ledger, a_forged_number_does_not_send_records_to_the_past)
{
        Ledger *l = open_ledger(0);
        Chain head;

        append_many(l, 1, 3);
        ledger_close(l);
        restore("ledger/0000000900.jsonl", "{\"seq\":2,\"prev\":\"x\"}\n", 21);
        l = open_ledger(-EUCLEAN);
        append_many(l, 4, 4);
        ledger_head(l, &head);
        cr_assert_gt(head.seq, 900);
        ledger_close(l);
}

Test(store_ledger, an_endless_line_is_no_record_and_is_left_behind)
{
        char *junk = malloc(100000);
        Ledger *l = open_ledger(0);
        LedgerReader *r;

        append_many(l, 1, 2);
        ledger_close(l);
        (void)memset(junk, 'x', 100000);
        restore("ledger/0000000003.jsonl", junk, 100000);
        free(junk);
        r = open_reader();
        cr_assert_eq(read_numbers(r, 1), 2);
        cr_assert_eq(break_of(r).outcome, CHAIN_E_FORMAT);
        ledger_reader_close(r);
        l = open_ledger(-EUCLEAN);
        append_many(l, 3, 3);
        ledger_close(l);
}

Test(store_ledger, a_reader_follows_the_writer_across_segments)
{
        Ledger *l = open_ledger(0);
        LedgerReader *r = open_reader();

        cr_assert_eq(read_numbers(r, 1), 0);
        append_many(l, 1, 2);
        cr_assert_eq(read_numbers(r, 1), 2);
        cr_assert_eq(read_numbers(r, 3), 0);
        ledger_close(l);
        l = open_ledger(0);
        write_at(FIRST, size_of(FIRST), "{\"seq\":3,\"to", 12);
        cr_assert_eq(read_numbers(r, 3), 0);
        cr_assert_eq(ledger_reader_tail(r), 12);
        ledger_close(l);
        l = open_ledger(0);
        append_many(l, 3, 4);
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

        append_many(l, 1, 4);
        limit_files((rlim_t)size_of(FIRST) + 100);
        cr_assert_eq(append(l, 5), 0);
        limit_files(RLIM_INFINITY);
        append_many(l, 6, 7);
        cr_assert_eq(ledger_status(l), 0);
        ledger_close(l);
        cr_assert_gt(size_of("ledger/0000000005.jsonl"), 0);
        assert_whole(7);
}

Test(store_ledger, a_record_that_may_be_on_disk_keeps_its_number)
{
        Ledger *l = open_ledger(0);

        append_many(l, 1, 2);
        limit_files(50);
        cr_assert_eq(append(l, 3), -EFBIG);
        cr_assert_eq(ledger_status(l), -EFBIG);
        cr_assert_eq(append(l, 99), -EFBIG);
        limit_files(RLIM_INFINITY);
        cr_assert_eq(append(l, 4), 0);
        ledger_close(l);
        assert_whole(4);
}

Test(store_ledger, a_whole_record_whose_sync_failed_may_be_repeated)
{
        Ledger *l = open_ledger(0);
        off_t second;
        size_t size;
        char *data;

        append_many(l, 1, 1);
        second = size_of(FIRST);
        append_many(l, 2, 2);
        ledger_close(l);
        data = read_file(FIRST, &size);
        restore("ledger/0000000002.jsonl", data + second, size - (size_t)second);
        free(data);
        l = open_ledger(0);
        append_many(l, 3, 3);
        ledger_close(l);
        assert_whole(3);
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
        char *text = malloc(5001), key[8];

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
        char *text = malloc(2001), key[8];
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

        restore("ledger", "x", 1);
        cr_assert_lt(ledger_open(state, "", &l), 0);
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
