/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads signed heads again. A signature takes a hundred times as long to check as a record, so
 * threads check them, beside whatever the caller does; whoever needs one that is not checked yet
 * helps. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/strbuf.h"
#include "store/heads.h"

#define FILE_MAX (256u * 1024u * 1024u)
#define NEWEST_WITHIN 4096u /* of the file's end: several notes */
#define THREADS_MAX 16u
#define CHUNK 32u /* notes that a thread takes at a time */

/* A whole note in the text. */
typedef struct Note {
        const char *text;
        size_t size;
        uint64_t line;
        int outcome; /* of head_verify_next() */
} Note;

struct HeadReader {
        char *text;
        Note *list;
        Head *heads; /* one for each note */
        size_t n, room;
        atomic_size_t next; /* the first that no thread has taken */
        atomic_bool *done;  /* each chunk: outcomes and heads are there */
        pthread_mutex_t lock;
        pthread_cond_t changed; /* a chunk is done */
        pthread_t threads[THREADS_MAX];
        size_t n_threads;
        HeadList all;
};

static bool begins_note(const char *p, const char *end)
{
        return (size_t)(end - p) >= strlen(HEAD_ORIGIN) &&
               memcmp(p, HEAD_ORIGIN, strlen(HEAD_ORIGIN)) == 0;
}

/* The note that begins at `p`: its size; 0 when another one begins before it is whole, or the file
 * ends: it was never finished. */
static size_t note_size(const char *p, const char *end)
{
        unsigned lines = HEAD_LINES;
        const char *at = p;

        for (unsigned n = 0; n < lines; n++) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));

                if (!newline || (n > 0 && begins_note(at, end)) ||
                    memchr(at, '\0', (size_t)(newline - at)))
                        return 0;
                if (n == HEAD_HASH_LINE && (size_t)(newline - at) > strlen(HEAD_HASH) &&
                    memcmp(at, HEAD_HASH, strlen(HEAD_HASH)) == 0)
                        lines++;
                at = newline + 1;
        }
        return (size_t)(at - p);
}

/* The next whole note from `*at` on: its size, and `*at` is where it begins; 0 at the end. */
static size_t next_note(const char **at, const char *end, uint64_t *line)
{
        while (*at < end) {
                size_t size = begins_note(*at, end) ? note_size(*at, end) : 0;
                const char *newline = memchr(*at, '\n', (size_t)(end - *at));

                if (size > 0)
                        return size;
                if (!newline)
                        return 0;
                *at = newline + 1;
                (*line)++;
        }
        return 0;
}

static uint64_t count_lines(const char *p, size_t size)
{
        uint64_t n = 0;

        for (const char *end = p + size; (p = memchr(p, '\n', (size_t)(end - p))); p++)
                n++;
        return n;
}

static int add_note(HeadReader *r, const char *text, size_t size, uint64_t line)
{
        if (r->n == r->room) {
                size_t room = MAX(2 * r->room, (size_t)64);
                Note *list = reallocarray(r->list, room, sizeof(Note));

                if (!list)
                        return -ENOMEM;
                r->list = list;
                r->room = room;
        }
        r->list[r->n++] = (Note){.text = text, .size = size, .line = line};
        return 0;
}

/* Takes the next chunk that nobody has taken, and checks it. False: there is none. */
static bool check_chunk(HeadReader *r)
{
        size_t from = atomic_fetch_add(&r->next, CHUNK);
        const PublicKey *known = NULL;

        if (from >= r->n)
                return false;
        for (size_t i = from; i < MIN(from + CHUNK, r->n); i++) {
                Note *note = &r->list[i];

                note->outcome = head_verify_next(note->text, note->size, known, &r->heads[i]);
                if (note->outcome == 0)
                        known = &r->heads[i].key;
        }
        (void)pthread_mutex_lock(&r->lock);
        atomic_store(&r->done[from / CHUNK], true);
        (void)pthread_cond_broadcast(&r->changed);
        (void)pthread_mutex_unlock(&r->lock);
        return true;
}

static void *check_chunks(void *userdata)
{
        while (check_chunk(userdata))
                ;
        return NULL;
}

/* One for each processor but the caller's. A thread that cannot be had is done without. */
static void start_threads(HeadReader *r)
{
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        size_t wanted = MIN(r->n / CHUNK, MIN((size_t)MAX(cpus, 1L) - 1, (size_t)THREADS_MAX));

        while (r->n_threads < wanted &&
               pthread_create(&r->threads[r->n_threads], NULL, check_chunks, r) == 0)
                r->n_threads++;
}

/* Until the note at this place is checked. */
static void wait_for(HeadReader *r, size_t place)
{
        const atomic_bool *done = &r->done[place / CHUNK];

        while (!atomic_load(done)) {
                if (check_chunk(r))
                        continue;
                (void)pthread_mutex_lock(&r->lock);
                while (!atomic_load(done))
                        (void)pthread_cond_wait(&r->changed, &r->lock);
                (void)pthread_mutex_unlock(&r->lock);
        }
}

static bool is_head(const Note *note)
{
        return note->outcome == 0;
}

int heads_reader_at(HeadReader *r, size_t *at, const Head **ret)
{
        for (; *at < r->n; ++*at) {
                const Note *note = &r->list[*at];

                wait_for(r, *at);
                if (note->outcome < 0 && note->outcome != -EBADMSG)
                        return note->outcome;
                if (is_head(note)) {
                        *ret = &r->heads[*at];
                        return 1;
                }
        }
        return 0;
}

int heads_reader_all(HeadReader *r, const HeadList **ret)
{
        HeadList all = {.heads = r->heads};
        const Head *head;
        size_t at = 0;
        int n;

        while ((n = heads_reader_at(r, &at, &head)) > 0)
                at++;
        if (n < 0)
                return n;
        for (size_t i = 0; i < r->n; i++) {
                if (is_head(&r->list[i]))
                        r->heads[all.n++] = r->heads[i];
                else if (all.forged++ == 0)
                        all.forged_at = r->list[i].line;
        }
        r->all = all;
        *ret = &r->all;
        return 0;
}

HeadReader *heads_reader_close(HeadReader *r)
{
        if (!r)
                return NULL;
        atomic_store(&r->next, r->n); /* nothing more is to be taken */
        while (r->n_threads > 0)
                (void)pthread_join(r->threads[--r->n_threads], NULL);
        (void)pthread_cond_destroy(&r->changed);
        (void)pthread_mutex_destroy(&r->lock);
        free(r->done);
        free(r->heads);
        free(r->list);
        free(r->text);
        free(r);
        return NULL;
}

static int split(HeadReader *r, size_t size)
{
        const char *p = r->text, *end = p ? p + size : p;
        uint64_t line = 1;
        size_t n;

        while ((n = next_note(&p, end, &line)) > 0) {
                int k = add_note(r, p, n, line);

                if (k < 0)
                        return k;
                line += count_lines(p, n);
                p += n;
        }
        r->heads = calloc(MAX(r->n, (size_t)1), sizeof(Head));
        r->done = calloc(r->n / CHUNK + 1, sizeof(*r->done));
        return r->heads && r->done ? 0 : -ENOMEM;
}

int heads_read_text(char *text, size_t size, HeadReader **ret)
{
        _cleanup_(heads_reader_closep) HeadReader *r = calloc(1, sizeof(*r));
        int n;

        if (!r) {
                free(text);
                return -ENOMEM;
        }
        r->text = text;
        (void)pthread_mutex_init(&r->lock, NULL);
        (void)pthread_cond_init(&r->changed, NULL);
        n = split(r, size);
        if (n < 0)
                return n;
        start_threads(r);
        *ret = TAKE_PTR(r);
        return 0;
}

static int read_file(int ledger_fd, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = file_open_regular(ledger_fd, UZ_HEADS_FILE, 0);

        return fd < 0 ? fd : file_read_fd(fd, FILE_MAX, ret, ret_size);
}

int heads_newest(int ledger_fd, Head *ret)
{
        _cleanup_(fd_closep) int fd = file_open_regular(ledger_fd, UZ_HEADS_FILE, O_NOFOLLOW);
        _cleanup_(heads_reader_closep) HeadReader *reader = NULL;
        _cleanup_(freep) char *text = NULL;
        const HeadList *list = NULL;
        struct stat st;
        size_t n;
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        n = (size_t)MIN((uint64_t)st.st_size, (uint64_t)NEWEST_WITHIN);
        text = malloc(NEWEST_WITHIN);
        r = text ? file_pread_full(fd, text, n, (uint64_t)st.st_size - n) : -ENOMEM;
        if (r == 0)
                r = heads_read_text(TAKE_PTR(text), n, &reader);
        if (r == 0)
                r = heads_reader_all(reader, &list);
        if (r == 0 && list->n > 0)
                *ret = list->heads[list->n - 1];
        return r < 0 ? r : list->n > 0;
}

/* The record's number stands in the second line. Whoever reads the notes checks them. */
static uint64_t note_seq(const char *note)
{
        return strtoull(strchr(note, '\n') + 1, NULL, 10);
}

int heads_select(int ledger_fd, uint64_t first, uint64_t last, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(FILE_MAX);
        _cleanup_(freep) char *text = NULL;
        uint64_t line = 1;
        size_t size = 0, n;
        int r = read_file(ledger_fd, &text, &size);

        if (r < 0 && r != -ENOENT)
                return r;
        strbuf_bytes(&b, "", 0);
        for (const char *p = text; p && (n = next_note(&p, text + size, &line)) > 0; p += n) {
                uint64_t seq = note_seq(p);

                if (seq >= first && seq <= last)
                        strbuf_bytes(&b, p, n);
        }
        return strbuf_take(&b, ret, ret_size);
}

int heads_read(int ledger_fd, HeadReader **ret)
{
        char *text = NULL;
        size_t size = 0;
        int r = read_file(ledger_fd, &text, &size);

        return r < 0 && r != -ENOENT ? r : heads_read_text(text, size, ret);
}
