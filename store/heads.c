/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appends signed heads, and reads all of them again. */
#include "store/heads.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/strbuf.h"
#include "policy/note.h"

#define PEM_MAX 4096u
#define NEWEST_WITHIN 4096u /* of the file's end: several notes */
#define FILE_MAX (256u * 1024u * 1024u)

struct Heads {
        int fd;
        PrivateKey *key;
};

static int make_key(int state_fd, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        char *pem = NULL;
        size_t size = 0;
        int r = private_key_generate(ALGORITHM_ED25519_SHA256, PURPOSE_LEDGER, &key);

        if (r == 0)
                r = private_key_to_pem(key, NULL, &pem, &size);
        if (r == 0)
                r = file_replace(state_fd, UZ_LEDGER_SIGNER_FILE, pem, size, 0600);
        if (pem)
                explicit_bzero(pem, size);
        free(pem);
        if (r == 0)
                *ret = TAKE_PTR(key);
        return r > 0 ? -EKEYREJECTED : r;
}

int heads_signer(int state_fd, PrivateKey **ret)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char *pem = NULL;
        size_t size = 0;
        int r = file_open_trusted(state_fd, UZ_LEDGER_SIGNER_FILE, FILE_SECRET, PEM_MAX, &fd);

        if (r == 0)
                r = file_read_fd(fd, PEM_MAX, &pem, &size);
        if (r == 0)
                r = private_key_from_pem(pem, size, NULL, PURPOSE_LEDGER, ret);
        if (pem)
                explicit_bzero(pem, size);
        free(pem);
        return r > 0 ? -EKEYREJECTED : r;
}

static int open_file(int state_fd, int *ret)
{
        _cleanup_(fd_closep) int dir =
                openat(state_fd, UZ_LEDGER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        int fd;

        if (dir < 0)
                return -errno;
        fd = openat(dir, UZ_HEADS_FILE,
                    O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0640);
        if (fd < 0)
                return -errno;
        (void)fchmod(fd, 0640);
        (void)fsync(dir);
        *ret = fd;
        return 0;
}

int heads_open(int state_fd, Heads **ret)
{
        _cleanup_(heads_closep) Heads *h = calloc(1, sizeof(*h));
        int r;

        if (!h)
                return -ENOMEM;
        h->fd = -EBADF;
        r = heads_signer(state_fd, &h->key);
        if (r == -ENOENT)
                r = make_key(state_fd, &h->key);
        if (r == 0)
                r = open_file(state_fd, &h->fd);
        if (r == 0)
                *ret = TAKE_PTR(h);
        return r;
}

Heads *heads_close(Heads *h)
{
        if (!h)
                return NULL;
        (void)fd_close(h->fd);
        h->key = private_key_free(h->key);
        free(h);
        return NULL;
}

const PublicKey *heads_key(const Heads *h)
{
        return private_key_public(h->key);
}

/* A note that was cut short stays; the next begins a line. */
static int end_line(int fd)
{
        struct stat st;
        char last;

        if (fstat(fd, &st) < 0)
                return -errno;
        if (st.st_size == 0 || (pread(fd, &last, 1, st.st_size - 1) == 1 && last == '\n'))
                return 0;
        return file_write_full(fd, "\n", 1);
}

int heads_append(Heads *h, const Head *head, char **ret_note)
{
        _cleanup_(freep) char *note = NULL;
        size_t size;
        int r = head_sign(head, h->key, &note, &size);

        if (r == 0)
                r = end_line(h->fd);
        if (r == 0)
                r = file_write_full(h->fd, note, size);
        if (r == 0 && fdatasync(h->fd) < 0)
                r = -errno;
        if (r == 0 && ret_note)
                *ret_note = TAKE_PTR(note);
        return r;
}

static int add(HeadList *list, const Head *head)
{
        if (list->n == list->room) {
                size_t room = MAX(2 * list->room, (size_t)64);
                Head *heads = reallocarray(list->heads, room, sizeof(Head));

                if (!heads)
                        return -ENOMEM;
                list->heads = heads;
                list->room = room;
        }
        list->heads[list->n++] = *head;
        return 0;
}

static bool begins_note(const char *p, const char *end)
{
        return (size_t)(end - p) >= strlen(HEAD_ORIGIN) &&
               memcmp(p, HEAD_ORIGIN, strlen(HEAD_ORIGIN)) == 0;
}

/* The note that begins at `p`: its size; 0 when another one begins before it is whole, or the file
 * ends: it was never finished. */
static size_t note_size(const char *p, const char *end)
{
        const char *at = p;

        for (unsigned n = 0; n < HEAD_LINES; n++) {
                const char *newline = memchr(at, '\n', (size_t)(end - at));

                if (!newline || (n > 0 && begins_note(at, end)) ||
                    memchr(at, '\0', (size_t)(newline - at)))
                        return 0;
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

int heads_parse(const char *text, size_t size, HeadList *ret)
{
        const char *p = text, *end = text + size;
        uint64_t line = 1;
        size_t n;

        for (; (n = next_note(&p, end, &line)) > 0; p += n, line += HEAD_LINES) {
                Head head;
                int r = head_verify(p, n, &head);

                if (r == 0)
                        r = add(ret, &head);
                else if ((r > 0 || r == -EBADMSG) && ret->forged++ == 0)
                        ret->forged_at = line;
                if (r < 0 && r != -EBADMSG)
                        return r;
        }
        return 0;
}

int heads_newest(int ledger_fd, Head *ret)
{
        _cleanup_(fd_closep) int fd =
                openat(ledger_fd, UZ_HEADS_FILE, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY);
        _cleanup_(heads_clear) HeadList list = {0};
        char text[NEWEST_WITHIN];
        struct stat st;
        size_t n;
        int r;

        if (fd < 0 || fstat(fd, &st) < 0)
                return errno == ENOENT ? 0 : -errno;
        n = (size_t)MIN((uint64_t)st.st_size, (uint64_t)sizeof(text));
        r = file_pread_full(fd, text, n, (uint64_t)st.st_size - n);
        if (r == 0)
                r = heads_parse(text, n, &list);
        if (r == 0 && list.n > 0)
                *ret = list.heads[list.n - 1];
        return r < 0 ? r : list.n > 0;
}

int heads_select(int ledger_fd, uint64_t first, uint64_t last, char **ret, size_t *ret_size)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(strbuf_clear) StrBuf b = strbuf(FILE_MAX);
        const char *p, *end;
        uint64_t line = 1;
        size_t size, n;
        Head head;
        int r = file_read(ledger_fd, UZ_HEADS_FILE, FILE_MAX, &text, &size);

        if (r < 0 && r != -ENOENT)
                return r;
        p = text;
        end = r == 0 ? text + size : p;
        for (; p && (n = next_note(&p, end, &line)) > 0; p += n)
                if (head_verify(p, n, &head) == 0 && head.chain.seq >= first &&
                    head.chain.seq <= last)
                        strbuf_bytes(&b, p, n);
        strbuf_bytes(&b, "", 0);
        return strbuf_take(&b, ret, ret_size);
}

int heads_load(int ledger_fd, HeadList *ret)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        *ret = (HeadList){0};
        r = file_read(ledger_fd, UZ_HEADS_FILE, FILE_MAX, &text, &size);
        if (r == -ENOENT)
                return 0;
        return r < 0 ? r : heads_parse(text, size, ret);
}

void heads_clear(HeadList *list)
{
        free(list->heads);
        *list = (HeadList){0};
}
