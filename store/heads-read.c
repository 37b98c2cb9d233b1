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
#include "lib/text.h"
#include "store/heads.h"

#define FILE_MAX (256u * 1024u * 1024u)
#define NEWEST_WITHIN 4096u /* of the file's end: several notes */
#define THREADS_MAX 16u
#define CHUNK 32u /* notes that a thread takes at a time */
#define SECTOR_SIZE 512
#define DIGITS "0123456789"
#define BASE64 DIGITS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+/="
#define SIGNATURE "\xe2\x80\x94 " /* policy/note.h */
#define SIGNED_LINE_SIZE 136u     /* "- ledger.", 32 digits, blank, base64 of 68 bytes */

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
        size_t torn; /* bytes of what was never finished */
};

static bool begins_note(const char *p, const char *end)
{
        return (size_t)(end - p) >= strlen(HEAD_ORIGIN) &&
               memcmp(p, HEAD_ORIGIN, strlen(HEAD_ORIGIN)) == 0;
}

/* The line of a signature that a crash cut short; one that is whole ends in "=" (68 bytes). */
static bool is_cut_signature(const char *line, size_t size)
{
        return size < SIGNED_LINE_SIZE &&
               memcmp(line, SIGNATURE, MIN(size, strlen(SIGNATURE))) == 0 &&
               !memchr(line, '=', size);
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
                if (n == lines - 1 && is_cut_signature(at, (size_t)(newline - at)))
                        return 0;
                at = newline + 1;
        }
        return (size_t)(at - p);
}

static size_t count_of(const char *text, size_t size, const char *among)
{
        size_t n = 0;

        while (n < size && text[n] != '\0' && strchr(among, text[n]))
                n++;
        return n;
}

static const char *const words[HEAD_LINES] = {HEAD_ORIGIN, "",     "", "time ",
                                              "kind ",     "key ", "", SIGNATURE};

/* Could this be line `k` of a note that was never finished, or the beginning of that line? */
static bool fits_line(unsigned k, const char *line, size_t size, bool ended)
{
        if (k == 1)
                return count_of(line, size, DIGITS) == size;
        if (k == 2)
                return count_of(line, size, BASE64) == size;
        if (k == HEAD_LINES - 2)
                return size == 0;
        if (k == HEAD_LINES - 1)
                return is_cut_signature(line, size) ||
                       (!ended && size == SIGNED_LINE_SIZE && line[size - 1] == '=');
        return (k > 0 || size > 0) && memcmp(line, words[k], MIN(size, strlen(words[k]))) == 0;
}

/* A block that never reached the disk: zeros up to a sector's end, or up to what was written next.
 * A single zero byte in the midst of text is none. */
static bool has_hole(const char *text, const char *p, const char *end)
{
        const char *zero = memchr(p, '\0', (size_t)(end - p));

        for (; zero && zero < end; zero = memchr(p, '\0', (size_t)(end - p))) {
                for (p = zero; p < end && *p == '\0'; p++)
                        ;
                if ((p - text) % SECTOR_SIZE == 0 || end - p <= 1)
                        return true;
        }
        return false;
}

/* Bytes between two notes: are they what a crash leaves, the beginnings of notes, or with holes? */
static bool is_torn(const char *text, const char *p, const char *end)
{
        unsigned k = 0;

        if (has_hole(text, p, end))
                return true;
        while (p < end) {
                const char *newline = memchr(p, '\n', (size_t)(end - p));
                size_t size = (size_t)((newline ? newline : end) - p);
                bool hash = k == HEAD_HASH_LINE && size > 0 &&
                            memcmp(p, HEAD_HASH, MIN(size, strlen(HEAD_HASH))) == 0;

                if (!hash && (k >= HEAD_LINES || !fits_line(k, p, size, newline))) {
                        if (!fits_line(0, p, size, newline))
                                return false;
                        k = 0;
                }
                k = !hash && size < strlen(words[k]) ? 0 : k + !hash;
                p += size + (newline != NULL);
        }
        return true;
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

/* The record's number stands in the second line, by the note's own word. */
static uint64_t note_seq(const char *note, size_t size)
{
        const char *at = memchr(note, '\n', size);
        char text[21] = "";
        uint64_t seq = 0;
        size_t n;

        if (!at)
                return 0;
        n = count_of(at + 1, (size_t)(note + size - at) - 1, DIGITS);
        memcpy(text, at + 1, MIN(n, sizeof(text) - 1));
        return n < sizeof(text) && text_u64(text, UINT64_MAX, &seq) == 0 ? seq : 0;
}

int heads_reader_all(HeadReader *r, const HeadList **ret)
{
        HeadList all = {.heads = r->heads, .torn = r->torn};
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
                else if (all.forged++ == 0) {
                        all.forged_at = r->list[i].line;
                        all.forged_seq = note_seq(r->list[i].text, r->list[i].size);
                }
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

/* What stands between two notes: unfinished ones, or text that will be found to be no note. */
static int add_rest(HeadReader *r, const char *text, size_t size, uint64_t line)
{
        if (size > 0 && !is_torn(r->text, text, text + size))
                return add_note(r, text, size, line);
        r->torn += size;
        return 0;
}

static int split(HeadReader *r, size_t size)
{
        const char *p = r->text, *end = p ? p + size : p;
        uint64_t line = 1;

        while (p < end) {
                const char *from = p;
                uint64_t from_line = line;
                size_t n = next_note(&p, end, &line);
                int k = add_rest(r, from, (size_t)((n > 0 ? p : end) - from), from_line);

                if (k == 0 && n > 0)
                        k = add_note(r, p, n, line);
                if (k < 0)
                        return k;
                if (n == 0)
                        break;
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
        _cleanup_(fd_closep) int fd = file_open_regular(ledger_fd, UZ_HEADS_FILE, O_NOFOLLOW);

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
                uint64_t seq = note_seq(p, n);

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
