/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names and order of the ledger's files. */
#include "store/segment.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "lib/text.h"

#define SUFFIX ".jsonl"
#define NUMBER_DIGITS 10u

void segment_name(const Segment *s, char ret[SEGMENT_NAME_MAX])
{
        if (s->part <= 1)
                (void)snprintf(ret, SEGMENT_NAME_MAX, "%010" PRIu64 SUFFIX, s->first);
        else
                (void)snprintf(ret, SEGMENT_NAME_MAX, "%010" PRIu64 ".r%03u" SUFFIX, s->first,
                               s->part);
}

bool segment_parse(const char *name, Segment *ret)
{
        char copy[SEGMENT_NAME_MAX], again[SEGMENT_NAME_MAX];
        size_t n = strlen(name);
        uint64_t part = 1;
        Segment s;
        char *dot;

        if (n < NUMBER_DIGITS + strlen(SUFFIX) || n >= sizeof(copy))
                return false;
        (void)memcpy(copy, name, n - strlen(SUFFIX));
        copy[n - strlen(SUFFIX)] = '\0';
        dot = strstr(copy, ".r");
        if (dot) {
                *dot = '\0';
                if (text_u64(dot + 2, SEGMENT_PART_MAX, &part) < 0)
                        return false;
        }
        if (text_u64(copy, UINT64_MAX, &s.first) < 0 || s.first == 0)
                return false;
        s.part = (unsigned)part;
        /* One segment, one spelling. */
        segment_name(&s, again);
        if (strcmp(again, name) != 0)
                return false;
        *ret = s;
        return true;
}

int segment_compare(const Segment *a, const Segment *b)
{
        if (a->first != b->first)
                return a->first < b->first ? -1 : 1;
        return a->part < b->part ? -1 : a->part > b->part;
}

int segment_next(int dirfd, const Segment *after, Segment *ret)
{
        _cleanup_(fd_closep) int fd = openat(dirfd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        _cleanup_(closedirp) DIR *d = NULL;
        const struct dirent *entry;
        Segment best = {0}, s;

        if (fd < 0)
                return -errno;
        d = fdopendir(fd);
        if (!d)
                return -errno;
        fd = -EBADF; /* belongs to `d` now */
        for (errno = 0; (entry = readdir(d)); errno = 0) {
                if (!segment_parse(entry->d_name, &s))
                        continue;
                if (after && segment_compare(&s, after) <= 0)
                        continue;
                if (best.first == 0 || segment_compare(&s, &best) < 0)
                        best = s;
        }
        if (errno != 0)
                return -errno;
        *ret = best;
        return best.first != 0;
}
