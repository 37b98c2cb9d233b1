/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Appends signed heads, with a key of the computer's own. */
#include "store/heads.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "policy/note.h"

#define PEM_MAX 4096u

struct Heads {
        int statefd, fd;
        PrivateKey *key, *next; /* `next`: waits for its record */
};

static int write_key(int state_fd, const PrivateKey *key)
{
        char *pem = NULL;
        size_t size = 0;
        int r = private_key_to_pem(key, NULL, &pem, &size);

        if (r == 0)
                r = file_replace(state_fd, UZ_LEDGER_SIGNER_FILE, pem, size, 0600);
        if (pem)
                explicit_bzero(pem, size);
        free(pem);
        return r > 0 ? -EKEYREJECTED : r;
}

static int make_key(int state_fd, Algorithm algorithm, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = NULL;
        int r = private_key_generate(algorithm == ALGORITHM_NONE ? ALGORITHM_ED25519_SHA256
                                                                 : algorithm,
                                     PURPOSE_LEDGER, &key);

        if (r == 0)
                r = write_key(state_fd, key);
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

int heads_open(int state_fd, Algorithm algorithm, Heads **ret)
{
        _cleanup_(heads_closep) Heads *h = calloc(1, sizeof(*h));
        int r;

        if (!h)
                return -ENOMEM;
        h->fd = -EBADF;
        h->statefd = fcntl(state_fd, F_DUPFD_CLOEXEC, 3);
        r = h->statefd < 0 ? -errno : heads_signer(state_fd, &h->key);
        if (r == -ENOENT)
                r = make_key(state_fd, algorithm, &h->key);
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
        (void)fd_close(h->statefd);
        h->key = private_key_free(h->key);
        heads_drop(h);
        free(h);
        return NULL;
}

const PublicKey *heads_key(const Heads *h)
{
        return private_key_public(h->key);
}

int heads_prepare(Heads *h, Algorithm algorithm)
{
        int r;

        heads_drop(h);
        if (algorithm == ALGORITHM_NONE || heads_key(h)->algorithm == algorithm)
                return 0;
        r = private_key_generate(algorithm, PURPOSE_LEDGER, &h->next);
        return r < 0 ? r : r > 0 ? -EKEYREJECTED : 1;
}

const PublicKey *heads_prepared(const Heads *h)
{
        return h->next ? private_key_public(h->next) : NULL;
}

int heads_renew(Heads *h)
{
        if (!h->next)
                return 0;
        (void)private_key_free(h->key);
        h->key = TAKE_PTR(h->next);
        return write_key(h->statefd, h->key);
}

void heads_drop(Heads *h)
{
        h->next = private_key_free(h->next);
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
