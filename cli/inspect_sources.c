/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds what there is to inspect in files and folders, and puts it in order. */
#include "cli/inspect_sources.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "lib/file.h"

#define DEPTH_MAX 8u

static int add_export(InspectSources *s, const char *path)
{
        _cleanup_(package_closep) Package *p = NULL;
        PackageError e = {0};
        InspectExport x = {.last = UINT64_MAX};
        int r = package_open(AT_FDCWD, path, &p, &e);

        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s"), path);
        if (s->n == s->room) {
                size_t room = MAX(2 * s->room, (size_t)64);
                InspectExport *list = reallocarray(s->list, room, sizeof(*list));

                if (!list)
                        return cli_out_of_memory();
                s->list = list;
                s->room = room;
        }
        if (r == 0 && package_manifest(p)) {
                const Manifest *m = package_manifest(p);

                x.before = m->before.seq;
                x.last = m->last.seq;
        }
        if (r == 0)
                r = package_host_id(p, x.host);
        x.path = r >= 0 ? strdup(path) : NULL;
        if (!x.path)
                return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : cli_out_of_memory();
        s->list[s->n++] = x;
        return 0;
}

static bool has_segments(const char *path)
{
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, path);
        Segment first;

        return fd >= 0 && segment_next(fd, NULL, &first) == 1;
}

static bool has_end(const char *name, const char *end)
{
        size_t n = strlen(name), k = strlen(end);

        return n > k && !strcmp(name + n - k, end);
}

/* Of the second kind are those that were not closed well. */
static bool is_journal(const char *name)
{
        return has_end(name, ".journal") || has_end(name, ".journal~");
}

static int add_path(InspectSources *s, const char *path, unsigned depth);

static int add_folder(InspectSources *s, const char *path, unsigned depth)
{
        struct dirent **names;
        int n = scandir(path, &names, NULL, alphasort), r = 0;

        if (n < 0)
                return cli_fail_errno(-errno, _("cannot read %s"), path);
        for (int i = 0; i < n; i++) {
                const char *name = names[i]->d_name;
                _cleanup_(freep) char *full = NULL;
                struct stat st;

                if (r == 0 && name[0] != '.' && asprintf(&full, "%s/%s", path, name) < 0) {
                        full = NULL;
                        r = cli_out_of_memory();
                }
                if (r == 0 && full && stat(full, &st) == 0 &&
                    (S_ISDIR(st.st_mode) || has_end(name, ".uzx") || is_journal(name)))
                        r = add_path(s, full, depth + 1);
                free(names[i]);
        }
        free(names);
        return r;
}

static int add_path(InspectSources *s, const char *path, unsigned depth)
{
        struct stat st;

        if (stat(path, &st) < 0)
                return cli_fail_errno(-errno, _("cannot read %s"), path);
        if (!S_ISDIR(st.st_mode) || has_segments(path))
                return S_ISREG(st.st_mode) && is_journal(path) ? inspect_journal_read(s, path)
                                                               : add_export(s, path);
        if (depth == DEPTH_MAX)
                return cli_fail(CLI_FAILED, _("%s: folders within folders, more than %u"), path,
                                DEPTH_MAX);
        return add_folder(s, path, depth);
}

static int compare_export(const void *a, const void *b)
{
        const InspectExport *x = a, *y = b;
        int r = strcmp(x->host, y->host);

        if (r == 0)
                r = x->last != y->last ? (x->last < y->last ? -1 : 1)
                                       : (x->before > y->before) - (x->before < y->before);
        return r ? r : strcmp(x->path, y->path);
}

static int compare_seen(const void *a, const void *b)
{
        const InspectSeen *x = a, *y = b;
        int r = strcmp(x->host, y->host);

        if (r == 0)
                r = x->chain.seq < y->chain.seq ? -1 : x->chain.seq > y->chain.seq;
        if (r == 0)
                r = (x->chain.hash > y->chain.hash) - (x->chain.hash < y->chain.hash);
        return r ? r : memcmp(x->chain.head, y->chain.head, DIGEST_SIZE);
}

int inspect_sources_add(InspectSources *s, const char *path)
{
        return add_path(s, path, 0);
}

void inspect_sources_sort(InspectSources *s)
{
        if (s->n)
                qsort(s->list, s->n, sizeof(*s->list), compare_export);
        if (s->n_seen)
                qsort(s->seen, s->n_seen, sizeof(*s->seen), compare_seen);
}

const InspectSeen *inspect_sources_seen(const InspectSources *s, const char *host, size_t *ret_n)
{
        size_t low = 0, high = s->n_seen, n = 0;

        while (low < high) {
                size_t middle = low + (high - low) / 2;

                if (strcmp(s->seen[middle].host, host) < 0)
                        low = middle + 1;
                else
                        high = middle;
        }
        while (low + n < s->n_seen && !strcmp(s->seen[low + n].host, host))
                n++;
        *ret_n = n;
        return s->seen + low;
}

void inspect_sources_clear(InspectSources *s)
{
        for (size_t i = 0; i < s->n; i++)
                free(s->list[i].path);
        free(s->list);
        free(s->seen);
        *s = (InspectSources){0};
}
