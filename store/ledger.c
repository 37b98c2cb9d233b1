/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appends records to the ledger, each on disk before the call returns. */
#include "store/ledger.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "store/line.h"
#include "store/record.h"

#define SEGMENT_SIZE_MAX (16u * 1024u * 1024u)
#define RESERVE_STEP (64u * 1024u)
#define MARKS_MAX 256u
#define HOST_TEXT_SIZE 33u
#define FILE_FLAGS (O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY | O_NONBLOCK)

struct Ledger {
        int statefd, dirfd;
        Heads *heads; /* NULL until they are asked for */
        HeadKind wanted_head;
        int fd; /* fd < 0: the next record begins a new segment */
        Segment segment;
        uint64_t size, reserved; /* of the open segment: bytes written, bytes known to have room */
        unsigned long line;
        Chain chain;
        char last[CHAIN_LINE_MAX]; /* the line that the chain stands at, should the hash change */
        size_t last_size;
        Algorithm algorithm;
        HashPlan plan;
        size_t torn;
        int status;
        char boot[33], host[HOST_TEXT_SIZE];
        /* A line whose write began and failed. It may be on disk, so nothing else may take its
         * number: it is written again, first, when writing works again. */
        char *owed;
        size_t owed_size;
        LedgerKey key;
        Digest *digest;
        const char *finding;
        const char *after;
        bool stopped, rotated; /* the last record found at open is a clean stop */
        LedgerMark marks[MARKS_MAX];
        size_t n_marks;
        uint64_t mark_step;
};

static void add_mark(Ledger *l, const LedgerMark *mark)
{
        if (mark->chain.seq % l->mark_step != 0)
                return;
        if (l->n_marks == MARKS_MAX) {
                size_t n = 0;

                l->mark_step *= 2;
                for (size_t i = 0; i < l->n_marks; i++)
                        if (l->marks[i].chain.seq % l->mark_step == 0)
                                l->marks[n++] = l->marks[i];
                l->n_marks = n;
                if (mark->chain.seq % l->mark_step != 0)
                        return;
        }
        l->marks[l->n_marks++] = *mark;
}

void ledger_mark_before(const Ledger *l, uint64_t seq, LedgerMark *ret)
{
        *ret = (LedgerMark){0};
        for (size_t i = 0; i < l->n_marks && l->marks[i].chain.seq <= seq; i++)
                *ret = l->marks[i];
}

static int open_dir(int state_fd, int *ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;

        if (mkdirat(state_fd, UZ_LEDGER_DIR, 0750) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(state_fd, UZ_LEDGER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        if (flock(fd, LOCK_EX | LOCK_NB) < 0)
                return errno == EWOULDBLOCK ? -EBUSY : -errno;
        *ret = TAKE_FD(fd);
        return 0;
}

/* Reads the whole chain. 0, -EUCLEAN when a part of it does not verify, -errno. */
static int find_end(Ledger *l, LedgerReader *reader, LedgerMark *ret, bool *ret_sealed)
{
        LedgerBreak broken = {0};
        bool clean = true;
        const char *line;
        size_t size;
        int r;

        for (;;) {
                r = ledger_reader_next(reader, &line, &size);
                if (r == 0)
                        break;
                if (r < 0) {
                        ledger_reader_state(reader, NULL, &broken, NULL);
                        if (broken.outcome < 0 || broken.outcome == CHAIN_E_FILE)
                                return broken.outcome < 0 ? broken.outcome : -ESPIPE;
                        clean = false;
                        ledger_reader_resume(reader);
                        continue;
                }
                *ret_sealed = line_is_sealed(line, size);
                l->stopped = line_is_stop(line, size);
                ledger_reader_tell(reader, ret);
                if (clean)
                        add_mark(l, ret);
        }
        ledger_reader_tell(reader, ret);
        return clean ? 0 : -EUCLEAN;
}

static void keep_last(Ledger *l, const char *line, size_t size)
{
        if (size > 0)
                (void)memcpy(l->last, line, size);
        l->last_size = size;
}

static int open_last(Ledger *l, const LedgerMark *end)
{
        char name[SEGMENT_NAME_MAX];
        int fd;

        segment_name(&end->segment, name);
        fd = openat(l->dirfd, name, FILE_FLAGS);
        if (fd < 0)
                return -errno;
        l->fd = fd;
        l->size = l->reserved = end->offset;
        l->line = end->line;
        return 0;
}

/* Brings the key to the end of the chain. After a crash it may be behind, never ahead: if it is,
 * records are gone, and what comes now begins after them, so that the gap stays to be seen. */
static int attach_key(Ledger *l, bool sealed, int broken)
{
        uint64_t next = l->chain.seq + 1;
        int r;

        if (l->key.seal != LEDGER_SEALED) {
                if (sealed || l->key.seal == LEDGER_SEAL_DAMAGED)
                        l->finding = UZ_LEDGER_KEY_FILE;
                return broken;
        }
        if (l->key.key.seq > next) {
                l->chain.seq = l->key.key.seq - 1;
                return -EUCLEAN;
        }
        r = ledger_key_move(&l->key, l->digest, next, &l->plan);
        if (r == MAC_E_TOO_FAR) {
                l->key.seal = LEDGER_SEAL_DAMAGED;
                l->finding = UZ_LEDGER_KEY_FILE;
                r = -EUCLEAN;
        }
        return r < 0 ? r : broken;
}

/* Reads what is there and opens its end, unless the next record needs a new segment. */
static int attach(Ledger *l)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        LedgerMark end = {0};
        const char *line = NULL;
        bool sealed = false;
        size_t tail;
        int r, broken;

        r = ledger_reader_open(l->dirfd, &reader);
        if (r < 0)
                return r;
        ledger_reader_set_key(reader, &l->key.key);
        broken = find_end(l, reader, &end, &sealed);
        if (broken < 0 && broken != -EUCLEAN)
                return broken;
        ledger_reader_state(reader, &l->chain, NULL, NULL);
        l->plan = *ledger_reader_plan(reader);
        tail = ledger_reader_last(reader, &line);
        keep_last(l, line, tail);
        l->after = l->chain.seq == 0 ? "first" : l->stopped ? "stop" : "crash";
        tail = ledger_reader_tail(reader);
        l->segment = end.segment;
        l->torn = tail;
        /* A forged number must not send new records to a place before the old ones. */
        if (broken < 0 && l->chain.seq < end.segment.first)
                l->chain.seq = end.segment.first;
        broken = attach_key(l, sealed, broken);
        if (broken < 0 && broken != -EUCLEAN)
                return broken;
        /* A segment that cannot be opened again is left alone: the next record begins a new one. */
        if (end.segment.first != 0 && tail == 0 && broken == 0)
                (void)open_last(l, &end);
        return broken;
}

int ledger_open(int state_fd, const char *host_id, Ledger **ret)
{
        _cleanup_(ledger_closep) Ledger *l = calloc(1, sizeof(*l));
        int r;

        if (!l)
                return -ENOMEM;
        l->statefd = l->dirfd = l->fd = l->key.fd = -EBADF;
        l->mark_step = 256;
        record_boot_id(l->boot);
        ledger_set_host(l, host_id);
        l->statefd = fcntl(state_fd, F_DUPFD_CLOEXEC, 3);
        r = l->statefd < 0 ? -errno : digest_new(&l->digest);
        if (r == 0)
                r = open_dir(state_fd, &l->dirfd);
        if (r == 0)
                r = ledger_key_open(state_fd, &l->key);
        if (r < 0)
                return r;
        r = attach(l);
        if (r < 0 && r != -EUCLEAN)
                return r;
        *ret = TAKE_PTR(l);
        return r;
}

Ledger *ledger_close(Ledger *l)
{
        if (!l)
                return NULL;
        (void)fd_close(l->fd);
        (void)fd_close(l->dirfd);
        (void)fd_close(l->statefd);
        (void)heads_close(l->heads);
        ledger_key_close(&l->key);
        (void)digest_free(l->digest);
        free(l->owed);
        free(l);
        return NULL;
}

void ledger_set_host(Ledger *l, const char *host_id)
{
        (void)snprintf(l->host, sizeof(l->host), "%s", host_id);
}

void ledger_set_algorithm(Ledger *l, Algorithm algorithm)
{
        if (algorithm != ALGORITHM_NONE)
                l->algorithm = algorithm;
}

Algorithm ledger_algorithm(const Ledger *l)
{
        return l->algorithm;
}

/* A new file for the next record. An empty one that a failure left behind is used again. */
static int create_file(Ledger *l, Segment *s, int *ret)
{
        char name[SEGMENT_NAME_MAX];
        struct stat st;
        int fd;

        for (; s->part <= SEGMENT_PART_MAX; s->part++) {
                segment_name(s, name);
                fd = openat(l->dirfd, name, FILE_FLAGS | O_CREAT, 0640);
                if (fd < 0 && (errno == ELOOP || errno == EISDIR || errno == ENXIO))
                        continue; /* a link, a folder, a pipe: not ours */
                if (fd < 0)
                        return -errno;
                if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size == 0) {
                        *ret = fd;
                        return 0;
                }
                (void)fd_close(fd);
        }
        return -ENFILE;
}

static int new_segment(Ledger *l)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        Segment s = {.first = l->chain.seq + 1, .part = 1};
        int r;

        r = create_file(l, &s, &fd);
        if (r < 0)
                return r;
        /* The auditors' group comes from the directory's set-group-id bit; the umask took its
         * read. */
        (void)fchmod(fd, 0640);
        if (fsync(l->dirfd) < 0)
                return -errno;
        l->fd = TAKE_FD(fd);
        l->rotated = l->segment.first != 0;
        l->segment = s;
        l->size = l->reserved = 0;
        l->line = 0;
        return 0;
}

/* Reserves room ahead, so that a disk that fills up meanwhile does not tear a record. Where that is
 * not possible the write itself will tell. */
static void reserve(Ledger *l, size_t size)
{
        if (l->size + size <= l->reserved)
                return;
        if (fallocate(l->fd, FALLOC_FL_KEEP_SIZE, (off_t)l->size, RESERVE_STEP) == 0)
                l->reserved = l->size + RESERVE_STEP;
}

/* Writes one line into the open segment. 0, or -errno and `ret_begun` = bytes may be on disk. */
static int write_line(Ledger *l, const char *line, size_t size, bool *ret_begun)
{
        reserve(l, size);
        for (size_t done = 0; done < size;) {
                ssize_t n = write(l->fd, line + done, size - done);

                if (n < 0 && errno == EINTR)
                        continue;
                if (n <= 0)
                        return n < 0 ? -errno : -EIO;
                *ret_begun = true;
                done += (size_t)n;
        }
        /* After a failed sync the kernel forgets what it could not write, and a second sync
         * would lie. */
        return fdatasync(l->fd) < 0 ? -errno : 0;
}

/* Writes a line, in a new segment if need be; `next` is the chain after it. */
static int put_line(Ledger *l, const char *line, size_t size, const Chain *next, bool *ret_begun)
{
        int r = 0;

        if (l->fd >= 0 && l->size + size > SEGMENT_SIZE_MAX)
                l->fd = fd_close(l->fd);
        for (int tries = 0; tries < 2; tries++) {
                r = l->fd < 0 ? new_segment(l) : 0;
                if (r == 0)
                        r = write_line(l, line, size, ret_begun);
                if (r == 0)
                        break;
                l->fd = fd_close(l->fd);
        }
        if (r < 0)
                return r;
        l->chain = *next;
        keep_last(l, line, size);
        (void)hash_plan_add(&l->plan, next->seq, next->hash);
        l->size += size;
        l->line++;
        /* Only now: a key must never be ahead of the records that are on disk. When this fails, the
         * next try comes with the next record. */
        (void)!ledger_key_move(&l->key, l->digest, l->chain.seq + 1, &l->plan);
        add_mark(l, &(LedgerMark){l->chain, l->segment, l->size, l->line});
        return 0;
}

static int put_owed(Ledger *l)
{
        Chain next = l->chain;
        bool begun = false;
        int r;

        if (!l->owed)
                return 0;
        r = chain_check_after(&next, l->digest, l->last, l->last_size, l->owed, l->owed_size);
        if (r > 0)
                return -EUCLEAN;
        if (r == 0)
                r = put_line(l, l->owed, l->owed_size, &next, &begun);
        if (r == 0)
                free(TAKE_PTR(l->owed));
        return r;
}

/* The next record tells the authority's hash. After a break nothing fits, and it stays so. */
static int change_hash(const Ledger *l, Chain *next)
{
        Hash hash = algorithm_hash(l->algorithm);
        int r;

        if (l->algorithm == ALGORITHM_NONE)
                return 0;
        r = chain_rehash(next, l->digest, hash, l->last, l->last_size);
        if (r > 0)
                next->hash = hash;
        return r < 0 ? r : 0;
}

static int append(Ledger *l, const char *kind, json_object *fields)
{
        _cleanup_(freep) char *body = NULL;
        RecordHead head = {.boot = l->boot, .host = l->host, .kind = kind};
        char line[CHAIN_LINE_MAX];
        bool begun = false;
        Chain next;
        size_t size;
        int r;

        (void)!ledger_key_sync(&l->key);
        r = put_owed(l);
        if (r < 0)
                return r;
        head.seq = l->chain.seq + 1;
        r = record_body(&head, fields, &body);
        if (r < 0)
                return r;
        next = l->chain;
        r = change_hash(l, &next);
        if (r < 0)
                return r;
        r = chain_append(&next, body, l->key.seal == LEDGER_SEALED ? &l->key.key : NULL, line,
                         &size);
        if (r < 0)
                return r;
        r = put_line(l, line, size, &next, &begun);
        if (r < 0 && begun) {
                l->owed = malloc(size);
                if (l->owed)
                        (void)memcpy(l->owed, line, size);
                l->owed_size = size;
        }
        return r;
}

int ledger_append(Ledger *l, const char *kind, json_object *fields)
{
        l->status = append(l, kind, fields);
        return l->status;
}

int ledger_settle(Ledger *l)
{
        return ledger_key_sync(&l->key);
}

LedgerSeal ledger_seal(const Ledger *l)
{
        return l->key.seal;
}

const char *ledger_after(const Ledger *l)
{
        return l->after;
}

int ledger_heads(Ledger *l, Heads **ret)
{
        int r = l->heads ? 0 : heads_open(l->statefd, l->algorithm, &l->heads);

        if (r == 0)
                *ret = l->heads;
        return r;
}

void ledger_want_head(Ledger *l, HeadKind kind)
{
        if (kind != HEAD_NONE)
                l->wanted_head = kind;
}

HeadKind ledger_take_wanted_head(Ledger *l)
{
        return TAKE(l->wanted_head, HEAD_NONE);
}

bool ledger_take_rotated(Ledger *l)
{
        return TAKE(l->rotated, false);
}

const char *ledger_take_finding(Ledger *l)
{
        return TAKE_PTR(l->finding);
}

void ledger_head(const Ledger *l, Chain *ret)
{
        *ret = l->chain;
}

int ledger_status(const Ledger *l)
{
        return l->status;
}

size_t ledger_take_torn(Ledger *l)
{
        return TAKE(l->torn, 0);
}
