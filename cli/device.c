/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Looks at a block device through sysfs, the mount table and SG_IO. */
#include "cli/device.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <scsi/sg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cli/mount_table.h"
#include "lib/file.h"

#define INQUIRY_SIZE 36u
#define INQUIRY_TIMEOUT_MS 5000u
#define ATTRIBUTE_MAX 1024u

/* Resolved folder of a device number below /sys/dev/block. */
static int sysfs_of(dev_t number, char ret[PATH_MAX])
{
        char link[64];

        snprintf(link, sizeof(link), "/sys/dev/block/%u:%u", major(number), minor(number));
        return realpath(link, ret) ? 0 : -errno;
}

static bool has_file(const char *folder, const char *name)
{
        char path[PATH_MAX + 32];

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        return access(path, F_OK) == 0;
}

static bool cut_last(char *path)
{
        char *slash = strrchr(path, '/');

        if (!slash || slash == path)
                return false;
        *slash = '\0';
        return true;
}

static int disk_of(dev_t number, Device *d)
{
        int r = sysfs_of(number, d->sysfs);

        if (r < 0)
                return r;
        d->partition = has_file(d->sysfs, "partition");
        if (d->partition)
                (void)cut_last(d->sysfs);
        snprintf(d->name, sizeof(d->name), "%s", strrchr(d->sysfs, '/') + 1);
        return 0;
}

int device_disk_name(const char *path, char ret[DEVICE_NAME_MAX])
{
        Device d = {0};
        struct stat st;
        int r;

        if (stat(path, &st) < 0)
                return -errno;
        if (!S_ISBLK(st.st_mode))
                return -ENOTBLK;
        r = disk_of(st.st_rdev, &d);
        if (r < 0)
                return r;
        memcpy(ret, d.name, DEVICE_NAME_MAX);
        return 0;
}

/* The nearest folder above the disk that is a USB device. */
static void find_usb(Device *d)
{
        memcpy(d->usb, d->sysfs, sizeof(d->usb));
        while (cut_last(d->usb))
                if (has_file(d->usb, "idVendor"))
                        return;
        d->usb[0] = '\0';
}

static bool below(const char *path, const char *folder)
{
        size_t n = strlen(folder);

        return !strncmp(path, folder, n) && (path[n] == '/' || path[n] == '\0');
}

static bool lies_on(dev_t number, const Device *d, int depth);

/* The parts a mapped device is made of: slaves/NAME/dev holds their numbers. */
static bool slaves_lie_on(const char *folder, const Device *d, int depth)
{
        char path[PATH_MAX + 300], text[32];
        struct dirent *entry;
        bool found = false;
        DIR *dir;

        snprintf(path, sizeof(path), "%s/slaves", folder);
        dir = opendir(path);
        while (dir && !found && (entry = readdir(dir))) {
                unsigned a, b;
                FILE *f;

                snprintf(path, sizeof(path), "%s/slaves/%s/dev", folder, entry->d_name);
                f = fopen(path, "re");
                if (!f)
                        continue;
                if (fgets(text, sizeof(text), f) && sscanf(text, "%u:%u", &a, &b) == 2)
                        found = lies_on(makedev(a, b), d, depth + 1);
                fclose(f);
        }
        if (dir)
                closedir(dir);
        return found;
}

static bool lies_on(dev_t number, const Device *d, int depth)
{
        char folder[PATH_MAX];

        if (depth > 8 || sysfs_of(number, folder) < 0)
                return false;
        return below(folder, d->sysfs) || slaves_lie_on(folder, d, depth);
}

static bool path_lies_on(const char *path, const Device *d)
{
        struct stat st;

        return stat(path, &st) == 0 && S_ISBLK(st.st_mode) && lies_on(st.st_rdev, d, 0);
}

static bool is_system_mount(const char *mountpoint)
{
        static const char *const system[] = {"/",    "/usr", "/boot", "/boot/efi",
                                             "/var", "/etc", "/home"};

        for (size_t i = 0; i < ARRAY_SIZE(system); i++)
                if (!strcmp(mountpoint, system[i]))
                        return true;
        return false;
}

static int find_mounts(Device *d)
{
        _cleanup_(fd_closep) int fd = mount_table_open();
        _cleanup_(freep) char *text = NULL;
        int r = fd < 0 ? fd : mount_table_read(fd, &text);
        char *cursor = text;
        Mount m;

        if (r < 0)
                return r;
        while (mount_table_next(&cursor, &m)) {
                /* A file system over several devices has a number of its own. */
                if (!lies_on(m.device, d, 0) &&
                    !(major(m.device) == 0 && path_lies_on(m.source, d)))
                        continue;
                d->system = d->system || is_system_mount(m.path);
                memcpy(d->mounted, m.path, sizeof(d->mounted));
        }
        return 0;
}

static void find_swap(Device *d)
{
        char line[PATH_MAX + 128], path[PATH_MAX];
        FILE *f = fopen("/proc/swaps", "re");

        while (f && fgets(line, sizeof(line), f))
                if (sscanf(line, "%4095s", path) == 1 && path_lies_on(path, d))
                        snprintf(d->mounted, sizeof(d->mounted), "swap");
        if (f)
                fclose(f);
}

int device_inspect(int fd, Device *ret)
{
        Device d = {0};
        struct stat st;
        int read_only = 0, r;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISBLK(st.st_mode))
                return -ENOTBLK;
        r = disk_of(st.st_rdev, &d);
        if (r < 0)
                return r;
        find_usb(&d);
        if (ioctl(fd, BLKROGET, &read_only) == 0)
                d.read_only = read_only != 0;
        find_swap(&d);
        r = find_mounts(&d);
        if (r < 0)
                return r;
        *ret = d;
        return 0;
}

/* One attribute of sysfs, without the newline the kernel puts behind it. */
static int read_attribute(const char *folder, const char *name, char **ret, size_t *ret_size)
{
        char path[PATH_MAX + 32];
        int r;

        snprintf(path, sizeof(path), "%s/%s", folder, name);
        r = file_read(AT_FDCWD, path, ATTRIBUTE_MAX, ret, ret_size);
        if (r == 0 && *ret_size > 0 && (*ret)[*ret_size - 1] == '\n')
                (*ret)[--*ret_size] = '\0';
        return r;
}

static int read_hex16(const char *folder, const char *name, uint16_t *ret)
{
        _cleanup_(freep) char *text = NULL;
        unsigned long v;
        size_t size;
        int r = read_attribute(folder, name, &text, &size);

        if (r < 0)
                return r;
        v = strtoul(text, NULL, 16);
        if (v > UINT16_MAX)
                return -EBADMSG;
        *ret = (uint16_t)v;
        return 0;
}

/* Standard INQUIRY data (SPC-4 6.6): the bytes the drive itself gives, as the daemon reads them. */
static int inquiry(int fd, uint8_t ret[INQUIRY_SIZE])
{
        uint8_t command[6] = {0x12, 0, 0, 0, INQUIRY_SIZE, 0}, sense[32];
        struct sg_io_hdr io = {
                .interface_id = 'S',
                .dxfer_direction = SG_DXFER_FROM_DEV,
                .cmd_len = sizeof(command),
                .cmdp = command,
                .mx_sb_len = sizeof(sense),
                .sbp = sense,
                .dxfer_len = INQUIRY_SIZE,
                .dxferp = ret,
                .timeout = INQUIRY_TIMEOUT_MS,
        };

        if (ioctl(fd, SG_IO, &io) < 0)
                return -errno;
        if ((io.info & SG_INFO_OK_MASK) != SG_INFO_OK || io.resid > 4)
                return -EIO;
        return 0;
}

static int scsi_names(int fd, Identity *ret)
{
        uint8_t data[INQUIRY_SIZE] = {0};
        int r = inquiry(fd, data);

        if (r < 0)
                return r;
        memcpy(ret->scsi_vendor, data + 8, SCSI_VENDOR_SIZE);
        memcpy(ret->scsi_product, data + 16, SCSI_PRODUCT_SIZE);
        return 0;
}

int device_identity(int fd, const Device *d, Identity *ret)
{
        _cleanup_(freep) char *serial = NULL;
        Identity id = {0};
        unsigned block_size;
        size_t size = 0;
        int r;

        r = read_hex16(d->usb, "idVendor", &id.vid);
        if (r == 0)
                r = read_hex16(d->usb, "idProduct", &id.pid);
        if (r == 0)
                r = read_attribute(d->usb, "serial", &serial, &size);
        if (r < 0 && r != -ENOENT)
                return r;
        id.serial_size = MIN(size, (size_t)USB_STRING_MAX);
        if (serial)
                memcpy(id.serial, serial, id.serial_size);
        r = scsi_names(fd, &id);
        if (r < 0)
                return r;
        if (ioctl(fd, BLKGETSIZE64, &id.capacity) < 0 || ioctl(fd, BLKSSZGET, &block_size) < 0)
                return -errno;
        id.block_size = block_size;
        *ret = id;
        return 0;
}
