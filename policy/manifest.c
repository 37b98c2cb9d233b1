/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The manifest of an export package: made, and read again. */
#include "policy/manifest.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/strbuf.h"
#include "policy/note.h"
#include "policy/parse.h"

#define DASH "\xe2\x80\x94 " /* begins a signature line */

static const char *const parts[MANIFEST_PARTS] = {
#define X(name, word) [MANIFEST_##name] = word,
        MANIFEST_PART_TABLE(X)
#undef X
};

const char *manifest_part_name(ManifestPart part)
{
        return parts[part];
}

Hash manifest_hash(const Manifest *m)
{
        return algorithm_hash(m->keys[0].algorithm);
}

bool manifest_knows_key(const Manifest *m, const PublicKey *key)
{
        for (size_t i = 0; i < m->n_keys; i++)
                if (m->keys[i].raw_size == key->raw_size &&
                    memcmp(m->keys[i].raw, key->raw, key->raw_size) == 0)
                        return true;
        return false;
}

int manifest_parts_size(const Manifest *m, uint64_t *ret)
{
        uint64_t sum = 0;

        for (size_t i = 0; i < MANIFEST_PARTS; i++) {
                if (m->parts[i].size > INT64_MAX - MANIFEST_NOTE_MAX - sum)
                        return -EBADMSG;
                sum += m->parts[i].size;
        }
        *ret = sum;
        return 0;
}

static void format_text(StrBuf *b, const char *name, const char *value)
{
        if (*value)
                strbuf_printf(b, "%s = %s\n", name, value);
}

static void format_chain(StrBuf *b, const char *name, const Chain *c)
{
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(c, head);
        strbuf_printf(b, "%s = %" PRIu64 " %s\n", name, c->seq, head);
}

static void format_part(StrBuf *b, const Manifest *m, size_t i)
{
        Chain c = {.seq = m->parts[i].size, .hash = manifest_hash(m)};

        memcpy(c.head, m->parts[i].digest, DIGEST_SIZE);
        format_chain(b, parts[i], &c); /* a number and a hash, in one spelling */
}

static int format(const Manifest *m, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(MANIFEST_NOTE_MAX);
        char created[TEXT_TIME_MAX];

        text_time_format(m->created, created);
        strbuf_printf(&b, MANIFEST_FORMAT "\n");
        format_text(&b, "host", m->host);
        format_text(&b, "created", created);
        format_text(&b, "since", m->since);
        format_text(&b, "until", m->until);
        for (size_t i = 0; i < m->plan.n; i++)
                strbuf_printf(&b, "hash = %" PRIu64 " %s\n", m->plan.list[i].seq,
                              hash_name(m->plan.list[i].hash));
        format_chain(&b, "before", &m->before);
        format_chain(&b, "last", &m->last);
        for (size_t i = 0; i < m->n_keys; i++) {
                strbuf_printf(&b, "ledger-key = %s ", algorithm_name(m->keys[i].algorithm));
                strbuf_hex(&b, m->keys[i].raw, m->keys[i].raw_size);
                strbuf_printf(&b, "\n");
        }
        for (size_t i = 0; i < MANIFEST_PARTS; i++)
                format_part(&b, m, i);
        return strbuf_take(&b, ret, ret_size);
}

int manifest_sign(const Manifest *m, const PrivateKey *key, char **ret, size_t *ret_size)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        if (m->n_keys == 0 || m->last.seq <= m->before.seq)
                return -EINVAL;
        r = format(m, &text, &size);
        return r < 0 ? r : note_sign(text, size, key, ret, ret_size);
}

int manifest_split(const char *data, size_t size, size_t *ret_note_size)
{
        const char *end = data + size, *p;

        if (size < strlen(MANIFEST_FORMAT "\n") ||
            memcmp(data, MANIFEST_FORMAT "\n", strlen(MANIFEST_FORMAT "\n")) != 0)
                return -EBADMSG;
        p = memmem(data, MIN(size, (size_t)MANIFEST_NOTE_MAX), "\n\n" DASH, 2 + strlen(DASH));
        if (!p)
                return -EBADMSG;
        for (p += 2; p < end && *p != '\n'; p++) {
                p = memchr(p, '\n', (size_t)(end - p));
                if (!p)
                        return -EBADMSG;
        }
        if (p == end || (size_t)(p - data) > MANIFEST_NOTE_MAX)
                return -EBADMSG;
        *ret_note_size = (size_t)(p - data);
        return 0;
}

static int read_host(Keyfile *k, void *userdata, TextError *error)
{
        Manifest *m = userdata;
        uint8_t id[(HEAD_HOST_SIZE - 1) / 2];
        int r = parse_hex(k, id, sizeof(id), error);

        if (r == 0)
                text_hex(id, sizeof(id), m->host);
        return r;
}

static int read_created(Keyfile *k, void *userdata, TextError *error)
{
        Manifest *m = userdata;

        return parse_time(k, &m->created, error);
}

static int read_bound(Keyfile *k, char ret[TEXT_TIME_MAX], TextError *error)
{
        int64_t t = 0;
        int r = parse_time(k, &t, error);

        if (r == 0)
                text_time_format(t, ret);
        return r;
}

static int read_since(Keyfile *k, void *userdata, TextError *error)
{
        return read_bound(k, ((Manifest *)userdata)->since, error);
}

static int read_until(Keyfile *k, void *userdata, TextError *error)
{
        return read_bound(k, ((Manifest *)userdata)->until, error);
}

/* "NUMBER NAME": the hash of the records from NUMBER on. */
static int read_change(Keyfile *k, void *userdata, TextError *error)
{
        char *number = keyfile_word(&k->value), *name = keyfile_word(&k->value);
        Manifest *m = userdata;
        uint64_t seq;
        Hash hash;
        size_t n = m->plan.n;

        if (!number || text_u64(number, INT64_MAX, &seq) < 0 || seq == 0)
                return parse_error(k, error, number, "expected a record's number");
        if (!name || hash_parse(name, &hash) < 0)
                return parse_error(k, error, name, "expected a hash: sha256 or sm3");
        if (n == HASH_CHANGES_MAX)
                return parse_error(k, error, number, "more than %u changes", HASH_CHANGES_MAX);
        if ((n > 0 && seq <= m->plan.list[n - 1].seq) || hash_plan_at(&m->plan, seq) == hash)
                return parse_error(k, error, number, "the hash does not change here");
        (void)hash_plan_add(&m->plan, seq, hash);
        return parse_end(k, error);
}

/* "NUMBER HASH" */
static int read_chain(Keyfile *k, Chain *ret, TextError *error)
{
        char *number = keyfile_word(&k->value), *head = keyfile_word(&k->value);

        if (!number || text_u64(number, INT64_MAX, &ret->seq) < 0)
                return parse_error(k, error, number, "expected a whole number");
        if (!head || chain_head_parse(head, ret) < 0)
                return parse_error(k, error, head, "expected %zu hex digits",
                                   (size_t)2 * DIGEST_SIZE);
        return parse_end(k, error);
}

static int read_before(Keyfile *k, void *userdata, TextError *error)
{
        return read_chain(k, &((Manifest *)userdata)->before, error);
}

static int read_last(Keyfile *k, void *userdata, TextError *error)
{
        return read_chain(k, &((Manifest *)userdata)->last, error);
}

static int read_key(Keyfile *k, void *userdata, TextError *error)
{
        char *word = keyfile_word(&k->value), *hex = keyfile_word(&k->value);
        size_t size = hex ? strlen(hex) / 2 : 0;
        uint8_t raw[KEY_PUBLIC_MAX];
        Manifest *m = userdata;
        Algorithm algorithm;
        int r;

        if (!word || algorithm_parse(word, &algorithm) < 0)
                return parse_error(k, error, word, "expected an algorithm: ed25519 or sm2");
        if (m->n_keys == MANIFEST_KEYS_MAX)
                return parse_error(k, error, word, "more than %u keys", MANIFEST_KEYS_MAX);
        if (size == 0 || size > sizeof(raw) || text_unhex(hex, raw, size) < 0)
                return parse_error(k, error, hex, "expected a public key");
        r = public_key_init(&m->keys[m->n_keys], algorithm, PURPOSE_LEDGER, raw, size);
        if (r != 0)
                return r < 0 ? r : parse_error(k, error, hex, "expected a public key");
        m->n_keys++;
        return parse_end(k, error);
}

/* The table has one function for all parts: the key of the line says which. */
static int read_part(Keyfile *k, void *userdata, TextError *error)
{
        Manifest *m = userdata;
        Chain c = {0};
        size_t i = 0;
        int r;

        while (i < MANIFEST_PARTS && strcmp(k->key, parts[i]) != 0)
                i++;
        if (i == MANIFEST_PARTS)
                return keyfile_error(k, error, "there is no such part");
        r = read_chain(k, &c, error);
        m->parts[i].size = c.seq;
        memcpy(m->parts[i].digest, c.head, DIGEST_SIZE);
        return r; /* another hash than the signing key's is another spelling, see check() */
}

static const ParseKey keys[] = {{"host", read_host, 0},
                                {"created", read_created, PARSE_REQUIRED},
                                {"since", read_since, 0},
                                {"until", read_until, 0},
                                {"hash", read_change, PARSE_REPEATED},
                                {"before", read_before, PARSE_REQUIRED},
                                {"last", read_last, PARSE_REQUIRED},
                                {"ledger-key", read_key, PARSE_REQUIRED | PARSE_REPEATED},
#define X(name, word) {word, read_part, PARSE_REQUIRED},
                                MANIFEST_PART_TABLE(X)
#undef X
};

static int refuse(TextError *error, int outcome, const char *message)
{
        (void)text_error(error, "%s", message);
        return outcome;
}

/* What was parsed makes sense, and has the one spelling that is signed. */
static int check(const Manifest *m, const char *text, size_t size, TextError *error)
{
        _cleanup_(freep) char *again = NULL;
        uint64_t sum;
        size_t n;
        int r;

        if (m->last.seq <= m->before.seq)
                return refuse(error, -EINVAL, "'last' must come after 'before'");
        if (m->plan.n > 0 && m->plan.list[m->plan.n - 1].seq > m->before.seq)
                return refuse(error, -EINVAL, "'hash' is about the records up to 'before'");
        if (m->before.seq > 0 && hash_plan_at(&m->plan, m->before.seq) != m->before.hash)
                return refuse(error, -EINVAL, "'hash' and 'before' tell different hashes");
        if (manifest_parts_size(m, &sum) < 0)
                return refuse(error, -EINVAL, "the parts are larger than a file can be");
        r = format(m, &again, &n);
        if (r < 0)
                return r;
        if (n != size || memcmp(again, text, n) != 0)
                return refuse(error, -EINVAL, "the manifest is not written as it must be");
        return 0;
}

int manifest_verify(const char *note, size_t size, Manifest *ret, TextError *error)
{
        _cleanup_(freep) Manifest *m = calloc(1, sizeof(*m));
        _cleanup_(freep) Keyring *ring = calloc(1, sizeof(*ring));
        size_t text_size;
        int r;

        if (!m || !ring)
                return -ENOMEM;
        if (size > MANIFEST_NOTE_MAX)
                return refuse(error, NOTE_E_MALFORMED, note_outcome_text(NOTE_E_MALFORMED));
        r = note_split(note, size, &text_size);
        if (r != 0)
                return refuse(error, r, note_outcome_text(r));
        r = parse_file(note, text_size, MANIFEST_FORMAT, keys, ARRAY_SIZE(keys), m, error);
        if (r == 0)
                r = check(m, note, text_size, error);
        if (r == 0)
                r = keyring_add(ring, &m->keys[0]);
        if (r < 0)
                return r;
        r = note_verify(note, size, ring, PURPOSE_LEDGER, 1, m->created, &text_size);
        if (r > 0)
                return refuse(error, r, note_outcome_text(r));
        if (r == 0)
                *ret = *m;
        return r;
}
