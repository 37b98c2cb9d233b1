/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Export with each of its calls failing: a package that verifies, or no file at all. Verifying with
 * each of its calls failing: never a word on evidence that could not be read. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/names.h"
#include "store/package-write.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

#define OUT "out.uzx"

TestSuite(fault_package, .timeout = 300);

static char path[] = "/tmp/uz-fault-package-XXXXXX";
static int state;

/* A ledger that names its key, and one head. */
static void make_ledger(void)
{
        json_object *o = json_object_new_object();
        Head head = {.kind = HEAD_START, .time = "2026-11-21T08:00:00.000001Z"};
        char hex[2 * KEY_PUBLIC_MAX + 1];
        Ledger *l;
        Heads *h;

        cr_assert_not_null(mkdtemp(path));
        state = file_open_dir(AT_FDCWD, path);
        cr_assert_eq(ledger_open(state, "", &l), 0);
        ledger_set_algorithm(l, fixture_algorithm());
        cr_assert_eq(heads_open(state, fixture_algorithm(), &h), 0);
        text_hex(heads_key(h)->raw, heads_key(h)->raw_size, hex);
        json_object_object_add(o, "ledger_key", json_object_new_string(hex));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        ledger_head(l, &head.chain);
        cr_assert_eq(heads_append(h, &head, NULL), 0);
        cr_assert_eq(ledger_append(l, "verdict", NULL), 0);
        json_object_put(o);
        heads_close(h);
        ledger_close(l);
}

/* Nothing but the ledger's own files, and the package if there is to be one. */
static void assert_clean(bool written)
{
        DIR *d = opendir(path);
        const struct dirent *entry;
        bool found = false;

        while ((entry = readdir(d))) {
                cr_assert_null(strstr(entry->d_name, ".tmp"), "%s is left", entry->d_name);
                found |= !strcmp(entry->d_name, OUT);
        }
        closedir(d);
        cr_assert(!written || found);
}

static void assert_whole(void)
{
        LedgerVerify v = {0};
        PackageError e;
        Package *p;

        cr_assert_eq(package_open(state, OUT, &p, &e), 0);
        cr_assert_eq(package_verify(p, &v), 0);
        cr_assert_eq(v.chain.seq, 2);
        package_close(p);
        cr_assert_eq(unlinkat(state, OUT, 0), 0);
}

static int write_package(bool named)
{
        PackageJob *job;
        bool armed = inject_pause();
        int r;

        job = calloc(1, sizeof(*job));
        (void)unlinkat(state, OUT, 0);
        job->state_fd = job->etc_fd = state;
        job->named = job->replace = named;
        job->ledger_fd = openat(state, UZ_LEDGER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        inject_resume(armed);
        r = package_write(job, state, OUT);
        armed = inject_pause();
        close(job->ledger_fd);
        free(job);
        inject_resume(armed);
        return r;
}

/* `userdata`: with a name while it is written, or NULL. */
static int export_once(void *userdata)
{
        int r = write_package(userdata != NULL);
        bool armed = inject_pause();

        assert_clean(r == 0);
        if (r == 0)
                assert_whole();
        inject_resume(armed);
        return r;
}

/* `userdata`: a package, or NULL for the ledger. What fails is no fault of the evidence. */
static int verify_once(void *userdata)
{
        LedgerVerify v = {0};
        PackageError e = {0};
        Package *p = NULL;
        int r = package_open(state, userdata ? userdata : UZ_LEDGER_DIR, &p, &e);

        if (r == 0)
                r = package_verify(p, &v);
        package_close(p);
        cr_assert_leq(r, 0, "%s", v.kind ? v.kind : e.kind);
        cr_assert(r < 0 || v.heads == 1);
        cr_assert_null(v.kind);
        return r;
}

Test(fault_package, what_cannot_be_verified_is_not_called_broken)
{
        char command[64];

        make_ledger();
        inject_each("verify", verify_once, NULL);
        cr_assert_eq(write_package(false), 0);
        inject_each("verify, a package", verify_once, OUT);
        fd_close(state);
        snprintf(command, sizeof(command), "rm -rf %s", path);
        cr_assert_eq(system(command), 0);
}

Test(fault_package, a_package_is_whole_or_there_is_none)
{
        char command[64];

        make_ledger();
        inject_each("export", export_once, NULL);
        inject_each("export, named", export_once, path);
        fd_close(state);
        snprintf(command, sizeof(command), "rm -rf %s", path);
        cr_assert_eq(system(command), 0);
}
