/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads --key-uri, opens the keys and lets each sign once. */
#include "cli/token_keys.h"

#include <string.h>

static const char probe[] = "usbzonectl: does this key sign?";

/* "label=pkcs11:..."; a URI alone has no "=" before its colon. */
static int take_word(const char *word, Purpose *ret_purpose, const char **ret_uri)
{
        size_t n = strcspn(word, "=:");
        char name[16] = "";

        *ret_purpose = PURPOSE_NONE;
        *ret_uri = word;
        if (word[n] != '=')
                return 0;
        if (n < sizeof(name))
                memcpy(name, word, n);
        if (purpose_parse(name, ret_purpose) < 0 || *ret_purpose < PURPOSE_ROOT ||
            *ret_purpose > PURPOSE_POLICY)
                return cli_fail(CLI_USAGE,
                                _("--key-uri %s: what is before \"=\" is none of root, host, "
                                  "label, policy"),
                                word);
        *ret_uri = word + n + 1;
        return 0;
}

size_t token_keys_count(const TokenKeys *t, Purpose purpose)
{
        size_t n = 0;

        for (size_t i = 0; i < t->n; i++)
                n += t->items[i].purpose == purpose;
        return n;
}

static int add(TokenKeys *t, const char *word, Purpose purpose, unsigned n_roots)
{
        Purpose said;
        const char *uri;
        int r = take_word(word, &said, &uri);

        if (r == 0)
                r = token_check_uri(uri);
        if (r)
                return r;
        if (purpose == PURPOSE_NONE && said == PURPOSE_NONE)
                return cli_fail(CLI_USAGE,
                                _("--key-uri %s: init makes several keys; say which, as "
                                  "label=%s"),
                                word, word);
        if (purpose != PURPOSE_NONE && said != PURPOSE_NONE && said != purpose)
                return cli_fail(CLI_USAGE, _("--key-uri %s: the new key is a %s key"), word,
                                purpose_name(purpose));
        said = purpose == PURPOSE_NONE ? said : purpose;
        if (t->n == TOKEN_KEYS_MAX ||
            token_keys_count(t, said) == (said == PURPOSE_ROOT ? n_roots : 1))
                return cli_fail(CLI_USAGE, _("--key-uri %s: that is one %s key too much"), word,
                                purpose_name(said));
        t->items[t->n].purpose = said;
        t->items[t->n++].uri = uri;
        return 0;
}

int token_keys_parse(TokenKeys *t, const OptionList *words, Purpose purpose, unsigned n_roots)
{
        int r = 0;

        for (size_t i = 0; i < words->n && r == 0; i++)
                r = add(t, words->items[i], purpose, n_roots);
        return r;
}

/* A token may hold a key that it does not let sign: better known before the list names it. */
static int prove(const char *uri, const PrivateKey *key)
{
        uint8_t signature[SIGNATURE_SIZE];
        int r = key_sign(key, probe, sizeof(probe) - 1, signature);

        if (r == 0)
                r = key_verify(private_key_public(key), probe, sizeof(probe) - 1, signature);
        if (r)
                return cli_fail(CLI_FAILED, _("the key %s does not sign: the list stays as it was"),
                                uri);
        return 0;
}

int token_keys_open(TokenKeys *t, Algorithm algorithm, Passphrases *secrets)
{
        int r = 0;

        for (size_t i = 0; i < t->n && r == 0; i++) {
                const char *uri = t->items[i].uri;
                Algorithm is;

                r = token_read(uri, t->items[i].purpose, secrets, &t->items[i].key);
                if (r)
                        break;
                is = private_key_public(t->items[i].key)->algorithm;
                if (is != algorithm)
                        r = cli_fail(CLI_FAILED,
                                     _("%s holds a key of %s, and the new key is to be of %s"), uri,
                                     algorithm_name(is), algorithm_name(algorithm));
                else
                        r = prove(uri, t->items[i].key);
        }
        return r;
}

void token_keys_close(TokenKeys *t)
{
        for (size_t i = 0; i < t->n; i++)
                t->items[i].key = private_key_free(t->items[i].key);
        t->n = 0;
}

const char *token_keys_take(TokenKeys *t, Purpose purpose, PrivateKey **ret)
{
        for (size_t i = 0; i < t->n; i++)
                if (t->items[i].purpose == purpose && t->items[i].key) {
                        *ret = TAKE_PTR(t->items[i].key);
                        return t->items[i].uri;
                }
        return NULL;
}
