/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files: trust, whole reads, whole writes. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"

TestSuite(file, .timeout = 10);

static int make_dir(char path[32])
{
        int fd;

        strcpy(path, "/tmp/uz-test-XXXXXX");
        cr_assert_not_null(mkdtemp(path));
        fd = file_open_dir(AT_FDCWD, path);
        cr_assert(fd >= 0);
        return fd;
}

static void drop_dir(int fd, const char *path)
{
        DIR *dir = fdopendir(fd);

        for (struct dirent *e; (e = readdir(dir));)
                if (e->d_name[0] != '.' && unlinkat(fd, e->d_name, 0) < 0)
                        (void)unlinkat(fd, e->d_name, AT_REMOVEDIR);
        closedir(dir);
        cr_assert_eq(rmdir(path), 0);
}

static void put(int dir, const char *name, const char *text, mode_t mode)
{
        cr_assert_eq(file_replace(dir, name, text, strlen(text), mode), 0);
}

Test(file, only_regular_files_of_root_that_nobody_else_writes_are_trusted)
{
        char path[32];
        int dir = make_dir(path), fd = -1;

        static const struct {
                const char *name;
                mode_t mode;
                FileFlags flags;
                uint64_t max;
                int result;
        } rows[] = {
                {"public", 0644, FILE_PUBLIC, 5, 0},
                {"secret", 0600, FILE_SECRET, 5, 0},
                {"group-writable", 0664, FILE_PUBLIC, 5, FILE_E_WRITABLE},
                {"writable", 0602, FILE_PUBLIC, 5, FILE_E_WRITABLE},
                {"group-readable secret", 0640, FILE_SECRET, 5, FILE_E_READABLE},
                {"readable secret", 0604, FILE_SECRET, 5, FILE_E_READABLE},
                {"large", 0644, FILE_PUBLIC, 4, FILE_E_TOO_LARGE},
        };
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                put(dir, rows[i].name, "12345", rows[i].mode);
                cr_assert_eq(file_open_trusted(dir, rows[i].name, rows[i].flags, rows[i].max, &fd),
                             rows[i].result, "row '%s'", rows[i].name);
                if (rows[i].result == 0)
                        fd = fd_close(fd);
        }
        cr_assert_eq(symlinkat("public", dir, "link"), 0);
        cr_assert_eq(mkdirat(dir, "dir", 0700), 0);
        cr_assert_eq(mkfifoat(dir, "fifo", 0600), 0);
        cr_assert_eq(file_open_trusted(dir, "link", FILE_PUBLIC, 5, &fd), FILE_E_TYPE);
        cr_assert_eq(file_open_trusted(dir, "dir", FILE_PUBLIC, 1u << 20, &fd), FILE_E_TYPE);
        cr_assert_eq(file_open_trusted(dir, "fifo", FILE_PUBLIC, 5, &fd), FILE_E_TYPE);
        cr_assert_eq(file_open_trusted(dir, "none", FILE_PUBLIC, 5, &fd), -ENOENT);
        if (geteuid() == 0) {
                cr_assert_eq(fchownat(dir, "public", 65534, 0, 0), 0);
                cr_assert_eq(file_open_trusted(dir, "public", FILE_PUBLIC, 5, &fd), FILE_E_OWNER);
        }
        for (int i = FILE_E_OWNER; i <= FILE_E_TOO_LARGE; i++)
                cr_assert_str_neq(file_trust_text(i), file_trust_text(0));
        drop_dir(dir, path);
}

Test(file, what_is_no_regular_file_is_refused_and_not_waited_for)
{
        char path[32];
        int dir = make_dir(path), fd;

        put(dir, "f", "x", 0600);
        cr_assert_eq(symlinkat("f", dir, "link"), 0);
        cr_assert_eq(mkfifoat(dir, "fifo", 0600), 0);
        fd = file_open_regular(dir, "f", O_NOFOLLOW);
        cr_assert_geq(fd, 0);
        fd_close(fd);
        fd = file_open_regular(dir, "link", 0);
        cr_assert_geq(fd, 0);
        fd_close(fd);
        cr_assert_eq(file_open_regular(dir, "link", O_NOFOLLOW), -ELOOP);
        cr_assert_eq(file_open_regular(dir, "fifo", 0), -ESPIPE);
        cr_assert_eq(file_open_regular(dir, ".", 0), -ESPIPE);
        cr_assert_eq(file_open_regular(AT_FDCWD, "/dev/null", 0), -ESPIPE);
        cr_assert_eq(file_open_regular(dir, "none", 0), -ENOENT);
        drop_dir(dir, path);
}

Test(file, a_whole_read_ends_in_nul_and_has_a_limit)
{
        char path[32], *text = NULL;
        int dir = make_dir(path);
        char big[10000];
        size_t size = 0;

        memset(big, 'x', sizeof(big));
        cr_assert_eq(file_replace(dir, "big", big, sizeof(big), 0600), 0);
        cr_assert_eq(file_read(dir, "big", sizeof(big), &text, &size), 0);
        cr_assert_eq(size, sizeof(big));
        cr_assert_eq(text[size], '\0');
        cr_assert_eq(memcmp(text, big, size), 0);
        free(TAKE_PTR(text));
        cr_assert_eq(file_read(dir, "big", sizeof(big) - 1, &text, &size), -EFBIG);
        cr_assert_null(text);
        put(dir, "empty", "", 0600);
        cr_assert_eq(file_read(dir, "empty", 0, &text, &size), 0);
        cr_assert_str_eq(text, "");
        free(text);
        cr_assert_eq(file_read(dir, "none", 9, &text, &size), -ENOENT);
        drop_dir(dir, path);
}

Test(file, positioned_reads_and_writes_are_whole_or_fail)
{
        char path[32], got[8] = "";
        int dir = make_dir(path), fd;

        put(dir, "f", "0123456789", 0600);
        fd = openat(dir, "f", O_RDWR | O_CLOEXEC);
        cr_assert_eq(file_pread_full(fd, got, 4, 6), 0);
        cr_assert_str_eq(got, "6789");
        cr_assert_eq(file_pread_full(fd, got, 5, 6), -ENODATA);
        cr_assert_eq(file_pread_full(fd, got, 5, UINT64_MAX), -EOVERFLOW);
        cr_assert_eq(file_pwrite_full(fd, "ab", 2, 8), 0);
        cr_assert_eq(file_pread_full(fd, got, 4, 6), 0);
        cr_assert_str_eq(got, "67ab");
        cr_assert_eq(file_pwrite_full(fd, "ab", 2, UINT64_MAX - 1), -EOVERFLOW);
        cr_assert_eq(file_pread_full(-1, got, 1, 0), -EBADF);
        cr_assert_eq(file_write_full(-1, got, 1), -EBADF);
        fd_close(fd);
        drop_dir(dir, path);
}

Test(file, a_replaced_file_is_new_or_old_and_leaves_nothing_behind)
{
        char path[32], *text = NULL;
        int dir = make_dir(path), entries = 0;
        struct stat st;
        size_t size;
        DIR *list;

        put(dir, "f", "old", 0600);
        put(dir, "f", "new", 0640);
        cr_assert_eq(file_read(dir, "f", 9, &text, &size), 0);
        cr_assert_str_eq(text, "new");
        free(text);
        cr_assert_eq(fstatat(dir, "f", &st, 0), 0);
        cr_assert_eq(st.st_mode & 07777, 0640);
        /* A name that cannot be replaced: the temporary file goes away again. */
        cr_assert_eq(mkdirat(dir, "d", 0700), 0);
        cr_assert_eq(file_replace(dir, "d", "x", 1, 0600), -EISDIR);
        cr_assert_eq(file_replace(dir, "none/f", "x", 1, 0600), -ENOENT);
        cr_assert_eq(file_replace(dir, "d/f", "x", 1, 0600), 0);
        cr_assert_eq(unlinkat(dir, "d/f", 0), 0);
        list = opendir(path);
        for (struct dirent *e; (e = readdir(list));)
                entries += e->d_name[0] != '.';
        closedir(list);
        cr_assert_eq(entries, 2);
        drop_dir(dir, path);
}

Test(file, a_device_or_a_pipe_is_never_replaced)
{
        static const char *const names[] = {"pipe", "link", "stdout"};
        char path[32], temp[64];
        int dir = make_dir(path), fd;

        cr_assert_eq(mkfifoat(dir, "pipe", 0600), 0);
        cr_assert_eq(symlinkat("/dev/null", dir, "link"), 0);
        cr_assert_eq(symlinkat("/proc/self/fd/1", dir, "stdout"), 0);
        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                struct stat st;

                cr_assert_eq(file_replace(dir, names[i], "x", 1, 0600), -ESPIPE, "%s", names[i]);
                fd = file_temp(dir, names[i], temp, sizeof(temp));
                cr_assert_eq(file_publish(dir, temp, names[i], true), -ESPIPE, "%s", names[i]);
                cr_assert_eq(unlinkat(dir, temp, 0), 0);
                close(fd);
                cr_assert_eq(fstatat(dir, names[i], &st, AT_SYMLINK_NOFOLLOW), 0);
                cr_assert(!S_ISREG(st.st_mode), "%s", names[i]);
                cr_assert_eq(unlinkat(dir, names[i], 0), 0);
        }
        /* A link to a file, or to none, gives way to the file. */
        cr_assert_eq(symlinkat("away", dir, "link"), 0);
        cr_assert_eq(file_replace(dir, "link", "x", 1, 0600), 0);
        cr_assert_eq(unlinkat(dir, "link", 0), 0);
        drop_dir(dir, path);
}

Test(file, a_temporary_file_gets_its_name_and_takes_no_others)
{
        char path[32], temp[64];
        int dir = make_dir(path), fd;
        struct stat st;

        fd = file_temp(dir, "new", temp, sizeof(temp));
        cr_assert_geq(fd, 0);
        cr_assert_eq(file_pwrite_full(fd, "text", 4, 0), 0);
        cr_assert_eq(fstat(fd, &st), 0);
        cr_assert_eq(st.st_mode & 0777, 0600);
        close(fd);
        put(dir, "old", "kept", 0600);
        cr_assert_eq(file_publish(dir, temp, "old", false), -EEXIST);
        cr_assert_eq(faccessat(dir, temp, F_OK, 0), 0);
        cr_assert_eq(file_publish(dir, temp, "new", false), 0);
        cr_assert_eq(faccessat(dir, temp, F_OK, 0), -1);
        cr_assert_eq(file_publish(dir, "new", "old", true), 0);
        cr_assert_eq(faccessat(dir, "new", F_OK, 0), -1);
        drop_dir(dir, path);
}

Test(file, directories_come_from_the_environment_only_as_absolute_paths)
{
        cr_assert_str_eq(file_dir("USBZONE_TEST_DIR", "/etc/x"), "/etc/x");
        cr_assert_eq(setenv("USBZONE_TEST_DIR", "relative", 1), 0);
        cr_assert_str_eq(file_dir("USBZONE_TEST_DIR", "/etc/x"), "/etc/x");
        cr_assert_eq(setenv("USBZONE_TEST_DIR", "/tmp/y", 1), 0);
        cr_assert_str_eq(file_dir("USBZONE_TEST_DIR", "/etc/x"), "/tmp/y");
}
