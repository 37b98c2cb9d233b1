/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger after a power cut. While records are appended, every state the disk could be left in
 * is built: after each write and each sync, each file as last synced, as last written, or between
 * the two. In all of them what was acknowledged is there, nothing is called tampering, and
 * appending goes on. And after a process killed at any moment, CRASH_ROUNDS times (default 300). */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "lib/file.h"
#include "lib/text.h"
#include "store/verify.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

#define RECORDS 4
#define FILES_MAX 8
#define CUTS 5 /* lengths between synced and written that are tried */

TestSuite(crash_ledger, .timeout = 600);

typedef struct Content {
        char *data; /* NULL: no such file */
        size_t size;
} Content;

typedef struct File {
        char name[64]; /* below the state folder */
        Content synced, written;
} File;

static struct {
        char path[32];
        int dir;
        File files[FILES_MAX];
        size_t n;
        MacKey first; /* the auditor's */
        uint64_t acknowledged;
        unsigned states;
} world;

static char *make_place(char path[32], int *ret_dir)
{
        strcpy(path, "/tmp/uz-crash-XXXXXX");
        cr_assert_not_null(mkdtemp(path));
        *ret_dir = file_open_dir(AT_FDCWD, path);
        cr_assert_geq(*ret_dir, 0);
        return path;
}

static void drop_place(const char *path, int dir)
{
        char command[64];

        snprintf(command, sizeof(command), "rm -rf %s", path);
        cr_assert_eq(system(command), 0);
        fd_close(dir);
}

static void append_one(Ledger *l)
{
        json_object *o = json_object_new_object();
        Head head = {.kind = HEAD_VIOLATION, .time = "2026-01-01T00:00:00.000000Z"};
        Heads *heads = NULL;

        json_object_object_add(o, "text", json_object_new_string("what was said"));
        cr_assert_eq(ledger_append(l, "verdict", o), 0);
        json_object_put(o);
        ledger_head(l, &head.chain);
        world.acknowledged = head.chain.seq;
        cr_assert_eq(ledger_settle(l), 0);
        cr_assert_eq(ledger_heads(l, &heads), 0);
        cr_assert_eq(heads_append(heads, &head, NULL), 0);
}

static uint64_t verify(int dir)
{
        LedgerVerify v = {.key = world.first};
        int fd = openat(dir, "ledger", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        int r = ledger_verify(fd, &v);

        cr_assert_eq(r, 0, "called %s at record %lu", v.kind ? v.kind : strerror(-r),
                     (unsigned long)v.bad);
        fd_close(fd);
        return v.chain.seq;
}

/* What is on the disk is found whole, with all that was acknowledged; and it goes on from there. */
static void check_state(int dir)
{
        uint64_t end;
        Ledger *l;
        int r;

        world.states++;
        end = verify(dir);
        cr_assert_geq(end, world.acknowledged, "acknowledged %lu, there %lu",
                      (unsigned long)world.acknowledged, (unsigned long)end);
        r = ledger_open(dir, "", &l);
        cr_assert_eq(r, 0, "opened: %s", strerror(-r));
        cr_assert_eq(ledger_seal(l), LEDGER_SEALED);
        cr_assert_null(ledger_take_finding(l));
        cr_assert_eq(ledger_append(l, "verdict", NULL), 0);
        ledger_close(l);
        cr_assert_eq(verify(dir), end + 1);
}

static void content_set(Content *c, const char *data, size_t size)
{
        free(c->data);
        c->data = data ? memcpy(calloc(1, size + 1), data, size) : NULL;
        c->size = size;
}

static bool content_same(const Content *a, const Content *b)
{
        return !a->data == !b->data && a->size == b->size &&
               (!a->data || memcmp(a->data, b->data, a->size) == 0);
}

static File *file_of(const char *name)
{
        for (size_t i = 0; i < world.n; i++)
                if (strcmp(world.files[i].name, name) == 0)
                        return &world.files[i];
        cr_assert_lt(world.n, FILES_MAX);
        snprintf(world.files[world.n].name, sizeof(world.files[0].name), "%s", name);
        return &world.files[world.n++];
}

static void look_at_folder(const char *below)
{
        char path[512];
        struct dirent *e;
        DIR *d;

        snprintf(path, sizeof(path), "%s/%s", world.path, below);
        d = opendir(path);
        while ((e = readdir(d))) {
                char name[64], *data;
                struct stat st;
                size_t size;

                snprintf(name, sizeof(name), "%s%.40s", below, e->d_name);
                if (fstatat(world.dir, name, &st, 0) < 0 || !S_ISREG(st.st_mode))
                        continue;
                cr_assert_eq(file_read(world.dir, name, 1 << 20, &data, &size), 0);
                content_set(&file_of(name)->written, data, size);
                free(data);
        }
        closedir(d);
}

/* The ways a file can be on the disk: as synced, as written, and cut in between where it grew. One
 * written over in place, within a sector, is there as before or as after. */
static bool variant(const File *f, unsigned v, Content *ret)
{
        size_t grown = f->written.size - f->synced.size, cut[CUTS];

        *ret = v == 0 ? f->synced : f->written;
        if (v == 0)
                return true;
        if (v == 1 || content_same(&f->synced, &f->written))
                return !content_same(&f->synced, &f->written);
        if (f->written.size < f->synced.size + CUTS ||
            (f->synced.size && memcmp(f->synced.data, f->written.data, f->synced.size) != 0))
                return false;
        for (size_t i = 0; i < CUTS; i++)
                cut[i] = i == 0 ? 1 : i == CUTS - 1 ? grown - 1 : grown * i / (CUTS - 1);
        ret->size = f->synced.size + cut[v - 2];
        return true;
}

static void try_from(size_t i, const Content *chosen)
{
        Content next[FILES_MAX];
        char path[32];
        int dir;

        if (i < world.n) {
                memcpy(next, chosen, sizeof(next));
                for (unsigned v = 0; v < 2 + CUTS; v++)
                        if (variant(&world.files[i], v, &next[i]))
                                try_from(i + 1, next);
                return;
        }
        make_place(path, &dir);
        cr_assert_eq(mkdirat(dir, "ledger", 0750), 0);
        for (size_t n = 0; n < world.n; n++) {
                int fd;

                if (!chosen[n].data)
                        continue;
                fd = openat(dir, world.files[n].name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
                cr_assert_eq(write(fd, chosen[n].data, chosen[n].size), (ssize_t)chosen[n].size);
                fd_close(fd);
        }
        check_state(dir);
        drop_place(path, dir);
}

static void note_sync(int fd)
{
        char link[64], path[256] = "", name[64];
        size_t base = strlen(world.path);

        snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
        cr_assert_gt(readlink(link, path, sizeof(path) - 1), 0);
        if (strncmp(path, world.path, base) != 0)
                return;
        for (size_t i = 0; i < world.n; i++) {
                File *f = &world.files[i];

                snprintf(name, sizeof(name), "%s", path[base] ? path + base + 1 : "");
                if (strcmp(f->name, name) == 0)
                        content_set(&f->synced, f->written.data, f->written.size);
                else if (!f->synced.data) /* a folder synced: its files are there, if empty */
                        content_set(&f->synced, "", 0);
        }
}

static void after_call(const char *call, intptr_t first)
{
        Content chosen[FILES_MAX] = {0};
        bool sync = strcmp(call, "fdatasync") == 0 || strcmp(call, "fsync") == 0;
        bool armed;

        if (!sync && strcmp(call, "write") != 0 && strcmp(call, "pwrite") != 0)
                return;
        armed = inject_pause();
        look_at_folder("");
        look_at_folder("ledger/");
        if (sync)
                note_sync((int)first);
        try_from(0, chosen);
        inject_resume(armed);
}

/* The first record names the key of the heads, as the daemon's does. */
static void append_start(Ledger *l)
{
        json_object *o = json_object_new_object();
        char key[2 * KEY_PUBLIC_MAX + 1];
        Heads *heads = NULL;

        cr_assert_eq(ledger_heads(l, &heads), 0);
        text_hex(heads_key(heads)->raw, heads_key(heads)->raw_size, key);
        json_object_object_add(o, "ledger_key", json_object_new_string(key));
        cr_assert_eq(ledger_append(l, "start", o), 0);
        json_object_put(o);
}

static void begin(Ledger **ret)
{
        memset(&world, 0, sizeof(world));
        make_place(world.path, &world.dir);
        cr_assert_eq(ledger_key_create(world.dir, &world.first), 0);
        cr_assert_eq(ledger_open(world.dir, "", ret), 0);
        ledger_set_algorithm(*ret, fixture_algorithm());
        append_start(*ret);
        append_one(*ret);
}

Test(crash_ledger, every_state_a_power_cut_can_leave_is_whole)
{
        Ledger *l;

        begin(&l);
        look_at_folder("");
        look_at_folder("ledger/");
        for (size_t i = 0; i < world.n; i++)
                content_set(&world.files[i].synced, world.files[i].written.data,
                            world.files[i].written.size);
        inject_watch(after_call);
        for (int n = 0; n < RECORDS; n++) {
                if (n == RECORDS / 2) /* another authority */
                        ledger_set_algorithm(l, fixture_algorithm() == ALGORITHM_SM2_SM3
                                                        ? ALGORITHM_ED25519_SHA256
                                                        : ALGORITHM_SM2_SM3);
                append_one(l);
        }
        inject_watch(NULL);
        ledger_close(l);
        for (size_t i = 0; i < world.n; i++) {
                content_set(&world.files[i].synced, NULL, 0);
                content_set(&world.files[i].written, NULL, 0);
        }
        cr_assert_gt(world.states, 10 * RECORDS, "only %u states", world.states);
        drop_place(world.path, world.dir);
}

/* Appends until it is killed; the number of the last acknowledged record is in shared memory. */
static void append_for_ever(volatile uint64_t *acknowledged)
{
        Ledger *l;

        if (ledger_open(world.dir, "", &l) < 0)
                _exit(1);
        for (;;) {
                append_one(l);
                *acknowledged = world.acknowledged;
        }
}

Test(crash_ledger, a_writer_killed_at_any_moment_loses_nothing)
{
        const char *text = getenv("CRASH_ROUNDS");
        unsigned rounds = text ? (unsigned)strtoul(text, NULL, 10) : 300, seed = 1;
        volatile uint64_t *shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                                         MAP_SHARED | MAP_ANONYMOUS, -1, 0);
        Ledger *l;

        cr_assert_neq((void *)shared, MAP_FAILED);
        for (unsigned n = 0; n < rounds; n++) {
                struct timespec t = {0};
                int status;
                pid_t pid;

                /* A new one from time to time: opening reads it all. */
                if (n % 100 == 0) {
                        if (n > 0)
                                drop_place(world.path, world.dir);
                        begin(&l);
                        ledger_close(l);
                        *shared = world.acknowledged;
                }
                pid = fork();
                cr_assert_geq(pid, 0);
                if (pid == 0)
                        append_for_ever(shared);
                t.tv_nsec = 200000 + (rand_r(&seed) % 6000) * 1000L;
                nanosleep(&t, NULL);
                cr_assert_eq(kill(pid, SIGKILL), 0);
                cr_assert_eq(waitpid(pid, &status, 0), pid);
                cr_assert(WIFSIGNALED(status), "round %u: the writer failed", n);
                cr_assert_geq(verify(world.dir), *shared, "round %u", n);
        }
        drop_place(world.path, world.dir);
        munmap((void *)shared, sizeof(*shared));
}
