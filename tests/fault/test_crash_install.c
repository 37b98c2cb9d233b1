/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several files of the office at once. After each of the calls that install them, and after each
 * that fails, what a daemon loads is what was in force before or all that is new, never of both;
 * from the moment on at which it is new it stays so; and another start, from what a power cut left
 * there, finds the same and finishes it. */
#include <criterion/criterion.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/note.h"
#include "store/pending.h"
#include "store/stage.h"
#include "store/trust.h"
#include "tests/fault/inject.h"
#include "tests/unit/fixture.h"

#define FILES 5 /* key list, credential, policy, whitelist, revocations */
#define ROUNDS 60

TestSuite(crash_install, .timeout = 300);

typedef struct File {
        char name[STAGE_NAME_MAX];
        char *data;
        size_t size;
} File;

/* All that one office has signed; nothing of it counts beside files of the other one. */
typedef struct Office {
        Fixture fixture;
        File files[FILES];
} Office;

static Office offices[2];
static char path[32], copy_path[40];
static int etc;

static void sign(File *file, const char *name, char *text, size_t size, const PrivateKey *key)
{
        snprintf(file->name, sizeof(file->name), "%s", name);
        cr_assert_eq(note_sign(text, size, key, &file->data, &file->size), 0);
        free(text);
}

static void make_whitelist(Office *o, unsigned number)
{
        Bundle *b = &o->fixture.snapshot.bundle;
        WhitelistEntry entry = {.identity = {(uint8_t)(number + 1)}, .zone = ZONE_INTERNAL};
        MemFile file = {0};
        char hex[17];

        cr_assert_eq(whitelist_build(&entry, 1, mem_write, &file, b->whitelist_digest), 0);
        b->has_whitelist = true;
        text_hex(b->whitelist_digest, 8, hex);
        snprintf(o->files[3].name, STAGE_NAME_MAX, UZ_WHITELIST_PREFIX "%s" UZ_WHITELIST_SUFFIX,
                 hex);
        o->files[3].data = (char *)file.data;
        o->files[3].size = file.size;
}

static void make_office(Office *o, unsigned number)
{
        Snapshot *s = &o->fixture.snapshot;
        uint8_t drive[DIGEST_SIZE] = {9};
        Bundle revoked = {0};
        char *text, name[64];
        size_t size;

        fixture_init(&o->fixture);
        s->authority.version = s->bundle.version = number + 1;
        snprintf(s->host.name, sizeof(s->host.name), "pc-%u", number);
        cr_assert_eq(authority_format(&s->authority, &text, &size), 0);
        sign(&o->files[0], UZ_KEYS_FILE, text, size, o->fixture.root);
        cr_assert_eq(host_format(&s->host, &text, &size), 0);
        sign(&o->files[1], UZ_CREDENTIAL_FILE, text, size, o->fixture.host);
        make_whitelist(o, number);
        cr_assert_eq(bundle_format(&s->bundle, &text, &size), 0);
        sign(&o->files[2], UZ_POLICY_FILE, text, size, o->fixture.policy);
        cr_assert_eq(bundle_revoke(&revoked, REVOKED_DRIVE, drive), 0);
        cr_assert_eq(revocations_format(&revoked, T0, &text, &size), 0);
        snprintf(name, sizeof(name), UZ_REVOCATIONS_DIR "/%u" UZ_REVOCATIONS_SUFFIX, number);
        sign(&o->files[4], name, text, size, o->fixture.policy);
        bundle_clear(&revoked);
}

static int put(Stage *s, const File *file)
{
        uint8_t digest[DIGEST_SIZE];
        FILE *whitelist;
        int r;

        if (strncmp(file->name, UZ_WHITELIST_PREFIX, strlen(UZ_WHITELIST_PREFIX)) != 0)
                return stage_put(s, file->name, file->data, file->size);
        whitelist = tmpfile();
        cr_assert_eq(fwrite(file->data, 1, file->size, whitelist), file->size);
        rewind(whitelist);
        r = digest_compute(file->data, file->size, digest);
        if (r == 0)
                r = stage_put_whitelist(s, fileno(whitelist), digest);
        fclose(whitelist);
        return r;
}

static int install(const Office *o)
{
        Stage stage;
        int r = MIN(pending_finish(etc), 0);

        if (r < 0)
                return r;
        r = stage_open(&stage, etc, true);
        for (size_t i = 0; i < FILES && r == 0; i++)
                r = put(&stage, &o->files[i]);
        if (r == 0)
                r = stage_commit(&stage);
        stage_close(&stage);
        return r;
}

/* Whose files are in force: 0 or 1; -1: nothing. Dies of a mixture. */
static int in_force(int fd, const char *when)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        const Snapshot *s;
        const Office *o;

        cr_assert_eq(trust_load(fd, T0, (TrustFloor){0}, &t), 0);
        s = &t->snapshot;
        if (s->status == REASON_POLICY_MISSING && strstr(t->message, UZ_KEYS_FILE))
                return -1;
        cr_assert_eq(s->status, REASON_OK, "%s: %s", when, t->message);
        o = &offices[s->authority.version - 1];
        cr_assert_eq(s->bundle.version, o->fixture.snapshot.bundle.version, "%s", when);
        cr_assert_str_eq(s->host.name, o->fixture.snapshot.host.name, "%s", when);
        cr_assert_eq(s->bundle.n_revoked, 1, "%s", when);
        return (int)s->authority.version - 1;
}

static void make_place(void)
{
        strcpy(path, "/tmp/uz-install-XXXXXX");
        cr_assert_not_null(mkdtemp(path));
        etc = file_open_dir(AT_FDCWD, path);
        cr_assert_geq(etc, 0);
        snprintf(copy_path, sizeof(copy_path), "%s.c", path);
        for (unsigned i = 0; i < 2; i++)
                make_office(&offices[i], i);
}

static void run(const char *format, ...) _printf_(1, 2);

static void run(const char *format, ...)
{
        char command[256];
        va_list ap;

        va_start(ap, format);
        vsnprintf(command, sizeof(command), format, ap);
        va_end(ap);
        cr_assert_eq(system(command), 0, "%s", command);
}

static void drop_place(void)
{
        run("rm -rf %s %s", path, copy_path);
        etc = fd_close(etc);
        for (unsigned i = 0; i < 2; i++) {
                fixture_done(&offices[i].fixture);
                for (size_t n = 0; n < FILES; n++)
                        free(offices[i].files[n].data);
        }
}

/* Only the files, each in its place. */
static void assert_tidy(int fd, const char *when)
{
        int copy = file_open_dir(fd, "."); /* closedir() takes it */
        DIR *d = fdopendir(copy);
        const struct dirent *e;

        while ((e = readdir(d)))
                cr_assert(e->d_name[0] != '.' || !strcmp(e->d_name, ".") ||
                                  !strcmp(e->d_name, ".."),
                          "%s: %s is left", when, e->d_name);
        closedir(d);
}

/* What is there now, as it would be found after the power came back. */
static void start_again(int expected, const char *when)
{
        Stage stage;
        int fd;

        run("rm -rf %s && cp -a %s %s", copy_path, path, copy_path);
        fd = file_open_dir(AT_FDCWD, copy_path);
        cr_assert_eq(in_force(fd, when), expected, "%s: another one in a copy", when);
        cr_assert_geq(pending_finish(fd), 0, "%s", when);
        cr_assert_eq(in_force(fd, when), expected, "%s: another one when finished", when);
        cr_assert_eq(stage_open(&stage, fd, false), 0);
        stage_close(&stage);
        assert_tidy(fd, when);
        fd_close(fd);
}

static struct {
        int before, now;
        unsigned states, changes;
} seen;

static void after_call(const char *call, intptr_t first _unused_)
{
        static const char *const calls[] = {"renameat", "linkat", "mkdirat", "fsync", "fchmod"};
        bool armed, known = false;
        int now;

        for (size_t i = 0; i < ARRAY_SIZE(calls); i++)
                known |= strcmp(call, calls[i]) == 0;
        if (!known)
                return;
        armed = inject_pause();
        now = in_force(etc, call);
        seen.states++;
        seen.changes += now != seen.now;
        seen.now = now;
        start_again(now, call);
        inject_resume(armed);
}

/* From `before` to `after`, looked at all the way. */
static void watch_install(int before, int after)
{
        seen.before = seen.now = before;
        seen.states = seen.changes = 0;
        inject_watch(after_call);
        cr_assert_eq(install(&offices[after]), 0);
        inject_watch(NULL);
        cr_assert_eq(in_force(etc, "at the end"), after);
        cr_assert_gt(seen.states, 20, "only %u states", seen.states);
        cr_assert_eq(seen.changes, before == after ? 0 : 1, "%u changes", seen.changes);
        assert_tidy(etc, "at the end");
}

Test(crash_install, at_each_step_the_old_files_are_in_force_or_the_new_ones)
{
        make_place();
        watch_install(-1, 0);
        watch_install(0, 1);
        watch_install(1, 0);
        drop_place();
}

/* With a call failing: what is in force is the old or the new, and the answer says which. */
static int install_and_look(void *userdata _unused_)
{
        bool armed = inject_pause();
        int r, now;

        run("rm -rf %s/* %s/.??*", path, path);
        cr_assert_eq(install(&offices[0]), 0);
        inject_resume(armed);
        r = install(&offices[1]);
        armed = inject_pause();
        now = in_force(etc, "after a call failed");
        cr_assert_eq(now, r >= 0, "%d is in force, the answer was %d", now, r);
        start_again(now, "after a call failed");
        cr_assert_eq(install(&offices[1]), 0);
        cr_assert_eq(in_force(etc, "again"), 1);
        inject_resume(armed);
        return r;
}

Test(crash_install, an_installation_that_fails_leaves_the_old_files_in_force)
{
        make_place();
        inject_each("install", install_and_look, NULL);
        drop_place();
}

/* Not in the watched process: whatever it finds, it finds by itself. */
static void read_for_ever(int ready)
{
        int fd = file_open_dir(AT_FDCWD, path), last = 0;
        unsigned changes = 0;

        for (;;) {
                Trust *t = NULL;
                int now;

                if (trust_load(fd, T0, (TrustFloor){0}, &t) < 0)
                        _exit(1);
                now = (int)t->snapshot.authority.version;
                if (t->snapshot.status != REASON_OK || t->snapshot.bundle.n_revoked != 1) {
                        fprintf(stderr, "%s\n", t->message);
                        _exit(2);
                }
                trust_free(t);
                changes += now != last;
                last = now;
                if (changes == 2 && write(ready, "x", 1) != 1)
                        _exit(3);
        }
}

Test(crash_install, a_reader_that_never_stops_sees_no_mixture)
{
        int status, ends[2];
        char byte;
        pid_t pid;

        make_place();
        cr_assert_eq(install(&offices[0]), 0);
        cr_assert_eq(pipe2(ends, O_CLOEXEC), 0);
        pid = fork();
        cr_assert_geq(pid, 0);
        if (pid == 0)
                read_for_ever(ends[1]);
        for (unsigned n = 1; n <= ROUNDS; n++)
                cr_assert_eq(install(&offices[n % 2]), 0);
        cr_assert_eq(waitpid(pid, &status, WNOHANG), 0, "the reader found what must not be: %d",
                     WEXITSTATUS(status));
        cr_assert_eq(read(ends[0], &byte, 1), 1); /* it has seen them change */
        cr_assert_eq(kill(pid, SIGKILL), 0);
        cr_assert_eq(waitpid(pid, &status, 0), pid);
        cr_assert(WIFSIGNALED(status));
        close(ends[0]);
        close(ends[1]);
        drop_place();
}

static void expect_refused(const char *words)
{
        _cleanup_(trust_freep) Trust *t = NULL;

        cr_assert_eq(trust_load(etc, T0, (TrustFloor){0}, &t), 0);
        cr_assert_eq(t->snapshot.status, REASON_POLICY_INVALID);
        cr_assert(strstr(t->message, words), "'%s' is not in '%s'", words, t->message);
}

Test(crash_install, what_is_pending_counts_only_as_a_folder_of_ours_beside_a_key_list)
{
        make_place();
        cr_assert_eq(install(&offices[0]), 0);
        run("cp -a %s %s && mv %s %s/" UZ_PENDING_DIR, path, copy_path, copy_path, path);
        cr_assert_eq(in_force(etc, "a copy of what is in force"), 0);
        run("chmod 0777 %s/" UZ_PENDING_DIR, path);
        expect_refused("group or others may write");
        cr_assert_eq(pending_finish(etc), -EPERM);
        run("chmod 0755 %s/" UZ_PENDING_DIR " && mv %s/" UZ_PENDING_DIR
            " %s && ln -s %s %s/" UZ_PENDING_DIR,
            path, path, copy_path, copy_path, path);
        expect_refused("it is no folder");
        run("rm %s/" UZ_PENDING_DIR " && echo x >%s/" UZ_PENDING_DIR, path, path);
        expect_refused("it is no folder");
        run("rm %s/" UZ_PENDING_DIR " && mv %s %s/" UZ_PENDING_DIR " && rm %s/" UZ_KEYS_FILE, path,
            copy_path, path, path);
        cr_assert_eq(in_force(etc, "without a key list in its place"), -1);
        cr_assert_eq(pending_finish(etc), 0);
        assert_tidy(etc, "nothing was in force");
        drop_place();
}
