/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that are there as a whole or not at all: with and without a name of their own. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/draft.h"
#include "lib/file.h"

TestSuite(draft, .timeout = 60);

static char path[] = "/tmp/uz-draft-XXXXXX";
static int dir;

static void make_dir(void)
{
        cr_assert_not_null(mkdtemp(path));
        dir = file_open_dir(AT_FDCWD, path);
        cr_assert_geq(dir, 0);
}

static void remove_dir(void)
{
        char command[64];

        fd_close(dir);
        snprintf(command, sizeof(command), "rm -rf %s", path);
        cr_assert_eq(system(command), 0);
}

static unsigned count_files(void)
{
        DIR *d = opendir(path);
        const struct dirent *e;
        unsigned n = 0;

        while ((e = readdir(d)))
                n += e->d_name[0] != '.';
        closedir(d);
        return n;
}

static void write_draft(Draft *d, bool named, const char *text)
{
        cr_assert_eq(draft_open(dir, "out", named, d), 0);
        cr_assert_eq(file_write_full(d->fd, text, strlen(text)), 0);
}

static void expect_out(const char *text)
{
        char *data;
        size_t size;

        cr_assert_eq(file_read(dir, "out", 64, &data, &size), 0);
        cr_assert_str_eq(data, text);
        free(data);
}

static void put_left(const char *name)
{
        int fd = openat(dir, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        cr_assert_geq(fd, 0);
        fd_close(fd);
}

static bool is_there(const char *name)
{
        return faccessat(dir, name, F_OK, 0) == 0;
}

/* Both kinds; the folder is empty before and after. */
static void each_kind(void (*test)(bool named))
{
        make_dir();
        test(false);
        cr_assert_eq(unlinkat(dir, "out", 0), 0);
        cr_assert_eq(count_files(), 0);
        test(true);
        cr_assert_eq(unlinkat(dir, "out", 0), 0);
        cr_assert_eq(count_files(), 0);
        remove_dir();
}

static void published(bool named)
{
        Draft d;

        write_draft(&d, named, "one");
        cr_assert_eq(count_files(), named ? 1 : 0);
        cr_assert_eq(draft_publish(&d, false), 0);
        draft_close(&d);
        cr_assert_eq(count_files(), 1);
        expect_out("one");
}

Test(draft, it_gets_its_name_at_the_end)
{
        each_kind(published);
}

static void replaced(bool named)
{
        Draft d;

        put_left("out");
        write_draft(&d, named, "two");
        cr_assert_eq(draft_publish(&d, false), -EEXIST);
        cr_assert_eq(draft_publish(&d, true), 0);
        draft_close(&d);
        cr_assert_eq(count_files(), 1);
        expect_out("two");
}

Test(draft, an_existing_file_is_replaced_when_asked)
{
        each_kind(replaced);
}

static void dropped(bool named)
{
        Draft d;

        put_left("out");
        write_draft(&d, named, "three");
        draft_close(&d);
        cr_assert_eq(count_files(), 1);
        expect_out("");
}

Test(draft, what_is_not_published_is_gone)
{
        each_kind(dropped);
}

static void read_again(bool named)
{
        char where[PATH_MAX], text[8] = "";
        Draft d;
        int fd;

        write_draft(&d, named, "four");
        draft_path(&d, where);
        fd = openat(dir, where, O_RDONLY | O_CLOEXEC);
        cr_assert_geq(fd, 0);
        cr_assert_eq(read(fd, text, sizeof(text)), 4);
        cr_assert_str_eq(text, "four");
        fd_close(fd);
        cr_assert_eq(draft_publish(&d, false), 0);
        draft_close(&d);
}

Test(draft, it_can_be_read_before_it_has_its_name)
{
        each_kind(read_again);
}

Test(draft, what_a_killed_writer_left_is_removed_and_nothing_else)
{
        Draft d;
        int fd;

        make_dir();
        put_left("out.tmp0a1b2c");
        put_left("out.tmp0a1b2");  /* too short */
        put_left("out.tmp0a1b2g"); /* no such digit */
        put_left("out2.tmp0a1b2c");
        put_left("out.tmpffffff"); /* somebody writes it */
        cr_assert_eq(mkdirat(dir, "out.tmp111111", 0700), 0);
        cr_assert_eq(symlinkat("out2.tmp0a1b2c", dir, "out.tmp222222"), 0);
        fd = openat(dir, "out.tmpffffff", O_RDWR | O_CLOEXEC);
        cr_assert_eq(flock(fd, LOCK_EX), 0);
        write_draft(&d, false, "");
        draft_close(&d);
        cr_assert(!is_there("out.tmp0a1b2c"));
        cr_assert(is_there("out.tmp0a1b2"));
        cr_assert(is_there("out.tmp0a1b2g"));
        cr_assert(is_there("out2.tmp0a1b2c"));
        cr_assert(is_there("out.tmpffffff"));
        cr_assert(is_there("out.tmp111111"));
        cr_assert(is_there("out.tmp222222"));
        fd_close(fd);
        write_draft(&d, true, "");
        cr_assert(!is_there("out.tmpffffff"), "nobody writes it any more");
        draft_close(&d);
        remove_dir();
}

Test(draft, two_write_the_same_file_at_once)
{
        Draft a, b;

        make_dir();
        write_draft(&a, true, "a");
        write_draft(&b, true, "b");
        cr_assert_eq(count_files(), 2);
        cr_assert_eq(draft_publish(&a, true), 0);
        cr_assert_eq(draft_publish(&b, true), 0);
        draft_close(&b);
        draft_close(&a);
        expect_out("b");
        remove_dir();
}

Test(draft, a_folder_that_is_not_there)
{
        Draft d;

        make_dir();
        cr_assert_eq(draft_open(dir, "none/out", false, &d), -ENOENT);
        cr_assert_eq(draft_interrupted(), 0);
        remove_dir();
}

static volatile sig_atomic_t seen;

static void on_signal(int number)
{
        seen = number;
}

static void interrupted(bool named)
{
        const struct sigaction act = {.sa_handler = on_signal};
        Draft d;

        seen = 0;
        cr_assert_eq(sigaction(SIGTERM, &act, NULL), 0);
        put_left("out");
        write_draft(&d, named, "five");
        cr_assert_eq(draft_interrupted(), 0);
        cr_assert_eq(raise(SIGTERM), 0);
        cr_assert_eq(seen, 0, "it waits");
        cr_assert_eq(draft_interrupted(), -EINTR);
        draft_close(&d);
        cr_assert_eq(seen, SIGTERM, "it takes effect");
        cr_assert_eq(count_files(), 1);
        expect_out("");
}

Test(draft, a_signal_waits_until_nothing_is_left)
{
        each_kind(interrupted);
}
