/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with each of their calls failing: the old file or the new, and nothing left behind. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "tests/fault/inject.h"

TestSuite(fault_file, .timeout = 60);

typedef struct Place {
        char path[32];
        int dir;
} Place;

static void place_init(Place *p)
{
        strcpy(p->path, "/tmp/uz-fault-XXXXXX");
        cr_assert_not_null(mkdtemp(p->path));
        p->dir = file_open_dir(AT_FDCWD, p->path);
        cr_assert_geq(p->dir, 0);
        cr_assert_eq(file_replace(p->dir, "f", "old", 3, 0600), 0);
}

static void place_done(Place *p)
{
        cr_assert_eq(unlinkat(p->dir, "f", 0), 0);
        fd_close(p->dir);
        cr_assert_eq(rmdir(p->path), 0); /* and nothing else was in it */
}

static int replace(void *userdata)
{
        const Place *p = userdata;
        bool armed;
        char *text;
        size_t size;
        int r = file_replace(p->dir, "f", "new!", 4, 0600);

        armed = inject_pause();
        cr_assert_eq(file_read(p->dir, "f", 9, &text, &size), 0);
        /* A failed sync of the directory reports failure although the new file is there. */
        cr_assert(strcmp(text, "new!") == 0 || (r < 0 && strcmp(text, "old") == 0), "'%s'", text);
        free(text);
        if (r < 0)
                cr_assert_eq(file_replace(p->dir, "f", "old", 3, 0600), 0);
        inject_resume(armed);
        return r;
}

static int read_whole(void *userdata)
{
        const Place *p = userdata;
        char *text = NULL;
        size_t size = 0;
        int r = file_read(p->dir, "f", 9, &text, &size);

        cr_assert_eq(r == 0, text != NULL);
        free(text);
        return r;
}

static int open_trusted(void *userdata)
{
        const Place *p = userdata;
        int fd = -1, r = file_open_trusted(p->dir, "f", FILE_SECRET, 9, &fd);

        cr_assert_eq(r == 0, fd >= 0);
        fd_close(fd);
        return r;
}

static int read_write_at(void *userdata)
{
        const Place *p = userdata;
        int fd = openat(p->dir, "f", O_RDWR | O_CLOEXEC), r;
        char byte = 0;

        r = file_pread_full(fd, &byte, 1, 0);
        if (r == 0)
                r = file_pwrite_full(fd, &byte, 1, 0);
        fd_close(fd);
        return r;
}

Test(fault_file, each_failing_call_refuses)
{
        Place p;

        place_init(&p);
        inject_each("replace", replace, &p);
        inject_each("read", read_whole, &p);
        inject_each("open trusted", open_trusted, &p);
        inject_each("read and write", read_write_at, &p);
        place_done(&p);
}
