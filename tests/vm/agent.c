/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Root agent of the test VM: runs commands that the host sends over virtio-serial ports.
 *
 * One process serves one port named uzvm.N. The host begins with the eight bytes of SYNC and a
 * nonce of eight more; the agent answers with the same sixteen bytes, so that whatever an earlier,
 * interrupted session left in the queue is skipped on both sides. After that both ends speak
 * frames: type (1 byte), length (4 bytes, little endian), payload.
 *   host to guest:  R command line for bash -c   I bytes for stdin   E end of stdin   K kill
 *   guest to host:  O stdout   2 stderr   X exit status (decimal text)
 * When the host goes away the command's process group is killed.
 */
#define _GNU_SOURCE

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SYNC "\x01uzvm\x02\x03\n"
#define FRAME_MAX 65536
#define STDIN_HIGH (1U << 20)
#define PORTS 6 /* as many as tests/vm/vm makes */

typedef struct Session {
        int port;
        pid_t pid;
        int in, out, err;
        int eof;
        unsigned char frame[5 + FRAME_MAX];
        size_t frame_len;
        unsigned char *pending;
        size_t pending_len;
} Session;

static void pause_ms(long ms)
{
        struct timespec ts = {.tv_sec = ms / 1000, .tv_nsec = (ms % 1000) * 1000000};

        nanosleep(&ts, NULL);
}

/*
 * Has the host gone away for good? "Closed" and "opened" are told by a work queue of the driver,
 * the bytes by an interrupt: on a busy machine a host's first bytes are here before the word that
 * the host before it left. Two seconds tell such a late word from a host that is gone.
 */
static int host_is_gone(int port)
{
        for (int i = 0; i < 100; i++) {
                struct pollfd pfd = {.fd = port};

                poll(&pfd, 1, 0);
                if (!(pfd.revents & (POLLHUP | POLLERR)))
                        return 0;
                pause_ms(20);
        }
        return 1;
}

static int write_all(int fd, const void *buf, size_t len)
{
        const unsigned char *p = buf;

        while (len > 0) {
                ssize_t n = write(fd, p, len);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n < 0 && errno == EAGAIN) {
                        struct pollfd pfd = {.fd = fd, .events = POLLOUT};

                        poll(&pfd, 1, 1000);
                        if (pfd.revents & POLLHUP && host_is_gone(fd))
                                return -EPIPE;
                        continue;
                }
                if (n <= 0)
                        return -EPIPE;
                p += n;
                len -= (size_t)n;
        }
        return 0;
}

static int send_frame(int fd, char type, const void *buf, size_t len)
{
        unsigned char head[5] = {(unsigned char)type, (unsigned char)len, (unsigned char)(len >> 8),
                                 (unsigned char)(len >> 16), (unsigned char)(len >> 24)};

        if (write_all(fd, head, sizeof(head)) < 0)
                return -EPIPE;
        return write_all(fd, buf, len);
}

/* While no host is there poll() returns POLLHUP at once; the driver sends SIGIO on a change. */
static void wait_for_host(void)
{
        struct timespec limit = {.tv_sec = 1};
        sigset_t set;

        sigemptyset(&set);
        sigaddset(&set, SIGIO);
        sigtimedwait(&set, NULL, &limit);
}

/* Reads bytes until SYNC and a nonce have passed, and echoes them. */
static int wait_for_sync(int port)
{
        unsigned char c, answer[16];
        size_t have = 0;

        for (;;) {
                struct pollfd pfd = {.fd = port, .events = POLLIN};
                ssize_t n;

                /* Not for ever: one was found asleep here after a boot, with the host calling. */
                poll(&pfd, 1, 500);
                n = read(port, &c, 1);
                if (n < 0)
                        continue;
                if (n == 0) {
                        wait_for_host();
                        have = 0;
                        continue;
                }
                if (have < 8 && c != (unsigned char)SYNC[have])
                        have = c == (unsigned char)SYNC[0] ? 1 : 0;
                else
                        have++;
                if (have > 0)
                        answer[have - 1] = c;
                if (have == 16)
                        return write_all(port, answer, sizeof(answer));
        }
}

static int start_command(Session *s, char *command)
{
        int in[2], out[2], err[2];

        if (pipe2(in, O_CLOEXEC) < 0 || pipe2(out, O_CLOEXEC) < 0 || pipe2(err, O_CLOEXEC) < 0)
                return -errno;
        s->pid = fork();
        if (s->pid < 0)
                return -errno;
        if (s->pid == 0) {
                sigset_t none;

                sigemptyset(&none);
                sigprocmask(SIG_SETMASK, &none, NULL);
                setsid();
                dup2(in[0], 0);
                dup2(out[1], 1);
                dup2(err[1], 2);
                signal(SIGPIPE, SIG_DFL);
                if (chdir("/root") < 0)
                        _exit(126);
                execl("/bin/bash", "bash", "-c", command, NULL);
                _exit(127);
        }
        close(in[0]);
        close(out[1]);
        close(err[1]);
        s->in = in[1];
        s->out = out[0];
        s->err = err[0];
        fcntl(s->in, F_SETFL, O_NONBLOCK);
        return 0;
}

static void close_fd(int *fd)
{
        if (*fd >= 0)
                close(*fd);
        *fd = -1;
}

static int handle_frame(Session *s, char type, unsigned char *data, size_t len)
{
        unsigned char *grown;

        switch (type) {
        case 'R':
                if (s->pid > 0)
                        return -EPROTO;
                data[len] = '\0';
                return start_command(s, (char *)data);
        case 'I':
                grown = realloc(s->pending, s->pending_len + len + 1);
                if (!grown)
                        return -ENOMEM;
                memcpy(grown + s->pending_len, data, len);
                s->pending = grown;
                s->pending_len += len;
                return 0;
        case 'E':
                s->eof = 1;
                return 0;
        case 'K':
                if (s->pid > 0)
                        kill(-s->pid, SIGKILL);
                return 0;
        default:
                return -EPROTO;
        }
}

static int read_port(Session *s)
{
        size_t want = 5;
        ssize_t n;

        if (s->frame_len >= 5)
                want = 5 + (s->frame[1] | (size_t)s->frame[2] << 8 | (size_t)s->frame[3] << 16 |
                            (size_t)s->frame[4] << 24);
        if (want >= sizeof(s->frame))
                return -EPROTO;
        if (s->frame_len < want) {
                n = read(s->port, s->frame + s->frame_len, want - s->frame_len);
                if (n < 0 && (errno == EINTR || errno == EAGAIN))
                        return 0;
                if (n <= 0)
                        return -EPIPE;
                s->frame_len += (size_t)n;
        }
        if (s->frame_len < 5)
                return 0;
        want = 5 + (s->frame[1] | (size_t)s->frame[2] << 8 | (size_t)s->frame[3] << 16 |
                    (size_t)s->frame[4] << 24);
        if (s->frame_len < want)
                return 0;
        s->frame_len = 0;
        return handle_frame(s, (char)s->frame[0], s->frame + 5, want - 5);
}

static void feed_stdin(Session *s)
{
        ssize_t n;

        if (s->in < 0)
                return;
        if (s->pending_len > 0) {
                n = write(s->in, s->pending, s->pending_len);
                if (n < 0 && errno != EAGAIN && errno != EINTR) {
                        close_fd(&s->in);
                        s->pending_len = 0;
                } else if (n > 0) {
                        s->pending_len -= (size_t)n;
                        memmove(s->pending, s->pending + n, s->pending_len);
                }
        }
        if (s->eof && s->pending_len == 0)
                close_fd(&s->in);
}

static int drain(Session *s, int *fd, char type)
{
        static char buf[32768];
        ssize_t n = read(*fd, buf, sizeof(buf));

        if (n < 0 && (errno == EINTR || errno == EAGAIN))
                return 0;
        if (n <= 0) {
                close_fd(fd);
                return 0;
        }
        return send_frame(s->port, type, buf, (size_t)n);
}

/* The command ended, but a daemon it left behind may hold stdout open: send what is there now. */
static int drain_rest(Session *s)
{
        int r = 0;

        if (s->out >= 0)
                fcntl(s->out, F_SETFL, O_NONBLOCK);
        if (s->err >= 0)
                fcntl(s->err, F_SETFL, O_NONBLOCK);
        for (int *fd = &s->out;; fd = &s->err) {
                while (*fd >= 0 && r == 0) {
                        struct pollfd pfd = {.fd = *fd, .events = POLLIN};

                        if (poll(&pfd, 1, 0) <= 0)
                                break;
                        r = drain(s, fd, fd == &s->out ? 'O' : '2');
                }
                if (fd == &s->err)
                        return r;
        }
}

static int reap(Session *s)
{
        char text[16];
        int status;

        if (s->pid <= 0 || waitpid(s->pid, &status, WNOHANG) != s->pid)
                return 0;
        s->pid = 0;
        if (drain_rest(s) < 0)
                return -EPIPE;
        snprintf(text, sizeof(text), "%d",
                 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
        send_frame(s->port, 'X', text, strlen(text));
        return 1;
}

static void serve(Session *s)
{
        for (;;) {
                struct pollfd p[4] = {
                        {.fd = s->port, .events = s->pending_len < STDIN_HIGH ? POLLIN : 0},
                        {.fd = s->out, .events = POLLIN},
                        {.fd = s->err, .events = POLLIN},
                        {.fd = s->in, .events = s->pending_len > 0 ? POLLOUT : 0},
                };
                int r;

                /* SIGCHLD interrupts poll; the timeout covers the one that came just before. */
                poll(p, 4, 200);
                if (p[0].revents & (POLLHUP | POLLERR)) {
                        if (host_is_gone(s->port))
                                return;
                        continue;
                }
                if (p[0].revents & POLLIN && read_port(s) < 0)
                        return;
                if (p[1].revents && drain(s, &s->out, 'O') < 0)
                        return;
                if (p[2].revents && drain(s, &s->err, '2') < 0)
                        return;
                feed_stdin(s);
                r = reap(s);
                if (r != 0)
                        return;
        }
}

static void end_session(Session *s)
{
        if (s->pid > 0) {
                kill(-s->pid, SIGKILL);
                waitpid(s->pid, NULL, 0);
        }
        close_fd(&s->in);
        close_fd(&s->out);
        close_fd(&s->err);
        free(s->pending);
        free(s);
}

static void run_port(const char *device)
{
        int port = open(device, O_RDWR | O_CLOEXEC | O_NONBLOCK);
        sigset_t set;

        if (port < 0)
                exit(1);
        sigemptyset(&set);
        sigaddset(&set, SIGIO);
        sigprocmask(SIG_BLOCK, &set, NULL);
        fcntl(port, F_SETOWN, getpid());
        fcntl(port, F_SETFL, O_NONBLOCK | O_ASYNC);
        for (;;) {
                Session *s;

                if (wait_for_sync(port) < 0)
                        continue;
                s = calloc(1, sizeof(*s));
                if (!s)
                        exit(1);
                s->port = port;
                s->in = s->out = s->err = -1;
                serve(s);
                end_session(s);
        }
}

static void on_child(int sig)
{
        (void)sig;
}

/* Which port a process serves; 0 if none does yet, or no longer. */
typedef struct Server {
        char device[64];
        pid_t pid;
} Server;

static void serve_port(Server servers[PORTS], const char *device)
{
        for (size_t i = 0; i < PORTS; i++) {
                Server *s = &servers[i];

                if (s->device[0] && strcmp(s->device, device) != 0)
                        continue;
                snprintf(s->device, sizeof(s->device), "%.63s", device);
                if (s->pid <= 0 && (s->pid = fork()) == 0)
                        run_port(device);
                return;
        }
}

/* Ports get their names one by one, and a name may be there before its device can be opened. */
static void serve_ports(Server servers[PORTS])
{
        char path[512], name[64];
        struct dirent *e;
        DIR *d = opendir("/sys/class/virtio-ports");

        while (d && (e = readdir(d))) {
                FILE *f;

                snprintf(path, sizeof(path), "/sys/class/virtio-ports/%s/name", e->d_name);
                f = e->d_name[0] == 'v' ? fopen(path, "re") : NULL;
                if (!f)
                        continue;
                if (fgets(name, sizeof(name), f) && !strncmp(name, "uzvm.", 5)) {
                        snprintf(path, sizeof(path), "/dev/%.48s", e->d_name);
                        serve_port(servers, path);
                }
                fclose(f);
        }
        if (d)
                closedir(d);
}

static int all_served(Server servers[PORTS])
{
        int all = 1;
        pid_t pid;

        while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
                for (size_t i = 0; i < PORTS; i++)
                        if (servers[i].pid == pid)
                                servers[i].pid = 0;
        for (size_t i = 0; i < PORTS; i++)
                all &= servers[i].pid > 0;
        return all;
}

int main(void)
{
        struct sigaction sa = {.sa_handler = on_child};
        Server servers[PORTS] = {0};

        sigaction(SIGCHLD, &sa, NULL);
        signal(SIGPIPE, SIG_IGN);
        setenv("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", 1);
        setenv("HOME", "/root", 1);
        setenv("LANG", "C.UTF-8", 1);
        setenv("TERM", "dumb", 1);
        for (;;) {
                serve_ports(servers);
                pause_ms(all_served(servers) ? 5000 : 50);
        }
}
