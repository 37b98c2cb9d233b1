/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Runs one of the system's programs and keeps what it prints. */
#include "cli/run.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "cli/out.h"
#include "lib/file.h"

static const char *const folders[] = {"/usr/sbin", "/usr/bin", "/sbin", "/bin"};
static const char *const environment[] = {"PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8",
                                          NULL};

bool run_find(const char *name, char *ret, size_t size)
{
        for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
                snprintf(ret, size, "%s/%s", folders[i], name);
                if (access(ret, X_OK) == 0)
                        return true;
        }
        return false;
}

/* The input fits into a pipe whole, so it can be written before the program runs. */
static int input_pipe(const char *text, int *ret)
{
        int fds[2], r = 0;

        if (!text) {
                *ret = open("/dev/null", O_RDONLY | O_CLOEXEC);
                return *ret < 0 ? -errno : 0;
        }
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        r = file_write_full(fds[1], text, strlen(text));
        fd_close(fds[1]);
        if (r < 0) {
                fd_close(fds[0]);
                return r;
        }
        *ret = fds[0];
        return 0;
}

static int spawn(const char *path, const char *const *argv, int in, int out, int error, pid_t *ret)
{
        posix_spawn_file_actions_t actions;
        posix_spawnattr_t attributes;
        sigset_t none, defaults;
        int r;

        sigemptyset(&none);
        sigemptyset(&defaults);
        sigaddset(&defaults, SIGPIPE);
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_adddup2(&actions, in, STDIN_FILENO);
        posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
        posix_spawn_file_actions_adddup2(&actions, error, STDERR_FILENO);
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        posix_spawnattr_setsigmask(&attributes, &none);
        posix_spawnattr_setsigdefault(&attributes, &defaults);
        r = posix_spawn(ret, path, &actions, &attributes, (char *const *)argv,
                        (char *const *)environment);
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
        return -r;
}

/* Reads till the program closes its end; the text is cut, the rest is thrown away. */
static void collect(int fd, Run *run)
{
        Progress progress = progress_start(run->progress ? run->progress : "");
        struct pollfd p = {.fd = fd, .events = POLLIN};
        size_t n = 0;

        for (;;) {
                char buffer[512];
                ssize_t got;

                if (poll(&p, 1, 200) <= 0) {
                        if (run->progress)
                                progress_update(&progress, 0, 0);
                        continue;
                }
                got = read(fd, buffer, sizeof(buffer));
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0)
                        break;
                got = (ssize_t)MIN((size_t)got, sizeof(run->output) - 1 - n);
                memcpy(run->output + n, buffer, (size_t)got);
                n += (size_t)got;
        }
        run->output[n] = '\0';
        while (n > 0 && run->output[n - 1] == '\n')
                run->output[--n] = '\0';
        progress_end(&progress);
}

int run_program(Run *run)
{
        _cleanup_(fd_closep) int in = -EBADF;
        _cleanup_(fd_closep) int out = -EBADF;
        _cleanup_(fd_closep) int nowhere = -EBADF;
        char path[256];
        int fds[2], status, r;
        pid_t pid;

        if (!run_find(run->argv[0], path, sizeof(path)))
                return -ENOENT;
        r = input_pipe(run->input, &in);
        if (r < 0)
                return r;
        nowhere = open("/dev/null", O_WRONLY | O_CLOEXEC);
        if (nowhere < 0)
                return -errno;
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        out = fds[0];
        r = spawn(path, run->argv, in, fds[1], run->no_errors ? nowhere : fds[1], &pid);
        fd_close(fds[1]);
        if (r < 0)
                return r;
        collect(out, run);
        while (waitpid(pid, &status, 0) < 0)
                if (errno != EINTR)
                        return -errno;
        return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}
