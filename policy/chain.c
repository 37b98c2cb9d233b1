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
        case CHAIN_E_RESEALED:
                return "the record was written anew: it is not sealed with the key of its time";
        case CHAIN_E_UNSEALED:
                return "the record is not sealed, though the seal had begun";
        case CHAIN_E_ALTERED:
                return "the record was altered: its seal does not fit";
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

static bool strip_hex(const char *line, size_t *size, uint8_t ret[DIGEST_SIZE])
{
        char hex[HEX_SIZE + 1];

        if (*size < HEX_SIZE)
                return false;
        memcpy(hex, line + *size - HEX_SIZE, HEX_SIZE);
        hex[HEX_SIZE] = '\0';
        if (strpbrk(hex, "ABCDEF")) /* lower case is the one spelling */
                return false;
        if (text_unhex(hex, ret, DIGEST_SIZE) < 0)
                return false;
        *size -= HEX_SIZE;
        return true;
}

/* Reads "mac":"..."} backwards: 1 with a mac, 0 without, -EINVAL. `size` becomes what it covers. */
static int strip_mac(const char *line, size_t *size, uint8_t ret[DIGEST_SIZE])
{
        if (!strip_end(line, size, LINE_END))
                return -EINVAL;
        if (strip_end(line, size, MAC_START))
                return 0;
        return strip_hex(line, size, ret) && strip_end(line, size, MAC_START) ? 1 : -EINVAL;
}

int chain_line_mac(const char *line, size_t size, size_t *ret_covered, uint8_t ret[DIGEST_SIZE])
{
        int r = strip_mac(line, &size, ret);

        *ret_covered = size + 1; /* with the quote that ends "prev" */
        return r;
}

/* Reads ,"prev":"...","mac":"..."} backwards from the end of the line. */
static bool parse_tail(const char *line, size_t size, uint8_t ret_prev[DIGEST_SIZE])
{
        uint8_t mac[DIGEST_SIZE];

        return strip_mac(line, &size, mac) >= 0 && strip_hex(line, &size, ret_prev) &&
               strip_end(line, &size, PREV_START);
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

static int chain_move(Chain *chain, Digest *d, const char *line, size_t size)
{
        uint8_t head[DIGEST_SIZE];
        int r;

        r = d ? digest_once(d, line, size, head) : digest_compute(line, size, head);
        if (r < 0)
                return r;
        memcpy(chain->head, head, sizeof(head));
        chain->seq++;
        return 0;
}

int chain_check(Chain *chain, Digest *d, const char *line, size_t size)
{
        uint8_t prev[DIGEST_SIZE];
        uint64_t seq;

        if (size == 0 || line[size - 1] != '\n')
                return CHAIN_E_TORN;
        if (size > CHAIN_LINE_MAX || memchr(line, '\n', size) != line + size - 1 ||
            !text_is_clean(line, size - 1) || !parse_seq(line, size, &seq) ||
            !parse_tail(line, size, prev))
                return CHAIN_E_FORMAT;
        if (chain->seq == UINT64_MAX || seq != chain->seq + 1)
                return CHAIN_E_GAP;
        if (memcmp(prev, chain->head, sizeof(prev)) != 0)
                return CHAIN_E_BROKEN;
        return chain_move(chain, d, line, size);
}

static int write_mac(Writer *w, const MacKey *key)
{
        _cleanup_(digest_freep) Digest *d = NULL;
        char hex[HEX_SIZE + 1] = "";
        uint8_t mac[DIGEST_SIZE];
        int r;

        writer_bytes(w, "\"", 1);
        if (key && !w->failed) {
                r = digest_new(&d);
                if (r == 0)
                        r = mac_compute(key, d, w->data, w->pos, mac);
                if (r < 0)
                        return r;
                text_hex(mac, DIGEST_SIZE, hex);
        }
        writer_bytes(w, MAC_START + 1, strlen(MAC_START) - 1);
        writer_bytes(w, hex, strlen(hex));
        writer_bytes(w, LINE_END, strlen(LINE_END));
        return w->failed ? -ENOSPC : 0;
}

int chain_append(Chain *chain, const char *body, const MacKey *key, char ret[CHAIN_LINE_MAX],
                 size_t *ret_size)
{
        size_t size = strlen(body);
        char prev[HEX_SIZE + 1];
        Chain next = *chain;
        uint64_t seq;
        Writer w;
        int r;

        if (!parse_seq(body, size, &seq) || seq != chain->seq + 1 || !text_is_clean(body, size) ||
            (key && key->seq != seq))
                return -EINVAL;
        text_hex(chain->head, DIGEST_SIZE, prev);
        w = writer(ret, CHAIN_LINE_MAX);
        writer_bytes(&w, body, size);
        writer_bytes(&w, PREV_START, strlen(PREV_START));
        writer_bytes(&w, prev, HEX_SIZE);
        r = write_mac(&w, key);
        if (r == 0)
                r = chain_move(&next, NULL, ret, w.pos);
        if (r < 0)
                return r;
        *chain = next;
        *ret_size = w.pos;
        return 0;
}
