/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger's files: appends durable records, reads the verified chain.
 * Segments NNNNNNNNNN.jsonl in UZ_STATE_DIR/ledger; the first record's number names the segment. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

#include "policy/chain.h"
#include "store/heads.h"
#include "store/ledger-key.h"
#include "store/segment.h"

typedef struct Ledger Ledger;

/* Opens for appending: finds the end of the verified chain, goes on in a new segment after a
 * torn tail (and says so through ledger_take_torn()). -EUCLEAN, with `ret` set all the same: the
 * chain is broken, appending goes on in a new segment from what is there, the break stays
 * visible. -EBUSY: another process appends. `host_id`: 32 hex digits, or "" before there is one. */
int ledger_open(int state_fd, const char *host_id, Ledger **ret) _must_check_;
Ledger *ledger_close(Ledger *l);
DEFINE_FREEP(Ledger, ledger_close)
void ledger_set_host(Ledger *l, const char *host_id);
/* The authority's: records tell its hash from now on, and a signing key that has to be made is of
 * it. NONE (and before the first call): it goes on as it is. */
void ledger_set_algorithm(Ledger *l, Algorithm algorithm);
Algorithm ledger_algorithm(const Ledger *l);

/* Appends {"seq","time","boot","mono","host","kind", fields...} and returns once it is on disk.
 * `fields` is a flat json object, borrowed. -errno: not recorded; the next call tries a new
 * segment. */
int ledger_append(Ledger *l, const char *kind, json_object *fields) _must_check_;
void ledger_head(const Ledger *l, Chain *ret);
/* Waits until the key of the last record is off the disk; called after a verdict took effect. An
 * append does so itself, for the key before its own. */
int ledger_settle(Ledger *l) _must_check_;
/* Are records sealed? */
LedgerSeal ledger_seal(const Ledger *l);
/* What was found wrong at open beside the chain: a slug for a "tamper" record, or NULL. */
const char *ledger_take_finding(Ledger *l);
/* How it ended before it was opened: "first" (it is new), "stop", or "crash". */
const char *ledger_after(const Ledger *l);
/* The heads' file and key, opened at the first call; belongs to the ledger. */
int ledger_heads(Ledger *l, Heads **ret) _must_check_;
/* Remembers which head is due; NONE changes nothing. */
void ledger_want_head(Ledger *l, HeadKind kind);
HeadKind ledger_take_wanted_head(Ledger *l);
/* True once after a new segment was begun. */
bool ledger_take_rotated(Ledger *l);
/* What the last append returned: 0 or -errno. */
int ledger_status(const Ledger *l);
/* Bytes of a torn tail found at open; 0 = none. */
size_t ledger_take_torn(Ledger *l);

/* Reader over the verified chain; stops at the first line that does not verify. */
typedef struct LedgerReader LedgerReader;
typedef struct LedgerBreak {
        int outcome;  /* 0, CHAIN_E_*, -errno */
        uint64_t seq; /* the first bad sequence number */
        char segment[SEGMENT_NAME_MAX];
        unsigned long line; /* 1-based in the segment */
        const char *kind;   /* slug, see line_break_kind(); NULL unless outcome > 0 */
} LedgerBreak;

int ledger_reader_open(int ledger_fd, LedgerReader **ret) _must_check_;
/* Reads `size` bytes of a file that go on after `before`. Their digest (`sum`), once all were
 * read. */
int ledger_reader_open_part(int fd, uint64_t offset, uint64_t size, const Chain *before, Hash sum,
                            LedgerReader **ret) _must_check_;
int ledger_reader_part_digest(LedgerReader *r, uint8_t ret[DIGEST_SIZE]) _must_check_;
LedgerReader *ledger_reader_close(LedgerReader *r);
/* Checks macs too, from record key->seq on. */
void ledger_reader_set_key(LedgerReader *r, const MacKey *key);
/* The hashes of the records that were read; of those before a part it has to be told. */
const HashPlan *ledger_reader_plan(const LedgerReader *r);
void ledger_reader_set_plan(LedgerReader *r, const HashPlan *plan);
/* A signed head has the hash of the last line that was let through: it is not what was altered. */
void ledger_reader_prove(LedgerReader *r);
/* The last line that was let through, with its newline; 0 bytes if it is not known. */
size_t ledger_reader_last(const LedgerReader *r, const char **ret);
DEFINE_FREEP(LedgerReader, ledger_reader_close)
/* 1 and one line (without newline, valid till the next call), 0 at the end (call again later for
 * more: --follow), < 0 broken: see ledger_reader_state(). A line is proven by the one after it. */
int ledger_reader_next(LedgerReader *r, const char **ret_line, size_t *ret_size) _must_check_;
/* `ret_chain`: up to where it is proven. `ret_torn`: bytes of unfinished writes met so far. */
void ledger_reader_state(const LedgerReader *r, Chain *ret_chain, LedgerBreak *ret_break,
                         size_t *ret_torn);
/* Bytes at the very end that are no whole record: a write under way, or one that never finished. */
size_t ledger_reader_tail(const LedgerReader *r);
/* After a break: reads on behind it. What comes is chained in itself, but to nothing before it. */
void ledger_reader_resume(LedgerReader *r);

/* A place between two records, so that a reader need not begin at the first one. */
typedef struct LedgerMark {
        Chain chain;
        Segment segment;
        uint64_t offset;
        unsigned long line;
} LedgerMark;

void ledger_reader_tell(const LedgerReader *r, LedgerMark *ret);
int ledger_reader_seek(LedgerReader *r, const LedgerMark *mark) _must_check_;
/* The last mark the ledger keeps at or before `seq` (the first place when it keeps none). */
void ledger_mark_before(const Ledger *l, uint64_t seq, LedgerMark *ret);
