/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The walls: descriptors, user, limits, system calls. */
#include "cli/jail.h"

#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <seccomp.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/file.h"

#define NOBODY 65534u
#define FILES_MAX 16u

static const struct {
        int resource;
        rlim_t value;
} limits[] = {
        {RLIMIT_AS, 512u << 20}, /* an archive made by `xz -9` or `zstd --ultra` needs 130 MiB */
        {RLIMIT_CPU, 600},       {RLIMIT_FSIZE, 0}, /* pipes are not meant */
        {RLIMIT_CORE, 0},        {RLIMIT_NOFILE, FILES_MAX},
};

/* What any work needs. */
static const int calls[] = {
        SCMP_SYS(read),           SCMP_SYS(write),      SCMP_SYS(close),   SCMP_SYS(brk),
        SCMP_SYS(munmap),         SCMP_SYS(mremap),     SCMP_SYS(madvise), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(rt_sigprocmask), SCMP_SYS(futex),      SCMP_SYS(getpid),  SCMP_SYS(clock_gettime),
        SCMP_SYS(exit),           SCMP_SYS(exit_group),
};

/* What a program needs besides to be loaded and to begin. */
static const int program_calls[] = {
        SCMP_SYS(execve),          SCMP_SYS(mmap),         SCMP_SYS(mprotect),
        SCMP_SYS(fstat),           SCMP_SYS(stat),         SCMP_SYS(lstat),
        SCMP_SYS(newfstatat),      SCMP_SYS(statx),        SCMP_SYS(pread64),
        SCMP_SYS(access),          SCMP_SYS(faccessat),    SCMP_SYS(faccessat2),
        SCMP_SYS(arch_prctl),      SCMP_SYS(lseek),        SCMP_SYS(set_tid_address),
        SCMP_SYS(set_robust_list), SCMP_SYS(rseq),         SCMP_SYS(prlimit64),
        SCMP_SYS(getrandom),       SCMP_SYS(rt_sigaction), SCMP_SYS(fadvise64),
        SCMP_SYS(readlink),        SCMP_SYS(readlinkat),   SCMP_SYS(sched_getaffinity),
        SCMP_SYS(uname),           SCMP_SYS(sysinfo),      SCMP_SYS(sigaltstack),
        SCMP_SYS(getuid),          SCMP_SYS(geteuid),      SCMP_SYS(getgid),
        SCMP_SYS(getegid),         SCMP_SYS(getdents64),   SCMP_SYS(gettid),
        SCMP_SYS(sched_yield),     SCMP_SYS(clock_getres), SCMP_SYS(gettimeofday),
        SCMP_SYS(fcntl),
};

static int allow(scmp_filter_ctx filter, const int *list, size_t n)
{
        int r = 0;

        for (size_t i = 0; r == 0 && i < n; i++)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, list[i], 0);
        return r;
}

/* Memory only, no file behind it, never executable. */
static int allow_memory(scmp_filter_ctx filter)
{
        int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 2,
                                 SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0),
                                 SCMP_A4(SCMP_CMP_MASKED_EQ, UINT32_MAX, UINT32_MAX));

        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1,
                                     SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
        return r;
}

/* Files are opened for reading only; threads, but no processes. */
static int allow_program(scmp_filter_ctx filter)
{
        int r = allow(filter, program_calls, ARRAY_SIZE(program_calls));

        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(openat), 1,
                                     SCMP_A2(SCMP_CMP_MASKED_EQ, O_ACCMODE | O_CREAT | O_TRUNC, 0));
        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
                                     SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD));
        if (r == 0) /* its flags cannot be looked at; without it glibc takes clone() */
                r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
        if (r == 0)
                r = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOTTY), SCMP_SYS(ioctl), 0);
        return r;
}

/* Our own work dies of another call; a program, which may try much, gets an error. */
static int seal(bool program)
{
        scmp_filter_ctx filter =
                seccomp_init(program ? SCMP_ACT_ERRNO(EPERM) : SCMP_ACT_KILL_PROCESS);
        int r;

        if (!filter)
                return -ENOMEM;
        r = allow(filter, calls, ARRAY_SIZE(calls));
        if (r == 0)
                r = program ? allow_program(filter) : allow_memory(filter);
        if (r == 0)
                r = seccomp_load(filter);
        seccomp_release(filter);
        return r;
}

static bool set_descriptors(int in, int out)
{
        int null = open("/dev/null", O_RDWR | O_CLOEXEC);
        int from = fcntl(in, F_DUPFD, 3), to = fcntl(out, F_DUPFD, 3);

        return null >= 0 && from >= 0 && to >= 0 && dup2(from, STDIN_FILENO) >= 0 &&
               dup2(to, STDOUT_FILENO) >= 0 && dup2(null, STDERR_FILENO) >= 0 &&
               close_range(3, ~0u, 0) == 0;
}

/* Root is nobody from here on. */
static bool drop_user(void)
{
        if (geteuid() != 0)
                return true;
        return setgroups(0, NULL) == 0 && setresgid(NOBODY, NOBODY, NOBODY) == 0 &&
               setresuid(NOBODY, NOBODY, NOBODY) == 0;
}

static bool set_limits(void)
{
        for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
                const struct rlimit l = {limits[i].value, limits[i].value};

                if (setrlimit(limits[i].resource, &l) < 0)
                        return false;
        }
        return true;
}

static bool shut_in(int in, int out, bool program)
{
        return signal(SIGPIPE, SIG_DFL) != SIG_ERR && set_descriptors(in, out) && drop_user() &&
               prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) == 0 &&
               prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
               prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && set_limits() && seal(program) == 0;
}

static _Noreturn void in_child(int in, int out, JailWork work, void *userdata, char *const argv[])
{
        char *const env[] = {NULL};

        if (!shut_in(in, out, argv != NULL))
                _exit(JAIL_E_WALLS);
        if (work)
                _exit(work(userdata));
        (void)execve(argv[0], argv, env);
        _exit(JAIL_E_PROGRAM);
}

static int start(int in, JailWork work, void *userdata, char *const argv[], Jail *ret)
{
        int ends[2];
        pid_t pid;

        if (pipe2(ends, O_CLOEXEC) < 0)
                return -errno;
        pid = fork();
        if (pid == 0)
                in_child(in, ends[1], work, userdata, argv);
        fd_close(ends[1]);
        if (pid < 0) {
                int r = -errno;

                fd_close(ends[0]);
                return r;
        }
        *ret = (Jail){.pid = pid, .fd = ends[0]};
        return 0;
}

int jail_start(int in, JailWork work, void *userdata, Jail *ret)
{
        return start(in, work, userdata, NULL, ret);
}

int jail_run(int in, char *const argv[], Jail *ret)
{
        return start(in, NULL, NULL, argv, ret);
}

int jail_end(Jail *j)
{
        pid_t pid = j->pid;
        int status = 0;

        j->fd = fd_close(j->fd);
        j->pid = 0;
        if (pid == 0)
                return 0;
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

void jail_kill(Jail *j)
{
        if (j->pid)
                (void)kill(j->pid, SIGKILL);
        (void)!jail_end(j);
}
