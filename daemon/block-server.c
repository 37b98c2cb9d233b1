/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket of the block helper: one query, one reply, and which drive a disk belongs to. */
#include "daemon/block-server.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

#include "daemon/block/wire.h"
#include "daemon/coldplug.h"
#include "daemon/drive.h"
#include "lib/names.h"

#define CLIENTS_MAX 16u
#define CLIENT_USEC 5000000u
#define BACKLOG 64

typedef struct Client {
        BlockServer *server;
        sd_event_source *io, *timer;
        int fd;
} Client;

struct BlockServer {
        Manager *m;
        sd_event_source *io;
        int fd;
        Client clients[CLIENTS_MAX];
};

static void client_close(Client *c)
{
        c->io = sd_event_source_disable_unref(c->io);
        c->timer = sd_event_source_disable_unref(c->timer);
        c->fd = fd_close(c->fd);
        if (c->server->io)
                (void)sd_event_source_set_enabled(c->server->io, SD_EVENT_ON);
}

/* The disk's folder in sysfs, by number. Only to find the drive: what counts is opened below the
 * drive's own descriptor. */
static int disk_path(const BlockQuery *q, char *ret, size_t size)
{
        char link[64], target[USB_PATH_MAX * 2];
        ssize_t n;

        (void)snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", q->major, q->minor);
        n = readlink(link, target, sizeof(target) - 1);
        if (n < 0)
                return -errno;
        target[n] = '\0';
        if (strncmp(target, "../../devices/", 14) != 0)
                return -EBADMSG;
        return (size_t)snprintf(ret, size, "/sys/%s", target + 6) < size ? 0 : -ENAMETOOLONG;
}

/* The part of `path` below the drive's folder, if the disk there is the one asked about. */
static const char *path_below(const Drive *d, const char *path, const BlockQuery *q)
{
        const UsbDevice *u = drive_usb(d);
        size_t n = strlen(u->syspath);
        char name[USB_PATH_MAX], is[32], should[32];

        if (strncmp(path, u->syspath, n) != 0 || path[n] != '/')
                return NULL;
        if ((size_t)snprintf(name, sizeof(name), "%s/dev", path + n + 1) >= sizeof(name))
                return NULL;
        (void)snprintf(should, sizeof(should), "%u:%u", q->major, q->minor);
        if (usb_device_attribute(u, name, is, sizeof(is)) < 0 || strcmp(is, should) != 0)
                return NULL;
        return path + n + 1;
}

/* The nearest one, should a gated device have others below it. */
static Drive *find_drive(Manager *m, const char *path, const BlockQuery *q, const char **ret_below)
{
        Drive *found = NULL;

        for (size_t i = 0; i < m->n_drives; i++) {
                const char *below = path_below(m->drives[i], path, q);

                if (below && (!found || below > *ret_below)) {
                        found = m->drives[i];
                        *ret_below = below;
                }
        }
        return found;
}

/* Looks at every USB device on the way to the disk: its own event may still be on its way. */
static void look_at_parents(Manager *m, const char *path)
{
        char copy[512], *save = NULL;

        (void)snprintf(copy, sizeof(copy), "%s", path);
        for (char *p = strtok_r(copy, "/", &save); p; p = strtok_r(NULL, "/", &save))
                if (p[0] >= '0' && p[0] <= '9' && strchr(p, '-') && !strchr(p, ':'))
                        coldplug_look(m, p, false);
}

static void answer(Manager *m, const BlockQuery *q, BlockReply *ret)
{
        const char *below = NULL;
        char path[512];
        Drive *d;

        *ret = (BlockReply){.answer = m->observe ? BLOCK_ALLOW : BLOCK_HIDE};
        if (disk_path(q, path, sizeof(path)) < 0)
                return;
        d = find_drive(m, path, q, &below);
        if (!d) {
                look_at_parents(m, path);
                d = find_drive(m, path, q, &below);
        }
        if (d)
                drive_disk(d, q, below, ret);
}

static int on_query(sd_event_source *s _unused_, int fd, uint32_t events _unused_, void *userdata)
{
        uint8_t bytes[BLOCK_QUERY_SIZE + 1], out[BLOCK_REPLY_SIZE];
        Client *c = userdata;
        BlockQuery q;
        BlockReply reply;
        ssize_t n;

        n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT);
        if (n < 0 && (errno == EAGAIN || errno == EINTR))
                return 0;
        if (n > 0 && block_query_decode(bytes, (size_t)n, &q) == 0) {
                answer(c->server->m, &q, &reply);
                block_reply_encode(&reply, out);
                if (send(fd, out, sizeof(out), MSG_NOSIGNAL | MSG_DONTWAIT) < 0)
                        (void)fprintf(stderr, SD_WARNING "usbzoned: block helper: %m\n");
        }
        client_close(c);
        return 0;
}

static int on_silence(sd_event_source *s _unused_, uint64_t usec _unused_, void *userdata)
{
        client_close(userdata);
        return 0;
}

static bool is_root(int fd)
{
        struct ucred peer;
        socklen_t size = sizeof(peer);

        return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.uid == 0;
}

static int client_open(BlockServer *s, Client *c, int fd)
{
        int r;

        c->server = s;
        c->fd = fd;
        r = sd_event_add_io(s->m->event, &c->io, fd, EPOLLIN, on_query, c);
        if (r >= 0)
                r = sd_event_add_time_relative(s->m->event, &c->timer, CLOCK_MONOTONIC, CLIENT_USEC,
                                               0, on_silence, c);
        if (r < 0)
                client_close(c);
        return r;
}

static Client *free_client(BlockServer *s)
{
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                if (s->clients[i].fd < 0)
                        return &s->clients[i];
        return NULL;
}

/* Full: nobody is accepted until one has been answered; they wait in the queue. */
static int on_connect(sd_event_source *source, int fd, uint32_t events _unused_, void *userdata)
{
        BlockServer *s = userdata;
        Client *c = free_client(s);
        int client;

        if (!c)
                return sd_event_source_set_enabled(source, SD_EVENT_OFF);
        client = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (client < 0)
                return 0;
        if (is_root(client))
                (void)client_open(s, c, client);
        else
                (void)fd_close(client);
        return 0;
}

/* By way of /proc/self/fd: the address of a socket is a path, and short. */
static int listen_in(int dirfd, int *ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        mode_t before;
        int r;

        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (fd < 0)
                return -errno;
        (void)snprintf(address.sun_path, sizeof(address.sun_path),
                       "/proc/self/fd/%d/" UZ_BLOCK_SOCKET, dirfd);
        (void)unlinkat(dirfd, UZ_BLOCK_SOCKET, 0);
        before = umask(0177);
        r = bind(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ? -errno : 0;
        (void)umask(before);
        if (r == 0 && listen(fd, BACKLOG) < 0)
                r = -errno;
        if (r == 0)
                *ret = TAKE_FD(fd);
        return r;
}

int block_server_new(Manager *m, BlockServer **ret)
{
        BlockServer *s = calloc(1, sizeof(*s));
        int r;

        if (!s)
                return -ENOMEM;
        s->m = m;
        s->fd = -EBADF;
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                s->clients[i] = (Client){.server = s, .fd = -EBADF};
        r = listen_in(m->run_fd, &s->fd);
        if (r == 0)
                r = sd_event_add_io(m->event, &s->io, s->fd, EPOLLIN, on_connect, s);
        if (r < 0) {
                (void)block_server_free(s);
                return r;
        }
        *ret = s;
        return 0;
}

BlockServer *block_server_free(BlockServer *s)
{
        if (!s)
                return NULL;
        s->io = sd_event_source_disable_unref(s->io);
        for (size_t i = 0; i < CLIENTS_MAX; i++)
                client_close(&s->clients[i]);
        (void)fd_close(s->fd);
        free(s);
        return NULL;
}
