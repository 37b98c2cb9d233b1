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

static HeadReader *open_heads(void)
{
        int fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        HeadReader *reader;

        cr_assert_eq(heads_read(fd, &reader), 0);
        close(fd);
        return reader;
}

static HeadReader *load(HeadList *ret)
{
        HeadReader *reader = open_heads();
        const HeadList *list;

        cr_assert_eq(heads_reader_all(reader, &list), 0);
        *ret = *list;
        return reader;
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
        HeadReader *reader;
        HeadList list;

        write_heads();
        reader = load(&list);
        cr_assert_eq(list.n, COUNT);
        cr_assert_eq(list.forged, 0);
        for (size_t i = 0; i < list.n; i++)
                cr_assert_eq(list.heads[i].chain.seq, i + 1);
        heads_reader_close(reader);
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
                HeadReader *reader;
                HeadList list;

                at[5] = 'j';
                put_whole(HEADS_FILE, text, size);
                at[5] = 'i';
                reader = load(&list);
                cr_assert_eq(list.n, COUNT - 1, "note %u", wrong[i]);
                cr_assert_eq(list.forged, 1, "note %u", wrong[i]);
                cr_assert_eq(list.forged_at, (wrong[i] - 1) * NOTE_LINES + 1, "note %u", wrong[i]);
                heads_reader_close(reader);
        }
        free(text);
}

/* As the verifier takes them: from the front, one by one, each as soon as it is checked. */
Test(store_heads, they_come_one_by_one_while_the_others_are_checked)
{
        static const unsigned wrong[] = {1, 2, 64, 500, COUNT};
        unsigned seq = 0, skipped = 0;
        HeadReader *reader;
        const HeadList *list;
        const Head *h;
        size_t size, at = 0;
        char *text;

        write_heads();
        text = read_whole(HEADS_FILE, &size);
        for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
                strstr(note_at(text, wrong[i]), "kind i")[5] = 'j';
        put_whole(HEADS_FILE, text, size);
        reader = open_heads();
        while (heads_reader_at(reader, &at, &h) > 0) {
                for (seq++; skipped < ARRAY_SIZE(wrong) && seq == wrong[skipped]; skipped++)
                        seq++;
                cr_assert_eq(h->chain.seq, seq);
                cr_assert_eq(++at, seq);
        }
        cr_assert_eq(seq, COUNT - 1, "the last one is altered");
        cr_assert_eq(at, COUNT);
        cr_assert_eq(heads_reader_at(reader, &at, &h), 0, "the end stays the end");
        cr_assert_eq(heads_reader_all(reader, &list), 0);
        cr_assert_eq(list->n, COUNT - ARRAY_SIZE(wrong));
        cr_assert_eq(list->forged, ARRAY_SIZE(wrong));
        heads_reader_close(reader);
        free(text);
}

Test(store_heads, a_reader_may_be_closed_before_all_are_checked)
{
        const Head *h;
        size_t at = 0;

        write_heads();
        for (unsigned i = 0; i < 20; i++) {
                HeadReader *reader = open_heads();

                at = i * 30;
                cr_assert_eq(heads_reader_at(reader, &at, &h), 1);
                cr_assert_eq(h->chain.seq, i * 30 + 1);
                heads_reader_close(reader);
        }
}

/* The key is looked at once, but it must be the same key. */
Test(store_heads, another_key_between_is_another_key)
{
        HeadReader *reader;
        HeadList list;
        Heads *h;
        Head head = {.kind = HEAD_INTERVAL, .time = "2026-11-21T08:00:00.000001Z"};

        write_heads();
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        cr_assert_eq(unlinkat(ledger_state, "ledger-signer.pem", 0), 0);
        heads_close(h);
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        head.chain = (Chain){.seq = COUNT + 1, .hash = fixture_hash()};
        cr_assert_eq(heads_append(h, &head, NULL), 0);
        reader = load(&list);
        cr_assert_eq(list.n, COUNT + 1);
        cr_assert_eq(memcmp(list.heads[COUNT].key.raw, heads_key(h)->raw, heads_key(h)->raw_size),
                     0);
        cr_assert_neq(memcmp(list.heads[COUNT].key.id, list.heads[0].key.id, KEY_ID_SIZE), 0);
        heads_reader_close(reader);
        heads_close(h);
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
