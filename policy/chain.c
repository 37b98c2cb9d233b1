/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The hash chain of the ledger's lines. */
#include "policy/chain.h"

#include <string.h>

#include "lib/cursor.h"
#include "lib/text.h"

#define LINE_START "{\"seq\":"
#define PREV_START ",\"prev\":\""
#define MAC_START "\",\"mac\":\""
#define LINE_END "\"}\n"
#define HEX_SIZE (2u * DIGEST_SIZE)
#define SM3_START "sm3:"
#define KIND_START ",\"kind\":\""
#define KIND_WITHIN 256u

const char *chain_outcome_text(int outcome)
{
        switch (outcome) {
        case CHAIN_E_TORN:
                return "the line was never finished";
        case CHAIN_E_FORMAT:
                return "the line is no ledger record";
        case CHAIN_E_GAP:
                return "a record is missing: the sequence number does not follow";
        case CHAIN_E_BROKEN:
                return "the line before was altered: its hash does not fit";
        case CHAIN_E_HASH:
                return "the line before is not known, and its hash is of another kind";
        case CHAIN_E_RESEALED:
                return "the record was written anew: it is not sealed with the key of its time";
        case CHAIN_E_UNSEALED:
                return "the record is not sealed, though the seal had begun";
        case CHAIN_E_ALTERED:
                return "the record was altered: its seal does not fit";
        case CHAIN_E_AGAIN:
                return "a record that stands before comes again: a line was copied or moved";
        case CHAIN_E_NUMBER:
                return "the record was altered: its number does not follow";
        case CHAIN_E_NAME:
                return "the segment goes by the name of another one";
        case CHAIN_E_REMOVED:
                return "records between two segments are missing";
        case CHAIN_E_FILE:
                return "something else stands in the place of the file: a link, a folder or a pipe";
        case CHAIN_E_HERE:
                return "the record was altered: it does not hold the hash of the line before";
        }
        return "the line cannot be checked";
}

/* Takes `n` bytes off the end of a line if they are `text`. */
static bool strip_end(const char *line, size_t *size, const char *text)
{
        size_t n = strlen(text);

        if (*size < n || memcmp(line + *size - n, text, n) != 0)
                return false;
        *size -= n;
        return true;
}

/* Takes 64 digits off, and what tells that they are SM3. Lower case is the one spelling. */
static bool strip_hash(const char *line, size_t *size, Hash *ret_hash, uint8_t ret[DIGEST_SIZE])
{
        if (*size < HEX_SIZE || text_unhex_lower(line + *size - HEX_SIZE, ret, DIGEST_SIZE) < 0)
                return false;
        *size -= HEX_SIZE;
        *ret_hash = strip_end(line, size, SM3_START) ? HASH_SM3 : HASH_SHA256;
        return true;
}

void chain_head_text(const Chain *chain, char ret[CHAIN_HEAD_TEXT])
{
        size_t n = chain->hash == HASH_SM3 ? strlen(SM3_START) : 0;

        memcpy(ret, SM3_START, n);
        text_hex(chain->head, DIGEST_SIZE, ret + n);
}

int chain_head_parse(const char *text, Chain *ret)
{
        size_t n = strlen(SM3_START);
        bool sm3 = strncmp(text, SM3_START, n) == 0;
        uint8_t head[DIGEST_SIZE];

        if (text_unhex(sm3 ? text + n : text, head, DIGEST_SIZE) < 0)
                return -EINVAL;
        ret->hash = sm3 ? HASH_SM3 : HASH_SHA256;
        memcpy(ret->head, head, DIGEST_SIZE);
        return 0;
}

bool chain_same_head(const Chain *a, const Chain *b)
{
        return a->hash == b->hash && memcmp(a->head, b->head, DIGEST_SIZE) == 0;
}

/* Reads "mac":"..."} backwards: 1 with a mac, 0 without, -EINVAL. `size` becomes what it covers. */
static int strip_mac(const char *line, size_t *size, Hash *ret_hash, uint8_t ret[DIGEST_SIZE])
{
        if (!strip_end(line, size, LINE_END))
                return -EINVAL;
        if (strip_end(line, size, MAC_START))
                return 0;
        return strip_hash(line, size, ret_hash, ret) && strip_end(line, size, MAC_START) ? 1
                                                                                         : -EINVAL;
}

int chain_line_mac(const char *line, size_t size, size_t *ret_covered, Hash *ret_hash,
                   uint8_t ret[DIGEST_SIZE])
{
        int r = strip_mac(line, &size, ret_hash, ret);

        *ret_covered = size + 1; /* with the quote that ends "prev" */
        return r;
}

/* Reads ,"prev":"...","mac":"..."} backwards from the end of the line. One hash for both. */
static bool parse_tail(const char *line, size_t size, Hash *ret_hash, uint8_t ret_prev[DIGEST_SIZE])
{
        uint8_t mac[DIGEST_SIZE];
        Hash hash = HASH_SHA256;
        int r = strip_mac(line, &size, &hash, mac);

        return r >= 0 && strip_hash(line, &size, ret_hash, ret_prev) &&
               strip_end(line, &size, PREV_START) && (r == 0 || hash == *ret_hash);
}

/* Nothing that stands before it in a record has a "k". */
static const char *find_kind(const char *line, const char *end)
{
        const size_t n = strlen(KIND_START);

        for (const char *p = line; (p = memchr(p, 'k', (size_t)(end - p))); p++)
                if (p - line >= 2 && (size_t)(end - p) >= n - 2 &&
                    memcmp(p - 2, KIND_START, n) == 0)
                        return p - 2 + n;
        return NULL;
}

size_t chain_line_kind(const char *line, size_t size, const char *const kinds[], size_t n)
{
        const char *limit = line + MIN(size, (size_t)KIND_WITHIN);
        const char *at = find_kind(line, limit), *end;
        size_t length;

        end = at ? memchr(at, '"', (size_t)(limit - at)) : NULL;
        length = end ? (size_t)(end - at) : 0;
        for (size_t i = 0; end && i < n; i++)
                if (strncmp(kinds[i], at, length) == 0 && !kinds[i][length])
                        return i + 1;
        return 0;
}

/* Reads {"seq":N, from the start: decimal, no leading zero. */
static bool parse_seq(const char *line, size_t size, uint64_t *ret)
{
        size_t start = strlen(LINE_START), n = 0;
        char digits[21];

        if (size < start || memcmp(line, LINE_START, start) != 0)
                return false;
        while (n < sizeof(digits) - 1 && start + n < size && line[start + n] >= '0' &&
               line[start + n] <= '9') {
                digits[n] = line[start + n];
                n++;
        }
        digits[n] = '\0';
        if (start + n >= size || line[start + n] != ',' || digits[0] == '0')
                return false;
        return text_u64(digits, UINT64_MAX, ret) == 0;
}

static int hash_line(Digest *d, Hash hash, const char *line, size_t size, uint8_t ret[DIGEST_SIZE])
{
        return d ? digest_once(d, hash, line, size, ret) : digest_compute_as(hash, line, size, ret);
}

static int chain_move(Chain *chain, Digest *d, Hash hash, const char *line, size_t size)
{
        uint8_t head[DIGEST_SIZE];
        int r = hash_line(d, hash, line, size, head);

        if (r < 0)
                return r;
        memcpy(chain->head, head, sizeof(head));
        chain->hash = hash;
        chain->seq++;
        return 0;
}

int chain_check(Chain *chain, Digest *d, const char *line, size_t size)
{
        uint8_t prev[DIGEST_SIZE];
        uint64_t seq;
        Hash hash;

        if (size == 0 || line[size - 1] != '\n')
                return CHAIN_E_TORN;
        if (size > CHAIN_LINE_MAX || memchr(line, '\n', size) != line + size - 1 ||
            !text_is_clean(line, size - 1) || !parse_seq(line, size, &seq) ||
            !parse_tail(line, size, &hash, prev))
                return CHAIN_E_FORMAT;
        if (chain->seq == UINT64_MAX || seq != chain->seq + 1)
                return CHAIN_E_GAP;
        /* Before the first record there are zeros, in any hash. */
        if (chain->seq > 0 && hash != chain->hash)
                return CHAIN_E_HASH;
        if (memcmp(prev, chain->head, sizeof(prev)) != 0)
                return CHAIN_E_BROKEN;
        return chain_move(chain, d, hash, line, size);
}

int chain_rehash(Chain *chain, Digest *d, Hash hash, const char *last, size_t size)
{
        uint8_t head[DIGEST_SIZE];
        int r;

        if (chain->seq > 0 && hash != chain->hash) {
                r = hash_line(d, chain->hash, last, size, head);
                if (r < 0)
                        return r;
                if (memcmp(head, chain->head, sizeof(head)) != 0)
                        return CHAIN_E_BROKEN;
                r = hash_line(d, hash, last, size, head);
                if (r < 0)
                        return r;
                memcpy(chain->head, head, sizeof(head));
        }
        chain->hash = hash;
        return 0;
}

int chain_check_after(Chain *chain, Digest *d, const char *last, size_t last_size, const char *line,
                      size_t size)
{
        int r = chain_check(chain, d, line, size);
        Chain next = *chain;

        if (r != CHAIN_E_HASH)
                return r;
        r = chain_rehash(&next, d, next.hash == HASH_SM3 ? HASH_SHA256 : HASH_SM3, last, last_size);
        if (r == 0)
                r = chain_check(&next, d, line, size);
        if (r == 0)
                *chain = next;
        return r;
}

static int write_mac(Writer *w, const MacKey *key, Hash hash)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        char text[CHAIN_HEAD_TEXT] = "";
        Chain mac = {.hash = hash}; /* written like a hash */
        int r;

        writer_bytes(w, "\"", 1);
        if (key && !w->failed) {
                r = digest_new(&d);
                if (r == 0)
                        r = mac_compute(key, d, hash, w->data, w->pos, mac.head);
                if (r < 0)
                        return r;
                chain_head_text(&mac, text);
        }
        writer_bytes(w, MAC_START + 1, strlen(MAC_START) - 1);
        writer_bytes(w, text, strlen(text));
        writer_bytes(w, LINE_END, strlen(LINE_END));
        return w->failed ? -ENOSPC : 0;
}

int chain_append(Chain *chain, const char *body, const MacKey *key, char ret[CHAIN_LINE_MAX],
                 size_t *ret_size)
{
        size_t size = strlen(body);
        char prev[CHAIN_HEAD_TEXT];
        Chain next = *chain;
        uint64_t seq;
        Writer w;
        int r;

        if (!parse_seq(body, size, &seq) || seq != chain->seq + 1 || !text_is_clean(body, size) ||
            (key && key->seq != seq))
                return -EINVAL;
        chain_head_text(chain, prev);
        w = writer(ret, CHAIN_LINE_MAX);
        writer_bytes(&w, body, size);
        writer_bytes(&w, PREV_START, strlen(PREV_START));
        writer_bytes(&w, prev, strlen(prev));
        r = write_mac(&w, key, chain->hash);
        if (r == 0)
                r = chain_move(&next, NULL, chain->hash, ret, w.pos);
        if (r < 0)
                return r;
        *chain = next;
        *ret_size = w.pos;
        return 0;
}
