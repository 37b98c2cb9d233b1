/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The seal on disk: one key, never ahead of the records, never two; what was rewritten shows. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

TestSuite(store_ledger_key, .init = ledger_setup, .fini = ledger_teardown, .timeout = 60);

static MacKey create(void)
{
        MacKey key = {0};

        cr_assert_eq(ledger_key_create(ledger_state, &key), 0);
        return key;
}

static MacKey on_disk(void)
{
        size_t size;
        char *text = read_whole(UZ_LEDGER_KEY_FILE, &size);
        MacKey key = {0};

        cr_assert_eq(mac_key_parse(text, size, &key), 0);
        free(text);
        return key;
}

/* Reads all with the first key; the break. */
static LedgerBreak verify(const MacKey *first)
{
        LedgerReader *r = open_reader();
        LedgerBreak b;

        ledger_reader_set_key(r, first);
        read_all(r);
        b = break_of(r);
        ledger_reader_close(r);
        return b;
}

Test(store_ledger_key, every_record_is_sealed_and_the_first_key_proves_it)
{
        MacKey first = create(), wrong = first;
        Ledger *l = open_ledger(0);
        struct stat st;

        cr_assert_eq(ledger_seal(l), LEDGER_SEALED);
        append_numbers(l, 1, 3);
        cr_assert_eq(ledger_settle(l), 0);
        ledger_close(l);
        l = open_ledger(0);
        append_numbers(l, 4, 6);
        cr_assert_null(ledger_take_finding(l));
        ledger_close(l);
        cr_assert_eq(verify(&first).outcome, 0);
        cr_assert_eq(on_disk().seq, 7);
        cr_assert_eq(fstatat(ledger_state, UZ_LEDGER_KEY_FILE, &st, 0), 0);
        cr_assert_eq(st.st_mode & 07777, 0600);
        cr_assert_eq(st.st_size, MAC_KEY_TEXT_SIZE);
        wrong.key[0] ^= 1;
        cr_assert_eq(verify(&wrong).outcome, CHAIN_E_RESEALED);
        cr_assert_eq(verify(&wrong).seq, 1);
}

Test(store_ledger_key, after_a_record_its_key_is_in_no_file)
{
        MacKey key = create();
        _cleanup_(digest_freep) Digest *d = NULL;
        Ledger *l = open_ledger(0);

        cr_assert_eq(digest_new(&d), 0);
        for (int n = 1; n <= 3; n++) {
                MacKey now;

                append_numbers(l, n, n);
                now = on_disk();
                cr_assert_eq(now.seq, (uint64_t)n + 1);
                cr_assert_eq(mac_key_advance(&key, d, fixture_hash()), 0);
                cr_assert_eq(memcmp(&now, &key, sizeof(key)), 0);
        }
        ledger_close(l);
}

/* A power cut may bring back any older key: the records are there, so the key catches up. */
Test(store_ledger_key, a_key_that_lags_behind_catches_up)
{
        MacKey first = create();
        char *texts[6];
        size_t size;
        Ledger *l;

        for (int n = 1; n <= 6; n++) {
                texts[n - 1] = read_whole(UZ_LEDGER_KEY_FILE, &size);
                l = open_ledger(0);
                append_numbers(l, n, n);
                ledger_close(l);
        }
        for (int n = 0; n < 6; n++) {
                put_whole(UZ_LEDGER_KEY_FILE, texts[n], MAC_KEY_TEXT_SIZE);
                l = open_ledger(0);
                cr_assert_null(ledger_take_finding(l));
                append_numbers(l, 7 + n, 7 + n);
                ledger_close(l);
                cr_assert_eq(verify(&first).outcome, 0, "key of record %d", n + 1);
                free(texts[n]);
        }
}

Test(store_ledger_key, a_cut_tail_is_found_by_the_key_and_stays_visible)
{
        MacKey first = create();
        Ledger *l = open_ledger(0);
        LedgerBreak b;
        off_t size;
        char *data;
        size_t n;

        append_numbers(l, 1, 2);
        size = size_of(FIRST);
        append_numbers(l, 3, 4);
        ledger_close(l);
        data = read_whole(FIRST, &n);
        put_whole(FIRST, data, (size_t)size);
        free(data);
        l = open_ledger(-EUCLEAN);
        append_numbers(l, 5, 5);
        ledger_close(l);
        b = verify(&first);
        cr_assert_eq(b.outcome, CHAIN_E_REMOVED);
        cr_assert_eq(b.seq, 3);
        ledger_close(open_ledger(-EUCLEAN));
}

/* An intruder with today's key writes the past anew: the chain fits, the seals do not. */
Test(store_ledger_key, a_past_written_anew_with_todays_key_is_named)
{
        static char line[CHAIN_LINE_MAX];
        char all[8192], body[64];
        MacKey first = create(), key;
        Ledger *l = open_ledger(0);
        _cleanup_(digest_freep) Digest *d = NULL;
        Chain chain = {.hash = fixture_hash()};
        size_t size, total = 0;

        append_numbers(l, 1, 5);
        ledger_close(l);
        cr_assert_eq(digest_new(&d), 0);
        key = on_disk();
        key.seq = 1;
        for (int i = 1; i <= 5; i++) {
                (void)snprintf(body, sizeof(body), "{\"seq\":%d,\"n\":%d", i, i);
                cr_assert_eq(chain_append(&chain, body, &key, line, &size), 0);
                cr_assert_eq(mac_key_advance(&key, d, fixture_hash()), 0);
                memcpy(all + total, line, size);
                total += size;
        }
        put_whole(FIRST, all, total);
        assert_whole(5);
        cr_assert_eq(verify(&first).outcome, CHAIN_E_RESEALED);
        cr_assert_eq(verify(&first).seq, 1);
}

Test(store_ledger_key, an_altered_record_is_told_from_one_written_anew)
{
        MacKey first = create();
        Ledger *l = open_ledger(0);
        size_t size;
        char *data;

        append_numbers(l, 1, 3);
        ledger_close(l);
        data = read_whole(FIRST, &size);
        /* All but the last newline: a line without one is a write that never finished. */
        for (size_t i = 0; i + 1 < size; i++) {
                data[i] = (char)(data[i] ^ 1);
                put_whole(FIRST, data, size);
                cr_assert_neq(verify(&first).outcome, 0, "byte %zu", i);
                cr_assert_neq(verify(&first).outcome, CHAIN_E_RESEALED, "byte %zu", i);
                data[i] = (char)(data[i] ^ 1);
        }
        free(data);
}

Test(store_ledger_key, without_a_key_records_are_not_sealed_and_it_is_said)
{
        Ledger *l = open_ledger(0);
        MacKey later;

        cr_assert_eq(ledger_seal(l), LEDGER_SEAL_NO_KEY);
        append_numbers(l, 1, 2);
        cr_assert_eq(ledger_key_create(ledger_state, &later), -EBUSY);
        ledger_close(l);
        assert_whole(2);
        later = create();
        cr_assert_eq(later.seq, 3);
        cr_assert_eq(ledger_key_create(ledger_state, &later), -EEXIST);
        l = open_ledger(0);
        append_numbers(l, 3, 4);
        ledger_close(l);
        cr_assert_eq(verify(&later).outcome, 0);
}

Test(store_ledger_key, a_key_that_went_away_is_a_finding)
{
        MacKey first = create();
        Ledger *l = open_ledger(0);

        append_numbers(l, 1, 2);
        ledger_close(l);
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_KEY_FILE, 0), 0);
        l = open_ledger(0);
        cr_assert_str_eq(ledger_take_finding(l), UZ_LEDGER_KEY_FILE);
        cr_assert_null(ledger_take_finding(l));
        append_numbers(l, 3, 3);
        ledger_close(l);
        assert_whole(3);
        cr_assert_eq(verify(&first).outcome, CHAIN_E_UNSEALED);
        cr_assert_eq(verify(&first).seq, 3);
}

Test(store_ledger_key, a_file_that_is_no_key_is_not_used)
{
        static const struct {
                const char *name, *text;
                mode_t mode;
        } rows[] = {
                {"empty", "", 0600},
                {"short", "usbzone-ledger-key 1\n", 0600},
                {"of the right size",
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
                 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
                 0600},
                {"readable", "", 0644},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Ledger *l;

                cr_assert_eq(file_replace(ledger_state, UZ_LEDGER_KEY_FILE, rows[i].text,
                                          strlen(rows[i].text), rows[i].mode),
                             0);
                l = open_ledger(0);
                cr_assert_eq(ledger_seal(l), LEDGER_SEAL_DAMAGED, "row '%s'", rows[i].name);
                cr_assert_str_eq(ledger_take_finding(l), UZ_LEDGER_KEY_FILE, "row '%s'",
                                 rows[i].name);
                append_numbers(l, (int)i + 1, (int)i + 1);
                ledger_close(l);
        }
        assert_whole(4);
}
