/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed heads of the ledger: made, and read again. */
#include "policy/head.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "policy/note.h"

#define KEY_START ",\"ledger_key\":\""
#define BASE64_SIZE(n) (4u * (((n) + 2u) / 3u))

static const char *const kinds[HEAD_MAX_] = {
#define X(name, word) [HEAD_##name] = word,
        HEAD_TABLE(X)
#undef X
};

const char *head_kind_name(HeadKind kind)
{
        return kinds[kind];
}

static int format(const Head *h, char *ret, size_t size)
{
        char hash[BASE64_SIZE(DIGEST_SIZE) + 1], key[BASE64_SIZE(KEY_PUBLIC_MAX) + 1];
        bool sm3 = h->chain.hash == HASH_SM3;
        int n;

        text_base64(h->chain.head, DIGEST_SIZE, hash);
        text_base64(h->key.raw, h->key.raw_size, key);
        n = snprintf(ret, size, HEAD_ORIGIN "%s\n%" PRIu64 "\n%s\n%stime %s\nkind %s\nkey %s %s\n",
                     h->host, h->chain.seq, hash, sm3 ? HEAD_HASH "sm3\n" : "", h->time,
                     kinds[h->kind], algorithm_name(h->key.algorithm), key);
        return n < 0 || (size_t)n >= size ? -ENOSPC : n;
}

int head_sign(const Head *head, const PrivateKey *key, char **ret, size_t *ret_size)
{
        char text[HEAD_NOTE_MAX];
        Head h = *head;
        int n;

        h.key = *private_key_public(key);
        n = format(&h, text, sizeof(text));
        return n < 0 ? n : note_sign(text, (size_t)n, key, ret, ret_size);
}

/* Takes the next line off, without its newline, if it begins with `start`. NULL if not. */
static char *take_line(char **text, const char *start)
{
        char *line = *text, *end = strchr(line, '\n');
        size_t n = strlen(start);

        if (!end || strncmp(line, start, n) != 0)
                return NULL;
        *end = '\0';
        *text = end + 1;
        return line + n;
}

static bool parse_kind(const char *word, HeadKind *ret)
{
        for (HeadKind k = HEAD_START; k < HEAD_MAX_; k++)
                if (strcmp(word, kinds[k]) == 0) {
                        *ret = k;
                        return true;
                }
        return false;
}

/* ALGORITHM BASE64. A computer's heads hold one key again and again, and looking whether it is one
 * takes a tenth of what the signature takes. 0, -EBADMSG, -errno. */
static int parse_key(char *text, const PublicKey *known, PublicKey *ret)
{
        char *blank = strchr(text, ' ');
        uint8_t raw[KEY_PUBLIC_MAX];
        Algorithm algorithm;
        int n;

        if (!blank)
                return -EBADMSG;
        *blank = '\0';
        if (algorithm_parse(text, &algorithm) < 0)
                return -EBADMSG;
        n = text_unbase64(blank + 1, strlen(blank + 1), raw, sizeof(raw));
        if (n > 0 && known && known->algorithm == algorithm && known->raw_size == (size_t)n &&
            memcmp(known->raw, raw, (size_t)n) == 0) {
                *ret = *known;
                return 0;
        }
        if (n > 0)
                n = public_key_init(ret, algorithm, PURPOSE_LEDGER, raw, (size_t)n);
        else
                n = -EBADMSG;
        return n > 0 ? -EBADMSG : n;
}

/* 0, -EBADMSG, -errno. */
static int parse(char *text, const PublicKey *known, Head *h)
{
        const char *host = take_line(&text, HEAD_ORIGIN), *seq = host ? take_line(&text, "") : NULL;
        const char *hash = seq ? take_line(&text, "") : NULL;
        const char *as = hash ? take_line(&text, HEAD_HASH) : NULL;
        const char *time = hash ? take_line(&text, "time ") : NULL;
        const char *kind = time ? take_line(&text, "kind ") : NULL;
        char *key = kind ? take_line(&text, "key ") : NULL;

        if (as && hash_parse(as, &h->chain.hash) < 0)
                return -EBADMSG;
        if (!key || *text || strlen(host) >= sizeof(h->host) || strlen(time) >= sizeof(h->time))
                return -EBADMSG;
        memcpy(h->host, host, strlen(host) + 1);
        memcpy(h->time, time, strlen(time) + 1);
        if (text_u64(seq, UINT64_MAX, &h->chain.seq) < 0 ||
            text_unbase64(hash, strlen(hash), h->chain.head, DIGEST_SIZE) != DIGEST_SIZE ||
            !parse_kind(kind, &h->kind))
                return -EBADMSG;
        return parse_key(key, known, &h->key);
}

int head_verify_next(const char *note, size_t size, const PublicKey *known, Head *ret)
{
        char text[HEAD_NOTE_MAX], again[HEAD_NOTE_MAX];
        _cleanup_(freep) Keyring *ring = NULL;
        size_t text_size;
        Head h = {0};
        int n, r;

        if (size >= sizeof(text) || note_split(note, size, &text_size) != 0)
                return -EBADMSG;
        memcpy(text, note, text_size);
        text[text_size] = '\0';
        r = strlen(text) == text_size ? parse(text, known, &h) : -EBADMSG;
        if (r < 0)
                return r;
        /* One head, one spelling. */
        n = format(&h, again, sizeof(again));
        if (n < 0 || (size_t)n != text_size || memcmp(note, again, text_size) != 0)
                return -EBADMSG;
        ring = calloc(1, sizeof(*ring));
        if (!ring)
                return -ENOMEM;
        r = keyring_add(ring, &h.key);
        if (r == 0)
                r = note_verify(note, size, ring, PURPOSE_LEDGER, 1, 0, &text_size);
        if (r == 0)
                *ret = h;
        return r;
}

int head_verify(const char *note, size_t size, Head *ret)
{
        return head_verify_next(note, size, NULL, ret);
}

bool head_key_named(const char *line, size_t size, PublicKey *ret)
{
        static const char *const kinds_naming[] = {"start", "policy-loaded"};
        const char *at, *end;
        uint8_t raw[KEY_PUBLIC_MAX];
        char hex[2 * KEY_PUBLIC_MAX + 1];
        size_t n;

        if (!chain_line_kind(line, size, kinds_naming, ARRAY_SIZE(kinds_naming)))
                return false;
        at = memmem(line, size, KEY_START, strlen(KEY_START));
        if (!at)
                return false;
        at += strlen(KEY_START);
        end = memchr(at, '"', (size_t)(line + size - at));
        n = end ? (size_t)(end - at) / 2 : 0;
        if (!end || n == 0 || n > sizeof(raw))
                return false;
        memcpy(hex, at, (size_t)(end - at));
        hex[end - at] = '\0';
        if (text_unhex(hex, raw, n) < 0)
                return false;
        for (Algorithm a = ALGORITHM_ED25519_SHA256; a <= ALGORITHM_SM2_SM3; a++)
                if (algorithm_raw_size(a) == n) {
                        *ret = (PublicKey){
                                .algorithm = a, .purpose = PURPOSE_LEDGER, .raw_size = n};
                        memcpy(ret->raw, raw, n);
                        return true;
                }
        return false;
}
