/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The label: encoded, signed, verified, then parsed. */
#include "policy/label.h"

#include <string.h>

#include "lib/cursor.h"
#include "lib/text.h"

#define LABEL_VERSION 1u
#define FIELDS_END 880u /* the rest up to the signatures is zero */

static const uint8_t label_magic[8] = {'U', 'Z', 'L', 'A', 'B', 'E', 'L', '1'};

/* What must be known before a signature can be verified; none of it is trusted yet. */
typedef struct LabelHead {
        uint16_t version;
        uint8_t algorithm, n_signatures;
        uint8_t zone, level;
        uint16_t retention_years;
        uint8_t key_id[LABEL_SIGNATURES_MAX][KEY_ID_SIZE];
} LabelHead;

static bool is_zero(const uint8_t *p, size_t n)
{
        Reader r = reader(p, n);

        return reader_zeroes(&r, n);
}

/* Reads the head, after the magic. */
static LabelHead read_head(Reader *r)
{
        LabelHead h = {0};

        h.version = reader_le16(r);
        h.algorithm = reader_u8(r);
        h.n_signatures = reader_u8(r);
        h.zone = reader_u8(r);
        h.level = reader_u8(r);
        h.retention_years = reader_le16(r);
        for (unsigned i = 0; i < LABEL_SIGNATURES_MAX; i++)
                reader_bytes(r, h.key_id[i], KEY_ID_SIZE);
        return h;
}

/* One or two different keys, the unused slot zero. */
static bool key_ids_valid(unsigned n, const uint8_t key_id[LABEL_SIGNATURES_MAX][KEY_ID_SIZE])
{
        if (n < 1 || n > LABEL_SIGNATURES_MAX || is_zero(key_id[0], KEY_ID_SIZE))
                return false;
        if (n == 1)
                return is_zero(key_id[1], KEY_ID_SIZE);
        return !is_zero(key_id[1], KEY_ID_SIZE) && memcmp(key_id[0], key_id[1], KEY_ID_SIZE) != 0;
}

/* A fixed field: terminated, clean, and nothing after the terminator. */
static bool text_field_valid(const char *text, size_t size)
{
        size_t len = strnlen(text, size);

        return len < size && text_is_clean(text, len) &&
               is_zero((const uint8_t *)text + len, size - len);
}

static bool times_valid(const Label *l)
{
        if (l->issued < 0 || l->not_before < 0 || l->not_after < 0 || l->retention_end < 0)
                return false;
        return l->not_after == 0 || l->not_after > l->not_before;
}

/* The rules that encoding and reading share. */
static bool label_valid(const Label *l)
{
        if (algorithm_raw_size(l->algorithm) == 0 || !key_ids_valid(l->n_signatures, l->key_id) ||
            l->zone == ZONE_NONE || !zone_level_valid(l->zone, l->level) || !times_valid(l))
                return false;
        if (l->n_hosts > LABEL_HOSTS_MAX)
                return false;
        for (unsigned i = 0; i < LABEL_HOSTS_MAX; i++)
                if (is_zero(l->hosts[i], HOST_ID_SIZE) != (i >= l->n_hosts))
                        return false;
        return text_field_valid(l->media_number, sizeof(l->media_number)) &&
               text_field_valid(l->unit, sizeof(l->unit)) &&
               text_field_valid(l->holder, sizeof(l->holder));
}

int label_encode(const Label *l, uint8_t ret[LABEL_SIZE])
{
        Writer w = writer(ret, LABEL_SIZE);

        if (!label_valid(l))
                return -EINVAL;
        writer_bytes(&w, label_magic, sizeof(label_magic));
        writer_le16(&w, LABEL_VERSION);
        writer_u8(&w, (uint8_t)l->algorithm);
        writer_u8(&w, l->n_signatures);
        writer_u8(&w, (uint8_t)l->zone);
        writer_u8(&w, (uint8_t)l->level);
        writer_le16(&w, l->retention_years);
        writer_bytes(&w, l->key_id, sizeof(l->key_id));
        writer_bytes(&w, l->id, sizeof(l->id));
        writer_le64(&w, l->sequence);
        writer_le64(&w, (uint64_t)l->issued);
        writer_le64(&w, (uint64_t)l->not_before);
        writer_le64(&w, (uint64_t)l->not_after);
        writer_le64(&w, (uint64_t)l->retention_end);
        writer_bytes(&w, l->identity, sizeof(l->identity));
        writer_text(&w, l->media_number, sizeof(l->media_number));
        writer_text(&w, l->unit, sizeof(l->unit));
        writer_text(&w, l->holder, sizeof(l->holder));
        writer_le16(&w, l->n_hosts);
        writer_zeroes(&w, 6);
        writer_bytes(&w, l->hosts, sizeof(l->hosts));
        writer_zeroes(&w, LABEL_SIZE - FIELDS_END);
        return w.failed || w.pos != LABEL_SIZE ? -EINVAL : 0;
}

int label_sign(uint8_t bytes[LABEL_SIZE], unsigned slot, const PrivateKey *key)
{
        Reader r = reader(bytes, LABEL_SIZE);
        const PublicKey *public = private_key_public(key);
        LabelHead head;

        if (memcmp(bytes, label_magic, sizeof(label_magic)) != 0)
                return -EINVAL;
        reader_skip(&r, sizeof(label_magic));
        head = read_head(&r);
        if (public->purpose != PURPOSE_LABEL || slot >= head.n_signatures ||
            slot >= LABEL_SIGNATURES_MAX || public->algorithm != (Algorithm)head.algorithm ||
            memcmp(head.key_id[slot], public->id, KEY_ID_SIZE) != 0)
                return -EINVAL;
        return key_sign(key, bytes, LABEL_SIGNED_SIZE,
                        bytes + LABEL_SIGNED_SIZE + slot * SIGNATURE_SIZE);
}

static const uint8_t *signature_at(const uint8_t bytes[LABEL_SIZE], unsigned slot)
{
        return bytes + LABEL_SIGNED_SIZE + (size_t)slot * SIGNATURE_SIZE;
}

/* Verifies one signature slot. */
static Reason verify_slot(const uint8_t bytes[LABEL_SIZE], const LabelHead *h, unsigned slot,
                          const Keyring *ring)
{
        const PublicKey *key = keyring_find(ring, h->key_id[slot]);
        int r;

        /* The second signature may be made later, by a key that is not known here yet. */
        if (slot > 0 && is_zero(signature_at(bytes, slot), SIGNATURE_SIZE))
                return REASON_LABEL_ONE_SIGNATURE;
        if (!key)
                return REASON_LABEL_SIGNER_UNKNOWN;
        if (key->purpose != PURPOSE_LABEL)
                return REASON_LABEL_PURPOSE_WRONG;
        if (key->algorithm != (Algorithm)h->algorithm)
                return REASON_LABEL_MALFORMED;
        r = key_verify(key, bytes, LABEL_SIGNED_SIZE, signature_at(bytes, slot));
        if (r < 0)
                return REASON_INTERNAL_ERROR;
        return r == 0 ? REASON_OK : REASON_LABEL_SIGNATURE_INVALID;
}

static bool head_valid(const LabelHead *h)
{
        return h->version == LABEL_VERSION && algorithm_raw_size((Algorithm)h->algorithm) > 0 &&
               key_ids_valid(h->n_signatures, h->key_id);
}

/* Two ids are two keys; should they ever name the same bytes, one key has signed twice. */
static bool is_same_key(const LabelHead *h, const Keyring *ring)
{
        const PublicKey *a = keyring_find(ring, h->key_id[0]);
        const PublicKey *b = keyring_find(ring, h->key_id[1]);

        return a && b && a->raw_size == b->raw_size && memcmp(a->raw, b->raw, a->raw_size) == 0;
}

/* Every slot in use must verify, every other must be zero. */
static Reason verify_label(const uint8_t bytes[LABEL_SIZE], const LabelHead *h, const Keyring *ring)
{
        if (!head_valid(h) || (h->n_signatures > 1 && is_same_key(h, ring)))
                return REASON_LABEL_MALFORMED;
        for (unsigned i = 0; i < LABEL_SIGNATURES_MAX; i++) {
                Reason reason;

                if (i >= h->n_signatures) {
                        if (!is_zero(signature_at(bytes, i), SIGNATURE_SIZE))
                                return REASON_LABEL_MALFORMED;
                        continue;
                }
                reason = verify_slot(bytes, h, i, ring);
                if (reason != REASON_OK)
                        return reason;
        }
        return REASON_OK;
}

unsigned label_signatures(const uint8_t bytes[LABEL_SIZE], const Keyring *ring,
                          LabelSignature ret[LABEL_SIGNATURES_MAX])
{
        Reader r = reader(bytes, LABEL_SIZE);
        LabelHead head;

        if (memcmp(bytes, label_magic, sizeof(label_magic)) != 0)
                return 0;
        reader_skip(&r, sizeof(label_magic));
        head = read_head(&r);
        if (!head_valid(&head))
                return 0;
        for (unsigned i = 0; i < head.n_signatures; i++) {
                memcpy(ret[i].key_id, head.key_id[i], KEY_ID_SIZE);
                ret[i].reason = verify_slot(bytes, &head, i, ring);
        }
        return head.n_signatures;
}

/* Reads the fields after the head. False if the bytes are not what label_encode() writes. */
static bool read_fields(Reader *r, const LabelHead *h, Label *ret)
{
        ret->algorithm = (Algorithm)h->algorithm;
        ret->n_signatures = h->n_signatures;
        ret->zone = (Zone)h->zone;
        ret->level = (Level)h->level;
        ret->retention_years = h->retention_years;
        memcpy(ret->key_id, h->key_id, sizeof(ret->key_id));
        reader_bytes(r, ret->id, sizeof(ret->id));
        ret->sequence = reader_le64(r);
        ret->issued = (int64_t)reader_le64(r);
        ret->not_before = (int64_t)reader_le64(r);
        ret->not_after = (int64_t)reader_le64(r);
        ret->retention_end = (int64_t)reader_le64(r);
        reader_bytes(r, ret->identity, sizeof(ret->identity));
        reader_bytes(r, ret->media_number, sizeof(ret->media_number));
        reader_bytes(r, ret->unit, sizeof(ret->unit));
        reader_bytes(r, ret->holder, sizeof(ret->holder));
        ret->n_hosts = reader_le16(r);
        if (!reader_zeroes(r, 6))
                return false;
        reader_bytes(r, ret->hosts, sizeof(ret->hosts));
        return reader_zeroes(r, LABEL_SIGNED_SIZE - FIELDS_END) && !r->failed && label_valid(ret);
}

Reason label_read(const uint8_t bytes[LABEL_SIZE], const Keyring *ring, Label *ret)
{
        Reader r = reader(bytes, LABEL_SIZE);
        Label label = {0};
        LabelHead head;
        Reason reason;

        if (memcmp(bytes, label_magic, sizeof(label_magic)) != 0)
                return REASON_NO_LABEL;
        reader_skip(&r, sizeof(label_magic));
        head = read_head(&r);
        reason = verify_label(bytes, &head, ring);
        if (reason != REASON_OK && reason != REASON_LABEL_ONE_SIGNATURE)
                return reason;
        if (!read_fields(&r, &head, &label))
                return REASON_LABEL_MALFORMED;
        *ret = label;
        return reason;
}

/* Of two copies that are not good, the one that says more of what happened names the reason. */
static unsigned reason_weight(Reason reason)
{
        static const Reason order[] = {
                REASON_NO_LABEL,
                REASON_LABEL_MALFORMED,
                REASON_LABEL_SIGNER_UNKNOWN,
                REASON_LABEL_ONE_SIGNATURE,
                REASON_LABEL_SIGNATURE_INVALID,
                REASON_LABEL_PURPOSE_WRONG,
        };

        for (unsigned i = 0; i < ARRAY_SIZE(order); i++)
                if (order[i] == reason)
                        return i;
        return ARRAY_SIZE(order);
}

/* Takes what copy `i` gave into the result so far. */
static void take_copy(LabelArea *a, unsigned i, Reason reason, const Label *label)
{
        bool parsed = reason == REASON_OK || reason == REASON_LABEL_ONE_SIGNATURE;
        bool better = reason_weight(reason) > reason_weight(a->reason);

        a->copies[i] = reason;
        if (i > 0 && parsed && reason == a->reason)
                better = label->sequence > a->label.sequence;
        else if (i > 0 && reason == REASON_OK)
                better = true;
        else if (i > 0 && a->reason == REASON_OK)
                better = false;
        if (i > 0 && !better)
                return;
        a->reason = reason;
        a->copy = i;
        if (parsed)
                a->label = *label;
}

void label_area_read(const uint8_t area[LABEL_AREA_SIZE], const Keyring *ring, LabelArea *ret)
{
        LabelArea a = {0};
        bool broken = false;

        for (unsigned i = 0; i < LABEL_COPIES; i++) {
                Label label;
                Reason reason;

                /* The usual case; a signature takes most of the time of a decision. */
                if (i > 0 && memcmp(area, area + i * LABEL_SIZE, LABEL_SIZE) == 0) {
                        a.copies[i] = a.copies[0];
                        continue;
                }
                reason = label_read(area + i * LABEL_SIZE, ring, &label);

                take_copy(&a, i, reason, &label);
                broken = broken || reason == REASON_INTERNAL_ERROR;
        }
        /* A copy that could not be checked may have been the newer one. */
        if (broken)
                a.reason = REASON_INTERNAL_ERROR;
        *ret = a;
}
