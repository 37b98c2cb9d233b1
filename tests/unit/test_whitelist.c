/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The whitelist: a million entries, few reads, and every altered byte seen at load. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(whitelist, .timeout = 60);

/* The identity of entry i: a digest, so spread as real ones are. */
static WhitelistEntry entry_of(uint32_t i)
{
        WhitelistEntry e = {.zone = (Zone)(ZONE_INTERNAL + i % 3)};

        e.level = e.zone == ZONE_CLASSIFIED ? LEVEL_SECRET : LEVEL_NONE;
        cr_assert_eq(digest_compute(&i, sizeof(i), e.identity), 0);
        memcpy(e.label_id, &i, sizeof(i));
        return e;
}

static WhitelistEntry *make_entries(size_t n)
{
        WhitelistEntry *entries = calloc(n + 1, sizeof(*entries));

        cr_assert_not_null(entries);
        for (size_t i = 0; i < n; i++)
                entries[i] = entry_of((uint32_t)i);
        return entries;
}

static void build(MemFile *m, size_t n, uint8_t digest[DIGEST_SIZE], Whitelist *w)
{
        WhitelistEntry *entries = make_entries(n);

        cr_assert_eq(whitelist_build(entries, n, mem_write, m, digest), 0);
        cr_assert_eq(m->size, WHITELIST_HEADER_SIZE + n * WHITELIST_RECORD_SIZE);
        cr_assert_eq(whitelist_open(w, mem_read, m, m->size, digest), 0);
        cr_assert_eq(w->count, n);
        free(entries);
}

Test(whitelist, every_entry_is_found_and_nothing_else)
{
        static const size_t sizes[] = {0, 1, 2, 3, 10, 127, 128, 129, 1000};

        for (size_t s = 0; s < ARRAY_SIZE(sizes); s++) {
                uint8_t digest[DIGEST_SIZE];
                WhitelistEntry got;
                MemFile m = {0};
                Whitelist w;

                build(&m, sizes[s], digest, &w);
                for (uint32_t i = 0; i < sizes[s]; i++) {
                        WhitelistEntry e = entry_of(i);

                        cr_assert_eq(whitelist_find(&w, e.identity, &got), 1, "%u of %zu", i,
                                     sizes[s]);
                        cr_assert_eq(memcmp(got.label_id, e.label_id, LABEL_ID_SIZE), 0);
                        cr_assert_eq(got.zone, e.zone);
                        cr_assert_eq(got.level, e.level);
                        e.identity[31] ^= 1;
                        cr_assert_eq(whitelist_find(&w, e.identity, &got), 0);
                }
                memset(got.identity, 0, DIGEST_SIZE);
                cr_assert_eq(whitelist_find(&w, got.identity, &got), 0);
                memset(got.identity, 0xff, DIGEST_SIZE);
                cr_assert_eq(whitelist_find(&w, got.identity, &got), 0);
                mem_done(&m);
        }
}

Test(whitelist, a_million_entries_take_few_reads)
{
        enum { N = 1000000, SAMPLES = 20000 };
        unsigned long most = 0, sum = 0;
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};
        Whitelist w;

        build(&m, N, digest, &w);
        cr_assert(m.reads <= 2 + N / 100, "%lu reads to open", m.reads);
        for (uint32_t i = 0; i < SAMPLES; i++) {
                uint32_t which = i * (uint32_t)(N / SAMPLES);
                WhitelistEntry e = entry_of(which), got;

                m.reads = 0;
                cr_assert_eq(whitelist_find(&w, e.identity, &got), 1);
                most = MAX(most, m.reads);
                sum += m.reads;
                e = entry_of(which + N); /* not in the list */
                m.reads = 0;
                cr_assert_eq(whitelist_find(&w, e.identity, &got), 0);
                most = MAX(most, m.reads);
                sum += m.reads;
        }
        cr_assert(most <= 16, "at most %lu reads", most);
        cr_assert(sum <= 7UL * 2 * SAMPLES, "%.2f reads on average", (double)sum / (2 * SAMPLES));
        mem_done(&m);
}

Test(whitelist, keys_that_crowd_together_are_found_by_bisection)
{
        enum { N = 4096 };
        WhitelistEntry *entries = calloc(N, sizeof(*entries)), got;
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};
        Whitelist w;

        for (uint32_t i = 0; i < N; i++) {
                entries[i].zone = ZONE_INTERNAL;
                /* The same eight leading bytes for nearly all: interpolation learns nothing. */
                memset(entries[i].identity, i == 0 ? 0 : 0x7f, 8);
                entries[i].identity[30] = (uint8_t)(i >> 8);
                entries[i].identity[31] = (uint8_t)i;
        }
        cr_assert_eq(whitelist_build(entries, N, mem_write, &m, digest), 0);
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), 0);
        for (uint32_t i = 0; i < N; i++) {
                m.reads = 0;
                cr_assert_eq(whitelist_find(&w, entries[i].identity, &got), 1, "entry %u", i);
                cr_assert(m.reads <= 12 + 13, "entry %u: %lu reads", i, m.reads);
        }
        free(entries);
        mem_done(&m);
}

Test(whitelist, every_flipped_byte_is_seen_at_load)
{
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};
        Whitelist w;

        build(&m, 20, digest, &w);
        for (size_t i = 0; i < m.size; i++) {
                m.data[i] ^= 0x10;
                cr_assert_gt(whitelist_open(&w, mem_read, &m, m.size, digest), 0, "byte %zu", i);
                m.data[i] ^= 0x10;
        }
        digest[0] ^= 1;
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), WHITELIST_E_DIGEST);
        digest[0] ^= 1;
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), 0);
        mem_done(&m);
}

Test(whitelist, every_other_size_is_seen_at_load)
{
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};
        Whitelist w;

        build(&m, 3, digest, &w);
        for (size_t size = 0; size <= m.size + 64; size++)
                if (size != m.size)
                        cr_assert_eq(whitelist_open(&w, mem_read, &m, size, digest),
                                     size < WHITELIST_HEADER_SIZE ? WHITELIST_E_FORMAT
                                                                  : WHITELIST_E_SIZE,
                                     "size %zu", size);
        mem_done(&m);
}

/* Opens with the digest of the bytes as they are, as if a policy named a bad file. */
static int open_as_is(MemFile *m)
{
        uint8_t digest[DIGEST_SIZE];
        Whitelist w;

        cr_assert_eq(digest_compute(m->data, m->size, digest), 0);
        return whitelist_open(&w, mem_read, m, m->size, digest);
}

Test(whitelist, a_named_file_must_still_be_sorted_and_whole)
{
        uint8_t digest[DIGEST_SIZE], *first, *second;
        MemFile m = {0};
        Whitelist w;

        build(&m, 3, digest, &w);
        first = m.data + WHITELIST_HEADER_SIZE;
        second = first + WHITELIST_RECORD_SIZE;
        cr_assert_eq(open_as_is(&m), 0);
        first[48] = 9; /* no such zone */
        cr_assert_eq(open_as_is(&m), WHITELIST_E_ORDER);
        first[48] = ZONE_INTERNAL;
        first[49] = LEVEL_SECRET;
        cr_assert_eq(open_as_is(&m), WHITELIST_E_ORDER);
        first[49] = 0;
        first[63] = 1;
        cr_assert_eq(open_as_is(&m), WHITELIST_E_ORDER);
        first[63] = 0;
        cr_assert_eq(open_as_is(&m), 0);
        memcpy(first, second, DIGEST_SIZE);
        cr_assert_eq(open_as_is(&m), WHITELIST_E_DUPLICATE);
        memset(first, 0xff, DIGEST_SIZE);
        cr_assert_eq(open_as_is(&m), WHITELIST_E_ORDER);
        mem_done(&m);
}

Test(whitelist, an_entry_given_twice_is_written_once_and_two_that_differ_are_refused)
{
        WhitelistEntry e[4] = {entry_of(1), entry_of(2), entry_of(1), entry_of(2)};
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};
        Whitelist w;

        cr_assert_eq(whitelist_build(e, 4, mem_write, &m, digest), 0);
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), 0);
        cr_assert_eq(w.count, 2);
        e[0] = e[1] = entry_of(1);
        e[1].label_id[0] ^= 1;
        cr_assert_eq(whitelist_build(e, 2, mem_write, &m, digest), WHITELIST_E_DUPLICATE);
        e[0] = e[1] = entry_of(1);
        e[1].zone = ZONE_INTERNET;
        e[0].zone = ZONE_INTERNAL;
        e[0].level = e[1].level = LEVEL_NONE;
        cr_assert_eq(whitelist_build(e, 2, mem_write, &m, digest), WHITELIST_E_DUPLICATE);
        mem_done(&m);
}

Test(whitelist, entries_without_a_zone_are_not_written)
{
        WhitelistEntry e = entry_of(1);
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {0};

        e.zone = ZONE_NONE;
        cr_assert_eq(whitelist_build(&e, 1, mem_write, &m, digest), -EINVAL);
        e.zone = ZONE_CLASSIFIED;
        e.level = LEVEL_NONE;
        cr_assert_eq(whitelist_build(&e, 1, mem_write, &m, digest), -EINVAL);
        cr_assert_eq(m.size, 0);
}

Test(whitelist, read_and_write_errors_are_passed_on)
{
        WhitelistEntry e = entry_of(1), got;
        uint8_t digest[DIGEST_SIZE];
        MemFile m = {.fail = -ENOSPC};
        Whitelist w;

        cr_assert_eq(whitelist_build(&e, 1, mem_write, &m, digest), -ENOSPC);
        m.fail = 0;
        cr_assert_eq(whitelist_build(&e, 1, mem_write, &m, digest), 0);
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), 0);
        m.fail = -EIO;
        cr_assert_eq(whitelist_open(&w, mem_read, &m, m.size, digest), -EIO);
        cr_assert_eq(whitelist_find(&w, e.identity, &got), -EIO);
        cr_assert_eq(whitelist_get(&w, 0, &got), -EIO);
        m.fail = 0;
        cr_assert_eq(whitelist_get(&w, 0, &got), 0);
        cr_assert_eq(whitelist_get(&w, 1, &got), -ENOENT);
        mem_done(&m);
}
