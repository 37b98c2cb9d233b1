/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The daemon's side of the probe children. */
#include "daemon/probe.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <systemd/sd-daemon.h>

#include "lib/file.h"
#include "lib/names.h"

/* Later than the child's own limit, so that it can still say what happened. */
#define KILL_USEC 6000000u

/* A child, with a request or waiting for one. */
struct Probe {
        ProbePool *pool;
        sd_event_source *io, *timer;
        int fd;
        pid_t pid;
        ProbeDone done;
        void *userdata;
};

struct ProbePool {
        sd_event *event;
        Probe *spare;
};

static bool answer_is_sane(const ProbeAnswer *a)
{
        if (a->outcome >= PROBE_OUTCOME_MAX_ || a->has_area > 1 || a->n_luns > 16 ||
            a->device_type > 0x1f || a->table[sizeof(a->table) - 1] != '\0' ||
            a->why[sizeof(a->why) - 1] != '\0')
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

static int read_answer(const Probe *p, ProbeAnswer *ret)
{
        uint8_t bytes[PROBE_ANSWER_SIZE + 1];

        if (recv(p->fd, bytes, sizeof(bytes), MSG_DONTWAIT) != PROBE_ANSWER_SIZE ||
            probe_answer_decode(bytes, ret) < 0 || !answer_is_sane(ret))
                return -EPROTO;
        return 0;
}

static int on_reaped(sd_event_source *s, const siginfo_t *si _unused_, void *userdata _unused_)
{
        sd_event_source_disable_unref(s);
        return 0;
}

/* The child ends here, whatever it meant to do next. Nobody waits for its last breath. */
static void end_child(Probe *p)
{
        sd_event_source *s;

        if (p->pid <= 0)
                return;
        (void)kill(p->pid, SIGKILL);
        if (waitpid(p->pid, NULL, WNOHANG) == 0 &&
            sd_event_add_child(p->pool->event, &s, p->pid, WEXITED, on_reaped, NULL) < 0)
                (void)waitpid(p->pid, NULL, 0);
        p->pid = 0;
}

static int on_answer(sd_event_source *s _unused_, int fd _unused_, uint32_t events _unused_,
                     void *userdata)
{
        Probe *p = userdata;
        ProbeDone done = p->done;
        void *data = p->userdata;
        ProbeAnswer answer;
        int r;

        r = read_answer(p, &answer);
        (void)probe_free(p);
        done(data, r, r == 0 ? &answer : NULL);
        return 0;
}

static int on_timer(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        Probe *p = userdata;
        ProbeDone done = p->done;
        void *data = p->userdata;

        (void)probe_free(p);
        done(data, -ETIMEDOUT, NULL);
        return 0;
}

/* Fresh signal mask and handlers (the daemon's are blocked for its event loop), no environment. */
static int spawn(int socket_fd, pid_t *ret)
{
        char *const argv[] = {(char *)UZ_PROBE_HELPER, NULL}, *const envp[] = {NULL};
        posix_spawn_file_actions_t files;
        posix_spawnattr_t attributes;
        sigset_t none, all;
        char path[256];
        int r;

        (void)snprintf(path, sizeof(path), "%s/" UZ_PROBE_HELPER,
                       file_dir(UZ_ENV_LIBEXEC_DIR, UZ_LIBEXECDIR));
        (void)sigemptyset(&none);
        (void)sigfillset(&all);
        r = posix_spawn_file_actions_init(&files);
        if (r != 0)
                return -r;
        r = posix_spawnattr_init(&attributes);
        if (r == 0) {
                (void)posix_spawnattr_setsigmask(&attributes, &none);
                (void)posix_spawnattr_setsigdefault(&attributes, &all);
                (void)posix_spawnattr_setflags(&attributes,
                                               POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
                r = posix_spawn_file_actions_adddup2(&files, socket_fd, PROBE_FD_SOCKET);
                if (r == 0)
                        r = posix_spawn(ret, path, &files, &attributes, argv, envp);
                (void)posix_spawnattr_destroy(&attributes);
        }
        (void)posix_spawn_file_actions_destroy(&files);
        return -r;
}

static int child_new(ProbePool *pool, Probe **ret)
{
        _cleanup_(probe_freep) Probe *p = calloc(1, sizeof(*p));
        int fds[2], r;

        if (!p)
                return -ENOMEM;
        p->pool = pool;
        if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) < 0) {
                p->fd = -EBADF;
                return -errno;
        }
        p->fd = fds[0];
        r = spawn(fds[1], &p->pid);
        (void)fd_close(fds[1]);
        if (r < 0)
                return r;
        *ret = TAKE_PTR(p);
        return 0;
}

/* The child that waited has ended: it is not there any more for the next drive. */
static int on_spare_ended(sd_event_source *s _unused_, int fd _unused_, uint32_t events _unused_,
                          void *userdata)
{
        ProbePool *pool = userdata;

        pool->spare = probe_free(pool->spare);
        return 0;
}

void probe_pool_fill(ProbePool *pool)
{
        int r;

        if (pool->spare)
                return;
        r = child_new(pool, &pool->spare);
        if (r == 0)
                r = sd_event_add_io(pool->event, &pool->spare->io, pool->spare->fd, EPOLLIN,
                                    on_spare_ended, pool);
        if (r >= 0)
                return;
        pool->spare = probe_free(pool->spare);
        (void)fprintf(stderr, SD_WARNING "usbzoned: no probe can be started: %s\n", strerror(-r));
}

/* The request and the usbfs descriptor in one message. */
static int send_request(const Probe *p, const ProbeRequest *q, int device_fd)
{
        static uint8_t bytes[PROBE_REQUEST_SIZE];
        union {
                struct cmsghdr header;
                uint8_t space[CMSG_SPACE(sizeof(int))];
        } control = {0};
        struct iovec iov = {bytes, sizeof(bytes)};
        struct msghdr m = {.msg_iov = &iov,
                           .msg_iovlen = 1,
                           .msg_control = &control,
                           .msg_controllen = sizeof(control)};

        control.header = (struct cmsghdr){.cmsg_level = SOL_SOCKET,
                                          .cmsg_type = SCM_RIGHTS,
                                          .cmsg_len = CMSG_LEN(sizeof(int))};
        memcpy(CMSG_DATA(&control.header), &device_fd, sizeof(device_fd));
        probe_request_encode(q, bytes);
        return sendmsg(p->fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) < 0 ? -errno : 0;
}

/* The child that waits, or, should it be gone, a new one. */
static int give_request(ProbePool *pool, const ProbeRequest *q, int device_fd, Probe **ret)
{
        Probe *p = TAKE_PTR(pool->spare);
        int r;

        if (p) {
                p->io = sd_event_source_disable_unref(p->io);
                if (send_request(p, q, device_fd) == 0) {
                        *ret = p;
                        return 0;
                }
                p = probe_free(p);
        }
        r = child_new(pool, &p);
        if (r == 0)
                r = send_request(p, q, device_fd);
        if (r < 0) {
                (void)probe_free(p);
                return r;
        }
        *ret = p;
        return 0;
}

int probe_start(ProbePool *pool, const UsbDevice *u, ProbeMode mode, const uint8_t *label,
                unsigned first_copy, ProbeDone done, void *userdata, Probe **ret)
{
        _cleanup_(probe_freep) Probe *p = NULL;
        ProbeRequest q = {.mode = (uint8_t)mode,
                          .interface = u->held[0].setting.number,
                          .first_copy = (uint8_t)first_copy};
        int r;

        if (label)
                memcpy(q.label, label, sizeof(q.label));
        r = give_request(pool, &q, u->usbfs_fd, &p);
        if (r < 0)
                return r;
        p->done = done;
        p->userdata = userdata;
        r = sd_event_add_io(pool->event, &p->io, p->fd, EPOLLIN, on_answer, p);
        if (r >= 0)
                r = sd_event_add_time_relative(pool->event, &p->timer, CLOCK_MONOTONIC, KILL_USEC,
                                               0, on_timer, p);
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
        sd_event_source_disable_unref(p->io);
        end_child(p);
        (void)fd_close(p->fd);
        free(p);
        return NULL;
}

int probe_pool_new(sd_event *event, ProbePool **ret)
{
        ProbePool *pool = calloc(1, sizeof(*pool));

        if (!pool)
                return -ENOMEM;
        pool->event = event;
        *ret = pool;
        return 0;
}

ProbePool *probe_pool_free(ProbePool *pool)
{
        if (pool)
                (void)probe_free(pool->spare);
        free(pool);
        return NULL;
}
