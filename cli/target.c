/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens what a label is on, with every reason not to. */
#include "cli/target.h"

#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "lib/file.h"
#include "lib/text.h"

#define IMAGE_BLOCK_SIZE 512u

static int hex16(const char *option, const char *text, uint16_t *ret)
{
        size_t digits = text ? strspn(text, "0123456789abcdefABCDEF") : 0;

        if (!text)
                return cli_fail(CLI_USAGE,
                                _("an image needs --%s: which drive will it be copied to?"),
                                option);
        if (digits < 1 || digits > 4 || text[digits])
                return cli_fail(CLI_USAGE, _("--%s wants up to four hex digits, not \"%s\""),
                                option, text);
        *ret = (uint16_t)strtoul(text, NULL, 16);
        return 0;
}

/* Blank-padded, as INQUIRY gives it. */
static int padded(const char *option, const char *text, uint8_t *ret, size_t n)
{
        size_t len = text ? strlen(text) : 0;

        if (len > n)
                return cli_fail(CLI_USAGE, _("--%s has at most %zu characters"), option, n);
        memset(ret, ' ', n);
        if (text)
                memcpy(ret, text, len);
        return 0;
}

static int image_identity(Target *t, const TargetAs *as)
{
        Identity id = {.capacity = t->capacity, .block_size = t->block_size};
        int r;

        if (!as || (!as->vid && !as->pid))
                return 0;
        r = hex16("vid", as->vid, &id.vid);
        if (r == 0)
                r = hex16("pid", as->pid, &id.pid);
        if (r == 0)
                r = padded("scsi-vendor", as->scsi_vendor, id.scsi_vendor, SCSI_VENDOR_SIZE);
        if (r == 0)
                r = padded("scsi-product", as->scsi_product, id.scsi_product, SCSI_PRODUCT_SIZE);
        if (r)
                return r;
        id.serial_size = as->serial ? MIN(strlen(as->serial), (size_t)USB_STRING_MAX) : 0;
        memcpy(id.serial, as->serial ? as->serial : "", id.serial_size);
        r = identity_digest(&id, t->identity);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot compute the drive's identity"));
        t->has_identity = true;
        return 0;
}

static int open_image(Target *t, const TargetAs *as)
{
        struct stat st;

        t->kind = TARGET_IMAGE;
        t->fd = open(t->path, (t->writable ? O_RDWR : O_RDONLY) | O_CLOEXEC);
        if (t->fd < 0 || fstat(t->fd, &st) < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), t->path);
        if (t->writable && flock(t->fd, LOCK_EX | LOCK_NB) < 0)
                return cli_fail(CLI_FAILED, _("%s is in use by another program"), t->path);
        t->capacity = (uint64_t)st.st_size;
        t->block_size = IMAGE_BLOCK_SIZE;
        return image_identity(t, as);
}

static int refuse_device(const Target *t)
{
        const Device *d = &t->device;

        if (d->partition)
                return cli_fail(CLI_FAILED,
                                _("%s is a part of a drive: give the whole one, /dev/%s"), t->path,
                                d->name);
        if (d->system)
                return cli_fail(CLI_FAILED,
                                _("%s carries the running system (%s): it is never touched"),
                                t->path, d->mounted);
        if (!*d->usb)
                return cli_fail(CLI_FAILED, _("%s is no USB drive"), t->path);
        if (*d->mounted)
                return cli_fail(CLI_FAILED, _("%s is in use (%s): unmount it first"), t->path,
                                d->mounted);
        if (d->read_only)
                return cli_fail(CLI_FAILED, _("%s is read-only"), t->path);
        return 0;
}

int block_claim(Target *t)
{
        int flags = t->writable ? O_RDWR | O_EXCL : O_RDONLY;

        t->fd = open(t->path, flags | O_CLOEXEC);
        if (t->fd < 0 && errno == EBUSY)
                return cli_fail(CLI_FAILED, _("%s is in use: unmount it first"), t->path);
        if (t->fd < 0 && errno == ENOMEDIUM)
                return cli_fail(CLI_FAILED, _("there is no medium in %s"), t->path);
        if (t->fd < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), t->path);
        return 0;
}

void block_release(Target *t)
{
        if (t->fd >= 0)
                (void)fsync(t->fd);
        t->fd = fd_close(t->fd);
}

static int measure_block(Target *t)
{
        unsigned block_size;
        Identity id;
        int r;

        if (ioctl(t->fd, BLKGETSIZE64, &t->capacity) < 0 ||
            ioctl(t->fd, BLKSSZGET, &block_size) < 0)
                return cli_fail_errno(-errno, _("cannot measure %s"), t->path);
        t->block_size = block_size;
        if (!*t->device.usb)
                return 0;
        r = device_identity(t->fd, &t->device, &id);
        if (r == 0)
                r = identity_digest(&id, t->identity);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read what drive %s is"), t->path);
        t->has_identity = true;
        return 0;
}

static int open_block(Target *t)
{
        int fd, r;

        t->kind = TARGET_BLOCK;
        fd = open(t->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
        if (fd < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), t->path);
        r = device_inspect(fd, &t->device);
        t->lock_fd = fd;
        if (r < 0)
                return cli_fail_errno(r, _("cannot find out what %s is"), t->path);
        r = t->writable ? refuse_device(t) : 0;
        if (r == 0)
                r = block_claim(t);
        if (r)
                return r;
        /* udev does not look at a disk that someone has locked (systemd, BLOCK_DEVICE_LOCKING). */
        if (t->writable)
                (void)flock(t->lock_fd, LOCK_EX | LOCK_NB);
        return measure_block(t);
}

static int open_drive(Target *t, const char *word)
{
        const char *block, *identity;
        int r = t->client ? 0 : client_open(&t->client);

        if (r == 0)
                r = client_find_drive(t->client, word, &t->drive);
        if (r)
                return r;
        block = json_text(t->drive, "block_device");
        if (*block) {
                snprintf(t->path, sizeof(t->path), "/dev/%s", block);
                return open_block(t);
        }
        t->kind = TARGET_DRIVE;
        snprintf(t->path, sizeof(t->path), _("drive %llu"),
                 (unsigned long long)json_number(t->drive, "number"));
        t->capacity = json_number(t->drive, "capacity");
        t->block_size = (uint32_t)json_number(t->drive, "block_size");
        identity = json_text(t->drive, "identity");
        t->has_identity = *identity && text_unhex(identity, t->identity, DIGEST_SIZE) == 0;
        if (t->has_identity && t->capacity)
                return 0;
        return cli_fail(CLI_FAILED, _("%s cannot be read (%s): nothing can be done with it"),
                        t->path, json_text(t->drive, "reason"));
}

/* The drive the daemon knows by this block device, if there is one. */
static void find_daemon_drive(Target *t)
{
        _cleanup_(json_object_putp) json_object *list = NULL;

        if (t->drive || t->kind != TARGET_BLOCK)
                return;
        if (!t->client && client_try(&t->client) < 0)
                return;
        if (client_drives(t->client, &list) != 0)
                return;
        for (size_t i = 0; i < json_object_array_length(list); i++) {
                json_object *o = json_object_array_get_idx(list, i);

                if (!strcmp(json_text(o, "block_device"), t->device.name))
                        t->drive = json_object_get(o);
        }
}

int target_open(Target *t, const char *word, const TargetAs *as)
{
        bool writable = t->writable;
        struct stat st;

        *t = (Target){.fd = -EBADF, .lock_fd = -EBADF, .writable = writable};
        if (stat(word, &st) < 0) {
                if (strchr(word, '/'))
                        return cli_fail_errno(-errno, _("cannot open %s"), word);
                return open_drive(t, word);
        }
        if (strlen(word) >= sizeof(t->path))
                return cli_fail(CLI_USAGE, "%s", _("the path is too long"));
        strcpy(t->path, word);
        if (S_ISREG(st.st_mode))
                return open_image(t, as);
        if (S_ISBLK(st.st_mode))
                return open_block(t);
        if (strchr(word, '/'))
                return cli_fail(CLI_FAILED, _("%s is neither a drive nor an image file"), word);
        return open_drive(t, word);
}

static int check_size(const Target *t)
{
        if (t->capacity >= LABEL_DRIVE_MIN)
                return 0;
        return cli_fail(CLI_FAILED, _("%s is too small: a drive needs 2 MiB for its label"),
                        t->path);
}

int target_open_writable(Target *t, const char *word, const TargetAs *as)
{
        int r;

        t->writable = true;
        r = target_open(t, word, as);
        if (r == 0)
                r = check_size(t);
        if (r)
                return r;
        if (!t->has_identity)
                return cli_fail(
                        CLI_USAGE, "%s",
                        _("an image needs --vid, --pid and --serial of the drive it is for"));
        find_daemon_drive(t);
        return 0;
}

void target_close(Target *t)
{
        block_release(t);
        t->lock_fd = fd_close(t->lock_fd);
        if (t->client && t->grant)
                (void)!client_call(t->client, UZ_BUS_ROOT, UZ_BUS_MANAGER, "EndGrant", NULL, "s",
                                   t->grant);
        free(TAKE_PTR(t->grant));
        json_object_put(TAKE_PTR(t->drive));
        t->client = client_close(t->client);
}
