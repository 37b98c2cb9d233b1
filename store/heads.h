/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The signed heads on disk: UZ_STATE_DIR/ledger/heads, one note after the other, only appended to;
 * signed with UZ_STATE_DIR/ledger-signer.pem, which is made when it is missing. */
#pragma once

#include "policy/head.h"

typedef struct Heads Heads;

/* `algorithm`: of a key that has to be made; NONE is Ed25519. A key that is there stays. */
int heads_open(int state_fd, Algorithm algorithm, Heads **ret) _must_check_;
Heads *heads_close(Heads *h);
DEFINE_FREEP(Heads, heads_close)
/* The key that signs; none is made. -ENOENT, -EKEYREJECTED, -errno. */
int heads_signer(int state_fd, PrivateKey **ret) _must_check_;
const PublicKey *heads_key(const Heads *h);
/* A key of another algorithm, in memory alone until a record that names it is on disk: then
 * heads_renew() puts it in the old one's place, on disk too; when the record failed, drop it.
 * heads_prepare(): 1, 0 if the key is of this algorithm (or that is NONE), -errno. */
int heads_prepare(Heads *h, Algorithm algorithm) _must_check_;
const PublicKey *heads_prepared(const Heads *h); /* NULL if there is none */
int heads_renew(Heads *h) _must_check_;
void heads_drop(Heads *h);
/* Signs and appends, durably. `ret_note` (to be freed, may be NULL) is NUL-terminated. */
int heads_append(Heads *h, const Head *head, char **ret_note) _must_check_;

/* The heads of a ledger that verify, in the order in which they were written. */
typedef struct HeadList {
        const Head *heads;
        size_t n;
        size_t forged;       /* whole notes whose signature or form does not fit; other text */
        uint64_t forged_at;  /* line of the first, 1-based */
        uint64_t forged_seq; /* the record it is about, by its own word; 0: it has none */
        size_t torn;         /* bytes of notes that were never finished */
} HeadList;

/* Begins to read the heads of a ledger: threads check the signatures while the caller does
 * something else. Notes that a crash cut short are passed over. A missing file has none. */
typedef struct HeadReader HeadReader;

int heads_read(int ledger_fd, HeadReader **ret) _must_check_;
/* The same from memory, which the reader takes and frees. */
int heads_read_text(char *text, size_t size, HeadReader **ret) _must_check_;
HeadReader *heads_reader_close(HeadReader *r);
DEFINE_FREEP(HeadReader, heads_reader_close)
/* The first one that verifies from place `*at` on (0 ..), and its place. While it is not checked
 * yet, the caller helps. 1, 0: there is none, -errno. */
int heads_reader_at(HeadReader *r, size_t *at, const Head **ret) _must_check_;
/* Once all are checked. The list is the reader's, which gives no single ones from here on. */
int heads_reader_all(HeadReader *r, const HeadList **ret) _must_check_;
/* The last one that is whole. 1, 0: there is none, -errno. */
int heads_newest(int ledger_fd, Head *ret) _must_check_;
/* The notes themselves, of records `first` to `last`, as they stand in the file. */
int heads_select(int ledger_fd, uint64_t first, uint64_t last, char **ret,
                 size_t *ret_size) _must_check_;
