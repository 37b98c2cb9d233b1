/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verifies a whole ledger: chain, seals, signed heads, clock; and names what was done to it. */
#pragma once

#include "policy/manifest.h"
#include "store/archive.h"
#include "store/heads.h"
#include "store/ledger.h"

#define VERIFY_CLOCK_TOLERANCE 5 /* seconds that the wall clock may be set back unremarked */

typedef struct LedgerVerify {
        /* Asked. */
        MacKey key;         /* the auditor's first key; seq 0: seals are not checked */
        uint64_t key_state; /* for which record the computer's own key is; 0: not known */
        Chain witness;      /* a head known from elsewhere; seq 0: none */
        void (*progress)(void *userdata, uint64_t seq);
        /* Is given each record (without its newline) that fits the chain; NULL: nobody asks. It is
         * proven only when all is. 0, or -errno to stop. */
        int (*record)(void *userdata, uint64_t seq, const char *line, size_t size);
        void *userdata; /* for both */
        /* Found. */
        Chain chain;     /* verified to here */
        Chain begin;     /* where it begins; seq 0: with record 1 */
        Archive archive; /* .record > 0: which record says where the records before are */
        size_t torn;
        size_t heads;       /* signed heads that agree */
        uint64_t signed_to; /* the last record that one of them names */
        bool signer_named;  /* a record names the key that signs heads */
        bool witness_seen;
        uint64_t clock_back,
                clock_back_at; /* a finding, no break: how often, and the first record */
        /* Broken: a stable slug, the first bad record, and where; or NULL. */
        const char *kind, *message;
        uint64_t bad;
        LedgerBreak at; /* segment "" if it is not about one line; or a file that cannot be read */
} LedgerVerify;

/* 0: whole. 1: broken, see v->kind. -errno. What a crash leaves behind is never called broken. */
int ledger_verify(int ledger_fd, LedgerVerify *v) _must_check_;

/* The same for the records of a package (store/package.h). */
int ledger_verify_part(LedgerReader *reader, HeadReader *heads, const Manifest *m,
                       LedgerVerify *v) _must_check_;
