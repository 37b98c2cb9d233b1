/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the ledger line by line, across segments, and lets through only what verifies. */
#include "store/ledger-reader.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "lib/file.h"
#include "store/line.h"

static int reader_new(LedgerReader **ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *r = calloc(1, sizeof(*r));
        int n;

        if (!r)
                return -ENOMEM;
        r->fd = r->dirfd = -EBADF;
        r->limit = UINT64_MAX;
        n = digest_new(&r->digest);
        if (n == 0)
                *ret = TAKE_PTR(r);
        return n;
}

int ledger_reader_open(int ledger_fd, LedgerReader **ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *r = NULL;
        int n = reader_new(&r);

        if (n < 0)
                return n;
        r->dirfd = fcntl(ledger_fd, F_DUPFD_CLOEXEC, 3);
        if (r->dirfd < 0)
                return -errno;
        *ret = TAKE_PTR(r);
        return 0;
}

int ledger_reader_open_part(int fd, uint64_t offset, uint64_t size, const Chain *before, Hash sum,
                            LedgerReader **ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *r = NULL;
        int n = reader_new(&r);

        if (n == 0)
                n = digest_new(&r->sum);
        if (n == 0)
                n = digest_restart(r->sum, sum);
        if (n < 0)
                return n;
        r->fd = fcntl(fd, F_DUPFD_CLOEXEC, 3);
        if (r->fd < 0)
                return -errno;
        r->base = offset;
        r->limit = size;
        r->chain = r->before = *before;
        r->segment = (Segment){.first = before->seq + 1, .part = 1};
        *ret = TAKE_PTR(r);
        return 0;
}

int ledger_reader_part_digest(LedgerReader *r, uint8_t ret[DIGEST_SIZE])
{
        return digest_final(r->sum, ret);
}

void ledger_reader_set_key(LedgerReader *r, const MacKey *key)
{
        r->key = *key;
}

const HashPlan *ledger_reader_plan(const LedgerReader *r)
{
        return &r->plan;
}

void ledger_reader_set_plan(LedgerReader *r, const HashPlan *plan)
{
        r->plan = *plan;
}

void ledger_reader_prove(LedgerReader *r)
{
        r->proven = r->chain.seq;
}

const Archive *ledger_reader_archive(const LedgerReader *r, Chain *ret_begin)
{
        *ret_begin = r->begin;
        return r->archive.record > 0 ? &r->archive : NULL;
}

size_t ledger_reader_last(const LedgerReader *r, const char **ret)
{
        *ret = r->last;
        return r->last_size;
}

LedgerReader *ledger_reader_close(LedgerReader *r)
{
        if (!r)
                return NULL;
        (void)fd_close(r->fd);
        (void)fd_close(r->dirfd);
        (void)digest_free(r->digest);
        (void)digest_free(r->sum);
        mac_key_clear(&r->key);
        free(r);
        return NULL;
}

static int fill(LedgerReader *r)
{
        uint64_t at;
        size_t room;
        ssize_t n;

        (void)memmove(r->buffer, r->buffer + r->start, r->end - r->start);
        r->end -= r->start;
        r->start = 0;
        at = r->offset + r->end;
        room = (size_t)MIN((uint64_t)(sizeof(r->buffer) - r->end), r->limit - at);
        do
                n = pread(r->fd, r->buffer + r->end, room, (off_t)(r->base + at));
        while (n < 0 && errno == EINTR);
        if (n < 0)
                return -errno;
        if (r->sum && digest_update(r->sum, r->buffer + r->end, (size_t)n) < 0)
                return -EIO;
        r->end += (size_t)n;
        return n > 0;
}

/* Finds the line that begins `skip` bytes on, without taking it. 1; 0: none yet; -EMSGSIZE. */
int reader_find_line(LedgerReader *r, size_t skip, const char **ret, size_t *ret_size)
{
        for (;;) {
                const char *from = r->buffer + r->start + skip;
                size_t left = r->end - r->start > skip ? r->end - r->start - skip : 0;
                const char *newline = left ? memchr(from, '\n', left) : NULL;
                int n;

                if (newline) {
                        *ret = from;
                        *ret_size = (size_t)(newline - from) + 1;
                        return *ret_size > CHAIN_LINE_MAX ? -EMSGSIZE : 1;
                }
                if (left >= CHAIN_LINE_MAX)
                        return -EMSGSIZE;
                n = fill(r);
                if (n <= 0)
                        return n;
        }
}

static void take(LedgerReader *r, size_t size)
{
        r->start += size;
        r->offset += size;
        r->line++;
}

/* Drops a line that is longer than any record can be, as far as it is in the buffer. */
static void drop_overlong(LedgerReader *r)
{
        const char *from = r->buffer + r->start;
        const char *newline = memchr(from, '\n', r->end - r->start);

        if (newline) {
                take(r, (size_t)(newline - from) + 1);
        } else {
                r->offset += r->end - r->start;
                r->start = r->end;
        }
}

static int open_segment(LedgerReader *r, const Segment *s)
{
        char name[SEGMENT_NAME_MAX];
        int fd;

        segment_name(s, name);
        fd = file_open_regular(r->dirfd, name, O_NOFOLLOW);
        if (fd < 0)
                return fd;
        (void)fd_close(r->fd);
        r->fd = fd;
        r->segment = *s;
        r->offset = 0;
        r->line = 0;
        r->start = r->end = 0;
        return 0;
}

/* At the end of a segment: goes to the next one, if there is one. 1, 0, -errno. */
static int next_segment(LedgerReader *r)
{
        Segment next;
        int n;

        if (r->dirfd < 0)
                return 0;
        n = segment_next(r->dirfd, r->segment.first ? &r->segment : NULL, &next);
        if (n <= 0)
                return n;
        if (r->segment.first != 0) {
                const char *line;
                size_t size;

                /* What was written between our last read and the birth of the next segment. */
                n = reader_find_line(r, r->tail, &line, &size);
                if (n != 0)
                        return n;
        }
        r->torn += r->end - r->start;
        r->tail = 0;
        n = open_segment(r, &next);
        if (n < 0) { /* reader_stop() names this one */
                r->segment = next;
                r->line = 0;
        }
        return n < 0 ? n : 1;
}

/* A segment may begin with the last record of the one before, when its sync had failed. */
static bool is_repeat(const LedgerReader *r, const char *line, size_t size)
{
        return r->line == 0 && r->chain.seq > 0 && line_holds(&r->chain, line, size);
}

/* The chain fits this record. Does its seal? 0, CHAIN_E_*, -errno. */
static int check_seal(LedgerReader *r, const Chain *next, const char *line, size_t size)
{
        int n, moved;

        if (r->key.seq == 0 || next->seq < r->key.seq)
                return 0;
        n = mac_key_seek(&r->key, r->digest, next->seq, &r->plan);
        if (n != 0)
                return n < 0 ? n : CHAIN_E_RESEALED;
        n = mac_check_line(&r->key, r->digest, line, size);
        if (n == 0)
                r->proven = next->seq;
        moved = mac_key_advance(&r->key, r->digest, next->hash);
        if (n == MAC_E_ABSENT)
                return CHAIN_E_UNSEALED;
        if (n == MAC_E_MISMATCH)
                return reader_look_after(r, size) == 1 ? CHAIN_E_RESEALED : CHAIN_E_ALTERED;
        return n < 0 ? n : moved;
}

static void let_through(LedgerReader *r, const Chain *next, const char *line, size_t size)
{
        r->before = r->chain;
        r->chain = *next;
        (void)hash_plan_add(&r->plan, next->seq, next->hash);
        (void)memcpy(r->last, line, size);
        r->last_size = size;
        r->last_segment = r->segment;
        r->last_line = r->line;
        r->anchor = false;
}

/* 1: let through. 0: to be skipped. < 0: broken. */
static int check_line(LedgerReader *r, const char *line, size_t size)
{
        Chain next = r->chain;
        int n;

        if (r->anchor && !line_claims(line, size, &next))
                return 0;
        if (r->chain.seq == 0 && !r->anchor) {
                n = reader_begin_later(r, line, size);
                if (n < 0)
                        return reader_stop(r, n, 1);
                next = r->chain;
        }
        n = chain_check_after(&next, r->digest, r->last, r->last_size, line, size);
        if (n == 0 && r->line == 0 && next.seq != r->segment.first)
                n = CHAIN_E_GAP;
        if (n == 0)
                n = check_seal(r, &next, line, size);
        if (n == 0 && r->archive.record > 0)
                n = reader_check_archive(r, &next, r->buffer + r->start, size);
        line = r->buffer + r->start; /* looking ahead may have moved it */
        if (n == 0) {
                let_through(r, &next, line, size);
                return 1;
        }
        if (n > 0 && is_repeat(r, line, size))
                return 0;
        if (n > 0 && r->anchor)
                return 0;
        if (n == CHAIN_E_REMOVED)
                return reader_stop(r, n, 1);
        if (n == CHAIN_E_GAP)
                return reader_stop_gap(r, line, size);
        return n == CHAIN_E_BROKEN ? reader_stop_broken(r, size)
                                   : reader_stop(r, n, r->chain.seq + 1);
}

/* A line with holes and nothing after it in its segment is a write that never finished: the file's
 * size reached the disk, some of its blocks did not. (A line without an end is no line yet.) */
static bool is_torn_end(LedgerReader *r, const char *line, size_t size)
{
        const char *after;
        size_t after_size;

        return memchr(line, '\0', size) && reader_find_line(r, size, &after, &after_size) == 0 &&
               r->end - r->start == size;
}

/* Finds the next line that is not torn, in this segment or the next. 1, 0 at the end, < 0
 * broken. */
static int seek_line(LedgerReader *r, size_t *ret_size)
{
        for (;;) {
                const char *line = NULL;
                int n;

                r->tail = 0;
                n = r->segment.first ? reader_find_line(r, 0, &line, ret_size) : 0;
                if (n == -EMSGSIZE && r->anchor) {
                        drop_overlong(r);
                        continue;
                }
                if (n == 1 && is_torn_end(r, line, *ret_size)) {
                        r->tail = *ret_size;
                        n = 0;
                }
                if (n == 0) {
                        n = next_segment(r);
                        if (n == 1)
                                continue;
                        r->tail = r->end - r->start;
                }
                if (n == -EMSGSIZE)
                        n = CHAIN_E_FORMAT;
                return n == 0 || n == 1 ? n : reader_stop(r, n, r->chain.seq + 1);
        }
}

int ledger_reader_next(LedgerReader *r, const char **ret_line, size_t *ret_size)
{
        size_t size = 0;
        int n;

        if (r->broken.outcome != 0)
                return r->broken.outcome < 0 ? r->broken.outcome : -EBADMSG;
        do {
                n = seek_line(r, &size);
                /* Nothing here that the chain holds says where the first records are. */
                if (n == 0 && r->archive.record > 0 && !r->archive_seen)
                        n = reader_stop(r, CHAIN_E_REMOVED, 1);
                if (n <= 0)
                        return n;
                n = check_line(r, r->buffer + r->start, size);
                if (n < 0)
                        return n;
                take(r, size);
        } while (n == 0);
        *ret_line = r->buffer + r->start - size;
        *ret_size = size - 1;
        return 1;
}

void ledger_reader_state(const LedgerReader *r, Chain *ret_chain, LedgerBreak *ret_break,
                         size_t *ret_torn)
{
        if (ret_chain)
                *ret_chain = r->chain;
        if (ret_break)
                *ret_break = r->broken;
        if (ret_torn)
                *ret_torn = r->torn + r->tail;
}

size_t ledger_reader_tail(const LedgerReader *r)
{
        return r->tail;
}

void ledger_reader_resume(LedgerReader *r)
{
        if (r->broken.outcome <= 0)
                return;
        r->broken = (LedgerBreak){0};
        r->archive.record = 0;
        r->anchor = true;
}

void ledger_reader_tell(const LedgerReader *r, LedgerMark *ret)
{
        *ret = (LedgerMark){
                .chain = r->chain, .segment = r->segment, .offset = r->offset, .line = r->line};
}

/* The line that ends here, should the next one hash it another way. */
static void read_back(LedgerReader *r)
{
        size_t n = (size_t)MIN(r->offset, (uint64_t)sizeof(r->last));
        const char *before;

        r->last_size = 0;
        if (n == 0 || file_pread_full(r->fd, r->last, n, r->offset - n) < 0)
                return;
        before = memrchr(r->last, '\n', n - 1);
        r->last_size = before ? n - 1 - (size_t)(before - r->last) : n;
        (void)memmove(r->last, r->last + n - r->last_size, r->last_size);
}

int ledger_reader_seek(LedgerReader *r, const LedgerMark *mark)
{
        int n;

        r->broken = (LedgerBreak){0};
        r->chain = r->before = mark->chain;
        r->torn = r->tail = 0;
        r->anchor = r->archive_seen = false;
        r->archive.record = r->plan.n = r->last_size = 0;
        r->proven = 0;
        r->last_segment = mark->segment;
        r->last_line = mark->line > 0 ? mark->line - 1 : 0;
        if (mark->segment.first == 0) {
                r->fd = fd_close(r->fd);
                r->segment = mark->segment;
                r->start = r->end = 0;
                r->offset = 0;
                r->line = 0;
                return 0;
        }
        n = open_segment(r, &mark->segment);
        if (n < 0)
                return n;
        r->offset = mark->offset;
        r->line = mark->line;
        read_back(r);
        return 0;
}
