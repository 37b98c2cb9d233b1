/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opening, holding and comparing one USB device. */
#include "daemon/usb-device.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "daemon/storage-ids.h"
#include "lib/cursor.h"
#include "lib/file.h"
#include "lib/text.h"

#define SYSFS_DEVICES "/sys/bus/usb/devices"
#define USBFS_DEVICES "/dev/bus/usb"
#define USB_DEVICE_MAJOR 189u
#define USB_DEVICES_PER_BUS 128u
#define DESCRIPTORS_MAX (512u * 1024u) /* eight configurations of 64 KiB: what the kernel takes */
#define PROTOCOL_BULK_ONLY 0x50u
#define ATTRIBUTE_MAX 64u
#define RULE_CLASSES_MAX 22u

int usb_device_attribute(const UsbDevice *u, const char *name, char *ret, size_t size)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        ssize_t n;

        fd = openat(u->dirfd, name, O_RDONLY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        n = read(fd, ret, size - 1);
        if (n < 0)
                return -errno;
        if (n > 0 && ret[n - 1] == '\n')
                n--;
        ret[n] = '\0';
        return (int)n;
}

/* A number in an attribute; `base` 10 or 16. */
static int attribute_number(const UsbDevice *u, const char *name, int base, unsigned long max,
                            unsigned long *ret)
{
        char text[ATTRIBUTE_MAX], *end;
        unsigned long n;
        int r;

        r = usb_device_attribute(u, name, text, sizeof(text));
        if (r < 0)
                return r;
        n = strtoul(text, &end, base);
        if (end == text || *end != '\0' || n > max)
                return -EBADMSG;
        *ret = n;
        return 0;
}

static int read_numbers(const UsbDevice *u, unsigned *ret_bus, unsigned *ret_dev)
{
        unsigned long bus, dev;
        int r;

        r = attribute_number(u, "busnum", 10, 999, &bus);
        if (r == 0)
                r = attribute_number(u, "devnum", 10, USB_DEVICES_PER_BUS - 1, &dev);
        if (r < 0)
                return r;
        *ret_bus = (unsigned)bus;
        *ret_dev = (unsigned)dev;
        return 0;
}

static int read_descriptors(const UsbDevice *u, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = openat(u->dirfd, "descriptors", O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : file_read_fd(fd, DESCRIPTORS_MAX, ret, ret_size);
}

/* USB 2.0 table 9-8 */
static void read_ids(const char *blob, size_t size, Identity *ret)
{
        Reader r = reader(blob, size);

        reader_seek(&r, 8);
        ret->vid = reader_le16(&r);
        ret->pid = reader_le16(&r);
}

static int load_descriptors(UsbDevice *u)
{
        _cleanup_(freep) char *blob = NULL;
        size_t size;
        int r;

        r = read_descriptors(u, &blob, &size);
        if (r < 0)
                return r;
        r = digest_compute(blob, size, u->digest);
        if (r < 0)
                return r;
        read_ids(blob, size, &u->identity);
        r = device_interfaces_parse(blob, size, &u->interfaces);
        u->malformed = r == -EBADMSG;
        return u->malformed ? 0 : r;
}

int usb_device_compare(const UsbDevice *u)
{
        _cleanup_(freep) char *blob = NULL;
        uint8_t digest[DIGEST_SIZE];
        size_t size;
        int r;

        r = read_descriptors(u, &blob, &size);
        if (r == 0)
                r = digest_compute(blob, size, digest);
        if (r < 0)
                return r;
        return memcmp(digest, u->digest, DIGEST_SIZE) == 0 ? 0 : 1;
}

bool usb_device_is_alive(const UsbDevice *u)
{
        unsigned bus, dev;

        return read_numbers(u, &bus, &dev) == 0 && bus == u->busnum && dev == u->devnum;
}

/* The node is found by path, so the device must be seen alive, with the same numbers, after it has
 * been opened: then it was this device's node. */
int usb_device_reopen(UsbDevice *u)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char path[sizeof(USBFS_DEVICES) + 32];
        struct stat st;

        u->usbfs_fd = fd_close(u->usbfs_fd);
        (void)snprintf(path, sizeof(path), USBFS_DEVICES "/%03u/%03u", u->busnum, u->devnum);
        fd = open(path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0 || fstat(fd, &st) < 0)
                return -errno;
        if (!S_ISCHR(st.st_mode) || major(st.st_rdev) != USB_DEVICE_MAJOR ||
            minor(st.st_rdev) != (u->busnum - 1) * USB_DEVICES_PER_BUS + u->devnum - 1)
                return -EBADF;
        if (!usb_device_is_alive(u))
                return -ENODEV;
        u->usbfs_fd = TAKE_FD(fd);
        return 0;
}

static int read_setting(const UsbDevice *u, const char *folder, UsbInterface *ret)
{
        const struct {
                const char *name;
                int base;
                uint8_t *field;
        } list[] = {
                {"bInterfaceNumber", 16, &ret->number},
                {"bAlternateSetting", 10, &ret->alternate},
                {"bInterfaceClass", 16, &ret->class},
                {"bInterfaceSubClass", 16, &ret->subclass},
                {"bInterfaceProtocol", 16, &ret->protocol},
        };
        char path[USB_NAME_MAX + ATTRIBUTE_MAX];
        unsigned long n;
        int r;

        for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
                (void)snprintf(path, sizeof(path), "%.31s/%s", folder, list[i].name);
                r = attribute_number(u, path, list[i].base, UINT8_MAX, &n);
                if (r < 0)
                        return r;
                *list[i].field = (uint8_t)n;
        }
        return 0;
}

static int hold_interface(UsbDevice *u, const char *folder)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char path[USB_NAME_MAX + ATTRIBUTE_MAX];
        UsbHeld h = {0};
        int r;

        if (u->n_held >= USB_HELD_MAX)
                return -E2BIG;
        r = read_setting(u, folder, &h.setting);
        if (r < 0)
                return r;
        (void)snprintf(path, sizeof(path), "%.31s/authorized", folder);
        fd = openat(u->dirfd, path, O_RDWR | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        (void)snprintf(h.name, sizeof(h.name), "%.31s", folder);
        h.gated = device_class_of(&h.setting) != DEVICE_CLASS_FREE;
        h.authorized_fd = TAKE_FD(fd);
        u->held[u->n_held++] = h;
        return 0;
}

/* "1-1.2:1.0" below "1-1.2" */
static bool is_interface_of(const UsbDevice *u, const char *name)
{
        size_t n = strlen(u->sysname);

        return strncmp(name, u->sysname, n) == 0 && name[n] == ':' && strlen(name) < USB_NAME_MAX;
}

static void drop_interfaces(UsbDevice *u)
{
        for (size_t i = 0; i < u->n_held; i++)
                u->held[i].authorized_fd = fd_close(u->held[i].authorized_fd);
        u->n_held = 0;
}

int usb_device_hold_interfaces(UsbDevice *u)
{
        const struct dirent *e;
        DIR *dir;
        int fd, r = 0;

        drop_interfaces(u);
        fd = openat(u->dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (fd < 0)
                return -errno;
        dir = fdopendir(fd);
        if (!dir) {
                (void)fd_close(fd);
                return -ENOMEM;
        }
        while (r == 0 && (e = readdir(dir)))
                if (is_interface_of(u, e->d_name))
                        r = hold_interface(u, e->d_name);
        (void)closedir(dir);
        return r;
}

bool usb_device_holds(const UsbDevice *u, const char *interface)
{
        char value;

        for (size_t i = 0; i < u->n_held; i++)
                if (strcmp(u->held[i].name, interface) == 0)
                        return pread(u->held[i].authorized_fd, &value, 1, 0) == 1;
        return false;
}

/* A device without a serial number has an empty one. */
static int read_serial(UsbDevice *u)
{
        char text[USB_STRING_MAX + 2];
        int n;

        n = usb_device_attribute(u, "serial", text, sizeof(text));
        if (n == -ENOENT)
                return 0;
        if (n < 0)
                return n;
        u->identity.serial_size = MIN((size_t)n, (size_t)USB_STRING_MAX);
        memcpy(u->identity.serial, text, u->identity.serial_size);
        return 0;
}

static int find_path(UsbDevice *u)
{
        char link[sizeof(SYSFS_DEVICES) + USB_NAME_MAX + 1], target[USB_PATH_MAX];
        ssize_t n;

        (void)snprintf(link, sizeof(link), SYSFS_DEVICES "/%s", u->sysname);
        n = readlink(link, target, sizeof(target) - 1);
        if (n < 0)
                return -errno;
        target[n] = '\0';
        /* "../../../devices/pci0000:00/..." */
        if (strncmp(target, "../../../", 9) != 0)
                return -EBADMSG;
        if ((size_t)snprintf(u->syspath, sizeof(u->syspath), "/sys/%s", target + 9) >=
            sizeof(u->syspath))
                return -ENAMETOOLONG;
        u->dirfd = open(u->syspath, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        return u->dirfd < 0 ? -errno : 0;
}

/* By its descriptors, or, should they hide something, by what the kernel made of them. */
static bool is_gated(const UsbDevice *u)
{
        if (!u->malformed && device_is_gated(&u->interfaces))
                return true;
        for (size_t i = 0; i < u->n_held; i++)
                if (u->held[i].gated)
                        return true;
        return u->listed;
}

/* The rule refuses lists of more than this many different classes. */
bool usb_device_is_left_out(const UsbDevice *u)
{
        const DeviceInterfaces *d = &u->interfaces;
        size_t different = 0;

        for (size_t i = 0; i < d->n; i++) {
                size_t k = 0;

                while (k < i && (d->list[k].class != d->list[i].class ||
                                 d->list[k].subclass != d->list[i].subclass ||
                                 d->list[k].protocol != d->list[i].protocol))
                        k++;
                different += k == i;
        }
        return u->malformed || different > RULE_CLASSES_MAX;
}

static int load(UsbDevice *u)
{
        int r;

        r = find_path(u);
        if (r == 0)
                r = read_numbers(u, &u->busnum, &u->devnum);
        if (r == 0)
                r = load_descriptors(u);
        if (r == 0)
                r = usb_device_hold_interfaces(u);
        if (r < 0)
                return r;
        u->listed = storage_id_is_listed(u->identity.vid, u->identity.pid);
        if (!is_gated(u) && !usb_device_is_left_out(u))
                return 1;
        r = read_serial(u);
        if (r == 0)
                r = usb_device_reopen(u);
        return r < 0 ? r : !is_gated(u);
}

int usb_device_open(const char *sysname, UsbDevice **ret)
{
        _cleanup_(usb_device_closep) UsbDevice *u = calloc(1, sizeof(*u));
        int r;

        if (!u)
                return -ENOMEM;
        u->dirfd = u->usbfs_fd = -EBADF;
        if ((size_t)snprintf(u->sysname, sizeof(u->sysname), "%s", sysname) >= sizeof(u->sysname))
                return -ENAMETOOLONG;
        r = load(u);
        if (r >= 0)
                *ret = TAKE_PTR(u);
        return r;
}

UsbDevice *usb_device_close(UsbDevice *u)
{
        if (!u)
                return NULL;
        drop_interfaces(u);
        (void)fd_close(u->usbfs_fd);
        (void)fd_close(u->dirfd);
        free(u);
        return NULL;
}

int usb_device_driver(const UsbDevice *u, const UsbHeld *h, char *ret, size_t size)
{
        char path[USB_NAME_MAX + ATTRIBUTE_MAX], target[USB_PATH_MAX];
        const char *name;
        ssize_t n;

        (void)snprintf(path, sizeof(path), "%s/driver", h->name);
        n = readlinkat(u->dirfd, path, target, sizeof(target) - 1);
        if (n < 0 && errno != ENOENT)
                return -errno;
        if (n < 0)
                return usb_device_is_alive(u) ? 1 : -ENODEV;
        target[n] = '\0';
        name = strrchr(target, '/');
        (void)snprintf(ret, size, "%s", name ? name + 1 : target);
        return 0;
}

const UsbHeld *usb_device_storage(const UsbDevice *u)
{
        if (u->malformed || !device_is_plain_storage(&u->interfaces) || u->n_held != 1)
                return NULL;
        return u->held;
}

bool usb_device_is_bulk_only(const UsbDevice *u)
{
        const UsbHeld *h = usb_device_storage(u);

        return h && h->setting.protocol == PROTOCOL_BULK_ONLY;
}
