/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Re-creates a drive's layout: a partition table, one partition at 1 MiB, an empty file system.
 * The partitioning and mkfs programs of the system do it. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/run.h"
#include "cli/target.h"
#include "lib/file.h"

#define PARTITION_START (1024u * 1024u)
#define MKFS_ATTEMPTS 3u
#define NODE_WAIT_MS 5000u
#define COPY_STEP (1024u * 1024u)
#define DOS_LIMIT (2000ull * 1000 * 1000 * 1000) /* an MBR counts 2^32 sectors */

typedef struct FileSystem {
        const char *name, *program, *package;
        const char *quiet[3];
        const char *dos_type;
} FileSystem;

static const FileSystem file_systems[] = {
        {"vfat", "mkfs.vfat", "dosfstools", {NULL}, "c"},
        {"exfat", "mkfs.exfat", "exfatprogs", {NULL}, "7"},
        {"ext4", "mkfs.ext4", "e2fsprogs", {"-q", "-F", NULL}, "83"},
};

static const FileSystem *find_file_system(const char *name)
{
        for (size_t i = 0; i < ARRAY_SIZE(file_systems); i++)
                if (!strcmp(file_systems[i].name, name))
                        return &file_systems[i];
        return NULL;
}

bool target_format_known(const char *file_system)
{
        return find_file_system(file_system) != NULL;
}

static int fail_run(const Run *run, int r, const char *package)
{
        if (r == -ENOENT)
                return cli_fail(CLI_FAILED, _("%s is missing: apt-get install %s"), run->argv[0],
                                package);
        if (r < 0)
                return cli_fail_errno(r, _("cannot run %s"), run->argv[0]);
        return cli_fail(CLI_FAILED, _("%s failed: %s"), run->argv[0], run->output);
}

/* Nothing is destroyed before it is known that both programs are there. */
static int check_programs(const FileSystem *fs)
{
        char path[256];

        if (!run_find("sfdisk", path, sizeof(path)))
                return cli_fail(CLI_FAILED, _("%s is missing: apt-get install %s"), "sfdisk",
                                "fdisk");
        if (!run_find(fs->program, path, sizeof(path)))
                return cli_fail(CLI_FAILED, _("%s is missing: apt-get install %s"), fs->program,
                                fs->package);
        return 0;
}

/* We hold the drive exclusively, so the kernel is told by us and not by sfdisk. */
static int partition(const Target *t, const FileSystem *fs)
{
        bool gpt = t->capacity > DOS_LIMIT;
        char script[160];
        const char *argv[] = {
                "sfdisk", "-q",          "--wipe",           "always", "--wipe-partitions",
                "always", "--no-reread", "--no-tell-kernel", t->path,  NULL};
        Run run = {.argv = argv, .input = script};
        int r;

        snprintf(script, sizeof(script), "label: %s\nstart=%u, type=%s\n", gpt ? "gpt" : "dos",
                 PARTITION_START / t->block_size, gpt ? "L" : fs->dos_type);
        r = run_program(&run);
        return r ? fail_run(&run, r, "fdisk") : 0;
}

/* The kernel makes the node (devtmpfs) before BLKRRPART returns; a slow one is waited for. */
static int wait_node(const char *path)
{
        struct timespec step = {.tv_nsec = 20 * 1000 * 1000};

        for (unsigned ms = 0; ms < NODE_WAIT_MS; ms += 20) {
                if (access(path, R_OK | W_OK) == 0)
                        return 0;
                nanosleep(&step, NULL);
        }
        return cli_fail(CLI_FAILED, _("the kernel does not show %s"), path);
}

/* udev may have the kernel read the layout once more, and the node is gone for a moment: what was
 * begun then is begun again. */
static int make_file_system(const FileSystem *fs, const char *path)
{
        const char *argv[6] = {fs->program};
        char text[128];
        Run run = {.argv = argv, .progress = text};
        size_t n = 1;
        int r;

        snprintf(text, sizeof(text), _("Formatting %.64s ..."), path);
        for (size_t i = 0; fs->quiet[i]; i++)
                argv[n++] = fs->quiet[i];
        argv[n] = path;
        for (unsigned attempt = 0; attempt < MKFS_ATTEMPTS; attempt++) {
                r = wait_node(path);
                if (r)
                        return r;
                r = run_program(&run);
                if (r <= 0)
                        break;
        }
        return r ? fail_run(&run, r, fs->package) : 0;
}

/* Copies the stretches that hold data; the rest stays sparse. */
static int copy_data(int from, int to, uint64_t offset, char *buffer)
{
        off_t start = 0, end;

        while ((start = lseek(from, start, SEEK_DATA)) >= 0) {
                end = lseek(from, start, SEEK_HOLE);
                if (end < 0)
                        return -errno;
                while (start < end) {
                        size_t n = (size_t)MIN((off_t)COPY_STEP, end - start);
                        int r = file_pread_full(from, buffer, n, (uint64_t)start);

                        if (r == 0)
                                r = file_pwrite_full(to, buffer, n, offset + (uint64_t)start);
                        if (r < 0)
                                return r;
                        start += (off_t)n;
                }
        }
        return errno == ENXIO ? 0 : -errno;
}

/* Makes the old contents of the partition read as zeroes. */
static int clear_rest(const Target *t)
{
        if (fallocate(t->fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, PARTITION_START,
                      (off_t)(t->capacity - PARTITION_START)) == 0)
                return 0;
        if (ftruncate(t->fd, PARTITION_START) < 0 || ftruncate(t->fd, (off_t)t->capacity) < 0)
                return -errno;
        return 0;
}

static int fill_partition(Target *t, const char *part)
{
        _cleanup_(fd_closep) int from = open(part, O_RDONLY | O_CLOEXEC);
        _cleanup_(freep) char *buffer = malloc(COPY_STEP);
        int r = from < 0 ? -errno : buffer ? clear_rest(t) : -ENOMEM;

        if (r == 0)
                r = copy_data(from, t->fd, PARTITION_START, buffer);
        if (r == 0 && fsync(t->fd) < 0)
                r = -errno;
        return r < 0 ? cli_fail_errno(r, _("cannot write %s"), t->path) : 0;
}

/* The file system is made in a file of its own, beside the image, and then copied in. */
int image_format(Target *t, const char *file_system)
{
        const FileSystem *fs = find_file_system(file_system);
        char part[PATH_MAX + 16];
        int fd, r = check_programs(fs);

        if (r)
                return r;
        snprintf(part, sizeof(part), "%s.XXXXXX", t->path);
        fd = mkostemp(part, O_CLOEXEC);
        if (fd < 0)
                return cli_fail_errno(-errno, _("cannot make a file beside %s"), t->path);
        r = ftruncate(fd, (off_t)(t->capacity - PARTITION_START)) < 0
                    ? cli_fail_errno(-errno, _("cannot make a file beside %s"), t->path)
                    : make_file_system(fs, part);
        fd_close(fd);
        if (r == 0)
                r = partition(t, fs);
        if (r == 0)
                r = fill_partition(t, part);
        (void)unlink(part);
        return r;
}

/* "sdb" has "sdb1", "mmcblk0" has "mmcblk0p1". */
static void partition_path(const Target *t, char *ret, size_t size)
{
        const char *name = t->device.name;
        char last = name[strlen(name) - 1];

        snprintf(ret, size, "/dev/%s%s1", name, last >= '0' && last <= '9' ? "p" : "");
}

int block_format(Target *t, const char *file_system)
{
        const FileSystem *fs = find_file_system(file_system);
        char part[PATH_MAX];
        int r = check_programs(fs);

        if (r == 0)
                r = partition(t, fs);
        if (r)
                return r;
        if (ioctl(t->fd, BLKRRPART) < 0)
                return cli_fail_errno(-errno, _("the kernel does not read the new layout of %s"),
                                      t->path);
        partition_path(t, part, sizeof(part));
        /* mkfs wants the partition for itself; the lock keeps udev and automounters away. */
        block_release(t);
        r = make_file_system(fs, part);
        return r ? r : block_claim(t);
}
