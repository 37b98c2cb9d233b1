/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's side of the probe child. */
#include "daemon/probe.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "lib/file.h"
#include "lib/names.h"

/* Later than the child's own limit, so that it can still say what happened. */
#define KILL_USEC 6000000u
/* Above the numbers the child gets its own descriptors as. */
#define FD_ABOVE 10

struct Probe {
        sd_event_source *child, *timer;
        int pipe_fd;
        pid_t pid;
        bool killed;
        ProbeDone done;
        void *userdata;
};

static bool answer_is_sane(const ProbeAnswer *a)
{
        if (a->outcome >= PROBE_OUTCOME_MAX_ || a->has_area > 1 || a->n_luns > 16 ||
            a->device_type > 0x1f || a->table[sizeof(a->table) - 1] != '\0')
                return false;
        if (a->outcome != PROBE_OUTCOME_OK)
                return true;
        if (a->n_luns == 0 || a->first_used > a->capacity)
                return false;
        if (a->capacity == 0)
                return !a->has_area && (a->n_luns > 1 || a->device_type != 0);
        return a->block_size >= 512 && a->block_size <= PROBE_COPY_SIZE &&
               (a->block_size & (a->block_size - 1)) == 0 && a->capacity % a->block_size == 0;
}

static int read_answer(Probe *p, ProbeAnswer *ret)
{
        uint8_t bytes[PROBE_ANSWER_SIZE + 1];
        size_t n = 0;
        ssize_t k;

        while (n < sizeof(bytes)) {
                k = read(p->pipe_fd, bytes + n, sizeof(bytes) - n);
                if (k < 0 && errno == EINTR)
                        continue;
                if (k <= 0)
                        break;
                n += (size_t)k;
        }
        if (n != PROBE_ANSWER_SIZE || probe_answer_decode(bytes, ret) < 0 || !answer_is_sane(ret))
                return -EPROTO;
        return 0;
}

/* The child is gone and with it everything it had under way; its answer waits in the pipe. */
static int on_child(sd_event_source *s _unused_, const siginfo_t *si _unused_, void *userdata)
{
        Probe *p = userdata;
        ProbeDone done = p->done;
        void *data = p->userdata;
        ProbeAnswer answer;
        int r;

        r = p->killed ? -ETIMEDOUT : read_answer(p, &answer);
        p->pid = 0;
        (void)probe_free(p);
        done(data, r, r == 0 ? &answer : NULL);
        return 0;
}

static int on_timer(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Probe *p = userdata;

        p->killed = true;
        (void)kill(p->pid, SIGKILL);
        return 0;
}

typedef struct Spawn {
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
} Spawn;

/* Fresh signal mask and handlers: the daemon's are blocked for its event loop. */
static int spawn_init(Spawn *s)
{
        sigset_t none, all;
        int r;

        (void)sigemptyset(&none);
        (void)sigfillset(&all);
        r = posix_spawn_file_actions_init(&s->files);
        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&s->attributes);
        if (r != 0) {
                (void)posix_spawn_file_actions_destroy(&s->files);
                return -r;
        }
        (void)posix_spawnattr_setsigmask(&s->attributes, &none);
        (void)posix_spawnattr_setsigdefault(&s->attributes, &all);
        (void)posix_spawnattr_setflags(&s->attributes,
                                       POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
        return 0;
}

static void spawn_clear(Spawn *s)
{
        (void)posix_spawnattr_destroy(&s->attributes);
        (void)posix_spawn_file_actions_destroy(&s->files);
}

static int spawn_give(Spawn *s, int fd, int as)
{
        return -posix_spawn_file_actions_adddup2(&s->files, fd, as);
}

static int spawn_run(Spawn *s, ProbeMode mode, unsigned interface, unsigned first_copy,
                     pid_t *ret_pid)
{
        static const char *const modes[] = {PROBE_MODE_READ, PROBE_MODE_WRITE, PROBE_MODE_LAYOUT};
        char path[256], number[12], copy[12];
        char *const argv[] = {(char *)UZ_PROBE_HELPER, (char *)modes[mode], number, copy, NULL};
        char *const envp[] = {NULL};

        (void)snprintf(number, sizeof(number), "%u", interface);
        (void)snprintf(copy, sizeof(copy), "%u", first_copy);
        (void)snprintf(path, sizeof(path), "%s/" UZ_PROBE_HELPER,
                       file_dir(UZ_ENV_LIBEXEC_DIR, UZ_LIBEXECDIR));
        return -posix_spawn(ret_pid, path, &s->files, &s->attributes, argv, envp);
}

/* A copy of `fd` that no descriptor given to the child can overwrite. */
static int raise_fd(int fd)
{
        int r = fcntl(fd, F_DUPFD_CLOEXEC, FD_ABOVE);

        return r < 0 ? -errno : r;
}

static int make_pipe(int *ret_read, int *ret_write)
{
        _cleanup_(fd_closep) int a = -EBADF, b = -EBADF;
        int fds[2], w;

        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        a = fds[0];
        b = fds[1];
        if (fcntl(a, F_SETFL, O_NONBLOCK) < 0)
                return -errno;
        w = raise_fd(b);
        if (w < 0)
                return w;
        *ret_read = TAKE_FD(a);
        *ret_write = w;
        return 0;
}

static int make_label(const uint8_t *label, int *ret)
{
        _cleanup_(fd_closep) int fd = memfd_create("label", MFD_CLOEXEC);
        int r;

        if (fd < 0)
                return -errno;
        r = file_write_full(fd, label, PROBE_COPY_SIZE);
        if (r < 0)
                return r;
        r = raise_fd(fd);
        if (r < 0)
                return r;
        *ret = r;
        return 0;
}

static int spawn_child(Probe *p, const UsbDevice *u, ProbeMode mode, const uint8_t *label,
                       unsigned first_copy)
{
        _cleanup_(fd_closep) int device = raise_fd(u->usbfs_fd), answer = -EBADF, text = -EBADF;
        Spawn s;
        int r;

        if (device < 0)
                return device;
        r = make_pipe(&p->pipe_fd, &answer);
        if (r == 0 && label)
                r = make_label(label, &text);
        if (r < 0)
                return r;
        r = spawn_init(&s);
        if (r < 0)
                return r;
        r = spawn_give(&s, device, PROBE_FD_DEVICE);
        if (r == 0)
                r = spawn_give(&s, answer, PROBE_FD_ANSWER);
        if (r == 0 && label)
                r = spawn_give(&s, text, PROBE_FD_LABEL);
        if (r == 0)
                r = spawn_run(&s, mode, u->held[0].setting.number, first_copy, &p->pid);
        spawn_clear(&s);
        return r;
}

int probe_start(sd_event *event, const UsbDevice *u, ProbeMode mode, const uint8_t *label,
                unsigned first_copy, ProbeDone done, void *userdata, Probe **ret)
{
        _cleanup_(probe_freep) Probe *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                return -ENOMEM;
        p->pipe_fd = -EBADF;
        p->done = done;
        p->userdata = userdata;
        r = spawn_child(p, u, mode, label, first_copy);
        if (r < 0)
                return r;
        r = sd_event_add_child(event, &p->child, p->pid, WEXITED, on_child, p);
        if (r >= 0)
                r = sd_event_add_time_relative(event, &p->timer, CLOCK_MONOTONIC, KILL_USEC, 0,
                                               on_timer, p);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p);
        return 0;
}

Probe *probe_free(Probe *p)
{
        if (!p)
                return NULL;
        sd_event_source_disable_unref(p->timer);
        sd_event_source_disable_unref(p->child);
        if (p->pid > 0) {
                (void)kill(p->pid, SIGKILL);
                (void)waitpid(p->pid, NULL, 0);
        }
        (void)fd_close(p->pipe_fd);
        free(p);
        return NULL;
}
