/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed text: split, verified, made. */
#include "policy/note.h"

#include <stdio.h>
#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"

#define DASH "\xe2\x80\x94 " /* U+2014 and a blank begin a signature line */
#define KEY_HINT_SIZE 4u     /* bytes of the key id before the signature */
#define NAME_MAX (16u + KEY_ID_SIZE * 2u)
#define BLOB_SIZE (KEY_HINT_SIZE + SIGNATURE_SIZE)
#define BLOB_TEXT_SIZE (4u * ((BLOB_SIZE + 2u) / 3u))

const char *note_outcome_text(int outcome)
{
        switch (outcome) {
        case NOTE_E_UNSIGNED:
                return "it is not signed, or by too few keys";
        case NOTE_E_MALFORMED:
                return "its signature lines are damaged";
        case NOTE_E_SIGNER_UNKNOWN:
                return "it is signed by a key that this computer does not know";
        case NOTE_E_PURPOSE_WRONG:
                return "it is signed by a key made for another purpose";
        case NOTE_E_SIGNATURE:
                return "its signature does not fit: the text was altered";
        case NOTE_E_KEY_NOT_VALID:
                return "the key that signed it is revoked or not valid now";
        }
        return "it cannot be verified";
}

/* One signature line, taken apart. */
typedef struct NoteLine {
        Purpose purpose;
        uint8_t key_id[KEY_ID_SIZE];
        uint8_t signature[SIGNATURE_SIZE];
} NoteLine;

/* Finds the last empty line: `ret` is the text's size, the lines start one byte later. */
int note_split(const char *note, size_t size, size_t *ret_text_size)
{
        const char *dash = DASH;
        size_t end = size;

        if (size == 0 || size > NOTE_SIZE_MAX)
                return size == 0 ? NOTE_E_UNSIGNED : NOTE_E_MALFORMED;
        while (end >= 2 && !(note[end - 1] == '\n' && note[end - 2] == '\n'))
                end--;
        if (end < 2 || end == size)
                return NOTE_E_UNSIGNED;
        if (size - end < strlen(dash) || memcmp(note + end, dash, strlen(dash)) != 0)
                return NOTE_E_UNSIGNED;
        if (note[size - 1] != '\n')
                return NOTE_E_MALFORMED;
        *ret_text_size = end - 1;
        return 0;
}

static void line_name(Purpose purpose, const uint8_t id[KEY_ID_SIZE], char ret[NAME_MAX])
{
        char hex[2 * KEY_ID_SIZE + 1];

        text_hex(id, KEY_ID_SIZE, hex);
        (void)snprintf(ret, NAME_MAX, "%s.%s", purpose_name(purpose), hex);
}

/* Parses "PURPOSE.KEYID" of `len` bytes in its one spelling. */
static bool parse_name(const char *text, size_t len, NoteLine *ret)
{
        char name[NAME_MAX], again[NAME_MAX], *dot;

        if (len >= sizeof(name))
                return false;
        memcpy(name, text, len);
        name[len] = '\0';
        dot = strchr(name, '.');
        if (!dot || text_unhex(dot + 1, ret->key_id, KEY_ID_SIZE) < 0)
                return false;
        *dot = '\0';
        if (purpose_parse(name, &ret->purpose) < 0)
                return false;
        line_name(ret->purpose, ret->key_id, again);
        return strlen(again) == len && memcmp(again, text, len) == 0;
}

/* Takes the next signature line off `lines`. 1, 0 at the end, -EBADMSG. */
static int next_line(const char **lines, const char *end, NoteLine *ret)
{
        const char *dash = DASH, *p = *lines, *newline, *blank;
        uint8_t blob[BLOB_SIZE];

        if (p == end)
                return 0;
        newline = memchr(p, '\n', (size_t)(end - p));
        if (!newline || (size_t)(newline - p) < strlen(dash) || memcmp(p, dash, strlen(dash)) != 0)
                return -EBADMSG;
        p += strlen(dash);
        blank = memchr(p, ' ', (size_t)(newline - p));
        if (!blank || !parse_name(p, (size_t)(blank - p), ret))
                return -EBADMSG;
        if (newline - blank - 1 != BLOB_TEXT_SIZE ||
            text_unbase64(blank + 1, BLOB_TEXT_SIZE, blob, sizeof(blob)) != BLOB_SIZE)
                return -EBADMSG;
        if (memcmp(blob, ret->key_id, KEY_HINT_SIZE) != 0)
                return -EBADMSG;
        memcpy(ret->signature, blob + KEY_HINT_SIZE, SIGNATURE_SIZE);
        *lines = newline + 1;
        return 1;
}

/* 0 and the key if this line counts; NOTE_E_*; -errno. */
static int check_line(const NoteLine *line, const char *text, size_t size, const Keyring *ring,
                      Purpose purpose, int64_t now, const PublicKey **ret)
{
        const PublicKey *key = keyring_find(ring, line->key_id);
        int r;

        if (line->purpose != purpose || (key && key->purpose != purpose))
                return NOTE_E_PURPOSE_WRONG;
        if (!key)
                return NOTE_E_SIGNER_UNKNOWN;
        r = key_verify(key, text, size, line->signature);
        if (r != 0)
                return r < 0 ? r : NOTE_E_SIGNATURE;
        if (now == NOTE_ANY_TIME ? key->revoked : !public_key_valid_at(key, now))
                return NOTE_E_KEY_NOT_VALID;
        *ret = key;
        return 0;
}

/* Adds a key to the set of those that signed, once. */
static void count_signer(const PublicKey *signers[NOTE_SIGNATURES_MAX], size_t *n,
                         const PublicKey *key)
{
        for (size_t i = 0; i < *n; i++)
                if (signers[i] == key)
                        return;
        signers[(*n)++] = key;
}

/* note_verify(), with the keys that have signed. */
static int verify(const char *note, size_t size, const Keyring *ring, Purpose purpose,
                  unsigned threshold, int64_t now, size_t *ret_text_size,
                  const PublicKey *signers[NOTE_SIGNATURES_MAX], size_t *ret_n)
{
        const PublicKey *key = NULL;
        size_t text_size, n_signers = 0;
        int r, worst = NOTE_E_UNSIGNED;
        const char *lines;
        NoteLine line;

        r = note_split(note, size, &text_size);
        if (r != 0)
                return r;
        lines = note + text_size + 1;
        for (unsigned n = 0; (r = next_line(&lines, note + size, &line)) > 0; n++) {
                if (n == NOTE_SIGNATURES_MAX)
                        return NOTE_E_MALFORMED;
                r = check_line(&line, note, text_size, ring, purpose, now, &key);
                /* A bad signature by a known key is never passed over. */
                if (r < 0 || r == NOTE_E_SIGNATURE)
                        return r;
                if (r == 0)
                        count_signer(signers, &n_signers, key);
                else
                        worst = MAX(worst, r);
        }
        if (r < 0)
                return NOTE_E_MALFORMED;
        if (threshold == 0 || n_signers < threshold)
                return worst;
        *ret_text_size = text_size;
        *ret_n = n_signers;
        return 0;
}

int note_verify(const char *note, size_t size, const Keyring *ring, Purpose purpose,
                unsigned threshold, int64_t now, size_t *ret_text_size)
{
        const PublicKey *signers[NOTE_SIGNATURES_MAX];
        size_t n;

        return verify(note, size, ring, purpose, threshold, now, ret_text_size, signers, &n);
}

int note_verify_signers(const char *note, size_t size, const Keyring *ring, Purpose purpose,
                        int64_t now, size_t *ret_text_size,
                        uint8_t ret_ids[NOTE_SIGNATURES_MAX][KEY_ID_SIZE], size_t *ret_n)
{
        const PublicKey *signers[NOTE_SIGNATURES_MAX];
        int r = verify(note, size, ring, purpose, 1, now, ret_text_size, signers, ret_n);

        for (size_t i = 0; r == 0 && i < *ret_n; i++)
                memcpy(ret_ids[i], signers[i]->id, KEY_ID_SIZE);
        return r;
}

/* Writes `size` bytes of `base` and a signature over its first `text_size` bytes. */
static int append_signature(const char *base, size_t size, size_t text_size, const PrivateKey *key,
                            char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(NOTE_SIZE_MAX);
        const PublicKey *public = private_key_public(key);
        char name[NAME_MAX], blob_text[BLOB_TEXT_SIZE + 1];
        uint8_t blob[BLOB_SIZE];
        int r;

        memcpy(blob, public->id, KEY_HINT_SIZE);
        r = key_sign(key, base, text_size, blob + KEY_HINT_SIZE);
        if (r < 0)
                return r;
        line_name(public->purpose, public->id, name);
        text_base64(blob, sizeof(blob), blob_text);
        strbuf_bytes(&b, base, size);
        if (size == text_size)
                strbuf_bytes(&b, "\n", 1);
        strbuf_printf(&b, DASH "%s %s\n", name, blob_text);
        return strbuf_take(&b, ret, ret_size);
}

int note_sign(const char *text, size_t size, const PrivateKey *key, char **ret, size_t *ret_size)
{
        if (size == 0 || size > NOTE_SIZE_MAX || text[size - 1] != '\n')
                return -EINVAL;
        return append_signature(text, size, size, key, ret, ret_size);
}

int note_cosign(const char *note, size_t size, const PrivateKey *key, char **ret, size_t *ret_size)
{
        size_t text_size;

        if (note_split(note, size, &text_size) != 0)
                return -EINVAL;
        return append_signature(note, size, text_size, key, ret, ret_size);
}
