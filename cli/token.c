/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens private keys by URI, through the providers of OpenSSL. */
#include "cli/token.h"

#include <ctype.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/provider.h>
#include <openssl/store.h>
#include <openssl/ui.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "cli/cli.h"
#include "lib/text.h"

#define SCHEME_MAX 32u
#define KEYS_MAX 16u
#define OBJECTS_MAX 10000u /* of whatever kind, behind one URI */

/* The provider of a scheme is called like it, but for these. */
static const struct {
        const char *scheme, *provider;
} providers[] = {
        {"handle", "tpm2"},
        {"object", "tpm2"},
};

typedef struct Opened {
        const char *uri;
        char scheme[SCHEME_MAX];
        char *token; /* what of the URI names the token: one PIN */
        Passphrases *secrets;
        bool asked, given; /* the provider wanted a PIN; it got one */
        bool probing;      /* it gets none: does it still want one? */
        OSSL_STORE_LOADER *loader;
        EVP_PKEY *keys[KEYS_MAX]; /* each one different */
        size_t n;
} Opened;

/* RFC 3986: a letter, then letters, digits, "+", "-" and "."; 0 for no scheme. One letter is none
 * either. */
static size_t scheme_size(const char *text)
{
        size_t n = 0;

        if (!isalpha((unsigned char)text[0]))
                return 0;
        while (isalnum((unsigned char)text[n]) || (text[n] && strchr("+-.", text[n])))
                n++;
        return text[n] == ':' && n > 1 && n < SCHEME_MAX ? n : 0;
}

bool token_is_uri(const char *text)
{
        return scheme_size(text) > 0 && access(text, F_OK) < 0;
}

int token_check_uri(const char *uri)
{
        size_t n = scheme_size(uri);

        if (n == 0)
                return cli_fail(CLI_USAGE,
                                _("\"%s\" is no URI: it begins with a scheme, as pkcs11:"), uri);
        if (n == 4 && !strncasecmp(uri, "file", n))
                return cli_fail(CLI_USAGE,
                                _("%s: a key in a file is named by its path alone, without file:"),
                                uri);
        if (strlen(uri) > TOKEN_URI_MAX || !text_is_clean(uri, strlen(uri)) || strchr(uri, ' '))
                return cli_fail(CLI_USAGE,
                                _("a URI of a key has %u bytes at most, without blanks and control "
                                  "characters"),
                                TOKEN_URI_MAX);
        if (strcasestr(uri, "pin-value="))
                return cli_fail(CLI_USAGE, "%s",
                                _("a PIN does not belong into a URI, where others can read it: "
                                  "leave out pin-value, and give --passphrase-fd N or type it"));
        /* OpenSSL would look into the file first. */
        if (access(uri, F_OK) == 0)
                return cli_fail(CLI_USAGE, _("a file here is called %s: go to another folder"),
                                uri);
        return 0;
}

/* Of pkcs11: (RFC 7512) the attributes that name a token, of others the whole. NULL: no memory. */
static char *token_of(const char *uri)
{
        static const char *const attributes[] = {
                "token=",   "serial=",           "manufacturer=",     "model=",
                "slot-id=", "slot-description=", "slot-manufacturer="};
        char *token = malloc(strlen(uri) + 2), *out;

        if (!token)
                return NULL;
        strcpy(token, uri);
        if (strncasecmp(uri, "pkcs11:", 7) != 0)
                return token;
        out = token + 7;
        for (const char *in = uri + 7; *in && *in != '?';) {
                size_t n = strcspn(in, ";?");

                for (size_t i = 0; i < ARRAY_SIZE(attributes); i++)
                        if (!strncmp(in, attributes[i], strlen(attributes[i]))) {
                                memmove(out, in, n);
                                out += n;
                                *out++ = ';';
                                break;
                        }
                in += n + (in[n] == ';');
        }
        *out = '\0';
        return token;
}

/* Called when the provider wants a PIN: it gets one, once. */
static int give_pin(char *buffer, int size, int writing, void *userdata)
{
        Opened *o = userdata;
        const char *pin;
        size_t n;

        (void)writing;
        o->asked = true;
        if (o->given || o->probing || size <= 0)
                return -1;
        pin = passphrases_pin(o->secrets, o->token, o->uri);
        n = pin ? strlen(pin) : 0;
        if (!pin || n > (size_t)size)
                return -1;
        o->given = true;
        memcpy(buffer, pin, n);
        return (int)n;
}

static int find_loader(Opened *o)
{
        const char *provider = o->scheme;

        o->loader = OSSL_STORE_LOADER_fetch(NULL, o->scheme, NULL);
        if (o->loader)
                return 0;
        for (size_t i = 0; i < ARRAY_SIZE(providers); i++)
                if (!strcmp(providers[i].scheme, o->scheme))
                        provider = providers[i].provider;
        ERR_clear_error();
        /* It stays until the program ends; with 1 the providers that are there stay, too. */
        if (OSSL_PROVIDER_try_load(NULL, provider, 1))
                o->loader = OSSL_STORE_LOADER_fetch(NULL, o->scheme, NULL);
        if (o->loader)
                return 0;
        if (ERR_GET_REASON(ERR_peek_last_error()) == ERR_R_INIT_FAIL)
                return cli_fail(
                        CLI_FAILED,
                        _("the provider \"%s\" of OpenSSL, for %s: URIs, does not start; its "
                          "configuration is in openssl.cnf"),
                        provider, o->scheme);
        return cli_fail(CLI_FAILED,
                        _("no provider of OpenSSL knows %s: URIs: install one that is called "
                          "\"%s\", or activate another in openssl.cnf (%s(1), Keys in tokens)"),
                        o->scheme, provider, UZ_CLI);
}

/* Keeps the key of `info` unless it is one that is there already, as behind two names of a slot. */
static void keep_key(Opened *o, OSSL_STORE_INFO *info)
{
        EVP_PKEY *key = OSSL_STORE_INFO_get1_PKEY(info);

        for (size_t i = 0; i < o->n && key; i++)
                if (EVP_PKEY_eq(o->keys[i], key) == 1) {
                        EVP_PKEY_free(key);
                        return;
                }
        if (key && o->n < KEYS_MAX)
                o->keys[o->n++] = key;
        else
                EVP_PKEY_free(key);
}

static void load_keys(Opened *o, OSSL_STORE_CTX *store)
{
        (void)OSSL_STORE_expect(store, OSSL_STORE_INFO_PKEY);
        for (size_t i = 0; i < OBJECTS_MAX && !OSSL_STORE_eof(store); i++) {
                OSSL_STORE_INFO *info = OSSL_STORE_load(store);

                if (info && OSSL_STORE_INFO_get_type(info) == OSSL_STORE_INFO_PKEY)
                        keep_key(o, info);
                if (!info && OSSL_STORE_error(store))
                        return;
                OSSL_STORE_INFO_free(info);
        }
}

/* 0, or CLI_* where memory is short; what the provider did shows in `o`. */
static int search(Opened *o)
{
        UI_METHOD *ui = UI_UTIL_wrap_read_pem_callback(give_pin, 0);
        OSSL_STORE_CTX *store;

        if (!ui)
                return cli_out_of_memory();
        UI_set_default_method(UI_null()); /* no provider asks by itself */
        ERR_clear_error();
        store = OSSL_STORE_open_ex(o->uri, NULL, NULL, ui, o, NULL, NULL, NULL);
        if (store)
                load_keys(o, store);
        OSSL_STORE_close(store);
        UI_destroy_method(ui);
        return 0;
}

/* What the provider said last, as " (TEXT)"; some say nothing. */
static void provider_words(char ret[256])
{
        const char *data = NULL, *reason;
        char text[256];
        int flags = 0;
        unsigned long e = ERR_peek_last_error_data(&data, &flags);

        reason = e ? ERR_reason_error_string(e) : NULL;
        if (!(flags & ERR_TXT_STRING) || !data)
                data = "";
        ret[0] = '\0';
        if (!reason && !*data)
                return;
        snprintf(text, sizeof(text), " (%s%s%s)", reason ? reason : "", reason && *data ? ": " : "",
                 data);
        text_escape(text, strlen(text), ret, 256);
}

/* A token that took the PIN does not want it again; where it does, it gets none, and counts no
 * wrong one. */
static bool pin_was_taken(const Opened *o)
{
        Opened again = {.uri = o->uri, .token = o->token, .probing = true};
        int r = search(&again);

        for (size_t i = 0; i < again.n; i++)
                EVP_PKEY_free(again.keys[i]);
        return r == 0 && !again.asked;
}

static int refuse_none(Opened *o)
{
        char words[256];

        provider_words(words);
        if (o->asked && !o->given && passphrases_pin_was_refused(o->secrets, o->token))
                return cli_fail(CLI_FAILED,
                                _("%s: the PIN of its token was refused, and is not tried again"),
                                o->uri);
        if (o->asked && !o->given)
                return cli_fail(CLI_FAILED,
                                _("%s needs its PIN: give --passphrase-fd N, or use a terminal"),
                                o->uri);
        if (o->given && !pin_was_taken(o)) {
                passphrases_pin_refused(o->secrets, o->token);
                return cli_fail(CLI_FAILED,
                                _("%s: the PIN is wrong%s. It was tried once, and is not tried "
                                  "again: a token locks after a few wrong ones"),
                                o->uri, words);
        }
        return cli_fail(CLI_FAILED,
                        _("%s names no private key%s: is the token plugged in, and the name "
                          "right?"),
                        o->uri, words);
}

/* A few words on each key: its kind, and its id where it could be one of an authority. */
static void name_keys(const Opened *o, Purpose purpose, char *ret, size_t size)
{
        size_t at = 0;

        ret[0] = '\0';
        for (size_t i = 0; i < o->n && at < size; i++) {
                _cleanup_(private_key_freep) PrivateKey *key = NULL;
                const char *kind = EVP_PKEY_get0_type_name(o->keys[i]);
                char id[2 * KEY_ID_SIZE + 2] = " ";

                if (EVP_PKEY_up_ref(o->keys[i]) == 1 &&
                    private_key_from_token(o->keys[i], purpose, &key) == 0)
                        text_hex(private_key_public(key)->id, KEY_ID_SIZE, id + 1);
                else
                        id[0] = '\0';
                at += (size_t)snprintf(ret + at, size - at, "%s%s%s", i ? ", " : "",
                                       kind ? kind : "?", id);
        }
}

/* The one key, if it is of a kind that signs here, and is in the token. */
static int take_key(Opened *o, Purpose purpose, PrivateKey **ret)
{
        const char *kind = EVP_PKEY_get0_type_name(o->keys[0]);
        int r;

        if (!EVP_PKEY_is_a(o->keys[0], "ED25519") && !EVP_PKEY_is_a(o->keys[0], "SM2"))
                return cli_fail(CLI_FAILED,
                                _("%s holds a key of the kind %s; keys of an authority are "
                                  "Ed25519 or SM2"),
                                o->uri, kind ? kind : "?");
        if (EVP_PKEY_get0_provider(o->keys[0]) != OSSL_STORE_LOADER_get0_provider(o->loader))
                return cli_fail(CLI_FAILED,
                                _("%s gives its private key away instead of signing with it"),
                                o->uri);
        r = private_key_from_token(o->keys[0], purpose, ret);
        o->keys[0] = NULL;
        if (r > 0)
                return cli_fail(CLI_FAILED, _("%s holds no key that can be used: %s"), o->uri,
                                _(key_outcome_text(r)));
        return r < 0 ? cli_fail_errno(r, _("cannot use the key %s"), o->uri) : 0;
}

static int choose(Opened *o, Purpose purpose, PrivateKey **ret)
{
        char names[1024];

        if (o->n == 0)
                return refuse_none(o);
        if (o->n == 1)
                return take_key(o, purpose, ret);
        name_keys(o, purpose, names, sizeof(names));
        return cli_fail(CLI_FAILED,
                        _("%s means %zu keys (%s): name one alone, as with object= or id="), o->uri,
                        o->n, names);
}

/* At the end of the program libcrypto closes its providers; by then the modules behind them may
 * have taken themselves down, and crash. What is registered last is done first. */
static void close_modules_first(void)
{
        static bool once;

        if (!once)
                once = atexit(OPENSSL_cleanup) == 0;
}

int token_read(const char *uri, Purpose purpose, Passphrases *secrets, PrivateKey **ret)
{
        Opened o = {.uri = uri, .secrets = secrets};
        int r = token_check_uri(uri);

        if (r)
                return r;
        for (size_t i = 0; i < scheme_size(uri); i++)
                o.scheme[i] = (char)tolower((unsigned char)uri[i]);
        o.token = token_of(uri);
        r = o.token ? find_loader(&o) : cli_out_of_memory();
        if (r == 0)
                r = search(&o);
        if (r == 0)
                close_modules_first();
        if (r == 0)
                r = choose(&o, purpose, ret);
        for (size_t i = 0; i < o.n; i++)
                EVP_PKEY_free(o.keys[i]);
        OSSL_STORE_LOADER_free(o.loader);
        free(o.token);
        ERR_clear_error();
        return r;
}
