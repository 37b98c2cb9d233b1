/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads signed heads again. A signature takes a hundred times as long to check as a record, so many
 * of them are checked by several threads. */
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/strbuf.h"
#include "store/heads.h"

#define FILE_MAX (256u * 1024u * 1024u)
#define NEWEST_WITHIN 4096u /* of the file's end: several notes */
#define THREADS_MAX 16u
#define CHUNK 64u /* notes that a thread takes at a time */

/* A whole note in the text. */
typedef struct Note {
        const char *text;
        size_t size;
        uint64_t line;
        int outcome; /* of head_verify() */
} Note;

typedef struct Notes {
        Note *list;
        Head *heads; /* one for each */
        size_t n, room;
        atomic_size_t next; /* the first that no thread has taken */
} Notes;

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

static int add_note(Notes *notes, const char *text, size_t size, uint64_t line)
{
        if (notes->n == notes->room) {
                size_t room = MAX(2 * notes->room, (size_t)64);
                Note *list = reallocarray(notes->list, room, sizeof(Note));

                if (!list)
                        return -ENOMEM;
                notes->list = list;
                notes->room = room;
        }
        notes->list[notes->n++] = (Note){.text = text, .size = size, .line = line};
        return 0;
}

static void *check_some(void *userdata)
{
        Notes *notes = userdata;
        size_t from;

        while ((from = atomic_fetch_add(&notes->next, CHUNK)) < notes->n)
                for (size_t i = from; i < MIN(from + CHUNK, notes->n); i++)
                        notes->list[i].outcome = head_verify(notes->list[i].text,
                                                             notes->list[i].size, &notes->heads[i]);
        return NULL;
}

/* A thread that cannot be had is done without. */
static void check_all(Notes *notes)
{
        long cpus = sysconf(_SC_NPROCESSORS_ONLN);
        size_t wanted = MIN(notes->n / CHUNK, MIN((size_t)MAX(cpus, 1L), (size_t)THREADS_MAX));
        pthread_t threads[THREADS_MAX];
        size_t n = 0;

        while (n + 1 < wanted && pthread_create(&threads[n], NULL, check_some, notes) == 0)
                n++;
        (void)check_some(notes);
        while (n > 0)
                (void)pthread_join(threads[--n], NULL);
}

/* The heads that verify, in their order; those that do not are counted. */
static int take_heads(Notes *notes, HeadList *ret)
{
        size_t n = 0;

        for (size_t i = 0; i < notes->n; i++) {
                int r = notes->list[i].outcome;

                if (r < 0 && r != -EBADMSG)
                        return r;
                if (r == 0)
                        notes->heads[n++] = notes->heads[i];
                else if (ret->forged++ == 0)
                        ret->forged_at = notes->list[i].line;
        }
        ret->heads = TAKE_PTR(notes->heads);
        ret->n = n;
        return 0;
}

int heads_parse(const char *text, size_t size, HeadList *ret)
{
        const char *p = text, *end = text + size;
        Notes notes = {0};
        uint64_t line = 1;
        size_t n;
        int r = 0;

        *ret = (HeadList){0};
        for (; r == 0 && (n = next_note(&p, end, &line)) > 0; p += n) {
                r = add_note(&notes, p, n, line);
                line += count_lines(p, n);
        }
        if (r == 0 && notes.n > 0) {
                notes.heads = calloc(notes.n, sizeof(Head));
                r = notes.heads ? 0 : -ENOMEM;
        }
        if (r == 0) {
                check_all(&notes);
                r = take_heads(&notes, ret);
        }
        free(notes.list);
        free(notes.heads);
        return r;
}

static int read_file(int ledger_fd, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = file_open_regular(ledger_fd, UZ_HEADS_FILE, 0);

        return fd < 0 ? fd : file_read_fd(fd, FILE_MAX, ret, ret_size);
}

int heads_newest(int ledger_fd, Head *ret)
{
        _cleanup_(fd_closep) int fd = file_open_regular(ledger_fd, UZ_HEADS_FILE, O_NOFOLLOW);
        _cleanup_(heads_clear) HeadList list = {0};
        char text[NEWEST_WITHIN];
        struct stat st;
        size_t n;
        int r;

        if (fd < 0)
                return fd == -ENOENT ? 0 : fd;
        if (fstat(fd, &st) < 0)
                return -errno;
        n = (size_t)MIN((uint64_t)st.st_size, (uint64_t)sizeof(text));
        r = file_pread_full(fd, text, n, (uint64_t)st.st_size - n);
        if (r == 0)
                r = heads_parse(text, n, &list);
        if (r == 0 && list.n > 0)
                *ret = list.heads[list.n - 1];
        return r < 0 ? r : list.n > 0;
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

int heads_load(int ledger_fd, HeadList *ret)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        *ret = (HeadList){0};
        r = read_file(ledger_fd, &text, &size);
        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : heads_parse(text, size, ret);
}

void heads_clear(HeadList *list)
{
        free(list->heads);
        *list = (HeadList){0};
}
