/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Many signed heads are read in their order, whatever number of threads checks them. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "store/heads.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

#define HEADS_FILE "ledger/heads"
#define COUNT 700
#define NOTE_LINES (HEAD_LINES + (fixture_hash() == HASH_SM3))

TestSuite(store_heads, .init = ledger_setup, .fini = ledger_teardown, .timeout = 120);

static void write_heads(void)
{
        Ledger *l = open_ledger(0);
        Head head = {.kind = HEAD_INTERVAL, .time = "2026-11-21T08:00:00.000001Z"};
        Heads *h;

        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        for (uint64_t seq = 1; seq <= COUNT; seq++) {
                head.chain = (Chain){.seq = seq, .hash = fixture_hash()};
                cr_assert_eq(heads_append(h, &head, NULL), 0);
        }
        heads_close(h);
        ledger_close(l);
}

static HeadList load(void)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        HeadList list;

        cr_assert_eq(heads_load(fd, &list), 0);
        close(fd);
        return list;
}

/* Where note `n` (1 ..) begins; all have the same lines. */
static char *note_at(char *text, unsigned n)
{
        for (unsigned lines = (n - 1) * NOTE_LINES; lines > 0; lines--)
                text = strchr(text, '\n') + 1;
        return text;
}

Test(store_heads, all_are_read_in_their_order)
{
        HeadList list;

        write_heads();
        list = load();
        cr_assert_eq(list.n, COUNT);
        cr_assert_eq(list.forged, 0);
        for (size_t i = 0; i < list.n; i++)
                cr_assert_eq(list.heads[i].chain.seq, i + 1);
        heads_clear(&list);
}

Test(store_heads, one_that_was_altered_is_counted_and_its_line_named)
{
        static const unsigned wrong[] = {1, 64, 65, 500, COUNT};
        size_t size;
        char *text;

        write_heads();
        text = read_whole(HEADS_FILE, &size);
        for (size_t i = 0; i < sizeof(wrong) / sizeof(*wrong); i++) {
                char *at = strstr(note_at(text, wrong[i]), "kind i");
                HeadList list;

                at[5] = 'j';
                put_whole(HEADS_FILE, text, size);
                at[5] = 'i';
                list = load();
                cr_assert_eq(list.n, COUNT - 1, "note %u", wrong[i]);
                cr_assert_eq(list.forged, 1, "note %u", wrong[i]);
                cr_assert_eq(list.forged_at, (wrong[i] - 1) * NOTE_LINES + 1, "note %u", wrong[i]);
                heads_clear(&list);
        }
        free(text);
}

Test(store_heads, a_selection_has_the_notes_as_they_stand)
{
        int fd;
        size_t size, n;
        char *text, *part;

        write_heads();
        text = read_whole(HEADS_FILE, &size);
        fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_assert_eq(heads_select(fd, 3, 5, &part, &n), 0);
        cr_assert_eq(n, (size_t)(note_at(text, 6) - note_at(text, 3)));
        cr_assert_eq(memcmp(part, note_at(text, 3), n), 0);
        free(part);
        cr_assert_eq(heads_select(fd, COUNT + 1, UINT64_MAX, &part, &n), 0);
        cr_assert_eq(n, 0);
        free(part);
        free(text);
        close(fd);
}

Test(store_heads, the_newest_is_the_last_whole_one)
{
        Head head;
        size_t size;
        char *text;
        int fd;

        write_heads();
        text = read_whole(HEADS_FILE, &size);
        put_whole(HEADS_FILE, text, size - 10);
        fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        cr_assert_eq(heads_newest(fd, &head), 1);
        cr_assert_eq(head.chain.seq, COUNT - 1);
        put_whole(HEADS_FILE, text, 0);
        cr_assert_eq(heads_newest(fd, &head), 0);
        free(text);
        close(fd);
}
