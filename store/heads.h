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

/* All heads of a ledger, in the order in which they were written. */
typedef struct HeadList {
        Head *heads;
        size_t n;
        size_t forged;      /* whole notes whose signature or form does not fit */
        uint64_t forged_at; /* line of the first, 1-based */
} HeadList;

/* Notes that a crash cut short are passed over. A missing file is an empty list. */
int heads_load(int ledger_fd, HeadList *ret) _must_check_;
/* The same from memory. */
int heads_parse(const char *text, size_t size, HeadList *ret) _must_check_;
/* The last one that is whole. 1, 0: there is none, -errno. */
int heads_newest(int ledger_fd, Head *ret) _must_check_;
/* The notes themselves, of records `first` to `last`, as they stand in the file. */
int heads_select(int ledger_fd, uint64_t first, uint64_t last, char **ret,
                 size_t *ret_size) _must_check_;
void heads_clear(HeadList *list);
