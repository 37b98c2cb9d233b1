/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows mounts and swap down to the disks they lie on. */
#include "daemon/system-drive.h"

#include <dirent.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#define SYSFS_BLOCK "/sys/dev/block"
#define DEPTH_MAX 8u
#define LINE_MAX_SIZE 8192u
#define PATH_ROOM (PATH_MAX + NAME_MAX + 32)

/* Where the system lives; the last three are the media of live systems. */
static const char *const system_mounts[] = {
        "/",
        "/usr",
        "/boot",
        "/boot/efi",
        "/efi",
        "/var",
        "/etc",
        "/home",
        "/run/live/medium",
        "/cdrom",
        "/lib/live/mount/medium",
};

typedef struct Search {
        const char *syspath;
        DriveUse found;
} Search;

static bool lies_below(const char *path, const char *folder)
{
        size_t n = strlen(folder);

        return strncmp(path, folder, n) == 0 && path[n] == '/';
}

static bool device_is_on(const Search *s, unsigned major, unsigned minor, unsigned depth);

/* A loop device's file lies on another device. */
static bool backing_file_is_on(const Search *s, const char *folder, unsigned depth)
{
        char path[PATH_ROOM], file[PATH_MAX];
        struct stat st;
        FILE *f;
        bool ok;

        (void)snprintf(path, sizeof(path), "%s/loop/backing_file", folder);
        f = fopen(path, "re");
        if (!f)
                return false;
        ok = fgets(file, sizeof(file), f) != NULL;
        (void)fclose(f);
        if (!ok)
                return false;
        file[strcspn(file, "\n")] = '\0';
        return stat(file, &st) == 0 &&
               device_is_on(s, major(st.st_dev), minor(st.st_dev), depth + 1);
}

static bool slaves_are_on(const Search *s, const char *folder, unsigned depth)
{
        char path[PATH_ROOM], dev[32];
        unsigned major, minor;
        const struct dirent *e;
        bool found = false;
        DIR *dir;
        FILE *f;

        (void)snprintf(path, sizeof(path), "%s/slaves", folder);
        dir = opendir(path);
        while (dir && !found && (e = readdir(dir))) {
                if (e->d_name[0] == '.')
                        continue;
                (void)snprintf(path, sizeof(path), "%s/slaves/%s/dev", folder, e->d_name);
                f = fopen(path, "re");
                if (!f)
                        continue;
                if (fgets(dev, sizeof(dev), f) && sscanf(dev, "%u:%u", &major, &minor) == 2)
                        found = device_is_on(s, major, minor, depth + 1);
                (void)fclose(f);
        }
        if (dir)
                (void)closedir(dir);
        return found;
}

static bool device_is_on(const Search *s, unsigned major, unsigned minor, unsigned depth)
{
        char link[64], folder[PATH_MAX];

        if (depth > DEPTH_MAX)
                return true; /* too deep to be sure: taken as in use */
        (void)snprintf(link, sizeof(link), SYSFS_BLOCK "/%u:%u", major, minor);
        if (!realpath(link, folder))
                return false;
        return lies_below(folder, s->syspath) || slaves_are_on(s, folder, depth) ||
               backing_file_is_on(s, folder, depth);
}

static bool node_is_on(const Search *s, const char *node)
{
        struct stat st;

        return node[0] == '/' && stat(node, &st) == 0 && S_ISBLK(st.st_mode) &&
               device_is_on(s, major(st.st_rdev), minor(st.st_rdev), 0);
}

static bool is_system_mount(const char *where)
{
        for (size_t i = 0; i < ARRAY_SIZE(system_mounts); i++)
                if (strcmp(where, system_mounts[i]) == 0)
                        return true;
        return false;
}

/* proc(5): ID PARENT MAJOR:MINOR ROOT WHERE OPTIONS [TAGS] - TYPE SOURCE OPTIONS. File systems over
 * several devices (btrfs) show a number of their own, so the source counts as well. */
static void look_at_mount(Search *s, char *line)
{
        char where[LINE_MAX_SIZE], source[LINE_MAX_SIZE];
        unsigned major, minor;
        const char *rest;
        DriveUse use;

        if (sscanf(line, "%*u %*u %u:%u %*s %8191s", &major, &minor, where) != 3)
                return;
        rest = strstr(line, " - ");
        if (!rest || sscanf(rest, " - %*s %8191s", source) != 1)
                return;
        if (!device_is_on(s, major, minor, 0) && !node_is_on(s, source))
                return;
        use = is_system_mount(where) ? DRIVE_CARRIES_SYSTEM : DRIVE_MOUNTED;
        s->found = MAX(s->found, use);
}

/* Swap is part of the running system: taking it away kills. */
static void look_at_swap(Search *s, char *line)
{
        char node[LINE_MAX_SIZE];
        struct stat st;

        if (sscanf(line, "%8191s", node) != 1 || node[0] != '/')
                return;
        if (node_is_on(s, node) || (stat(node, &st) == 0 && S_ISREG(st.st_mode) &&
                                    device_is_on(s, major(st.st_dev), minor(st.st_dev), 0)))
                s->found = DRIVE_CARRIES_SYSTEM;
}

static int look_at_lines(Search *s, const char *file, void (*look)(Search *s, char *line))
{
        _cleanup_(freep) char *line = NULL;
        size_t size = 0;
        FILE *f = fopen(file, "re");

        if (!f)
                return -errno;
        while (getline(&line, &size, f) > 0)
                if (strlen(line) < LINE_MAX_SIZE)
                        look(s, line);
        (void)fclose(f);
        return 0;
}

int system_drive_use(const char *syspath, DriveUse *ret)
{
        Search s = {.syspath = syspath};
        int r;

        r = look_at_lines(&s, "/proc/self/mountinfo", look_at_mount);
        if (r < 0)
                return r;
        r = look_at_lines(&s, "/proc/swaps", look_at_swap);
        if (r < 0 && r != -ENOENT) /* a kernel without swap */
                return r;
        *ret = s.found;
        return 0;
}
