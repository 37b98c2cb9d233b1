/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzone-block: run by the udev rule for each USB disk before anything else looks at it. Reads the
 * label area through the kernel, asks the daemon, sets the disk read-only and prints udev
 * properties. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/un.h>

#include "daemon/block/wire.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"

#define REPLY_SECONDS 4

/* What udev hands over in the environment. */
typedef struct Event {
        const char *node;
        uint64_t major, minor, diskseq;
        bool add, media_change;
        const char *verdict; /* of the event before, from udev's database; "" = none */
        uint64_t verdict_diskseq;
} Event;

static const char *variable(const char *name)
{
        const char *value = getenv(name);

        return value ? value : "";
}

static uint64_t number(const char *name)
{
        uint64_t value;

        return text_u64(variable(name), UINT64_MAX, &value) == 0 ? value : 0;
}

static int event_read(Event *ret)
{
        *ret = (Event){.node = variable("DEVNAME"),
                       .major = number("MAJOR"),
                       .minor = number("MINOR"),
                       .diskseq = number("DISKSEQ"),
                       .add = strcmp(variable("ACTION"), "add") == 0,
                       .media_change = number("DISK_MEDIA_CHANGE") != 0,
                       .verdict = variable("USBZONE_VERDICT"),
                       .verdict_diskseq = number("USBZONE_DISKSEQ")};
        return ret->node[0] == '/' && ret->major > 0 ? 0 : -EINVAL;
}

/* Opens the disk and makes sure that it is the one the event is about. -ENOMEDIUM for an empty
 * slot. */
static int disk_open(const Event *e, int flags, int *ret_fd)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        struct stat st;

        fd = open(e->node, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW | flags);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISBLK(st.st_mode) || major(st.st_rdev) != e->major || minor(st.st_rdev) != e->minor)
                return -ENODEV;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

/* O_DIRECT: the bytes come from the drive now, not from what the kernel remembers of it. */
static void disk_read(int fd, BlockQuery *q)
{
        static uint8_t area[BLOCK_AREA_SIZE] __attribute__((aligned(4096)));
        int size = 0;

        if (ioctl(fd, BLKGETSIZE64, &q->capacity) < 0 || ioctl(fd, BLKSSZGET, &size) < 0)
                return;
        q->block_size = (uint32_t)size;
        if (q->capacity < BLOCK_AREA_OFFSET + BLOCK_AREA_SIZE)
                return;
        if (file_pread_full(fd, area, sizeof(area), BLOCK_AREA_OFFSET) < 0)
                return;
        memcpy(q->area, area, sizeof(area));
        q->has_area = true;
}

static int daemon_connect(int *ret_fd)
{
        static const struct sockaddr_un address = {.sun_family = AF_UNIX,
                                                   .sun_path = UZ_RUN_DIR "/" UZ_BLOCK_SOCKET};
        static const struct timeval limit = {.tv_sec = REPLY_SECONDS};
        _cleanup_(fd_closep) int fd = -EBADF;
        struct ucred peer;
        socklen_t size = sizeof(peer);

        fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
        if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) < 0 ||
            setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) < 0 ||
            connect(fd, (const struct sockaddr *)&address, sizeof(address)) < 0 ||
            getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) < 0)
                return -errno;
        if (peer.uid != 0)
                return -EPERM;
        *ret_fd = TAKE_FD(fd);
        return 0;
}

static int daemon_ask(const BlockQuery *q, BlockReply *ret)
{
        static uint8_t query[BLOCK_QUERY_SIZE], reply[BLOCK_REPLY_SIZE];
        _cleanup_(fd_closep) int fd = -EBADF;
        ssize_t n;
        int r;

        r = daemon_connect(&fd);
        if (r < 0)
                return r;
        block_query_encode(q, query);
        if (send(fd, query, sizeof(query), MSG_NOSIGNAL) < 0)
                return -errno;
        n = recv(fd, reply, sizeof(reply), 0);
        if (n < 0)
                return -errno;
        return block_reply_decode(reply, (size_t)n, ret);
}

/* Mounted, swapped to, or under a device-mapper or RAID device: the kernel refuses a second
 * owner. */
static bool disk_is_busy(const Event *e)
{
        _cleanup_(fd_closep) int fd = -EBADF;

        return disk_open(e, O_EXCL, &fd) == -EBUSY;
}

/* No daemon: observe mode lets pass, what is in use stays as it is, everything else is hidden. */
static BlockAnswer without_daemon(const Event *e)
{
        static const char *const names[] = {
#define X(name, text) [BLOCK_##name] = text,
                BLOCK_ANSWER_TABLE(X)
#undef X
        };

        if (access(UZ_STATE_DIR "/" UZ_OBSERVE_FILE, F_OK) == 0 || disk_is_busy(e))
                return BLOCK_ALLOW;
        if (!e->add && !e->media_change && e->diskseq > 0 && e->diskseq == e->verdict_diskseq)
                for (uint8_t i = 0; i < BLOCK_ANSWER_MAX_; i++)
                        if (strcmp(e->verdict, names[i]) == 0)
                                return (BlockAnswer)i;
        return BLOCK_HIDE;
}

/* Returns 0, or -errno when a disk that must not be written to could be. */
static int disk_set(int fd, const Event *e, BlockAnswer answer)
{
        int wanted = answer == BLOCK_ALLOW ? 0 : 1, now = 0;

        if (fd < 0)
                return 0;
        if (ioctl(fd, BLKROGET, &now) < 0)
                return -errno;
        if (!!now == !!wanted)
                return 0;
        /* Somebody else's read-only (mount options, a switch on the drive) is left alone. */
        if (wanted == 0 && e->verdict[0] == '\0')
                return 0;
        return ioctl(fd, BLKROSET, &wanted) < 0 ? -errno : 0;
}

static void print_properties(const Event *e, const BlockReply *p)
{
        static const char *const names[] = {
#define X(name, text) [BLOCK_##name] = text,
                BLOCK_ANSWER_TABLE(X)
#undef X
        };

        printf("USBZONE_VERDICT=%s\n", names[p->answer]);
        printf("USBZONE_DISKSEQ=%llu\n", (unsigned long long)e->diskseq);
        if (p->drive > 0)
                printf("USBZONE_DRIVE=%llu\n", (unsigned long long)p->drive);
        if (p->reason[0] != '\0')
                printf("USBZONE_REASON=%s\n", p->reason);
}

int main(void)
{
        static BlockQuery query;
        _cleanup_(fd_closep) int fd = -EBADF;
        BlockReply reply = {0};
        Event e;
        int r;

        r = event_read(&e);
        if (r < 0) {
                (void)fprintf(stderr, "usbzone-block: to be run by udev for a disk\n");
                return EXIT_FAILURE;
        }
        query = (BlockQuery){.major = (uint32_t)e.major,
                             .minor = (uint32_t)e.minor,
                             .media_change = e.media_change,
                             .diskseq = e.diskseq};
        r = disk_open(&e, O_DIRECT, &fd);
        if (r == 0)
                disk_read(fd, &query);
        if (daemon_ask(&query, &reply) < 0)
                reply = (BlockReply){.answer = (uint8_t)without_daemon(&e)};
        r = disk_set(fd, &e, (BlockAnswer)reply.answer);
        if (r < 0) {
                (void)fprintf(stderr, "usbzone-block: %s: cannot be made read-only: %s\n", e.node,
                              strerror(-r));
                reply.answer = BLOCK_HIDE;
        }
        print_properties(&e, &reply);
        return EXIT_SUCCESS;
}
