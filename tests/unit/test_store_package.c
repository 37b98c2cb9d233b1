/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Export packages: what was exported verifies elsewhere, and nothing else does. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "lib/file.h"
#include "lib/names.h"
#include "policy/note.h"
#include "store/package-write.h"
#include "tests/unit/fixture.h"
#include "tests/unit/ledger_fixture.h"

#define RECORDS 12
#define OUT "out.uzx"
#define HOST "00112233445566778899aabbccddeeff" /* of ledger_fixture.c */

static Fixture organisation;

static void setup(void)
{
        ledger_setup();
        fixture_init(&organisation);
}

static void teardown(void)
{
        fixture_done(&organisation);
        ledger_teardown();
}

TestSuite(store_package, .init = setup, .fini = teardown, .timeout = 120);

static void sign_head(Ledger *l, Heads *h)
{
        Head head = {.kind = HEAD_INTERVAL, .host = HOST, .time = "2026-11-21T08:00:00.000001Z"};

        ledger_head(l, &head.chain);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
}

/* Record 1 names the key, the others hold their number; a head at every third one. */
static void make_ledger(void)
{
        Ledger *l = open_ledger(0);
        json_object *o = json_object_new_object();
        char hex[2 * KEY_PUBLIC_MAX + 1];
        Heads *h;

        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex);
        json_object_object_add(o, "ledger_key", json_object_new_string(hex));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        json_object_put(o);
        for (int n = 2; n <= RECORDS; n++) {
                append_numbers(l, n, n);
                if (n % 3 == 0)
                        sign_head(l, h);
        }
        heads_close(h);
        ledger_close(l);
}

static void make_credentials(const char *id)
{
        _cleanup_(freep) char *text = NULL, *note = NULL;
        Host host = organisation.snapshot.host;
        size_t size;

        cr_assert_eq(authority_format(&organisation.snapshot.authority, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, organisation.root, &note, &size), 0);
        put_whole(UZ_KEYS_FILE, note, size);
        free(TAKE_PTR(text));
        free(TAKE_PTR(note));
        cr_assert_eq(text_unhex(id, host.id, sizeof(host.id)), 0);
        cr_assert_eq(host_format(&host, &text, &size), 0);
        cr_assert_eq(note_sign(text, size, organisation.host, &note, &size), 0);
        put_whole(UZ_CREDENTIAL_FILE, note, size);
}

static int export_with(PackageJob *job)
{
        int r;

        job->ledger_fd = openat(ledger_state, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        job->state_fd = job->etc_fd = ledger_state;
        job->created = T0;
        r = package_write(job, ledger_state, OUT);
        close(job->ledger_fd);
        return r;
}

static void export_all(void)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));

        job->replace = true;
        cr_assert_eq(export_with(job), 0);
}

static int count(void *userdata, uint64_t seq, _unused_ const char *line, _unused_ size_t size)
{
        uint64_t *n = userdata;

        cr_assert_eq(seq, ++*n);
        return 0;
}

/* What is wrong with the package now; "" = nothing. */
static const char *problem(const char *name)
{
        _cleanup_(package_closep) Package *p = NULL;
        static Authority a;
        LedgerVerify v = {0};
        PackageError e = {0};
        Host host;
        int r = package_open(ledger_state, name, &p, &e);

        if (r == PACKAGE_E_BROKEN)
                return e.kind;
        cr_assert_eq(r, 0);
        r = package_verify(p, &v);
        if (r == 1)
                return v.kind;
        cr_assert_eq(r, 0);
        r = package_authority(p, &a, &e);
        if (r == 0)
                r = package_host(p, &a, &host, &e);
        return r == PACKAGE_E_BROKEN ? e.kind : "";
}

Test(store_package, what_was_exported_verifies_and_gives_every_record)
{
        _cleanup_(package_closep) Package *p = NULL;
        uint64_t n = 0;
        LedgerVerify v = {.record = count, .userdata = &n};
        _cleanup_(heads_reader_closep) HeadReader *heads = NULL;
        const HeadList *list;
        static Authority a;
        PackageError e;
        Host host;

        make_ledger();
        make_credentials(HOST);
        export_all();
        cr_assert_eq(package_open(ledger_state, OUT, &p, &e), 0);
        cr_assert_eq(package_verify(p, &v), 0, "%s", v.kind);
        cr_assert_eq(n, RECORDS);
        cr_assert_eq(v.heads, RECORDS / 3);
        cr_assert_eq(package_heads(p, &heads, &e), 0);
        cr_assert_eq(heads_reader_all(heads, &list), 0);
        cr_assert_eq(list->n, RECORDS / 3);
        cr_assert_eq(package_authority(p, &a, &e), 0);
        cr_assert_eq(package_host(p, &a, &host, &e), 0);
        cr_assert_str_eq(host.name, "pc-17");
        cr_assert_str_eq(package_manifest(p)->host, HOST);
}

Test(store_package, a_folder_is_evidence_too)
{
        _cleanup_(package_closep) Package *p = NULL;
        uint64_t n = 0;
        LedgerVerify v = {.record = count, .userdata = &n};
        PackageError e;

        make_ledger();
        cr_assert_eq(package_open(ledger_state, "ledger", &p, &e), 0);
        cr_assert_null(package_manifest(p));
        cr_assert_eq(package_verify(p, &v), 0);
        cr_assert_eq(n, RECORDS);
}

/* The time in record `n`, to the second, as the first line of a text of lines tells it. */
static void time_of(int n, char ret[TEXT_TIME_MAX])
{
        LedgerReader *r = open_reader();
        const char *line = NULL;
        size_t size;

        while (n-- > 0)
                cr_assert_eq(ledger_reader_next(r, &line, &size), 1);
        snprintf(ret, TEXT_TIME_MAX, "%.19sZ", strstr(line, "\"time\":\"") + 8);
        ledger_reader_close(r);
}

Test(store_package, a_range_that_begins_in_the_middle_verifies)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        char early[TEXT_TIME_MAX];
        Ledger *l;

        make_ledger();
        time_of(RECORDS, early);
        /* Records of later seconds. */
        for (char now[TEXT_TIME_MAX] = ""; strcmp(now, early) <= 0;) {
                struct timespec ts;

                clock_gettime(CLOCK_REALTIME, &ts);
                text_time_format(ts.tv_sec, now);
        }
        l = open_ledger(0);
        append_numbers(l, RECORDS + 1, RECORDS + 4);
        ledger_close(l);
        time_of(RECORDS + 1, job->since);
        cr_assert_eq(export_with(job), 0);
        cr_assert_eq(job->manifest.before.seq, RECORDS);
        cr_assert_eq(job->manifest.last.seq, RECORDS + 4);
        cr_assert_str_eq(problem(OUT), "");
        /* And one that ends before the end. */
        job->since[0] = '\0';
        memcpy(job->until, early, sizeof(early));
        job->replace = true;
        job->verify = (LedgerVerify){0};
        cr_assert_eq(export_with(job), 0);
        cr_assert_eq(job->manifest.before.seq, 0);
        cr_assert_eq(job->manifest.last.seq, RECORDS);
        cr_assert_str_eq(problem(OUT), "");
}

Test(store_package, an_empty_range_makes_no_file)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));

        make_ledger();
        strcpy(job->since, "2999-01-01T00:00:00Z");
        cr_assert_eq(export_with(job), PACKAGE_W_EMPTY);
        cr_assert_eq(faccessat(ledger_state, OUT, F_OK, 0), -1);
}

Test(store_package, an_existing_target_stays_unless_asked)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));

        make_ledger();
        put_whole(OUT, "kept", 4);
        cr_assert_eq(export_with(job), -EEXIST);
        cr_assert_eq(size_of(OUT), 4);
        job->replace = true;
        cr_assert_eq(export_with(job), 0);
        cr_assert_str_eq(problem(OUT), "");
}

Test(store_package, a_broken_ledger_is_not_exported)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));

        make_ledger();
        write_at(FIRST, 500, "X", 1);
        cr_assert_eq(export_with(job), PACKAGE_W_BROKEN);
        cr_assert_str_eq(job->verify.kind, "altered");
}

Test(store_package, without_the_key_that_the_ledger_names_nothing_is_signed)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        Heads *h;

        make_ledger();
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_SIGNER_FILE, 0), 0);
        cr_assert_eq(export_with(job), PACKAGE_W_SIGNER);
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0); /* makes another one */
        heads_close(h);
        job->verify = (LedgerVerify){0};
        cr_assert_eq(export_with(job), PACKAGE_W_SIGNER);
}

Test(store_package, a_credential_of_another_computer_is_left_out)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));

        make_ledger();
        make_credentials("ff112233445566778899aabbccddeeff");
        cr_assert_eq(export_with(job), 0);
        cr_assert_str_eq(job->left_out.kind, "foreign-credential");
        cr_assert_eq(job->manifest.parts[MANIFEST_CREDENTIAL].size, 0);
        cr_assert_str_eq(problem(OUT), "");
}

Test(store_package, every_flipped_byte_is_seen)
{
        _cleanup_(freep) char *data = NULL;
        size_t size;

        make_ledger();
        make_credentials(HOST);
        export_all();
        data = read_whole(OUT, &size);
        cr_assert_str_eq(problem(OUT), "");
        for (size_t i = 0; i < size; i += fixture_step()) {
                char flipped = (char)(data[i] ^ (1 << (i % 8)));

                write_at(OUT, (off_t)i, &flipped, 1);
                cr_assert_str_neq(problem(OUT), "", "byte %zu of %zu", i, size);
                write_at(OUT, (off_t)i, &data[i], 1);
        }
}

Test(store_package, every_cut_is_seen_and_so_is_a_byte_too_many)
{
        _cleanup_(freep) char *data = NULL;
        size_t size;

        make_ledger();
        make_credentials(HOST);
        export_all();
        data = read_whole(OUT, &size);
        for (size_t i = 0; i < size; i += 7) {
                put_whole("cut.uzx", data, i);
                cr_assert(!strcmp(problem("cut.uzx"), "cut-package") ||
                                  !strcmp(problem("cut.uzx"), "no-package"),
                          "cut at %zu: %s", i, problem("cut.uzx"));
        }
        put_whole("cut.uzx", data, size);
        write_at("cut.uzx", (off_t)size, "\n", 1);
        cr_assert_str_eq(problem("cut.uzx"), "extra-bytes");
}

/* Makes the package anew as its computer's key would sign it, with `records` (and their chain) in
 * place of its own: the attack of who has the key and not the chain. */
static void sign_again(const char *data, const Manifest *m, const char *records, size_t size)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        _cleanup_(freep) char *note = NULL;
        _cleanup_(freep) char *file = malloc(1u << 20);
        size_t n, old, rest;
        Manifest again = *m;

        cr_assert_eq(heads_signer(ledger_state, &key), 0);
        cr_assert_eq(manifest_split(data, strlen(data), &old), 0);
        again.parts[MANIFEST_RECORDS].size = size;
        cr_assert_eq(digest_compute_as(manifest_hash(&again), records, size,
                                       again.parts[MANIFEST_RECORDS].digest),
                     0);
        cr_assert_eq(manifest_sign(&again, key, &note, &n), 0);
        rest = (size_t)(m->parts[0].size + m->parts[1].size + m->parts[2].size);
        memcpy(file, note, n);
        file[n] = '\n';
        memcpy(file + n + 1, data + old + 1, rest);
        memcpy(file + n + 1 + rest, records, size);
        put_whole("again.uzx", file, n + 1 + rest + size);
}

Test(store_package, a_package_signed_again_over_other_records_is_seen)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        _cleanup_(freep) char *data = NULL;
        size_t size, n, first, second;
        char *records, swapped[1u << 14];

        make_ledger();
        cr_assert_eq(export_with(job), 0);
        data = read_whole(OUT, &size);
        n = (size_t)job->manifest.parts[MANIFEST_RECORDS].size;
        records = data + size - n;
        sign_again(data, &job->manifest, records, n);
        cr_assert_str_eq(problem("again.uzx"), "");
        /* The last record cut off. */
        sign_again(data, &job->manifest, records,
                   (size_t)((char *)memrchr(records, '\n', n - 1) + 1 - records));
        cr_assert_str_eq(problem("again.uzx"), "cut-tail");
        /* Records 2 and 3 in another order. */
        first = (size_t)((char *)memchr(records, '\n', n) + 1 - records);
        second = (size_t)((char *)memchr(records + first, '\n', n - first) + 1 - records);
        memcpy(swapped, records + second, n - second);
        sign_again(data, &job->manifest, swapped, n - second);
        cr_assert_str_eq(problem("again.uzx"), "gap");
        /* One letter. */
        memcpy(swapped, records, n);
        swapped[first + 40] = (char)(swapped[first + 40] ^ 1);
        sign_again(data, &job->manifest, swapped, n);
        cr_assert_str_eq(problem("again.uzx"), "altered");
        /* Another computer's name over these records. */
        memset(job->manifest.host, 'a', sizeof(job->manifest.host) - 1);
        sign_again(data, &job->manifest, records, n);
        cr_assert_str_eq(problem("again.uzx"), "foreign-records");
}

Test(store_package, a_package_signed_with_another_key_is_seen)
{
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        _cleanup_(freep) char *data = NULL;
        size_t size, n;
        Heads *h;

        make_ledger();
        cr_assert_eq(export_with(job), 0);
        data = read_whole(OUT, &size);
        n = (size_t)job->manifest.parts[MANIFEST_RECORDS].size;
        cr_assert_eq(unlinkat(ledger_state, UZ_LEDGER_SIGNER_FILE, 0), 0);
        cr_assert_eq(heads_open(ledger_state, ledger_as, &h), 0);
        job->manifest.keys[1] = job->manifest.keys[0];
        job->manifest.keys[0] = *heads_key(h);
        job->manifest.n_keys = 2;
        heads_close(h);
        sign_again(data, &job->manifest, data + size - n, n);
        cr_assert_str_eq(problem("again.uzx"), "foreign-signer");
}
