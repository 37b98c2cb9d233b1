/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Names what was done where the ledger's chain breaks. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "store/ledger-reader.h"
#include "store/line.h"

int reader_stop(LedgerReader *r, int outcome, uint64_t seq)
{
        /* Nothing of ours is a link, a folder or a pipe. */
        if (outcome == -ELOOP || outcome == -ESPIPE || outcome == -ENXIO)
                outcome = CHAIN_E_FILE;
        r->broken.outcome = outcome;
        r->broken.kind = line_break_kind(outcome);
        r->broken.seq = seq;
        r->broken.line = r->line + 1;
        if (r->dirfd < 0)
                (void)snprintf(r->broken.segment, SEGMENT_NAME_MAX, "records");
        else
                segment_name(&r->segment, r->broken.segment);
        return outcome < 0 ? outcome : -EBADMSG;
}

/* The same, when the line after this one is the first of the next segment. */
static int look_in_next(const LedgerReader *r, size_t size)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char name[SEGMENT_NAME_MAX], line[CHAIN_LINE_MAX];
        const char *newline;
        Segment next;
        Chain claims;
        ssize_t n;

        if (r->dirfd < 0 || segment_next(r->dirfd, &r->segment, &next) != 1)
                return -1;
        segment_name(&next, name);
        fd = file_open_regular(r->dirfd, name, O_NOFOLLOW);
        n = fd < 0 ? -1 : pread(fd, line, sizeof(line), 0);
        newline = n > 0 ? memchr(line, '\n', (size_t)n) : NULL;
        if (!newline || !line_claims(line, (size_t)(newline - line) + 1, &claims) ||
            claims.seq != r->chain.seq + 1)
                return -1;
        return line_holds(&claims, r->buffer + r->start, size);
}

/* (Looking ahead may move the buffer: this line is where it begins.) */
int reader_look_after(LedgerReader *r, size_t size)
{
        const char *after;
        size_t after_size;
        Chain claims;
        int n = reader_find_line(r, size, &after, &after_size);

        if (n == 0)
                return look_in_next(r, size);
        if (n != 1 || !line_claims(after, after_size, &claims))
                return -1;
        return line_holds(&claims, r->buffer + r->start, size);
}

/* The record that would be next, by its own word, holds the hash that the chain stands at. */
static bool follows(const LedgerReader *r, const Chain *claims)
{
        if (r->chain.seq > 0 && claims->hash != r->chain.hash)
                return r->last_size > 0 && line_holds(claims, r->last, r->last_size);
        return memcmp(claims->head, r->chain.head, DIGEST_SIZE) == 0;
}

static bool has_segment(const LedgerReader *r, uint64_t first)
{
        const Segment s = {.first = first, .part = 1};
        char name[SEGMENT_NAME_MAX];

        segment_name(&s, name);
        return faccessat(r->dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

/* The number does not follow, or is not the one that the segment is named after. */
static int gap_outcome(const LedgerReader *r, const char *line, size_t size)
{
        bool first = r->line == 0 && r->dirfd >= 0;
        Chain claims;

        if (!line_claims(line, size, &claims))
                return CHAIN_E_FORMAT;
        /* The daemon goes on so when it finds its key ahead of the records. */
        if (first && claims.seq > r->chain.seq && claims.seq + 1 == r->segment.first)
                return CHAIN_E_REMOVED;
        if (follows(r, &claims))
                return claims.seq == r->chain.seq ? CHAIN_E_NAME : CHAIN_E_NUMBER;
        if (first && claims.seq + 1 != r->segment.first && has_segment(r, claims.seq + 1))
                return CHAIN_E_NAME;
        return claims.seq < r->chain.seq ? CHAIN_E_AGAIN : CHAIN_E_GAP;
}

int reader_stop_gap(LedgerReader *r, const char *line, size_t size)
{
        return reader_stop(r, gap_outcome(r, line, size), r->chain.seq + 1);
}

/* The hash of the line before does not fit. If that line is proven, by its seal or by a signed
 * head, or if the line after this one does not fit either, this one was altered; else the one
 * before. With nothing after it nobody can tell, and the earlier one is named, where it stands. */
int reader_stop_broken(LedgerReader *r, size_t size)
{
        uint64_t bad = r->chain.seq;

        if (bad == 0 || r->proven == bad || reader_look_after(r, size) == 0)
                return reader_stop(r, CHAIN_E_HERE, bad + 1);
        r->chain = r->before;
        (void)reader_stop(r, CHAIN_E_BROKEN, bad);
        r->broken.line = r->last_line + 1;
        if (r->dirfd >= 0)
                segment_name(&r->last_segment, r->broken.segment);
        return -EBADMSG;
}

int reader_begin_later(LedgerReader *r, const char *line, size_t size)
{
        Chain before;
        int n;

        if (r->dirfd < 0 || r->line > 0 || r->segment.first <= 1 ||
            !line_claims(line, size, &before) || before.seq + 1 != r->segment.first)
                return 0;
        n = archive_find(r->dirfd, &before, &r->archive);
        if (n <= 0)
                return n;
        r->archive_seen = false;
        r->chain = r->before = r->begin = before;
        r->plan = r->archive.plan;
        while (r->plan.n > 0 && r->plan.list[r->plan.n - 1].seq > before.seq)
                r->plan.n--;
        return 0;
}

int reader_check_archive(LedgerReader *r, const Chain *next, const char *line, size_t size)
{
        Archive a;

        if (next->seq == r->archive.last.seq && !chain_same_head(next, &r->archive.last))
                return CHAIN_E_REMOVED;
        if (next->seq != r->archive.record)
                return 0;
        if (!archive_parse(line, size, &a) || a.last.seq != r->archive.last.seq ||
            !chain_same_head(&a.last, &r->archive.last))
                return CHAIN_E_REMOVED;
        r->archive_seen = true;
        return 0;
}
