/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Walks the ledger and its heads side by side, and names the first thing that is wrong. */
#include "store/verify.h"

#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"
#include "store/line.h"

#define KEYS_MAX 64u
#define TIME_SIZE 27u /* "2026-11-21T08:00:00.123456Z" */
#define BROKEN 1
#define NO_KEY ",\"seal\":\"no-key\""
#define DAMAGED_KEY ",\"seal\":\"key-damaged\""
#define BEFORE_START_MAX 8u

typedef struct Walk {
        LedgerVerify *v;
        HeadReader *heads;
        size_t next; /* head to be met */
        PublicKey keys[KEYS_MAX];
        size_t n_keys;
        char latest[TIME_SIZE + 1];
        const Manifest *manifest; /* NULL: a ledger of its own */
        bool foreign;             /* the last start record names a key that has not signed this */
        char host[HEAD_HOST_SIZE];
        bool sealed;            /* the record before */
        uint64_t unsealed_from; /* a start has still to say why; 0: none */
} Walk;

static int broken(LedgerVerify *v, const char *kind, uint64_t bad, const char *message)
{
        v->kind = kind;
        v->bad = bad;
        v->message = message;
        return BROKEN;
}

/* What stands behind "KEY":" in a line; NULL if it is not there. */
static const char *find_text(const char *line, size_t size, const char *key, size_t want)
{
        const char *at = memmem(line, size, key, strlen(key));

        if (!at || (size_t)(line + size - at) < strlen(key) + want)
                return NULL;
        return at + strlen(key);
}

static bool same_key(const PublicKey *a, const PublicKey *b)
{
        return a->raw_size == b->raw_size && memcmp(a->raw, b->raw, a->raw_size) == 0;
}

static bool named_key(const Walk *w, const PublicKey *key)
{
        for (size_t i = 0; i < w->n_keys; i++)
                if (same_key(&w->keys[i], key))
                        return true;
        return false;
}

/* The public keys that this computer said it signs with. */
static void note_key(Walk *w, const char *line, size_t size)
{
        PublicKey key;

        if (!head_key_named(line, size, &key))
                return;
        w->v->signer_named = true;
        if (w->manifest)
                w->foreign = !same_key(&key, &w->manifest->keys[0]);
        if (w->n_keys < KEYS_MAX && !named_key(w, &key))
                w->keys[w->n_keys++] = key;
}

/* Whose record is this? */
static void note_host(Walk *w, const char *line, size_t size)
{
        const char *at = find_text(line, size, ",\"host\":\"", 1);
        size_t n = 0;

        while (at && n < sizeof(w->host) - 1 && at + n < line + size && at[n] != '"') {
                w->host[n] = at[n];
                n++;
        }
        w->host[n] = '\0';
}

static bool knows_key(const Walk *w, const PublicKey *key)
{
        return named_key(w, key) || (w->manifest && manifest_knows_key(w->manifest, key));
}

static int64_t seconds_of(const char time[TIME_SIZE + 1])
{
        char text[TEXT_TIME_MAX];
        int64_t t = 0;

        memcpy(text, time, 19);
        memcpy(text + 19, "Z", 2);
        return text_time(text, &t) == 0 ? t : 0;
}

static void check_clock(Walk *w, const char *line, size_t size)
{
        const char *at = find_text(line, MIN(size, (size_t)64), ",\"time\":\"", TIME_SIZE);
        char time[TIME_SIZE + 1];

        if (!at)
                return;
        memcpy(time, at, TIME_SIZE);
        time[TIME_SIZE] = '\0';
        if (strcmp(time, w->latest) >= 0) {
                memcpy(w->latest, time, sizeof(time));
                return;
        }
        if (seconds_of(w->latest) - seconds_of(time) <= VERIFY_CLOCK_TOLERANCE)
                return;
        if (w->v->clock_back++ == 0)
                w->v->clock_back_at = w->v->chain.seq;
        memcpy(w->latest, time, sizeof(time)); /* from here on anew */
}

/* What the daemon may write before the start that says how it seals. */
static bool may_precede_start(const char *line, size_t size)
{
        static const char *const kinds[] = {"start", "tamper", "torn-tail", "clock-set"};

        return chain_line_kind(line, size, kinds, ARRAY_SIZE(kinds)) > 0;
}

/* Without the first key too: what is sealed stays so until the daemon starts without its key, and
 * its start says that. */
static int check_unsealed(Walk *w, const char *line, size_t size)
{
        static const char *const start = "start";
        bool sealed = line_is_sealed(line, size);

        if (!sealed && w->sealed)
                w->unsealed_from = w->v->chain.seq;
        w->sealed = sealed;
        if (w->unsealed_from == 0)
                return 0;
        if (!sealed && chain_line_kind(line, size, &start, 1) > 0 &&
            (memmem(line, size, NO_KEY, strlen(NO_KEY)) ||
             memmem(line, size, DAMAGED_KEY, strlen(DAMAGED_KEY)))) {
                w->unsealed_from = 0;
                return 0;
        }
        if (!sealed && may_precede_start(line, size) &&
            w->v->chain.seq - w->unsealed_from < BEFORE_START_MAX)
                return 0;
        return broken(w->v, "unsealed", w->unsealed_from, chain_outcome_text(CHAIN_E_UNSEALED));
}

/* The one to be met. 1, 0: there is none, -errno. */
static int next_head(Walk *w, const Head **ret)
{
        int r = heads_reader_at(w->heads, &w->next, ret);

        if (r < 0)
                (void)snprintf(w->v->at.segment, sizeof(w->v->at.segment), "%s", UZ_HEADS_FILE);
        return r;
}

/* The heads that were signed when this record was the last; `reader` NULL: it was before a part. */
static int check_heads(Walk *w, LedgerReader *reader)
{
        LedgerVerify *v = w->v;
        const Head *h;
        int r;

        for (; (r = next_head(w, &h)) > 0 && h->chain.seq <= v->chain.seq; w->next++) {
                if (h->chain.seq < v->chain.seq)
                        continue;
                if (!knows_key(w, &h->key))
                        return broken(v, "forged-head", h->chain.seq,
                                      "a head is signed with a key that is not this computer's");
                if (!chain_same_head(&h->chain, &v->chain))
                        return broken(v, "rewritten", h->chain.seq,
                                      "records were written anew: a signed head has another hash");
                v->heads++;
                v->signed_to = v->chain.seq;
                if (reader)
                        ledger_reader_prove(reader);
        }
        return MIN(r, 0);
}

static int check_witness(LedgerVerify *v)
{
        if (v->witness.seq != v->chain.seq || v->chain.seq == 0)
                return 0;
        v->witness_seen = true;
        if (chain_same_head(&v->chain, &v->witness))
                return 0;
        return broken(v, "rewritten", v->chain.seq,
                      "the daemon's head is another one: records were rewritten");
}

/* A record that is not what a head says it was: if the line after it does not fit either, it was
 * altered where it stands. */
static int refine(LedgerVerify *v, LedgerReader *reader)
{
        uint64_t bad = v->bad;
        const char *line;
        size_t size;

        if (ledger_reader_next(reader, &line, &size) >= 0)
                return BROKEN;
        ledger_reader_state(reader, NULL, &v->at, NULL);
        if (v->at.outcome <= 0 || v->at.seq > bad) {
                v->at = (LedgerBreak){0};
                return BROKEN;
        }
        return broken(v, v->at.kind, v->at.seq, chain_outcome_text(v->at.outcome));
}

/* The ledger begins after records that were taken away: what is known of them. */
static int note_archive(Walk *w, const LedgerReader *reader)
{
        LedgerVerify *v = w->v;
        const Archive *a = ledger_reader_archive(reader, &v->begin);
        Chain first = v->chain;
        int r;

        if (!a)
                return 0;
        v->archive = *a;
        v->signer_named = a->n_keys > 0;
        for (size_t i = 0; i < a->n_keys; i++)
                w->keys[w->n_keys++] = a->keys[i];
        /* Within what was taken away the hash may be another one. */
        if (v->begin.seq != a->last.seq)
                return 0;
        v->chain = v->begin;
        r = check_heads(w, NULL);
        v->chain = first;
        return r;
}

static int walk_chain(Walk *w, LedgerReader *reader)
{
        LedgerVerify *v = w->v;
        const char *line;
        size_t size;
        int r;

        while ((r = ledger_reader_next(reader, &line, &size)) > 0) {
                bool later = v->chain.seq == 0;

                ledger_reader_state(reader, &v->chain, NULL, NULL);
                r = later ? note_archive(w, reader) : 0;
                note_key(w, line, size);
                check_clock(w, line, size);
                if (r == 0)
                        r = check_unsealed(w, line, size);
                if (r == 0)
                        r = check_heads(w, reader);
                if (r == 0)
                        r = check_witness(v);
                if (r != 0)
                        return r < 0 ? r : refine(v, reader);
                if (v->progress)
                        v->progress(v->userdata, v->chain.seq);
                r = v->record ? v->record(v->userdata, v->chain.seq, line, size) : 0;
                if (r < 0)
                        return r;
                if (w->manifest && v->chain.seq == w->manifest->last.seq)
                        note_host(w, line, size);
        }
        ledger_reader_state(reader, &v->chain, &v->at, &v->torn);
        if (r == 0)
                return 0;
        if (v->at.outcome < 0)
                return v->at.outcome;
        return broken(v, v->at.kind, v->at.seq, chain_outcome_text(v->at.outcome));
}

static int at_heads(LedgerVerify *v, uint64_t line)
{
        (void)snprintf(v->at.segment, sizeof(v->at.segment), "%s", UZ_HEADS_FILE);
        v->at.line = line;
        return BROKEN;
}

/* Heads are only ever appended, and the chain only grows. */
static int check_order(LedgerVerify *v, HeadReader *heads)
{
        const HeadList *list;
        int r = heads_reader_all(heads, &list);

        if (r < 0)
                return r;
        for (size_t i = 1; i < list->n; i++) {
                const Chain *a = &list->heads[i - 1].chain, *b = &list->heads[i].chain;

                if (b->seq < a->seq || (b->seq == a->seq && !chain_same_head(a, b)))
                        return broken(v, "restored-copy", b->seq,
                                      "an older copy was put in place: signed heads go back");
        }
        v->torn += list->torn;
        if (list->forged == 0)
                return 0;
        (void)broken(v, "forged-head", list->forged_seq, "a head's signature does not fit");
        return at_heads(v, list->forged_at);
}

/* Nothing of ours is a link, a folder or a pipe. The records are looked at all the same. */
static int read_heads(int ledger_fd, HeadReader **ret, bool *ret_replaced)
{
        int r = heads_read(ledger_fd, ret);

        *ret_replaced = r == -ELOOP || r == -ESPIPE || r == -ENXIO;
        return *ret_replaced ? heads_read_text(NULL, 0, ret) : r;
}

/* Who knows of records that are not there? */
static int check_end(Walk *w)
{
        LedgerVerify *v = w->v;
        const Head *h;
        int r = next_head(w, &h);

        if (r < 0)
                return r;
        if (r > 0)
                return broken(v, "cut-tail", v->chain.seq + 1,
                              "records at the end are missing: a signed head knows of more");
        if (v->witness.seq > v->chain.seq)
                return broken(v, "cut-tail", v->chain.seq + 1,
                              "records at the end are missing: the daemon has written more");
        if (v->key_state > v->chain.seq + 1)
                return broken(v, "restored-copy", v->chain.seq + 1,
                              "an older copy was put in place: the computer's key knows of more");
        if (v->key.seq > v->chain.seq + 1)
                return broken(v, "cut-tail", v->chain.seq + 1,
                              "the key is for records that are not there");
        return 0;
}

/* The manifest speaks for one computer, with that computer's key. */
static int check_signer(const Walk *w)
{
        LedgerVerify *v = w->v;

        if (strcmp(w->host, w->manifest->host) != 0)
                return broken(v, "foreign-records", v->chain.seq,
                              "the records are another computer's");
        if (w->foreign)
                return broken(v, "foreign-signer", v->chain.seq,
                              "the package is signed with a key that is not this computer's");
        return 0;
}

int ledger_verify_part(LedgerReader *reader, HeadReader *heads, const Manifest *m, LedgerVerify *v)
{
        _cleanup_(freep) Walk *w = calloc(1, sizeof(*w));
        int r;

        if (!w)
                return -ENOMEM;
        w->v = v;
        w->heads = heads;
        w->manifest = m;
        v->chain = m->before;
        ledger_reader_set_plan(reader, &m->plan);
        ledger_reader_set_key(reader, &v->key);
        r = check_heads(w, NULL);
        if (r == 0)
                r = walk_chain(w, reader);
        if (r == 0)
                r = check_end(w);
        if (r == 0)
                r = check_order(v, heads);
        return r == 0 && v->chain.seq == m->last.seq ? check_signer(w) : r;
}

int ledger_verify(int ledger_fd, LedgerVerify *v)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        _cleanup_(heads_reader_closep) HeadReader *heads = NULL;
        _cleanup_(freep) Walk *w = calloc(1, sizeof(*w));
        bool replaced;
        int r;

        if (!w)
                return -ENOMEM;
        w->v = v;
        r = read_heads(ledger_fd, &heads, &replaced);
        if (r < 0)
                (void)at_heads(v, 0);
        if (r == 0)
                r = ledger_reader_open(ledger_fd, &reader);
        if (r == 0) {
                w->heads = heads;
                ledger_reader_set_key(reader, &v->key);
                r = walk_chain(w, reader);
        }
        if (r == 0)
                r = check_end(w);
        if (r == 0 && replaced) {
                (void)broken(v, "replaced", 0, chain_outcome_text(CHAIN_E_FILE));
                return at_heads(v, 1);
        }
        return r == 0 ? check_order(v, heads) : r;
}
