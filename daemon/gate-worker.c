/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Work of the gate that a device can hold up, in a thread of its own with descriptors of its own. A
 * thread and not a process: a process would have to be copied first, while the user waits. */
#include <fcntl.h>
#include <linux/usbdevice_fs.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/pidfd.h>
#include <sys/wait.h>

#include "daemon/gate.h"

#define SYNC_MS 5000
#define STACK_SIZE (64u * 1024u)

/* What the thread has; nothing of it is shared with the daemon. */
typedef struct Task {
        GateWork work;
        uint32_t mask;
        int usbfs_fd, result_fd;
        size_t n;
        struct {
                unsigned number;
                int authorized_fd;
        } interfaces[USB_HELD_MAX];
} Task;

struct GateJob {
        sd_event_source *source;
        GateDone done;
        void *userdata;
};

static Task *task_free(Task *t)
{
        for (size_t i = 0; i < t->n; i++)
                (void)fd_close(t->interfaces[i].authorized_fd);
        (void)fd_close(t->usbfs_fd);
        (void)fd_close(t->result_fd);
        free(t);
        return NULL;
}
DEFINE_FREEP(Task, task_free)

/* In the thread from here on: system calls alone. */

/* sync() cannot be interrupted, so a process does it, which may be left behind. */
static void sync_with_limit(void)
{
        struct pollfd p = {.fd = -EBADF, .events = POLLIN};
        pid_t pid;

        pid = fork();
        if (pid == 0) {
                sync();
                _exit(0);
        }
        if (pid < 0)
                return;
        p.fd = pidfd_open(pid, 0);
        if (p.fd >= 0 && poll(&p, 1, SYNC_MS) > 0)
                (void)waitpid(pid, NULL, 0);
        (void)fd_close(p.fd);
}

static int authorize(const Task *t, size_t i, bool yes)
{
        return pwrite(t->interfaces[i].authorized_fd, yes ? "1" : "0", 1, 0) < 0 ? -errno : 0;
}

/* The interfaces not in the mask; all of them are tried. */
static int close_others(const Task *t, uint32_t mask)
{
        int r, error = 0;

        for (size_t i = 0; i < t->n; i++) {
                if (mask & (UINT32_C(1) << i))
                        continue;
                r = authorize(t, i, false);
                if (r < 0)
                        error = r;
        }
        return error;
}

/* The claim may be gone with its driver; then there is nothing to release. */
static int bind_interface(const Task *t, size_t i)
{
        unsigned number = t->interfaces[i].number;
        struct usbdevfs_ioctl c = {.ifno = (int)number, .ioctl_code = USBDEVFS_CONNECT};

        if (ioctl(t->usbfs_fd, USBDEVFS_RELEASEINTERFACE, &number) < 0 && errno != EINVAL)
                return -errno;
        return ioctl(t->usbfs_fd, USBDEVFS_IOCTL, &c) < 0 && errno != EBUSY ? -errno : 0;
}

/* All closed before any opens: a driver that takes several finds none it must not have. */
static int pass(const Task *t)
{
        int error = close_others(t, t->mask);

        for (size_t i = 0; error == 0 && i < t->n; i++)
                if (t->mask & (UINT32_C(1) << i))
                        error = authorize(t, i, true);
        for (size_t i = 0; error == 0 && i < t->n; i++)
                if (t->mask & (UINT32_C(1) << i))
                        error = bind_interface(t, i);
        return error;
}

static int task_do(const Task *t)
{
        switch (t->work) {
        case GATE_SAVE:
                sync_with_limit();
                return close_others(t, 0);
        case GATE_CLOSE:
                return close_others(t, 0);
        case GATE_SYNC:
                sync_with_limit();
                return 0;
        case GATE_HAND_OVER:
                return bind_interface(t, 0);
        case GATE_PASS:
                return pass(t);
        }
        return -EINVAL;
}

static void *thread_main(void *userdata)
{
        Task *t = userdata;
        int result = task_do(t);

        (void)!write(t->result_fd, &result, sizeof(result));
        (void)task_free(t);
        return NULL;
}

/* In the daemon again. */

static int on_result(sd_event_source *s, int fd, uint32_t events _unused_, void *userdata)
{
        GateJob *job = userdata;
        GateDone done = job->done;
        void *data = job->userdata;
        int result = -EIO;

        if (read(fd, &result, sizeof(result)) != sizeof(result))
                result = -EIO;
        sd_event_source_disable_unref(s);
        free(job);
        if (done)
                done(data, result);
        return 0;
}

static int copy_fd(int fd)
{
        int r = fcntl(fd, F_DUPFD_CLOEXEC, 3);

        return r < 0 ? -errno : r;
}

static int task_new(const UsbDevice *u, GateWork work, uint32_t mask, int *ret_fd, Task **ret)
{
        _cleanup_(task_freep) Task *t = calloc(1, sizeof(*t));
        int fds[2];

        if (!t)
                return -ENOMEM;
        t->work = work;
        t->mask = mask;
        t->result_fd = -EBADF;
        t->usbfs_fd = copy_fd(u->usbfs_fd);
        if (t->usbfs_fd < 0)
                return t->usbfs_fd;
        for (size_t i = 0; i < u->n_held; i++) {
                t->interfaces[i].number = u->held[i].setting.number;
                t->interfaces[i].authorized_fd = copy_fd(u->held[i].authorized_fd);
                t->n++;
                if (t->interfaces[i].authorized_fd < 0)
                        return t->interfaces[i].authorized_fd;
        }
        if (pipe2(fds, O_CLOEXEC) < 0)
                return -errno;
        *ret_fd = fds[0];
        t->result_fd = fds[1];
        *ret = TAKE_PTR(t);
        return 0;
}

static int thread_start(Task *t)
{
        pthread_attr_t attributes;
        pthread_t thread;
        int r;

        r = pthread_attr_init(&attributes);
        if (r != 0)
                return -r;
        (void)pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
        (void)pthread_attr_setstacksize(&attributes, STACK_SIZE);
        r = pthread_create(&thread, &attributes, thread_main, t);
        (void)pthread_attr_destroy(&attributes);
        return -r;
}

int gate_start(sd_event *event, const UsbDevice *u, GateWork work, uint32_t mask, GateDone done,
               void *userdata, GateJob **ret)
{
        _cleanup_(task_freep) Task *t = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        GateJob *job;
        int r;

        r = task_new(u, work, mask, &fd, &t);
        if (r < 0)
                return r;
        job = calloc(1, sizeof(*job));
        if (!job)
                return -ENOMEM;
        *job = (GateJob){.done = done, .userdata = userdata};
        r = sd_event_add_io(event, &job->source, fd, EPOLLIN, on_result, job);
        if (r >= 0)
                r = sd_event_source_set_io_fd_own(job->source, true);
        if (r >= 0) {
                fd = -EBADF; /* the event source has it */
                r = thread_start(t);
        }
        if (r < 0) {
                sd_event_source_disable_unref(job->source);
                free(job);
                return r;
        }
        t = NULL; /* the thread has it */
        *ret = job;
        return 0;
}

GateJob *gate_detach(GateJob *job)
{
        if (job)
                job->done = NULL;
        return NULL;
}
