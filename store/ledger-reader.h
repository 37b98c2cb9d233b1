/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the reader of the ledger (ledger-read.c) and who names its breaks (ledger-break.c) share. */
#pragma once

#include "store/archive.h"
#include "store/ledger.h"

#define BUFFER_SIZE (8 * CHAIN_LINE_MAX) /* a line, the one after it, and room to read ahead */

struct LedgerReader {
        int dirfd, fd;      /* no dirfd: a part of one file, see below */
        Segment segment;    /* .first == 0: none yet */
        uint64_t offset;    /* in the file, of buffer[start] */
        unsigned long line; /* lines before buffer[start] */
        size_t start, end;
        Chain chain, before; /* after the last line, and before it */
        LedgerBreak broken;
        size_t torn, tail; /* bytes skipped; bytes at the end that may still become a line */
        bool anchor;       /* take the next line's own word for where it stands */
        Digest *digest;
        uint64_t base, limit; /* where offset 0 is in the file, and how many bytes there are */
        Digest *sum;          /* over all bytes of a part */
        HashPlan plan;        /* of the records read, and of those before a part */
        MacKey key;           /* of the next record that is sealed; seq 0: macs are not looked at */
        char last[CHAIN_LINE_MAX]; /* the line that the chain stands at: the next one may hash it
                                    * another way */
        size_t last_size;
        Segment last_segment;    /* where it stands */
        unsigned long last_line; /* lines before it there */
        uint64_t proven;         /* the last record that its seal or a head proves; 0: none */
        Archive archive;         /* .record > 0: the ledger begins after records taken away */
        Chain begin;             /* there */
        bool archive_seen;       /* the record that says so has been read */
        char buffer[BUFFER_SIZE];
};

/* Finds the line that begins `skip` bytes on, without taking it. 1; 0: none yet; -EMSGSIZE. */
int reader_find_line(LedgerReader *r, size_t skip, const char **ret, size_t *ret_size);

/* The line at the buffer's start does not fit: what was done, and where. They return what
 * ledger_reader_next() does. */
int reader_stop(LedgerReader *r, int outcome, uint64_t seq);
int reader_stop_gap(LedgerReader *r, const char *line, size_t size);
int reader_stop_broken(LedgerReader *r, size_t size);
/* The first line of a ledger that begins later: may it? The chain then is before it. 0, -errno. */
int reader_begin_later(LedgerReader *r, const char *line, size_t size);
/* Does what the record `archived` says fit this one? 0, CHAIN_E_REMOVED. */
int reader_check_archive(LedgerReader *r, const Chain *next, const char *line, size_t size);
/* Does the line after this one hold its hash? 1, 0, or -1: there is none that tells. */
int reader_look_after(LedgerReader *r, size_t size);
