/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Key lists: parsed, verified, written. */
#include "policy/authority.h"

#include <stdio.h>
#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/authority_internal.h"

#define KEYS_FORMAT "usbzone-keys 1"

int parse_public_key(Keyfile *k, Purpose purpose, PublicKey *ret, TextError *error)
{
        char *algorithm = keyfile_word(&k->value), *hex = keyfile_word(&k->value);
        uint8_t raw[KEY_PUBLIC_MAX];
        Algorithm alg;
        size_t size;
        int r;

        if (!algorithm || algorithm_parse(algorithm, &alg) < 0)
                return parse_error(k, error, algorithm, "expected the algorithm: ed25519 or sm2");
        size = algorithm_raw_size(alg);
        if (!hex || text_unhex(hex, raw, size) < 0)
                return parse_error(k, error, hex, "expected the public key, %zu hex digits",
                                   2 * size);
        r = public_key_init(ret, alg, purpose, raw, size);
        if (r > 0)
                return parse_error(k, error, hex, "this key is refused: %s", key_outcome_text(r));
        return r;
}

static int add_key(Keyfile *k, Purpose purpose, Authority *a, TextError *error)
{
        PublicKey key;
        int r;

        r = parse_public_key(k, purpose, &key, error);
        if (r == 0)
                r = parse_optional_time(k, &key.not_before, error);
        if (r == 0)
                r = parse_optional_time(k, &key.not_after, error);
        if (r < 0)
                return r;
        if (key.not_after && key.not_after <= key.not_before)
                return keyfile_error(k, error, "the key's end must come after its start");
        if (keyring_add(&a->ring, &key) < 0)
                return keyfile_error(k, error,
                                     "the key stands here twice, or the list is longer than %u "
                                     "keys",
                                     KEYRING_MAX);
        return parse_end(k, error);
}

static int parse_root(Keyfile *k, void *userdata, TextError *error)
{
        return add_key(k, PURPOSE_ROOT, userdata, error);
}

static int parse_key(Keyfile *k, void *userdata, TextError *error)
{
        char *word = keyfile_word(&k->value);
        Purpose purpose = PURPOSE_NONE;

        if (!word || purpose_parse(word, &purpose) < 0 || purpose <= PURPOSE_ROOT)
                return parse_error(k, error, word,
                                   "expected a purpose: host, label, policy, ledger or visit");
        return add_key(k, purpose, userdata, error);
}

static int parse_name(Keyfile *k, void *userdata, TextError *error)
{
        Authority *a = userdata;

        return parse_text(k, a->name, sizeof(a->name), error);
}

static int parse_version(Keyfile *k, void *userdata, TextError *error)
{
        Authority *a = userdata;

        return parse_number(k, 1, UINT64_MAX, &a->version, error);
}

static int parse_threshold(Keyfile *k, void *userdata, TextError *error)
{
        Authority *a = userdata;
        uint64_t n = 0;
        int r;

        r = parse_number(k, 1, NOTE_SIGNATURES_MAX, &n, error);
        a->threshold = (unsigned)n;
        return r;
}

static const ParseKey authority_keys[] = {
        {"name", parse_name, PARSE_REQUIRED},
        {"version", parse_version, PARSE_REQUIRED},
        {"threshold", parse_threshold, PARSE_REQUIRED},
        {"root", parse_root, PARSE_REQUIRED | PARSE_REPEATED},
        {"key", parse_key, PARSE_REPEATED},
};

static unsigned count_roots(const Authority *a)
{
        unsigned n = 0;

        for (size_t i = 0; i < a->ring.n; i++)
                n += a->ring.keys[i].purpose == PURPOSE_ROOT;
        return n;
}

int note_error(int outcome, TextError *error)
{
        if (outcome > 0)
                (void)text_error(error, "%s", note_outcome_text(outcome));
        return outcome;
}

int authority_load(const char *note, size_t size, Authority *ret, TextError *error)
{
        Authority a = {0};
        size_t text_size;
        int r;

        r = note_split(note, size, &text_size);
        if (r != 0)
                return note_error(r, error);
        r = parse_file(note, text_size, KEYS_FORMAT, authority_keys, ARRAY_SIZE(authority_keys), &a,
                       error);
        if (r < 0)
                return r;
        if (a.threshold > count_roots(&a))
                return text_error(error,
                                  "'threshold = %u' asks for more root keys than the %u that are "
                                  "listed",
                                  a.threshold, count_roots(&a));
        r = note_verify(note, size, &a.ring, PURPOSE_ROOT, a.threshold, 0, &text_size);
        if (r != 0)
                return note_error(r, error);
        *ret = a;
        return 0;
}

int authority_succeed(const Authority *old, const char *note, size_t size, Authority *ret,
                      TextError *error)
{
        Authority a;
        size_t text_size;
        int r;

        r = authority_load(note, size, &a, error);
        if (r != 0)
                return r;
        if (a.version <= old->version)
                return text_error(
                        error, "its version, %llu, is not above %llu, the version it is to replace",
                        (unsigned long long)a.version, (unsigned long long)old->version);
        r = note_verify(note, size, &old->ring, PURPOSE_ROOT, old->threshold, 0, &text_size);
        if (r != 0)
                return note_error(r, error);
        *ret = a;
        return 0;
}

static void format_key(StrBuf *b, const PublicKey *key)
{
        char time[TEXT_TIME_MAX];

        if (key->purpose == PURPOSE_ROOT)
                strbuf_printf(b, "root = %s ", algorithm_name(key->algorithm));
        else
                strbuf_printf(b, "key = %s %s ", purpose_name(key->purpose),
                              algorithm_name(key->algorithm));
        strbuf_hex(b, key->raw, key->raw_size);
        if (key->not_before || key->not_after) {
                text_time_format(key->not_before, time);
                strbuf_printf(b, " %s", time);
        }
        if (key->not_after) {
                text_time_format(key->not_after, time);
                strbuf_printf(b, " %s", time);
        }
        strbuf_printf(b, "\n");
}

bool name_valid(const char name[NAME_MAX_SIZE])
{
        size_t len = strnlen(name, NAME_MAX_SIZE);

        return len > 0 && len < NAME_MAX_SIZE && name[0] != ' ' && name[len - 1] != ' ' &&
               text_is_clean(name, len);
}

int authority_format(const Authority *a, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(NOTE_SIZE_MAX);

        if (!name_valid(a->name))
                return -EINVAL;
        strbuf_printf(&b, KEYS_FORMAT "\nname = %s\nversion = %llu\nthreshold = %u\n", a->name,
                      (unsigned long long)a->version, a->threshold);
        for (size_t i = 0; i < a->ring.n; i++)
                format_key(&b, &a->ring.keys[i]);
        return strbuf_take(&b, ret, ret_size);
}

Algorithm authority_algorithm(const Authority *a)
{
        Algorithm algorithm = ALGORITHM_NONE;

        for (size_t i = 0; i < a->ring.n; i++) {
                const PublicKey *k = &a->ring.keys[i];

                if (k->purpose != PURPOSE_ROOT || k->revoked)
                        continue;
                if (k->algorithm == ALGORITHM_ED25519_SHA256)
                        return ALGORITHM_ED25519_SHA256;
                algorithm = k->algorithm;
        }
        return algorithm;
}
