/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and writes a label's area: on a block device or image itself, else through the daemon. */
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/target.h"
#include "lib/file.h"

static int read_through_daemon(Target *t, uint8_t ret[LABEL_AREA_SIZE])
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const void *data;
        size_t size;
        int r = client_call(t->client, json_text(t->drive, "object"), UZ_BUS_DRIVE, "ReadLabelArea",
                            &reply, "");

        if (r)
                return r;
        r = sd_bus_message_read_array(reply, 'y', &data, &size);
        if (r < 0 || size != LABEL_AREA_SIZE)
                return cli_fail(CLI_FAILED, _("%s answers in a form unknown here"), UZ_DAEMON);
        memcpy(ret, data, size);
        return 0;
}

/* What was written must come from the medium, not from the page cache. */
static void drop_cache(const Target *t)
{
        if (t->kind == TARGET_BLOCK)
                (void)ioctl(t->fd, BLKFLSBUF, 0);
        (void)posix_fadvise(t->fd, LABEL_AREA_OFFSET, LABEL_AREA_SIZE, POSIX_FADV_DONTNEED);
}

int target_read_area(Target *t, uint8_t ret[LABEL_AREA_SIZE])
{
        int r;

        if (t->kind == TARGET_DRIVE)
                return read_through_daemon(t, ret);
        if (t->capacity < LABEL_AREA_OFFSET + LABEL_AREA_SIZE)
                return cli_fail(CLI_FAILED, _("%s is too small to carry a label"), t->path);
        r = file_pread_full(t->fd, ret, LABEL_AREA_SIZE, LABEL_AREA_OFFSET);
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), t->path) : 0;
}

static int layout_through_daemon(Target *t, Layout *ret)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        const char *table;
        int r = client_call(t->client, json_text(t->drive, "object"), UZ_BUS_DRIVE, "CheckLayout",
                            &reply, "");

        if (r)
                return r;
        *ret = (Layout){0};
        r = sd_bus_message_read(reply, "ts", &ret->first_used, &table);
        if (r < 0)
                return cli_fail(CLI_FAILED, _("%s answers in a form unknown here"), UZ_DAEMON);
        snprintf(ret->table, sizeof(ret->table), "%s", table);
        ret->has_partition = ret->first_used > 0 && ret->first_used < t->capacity;
        return 0;
}

int target_layout(Target *t, Layout *ret)
{
        int r;

        if (t->kind == TARGET_DRIVE)
                return layout_through_daemon(t, ret);
        r = layout_read(t->fd, t->capacity, t->block_size, ret);
        if (r == -EBADMSG) {
                *ret = (Layout){.table = "damaged"};
                return 0;
        }
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), t->path) : 0;
}

static int write_copy(Target *t, const uint8_t bytes[LABEL_SIZE], unsigned copy)
{
        uint64_t offset = LABEL_AREA_OFFSET + (uint64_t)copy * LABEL_SIZE;
        uint8_t again[LABEL_SIZE];
        int r = file_pwrite_full(t->fd, bytes, LABEL_SIZE, offset);

        if (r == 0 && fsync(t->fd) < 0)
                r = -errno;
        if (r < 0)
                return r;
        drop_cache(t);
        r = file_pread_full(t->fd, again, LABEL_SIZE, offset);
        if (r == 0 && memcmp(again, bytes, LABEL_SIZE) != 0)
                r = -EIO;
        return r;
}

/* What could not be written may well be as it was. */
static bool put_back(Target *t, const uint8_t old[LABEL_AREA_SIZE])
{
        uint8_t now[LABEL_AREA_SIZE];

        for (unsigned i = 0; i < LABEL_COPIES; i++)
                (void)!write_copy(t, old + (size_t)i * LABEL_SIZE, i);
        drop_cache(t);
        return file_pread_full(t->fd, now, sizeof(now), LABEL_AREA_OFFSET) == 0 &&
               !memcmp(now, old, sizeof(now));
}

static int write_through_daemon(Target *t, const uint8_t label[LABEL_SIZE])
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus *bus = client_bus(t->client);
        int r = sd_bus_message_new_method_call(bus, &m, UZ_BUS_NAME, json_text(t->drive, "object"),
                                               UZ_BUS_DRIVE, "WriteLabel");

        if (r >= 0)
                r = sd_bus_message_append_array(m, 'y', label, LABEL_SIZE);
        if (r >= 0)
                r = sd_bus_message_set_allow_interactive_authorization(m, 1);
        if (r >= 0)
                r = sd_bus_call(bus, m, 0, &error, NULL);
        return r < 0 ? client_fail("WriteLabel", &error, r) : 0;
}

int target_write_label(Target *t, const uint8_t label[LABEL_SIZE])
{
        uint8_t old[LABEL_AREA_SIZE];
        int r;

        if (t->kind == TARGET_DRIVE)
                return write_through_daemon(t, label);
        r = target_read_area(t, old);
        if (r)
                return r;
        for (unsigned i = 0; i < LABEL_COPIES && r == 0; i++)
                r = write_copy(t, label, i);
        if (r == 0)
                return 0;
        if (put_back(t, old))
                return cli_fail_errno(
                        r, _("cannot write the label to %s; the old bytes are put back"), t->path);
        return cli_fail_errno(r, _("cannot write the label to %s, nor put the old bytes back"),
                              t->path);
}
