/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger in a temporary folder, and what tests do to its files. */
#include "tests/unit/ledger_fixture.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "tests/unit/fixture.h"

static char dir[64];
int ledger_state = -EBADF;
Algorithm ledger_as;

void ledger_setup(void)
{
        ledger_as = fixture_algorithm();
        (void)snprintf(dir, sizeof(dir), "/tmp/usbzone-ledger-XXXXXX");
        cr_assert_not_null(mkdtemp(dir));
        ledger_state = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_assert_geq(ledger_state, 0);
}

void ledger_teardown(void)
{
        char command[128];

        (void)snprintf(command, sizeof(command), "rm -rf %s", dir);
        cr_assert_eq(system(command), 0);
        ledger_state = fd_close(ledger_state);
}

Ledger *open_ledger(int expected)
{
        Ledger *l = NULL;

        cr_assert_eq(ledger_open(ledger_state, "00112233445566778899aabbccddeeff", &l), expected);
        cr_assert_not_null(l);
        ledger_set_algorithm(l, ledger_as);
        return l;
}

int append_number(Ledger *l, int n)
{
        json_object *o = json_object_new_object();
        int r;

        json_object_object_add(o, "n", json_object_new_int(n));
        r = ledger_append(l, "verdict", o);
        json_object_put(o);
        return r;
}

void append_numbers(Ledger *l, int from, int to)
{
        for (int n = from; n <= to; n++)
                cr_assert_eq(append_number(l, n), 0);
}

LedgerReader *open_reader(void)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
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

int read_numbers(LedgerReader *r, int from)
{
        const char *line;
        size_t size;
        int n = 0;

        while (ledger_reader_next(r, &line, &size) == 1)
                cr_assert_eq(number_of(line, size), from + n++);
        return n;
}

void read_all(LedgerReader *r)
{
        while (ledger_reader_next(r, &(const char *){NULL}, &(size_t){0}) == 1)
                ;
}

LedgerBreak break_of(LedgerReader *r)
{
        LedgerBreak b;

        ledger_reader_state(r, NULL, &b, NULL);
        return b;
}

void assert_whole(int count)
{
        LedgerReader *r = open_reader();

        cr_assert_eq(read_numbers(r, 1), count);
        cr_assert_eq(break_of(r).outcome, 0);
        ledger_reader_close(r);
}

off_t size_of(const char *name)
{
        struct stat st;

        cr_assert_eq(fstatat(ledger_state, name, &st, 0), 0);
        return st.st_size;
}

void write_at(const char *name, off_t offset, const void *data, size_t n)
{
        int fd = openat(ledger_state, name, O_WRONLY | O_CLOEXEC);

        cr_assert_eq(pwrite(fd, data, n, offset), (ssize_t)n);
        (void)close(fd);
}

char *read_whole(const char *name, size_t *ret_size)
{
        char *data;

        cr_assert_eq(file_read(ledger_state, name, 32u << 20, &data, ret_size), 0);
        return data;
}

void put_whole(const char *name, const void *data, size_t size)
{
        int fd = openat(ledger_state, name, O_WRONLY | O_TRUNC | O_CREAT | O_CLOEXEC, 0640);

        cr_assert_eq(file_write_full(fd, data, size), 0);
        (void)close(fd);
}

void remove_others(void)
{
        char command[256];

        (void)snprintf(command, sizeof(command),
                       "find %s/ledger -name '*.jsonl' ! -name 0000000001.jsonl -delete", dir);
        cr_assert_eq(system(command), 0);
}
