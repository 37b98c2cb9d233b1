/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens whitelist files and writes new ones. */
#include "cli/whitelist_file.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "lib/file.h"
#include "lib/text.h"

#define READ_STEP (1024u * 1024u)

static int file_pread(void *userdata, uint64_t offset, void *ret, size_t n)
{
        const WhitelistFile *f = userdata;

        return file_pread_full(f->fd, ret, n, offset);
}

static int compute_digest(int fd, uint64_t size, uint8_t ret[DIGEST_SIZE])
{
        _cleanup_(freep) uint8_t *buffer = malloc(READ_STEP);
        _cleanup_(digest_freep) Digest *d = NULL;
        int r = buffer ? digest_new(&d) : -ENOMEM;

        for (uint64_t at = 0; at < size && r == 0; at += READ_STEP) {
                size_t n = (size_t)MIN(size - at, READ_STEP);

                r = file_pread_full(fd, buffer, n, at);
                if (r == 0)
                        r = digest_update(d, buffer, n);
        }
        return r < 0 ? r : digest_final(d, ret);
}

int whitelist_file_open(const char *path, WhitelistFile *ret)
{
        struct stat st;
        int r;

        *ret = (WhitelistFile){.fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)};
        if (ret->fd < 0 || fstat(ret->fd, &st) < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), path);
        r = compute_digest(ret->fd, (uint64_t)st.st_size, ret->digest);
        if (r == 0)
                r = whitelist_open(&ret->w, file_pread, ret, (uint64_t)st.st_size, ret->digest);
        if (r > 0)
                return cli_fail(CLI_FAILED, _("%s is refused: %s"), path,
                                _(whitelist_outcome_text(r)));
        return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : 0;
}

void whitelist_file_close(WhitelistFile *f)
{
        f->fd = fd_close(f->fd);
}

static int by_drive(const void *a, const void *b)
{
        const WhitelistItem *x = a, *y = b;
        int r = memcmp(x->entry.identity, y->entry.identity, DIGEST_SIZE);

        if (r == 0 && x->source != y->source)
                return x->source < y->source ? -1 : 1;
        if (r == 0)
                return x->line < y->line ? -1 : x->line > y->line;
        return r;
}

static bool same_content(const WhitelistEntry *a, const WhitelistEntry *b)
{
        return a->zone == b->zone && a->level == b->level &&
               memcmp(a->label_id, b->label_id, LABEL_ID_SIZE) == 0;
}

/* Line 0: from a source in which a later entry may replace an earlier one. */
static int refuse_pair(const WhitelistItems *items, const WhitelistItem *a, const WhitelistItem *b)
{
        return cli_fail(CLI_FAILED,
                        _("%s, line %u: another entry for the same drive stands in line %u; remove "
                          "one"),
                        items->sources[b->source], b->line, a->line);
}

static int take_last(const WhitelistItems *items, WhitelistEntry *ret, size_t *ret_n)
{
        const WhitelistItem *last = NULL;
        size_t n = 0;

        for (size_t i = 0; i < items->n; i++) {
                const WhitelistItem *v = &items->list[i];
                bool again =
                        last && memcmp(last->entry.identity, v->entry.identity, DIGEST_SIZE) == 0;

                if (again && last->source == v->source && v->line && last->line &&
                    !same_content(&last->entry, &v->entry))
                        return refuse_pair(items, last, v);
                if (again)
                        n--;
                ret[n++] = v->entry;
                last = v;
        }
        *ret_n = n;
        return 0;
}

static int write_fd(void *userdata, const void *data, size_t n)
{
        return file_write_full(*(int *)userdata, data, n);
}

/* Streams into a new file beside `path`, and moves it there when it is whole. */
static int write_file(WhitelistEntry *entries, size_t n, const char *path, uint8_t ret[DIGEST_SIZE])
{
        char temp[PATH_MAX];
        _cleanup_(fd_closep) int fd = file_temp(AT_FDCWD, path, temp, sizeof(temp));
        int r;

        if (fd < 0)
                return fd;
        r = whitelist_build(entries, n, write_fd, &fd, ret);
        if (r > 0)
                r = -EINVAL;
        if (r == 0 && (fchmod(fd, 0644) < 0 || fsync(fd) < 0))
                r = -errno;
        if (r == 0)
                r = file_publish(AT_FDCWD, temp, path, true);
        if (r < 0)
                (void)unlink(temp);
        return r;
}

int whitelist_items_write(WhitelistItems *items, const char *path, uint64_t *ret_count,
                          uint8_t ret_digest[DIGEST_SIZE])
{
        _cleanup_(freep) WhitelistEntry *entries = calloc(items->n + 1, sizeof(*entries));
        size_t n = 0;
        int r;

        if (!entries)
                return cli_out_of_memory();
        if (items->n > 0)
                qsort(items->list, items->n, sizeof(*items->list), by_drive);
        r = take_last(items, entries, &n);
        free(TAKE_PTR(items->list));
        items->n = items->room = 0;
        if (r)
                return r;
        r = write_file(entries, n, path, ret_digest);
        *ret_count = n;
        return r < 0 ? cli_fail_errno(r, _("cannot write %s"), path) : 0;
}
