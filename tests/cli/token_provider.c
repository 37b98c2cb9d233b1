/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A provider of OpenSSL with tokens for tests: folders in $UZTOKEN_DIR, with a file "pin" and a key
 * in PEM for each object. pkcs11:token=FOLDER;object=NAME (NAME may hold *) asks for the PIN and
 * hands out keys that sign, and that no one can take out. Each PIN that came is a line of "tries";
 * with a file "gone" nothing is signed, with "open" keys leave the token. One that took its PIN
 * wants none till the program ends. The provider also verifies, badly, and leaves a file
 * $UZTOKEN_DIR/verified: nobody is to ask it. */
#include <glob.h>
#include <limits.h>
#include <openssl/core.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Key {
        EVP_PKEY *pkey; /* of `inside`, another library context */
        char token[PATH_MAX];
} Key;

typedef struct Store {
        char token[PATH_MAX];
        glob_t found;
        size_t at;
        bool failed;
} Store;

typedef struct Signing {
        EVP_MD_CTX *md;
        EVP_PKEY_CTX *pctx;
        const Key *key;
        char user_id[64];
} Signing;

static OSSL_LIB_CTX *inside;
static char logged_in[PATH_MAX]; /* the token that was, last */
static OSSL_FUNC_core_new_error_fn *new_error;
static OSSL_FUNC_core_set_error_debug_fn *set_error_debug;
static OSSL_FUNC_core_vset_error_fn *vset_error;
static const OSSL_CORE_HANDLE *core;

static void raise_error(int reason, const char *format, ...)
{
        va_list args;

        va_start(args, format);
        new_error(core);
        set_error_debug(core, __FILE__, __LINE__, __func__);
        vset_error(core, (uint32_t)reason, format, args);
        va_end(args);
}

static bool has(const char *token, const char *name)
{
        char path[PATH_MAX + 64];

        snprintf(path, sizeof(path), "%s/%s", token, name);
        return access(path, F_OK) == 0;
}

/* --- keys --- */

static void key_free(void *data)
{
        Key *key = data;

        if (key)
                EVP_PKEY_free(key->pkey);
        free(key);
}

static void *key_new(void *provider)
{
        (void)provider;
        return calloc(1, sizeof(Key));
}

static int key_import(void *data, int selection, const OSSL_PARAM params[])
{
        return data || selection || params;
}

static void *key_load(const void *reference, size_t size)
{
        Key *key = NULL;

        if (size == sizeof(key))
                memcpy(&key, reference, sizeof(key));
        return key;
}

static int key_has(const void *data, int selection)
{
        return data || selection == 0;
}

static int key_match(const void *a, const void *b, int selection)
{
        (void)selection;
        return EVP_PKEY_eq(((const Key *)a)->pkey, ((const Key *)b)->pkey) == 1;
}

static const OSSL_PARAM *key_types(int selection)
{
        static const OSSL_PARAM public[] = {
                OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0), OSSL_PARAM_END};

        return selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY ? NULL : public;
}

static int key_export(void *data, int selection, OSSL_CALLBACK *callback, void *arg)
{
        OSSL_PARAM *params = NULL;
        int ok;

        if (selection & OSSL_KEYMGMT_SELECT_PRIVATE_KEY)
                return 0;
        if (EVP_PKEY_todata(((Key *)data)->pkey, EVP_PKEY_PUBLIC_KEY, &params) != 1)
                return 0;
        ok = callback(params, arg);
        OSSL_PARAM_free(params);
        return ok;
}

static int key_get_params(void *data, OSSL_PARAM params[])
{
        return EVP_PKEY_get_params(((Key *)data)->pkey, params);
}

static const OSSL_PARAM *key_gettable(void *provider)
{
        static const OSSL_PARAM all[] = {
                OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
                OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_ENCODED_PUBLIC_KEY, NULL, 0),
                OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
                OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
                OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
                OSSL_PARAM_END};

        (void)provider;
        return all;
}

#define F(id, function) \
        { \
                id, (void (*)(void))(function) \
        }

static const OSSL_DISPATCH key_functions[] = {
        F(OSSL_FUNC_KEYMGMT_NEW, key_new),
        F(OSSL_FUNC_KEYMGMT_FREE, key_free),
        F(OSSL_FUNC_KEYMGMT_IMPORT, key_import),
        F(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, key_types),
        F(OSSL_FUNC_KEYMGMT_LOAD, key_load),
        F(OSSL_FUNC_KEYMGMT_HAS, key_has),
        F(OSSL_FUNC_KEYMGMT_MATCH, key_match),
        F(OSSL_FUNC_KEYMGMT_EXPORT, key_export),
        F(OSSL_FUNC_KEYMGMT_EXPORT_TYPES, key_types),
        F(OSSL_FUNC_KEYMGMT_GET_PARAMS, key_get_params),
        F(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, key_gettable),
        {0, NULL},
};

/* --- signatures --- */

static void *signing_new(void *provider, const char *properties)
{
        (void)provider;
        (void)properties;
        return calloc(1, sizeof(Signing));
}

static void signing_free(void *data)
{
        Signing *s = data;

        EVP_MD_CTX_free(s->md);
        EVP_PKEY_CTX_free(s->pctx);
        free(s);
}

static int signing_set(void *data, const OSSL_PARAM params[])
{
        Signing *s = data;
        const OSSL_PARAM *p = OSSL_PARAM_locate_const(params, OSSL_PKEY_PARAM_DIST_ID);

        if (p && p->data_size < sizeof(s->user_id)) {
                memcpy(s->user_id, p->data, p->data_size);
                s->user_id[p->data_size] = '\0';
        }
        return 1;
}

static const OSSL_PARAM *signing_settable(void *data, void *provider)
{
        static const OSSL_PARAM all[] = {OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_DIST_ID, NULL, 0),
                                         OSSL_PARAM_END};

        (void)data;
        (void)provider;
        return all;
}

static int signing_init(void *data, const char *digest, void *key, const OSSL_PARAM params[])
{
        Signing *s = data;

        s->key = key;
        s->md = EVP_MD_CTX_new();
        s->pctx = EVP_PKEY_CTX_new_from_pkey(inside, s->key->pkey, NULL);
        if (!s->md || !s->pctx || (params && !signing_set(s, params)))
                return 0;
        EVP_MD_CTX_set_pkey_ctx(s->md, s->pctx);
        return !digest || !*digest || EVP_PKEY_is_a(s->key->pkey, "SM2");
}

static int signing_sign(void *data, unsigned char *signature, size_t *size, size_t room,
                        const unsigned char *message, size_t n)
{
        Signing *s = data;
        bool sm2 = EVP_PKEY_is_a(s->key->pkey, "SM2");

        if (has(s->key->token, "gone")) {
                raise_error(0x32, "the token was pulled out");
                return 0;
        }
        if (sm2 && EVP_PKEY_CTX_set1_id(s->pctx, s->user_id, (int)strlen(s->user_id)) != 1)
                return 0;
        *size = room;
        return EVP_DigestSignInit_ex(s->md, NULL, sm2 ? "SM3" : NULL, inside, NULL, s->key->pkey,
                                     NULL) == 1 &&
               EVP_DigestSign(s->md, signature, size, message, n) == 1;
}

static int verify_init(void *data, const char *digest, void *key, const OSSL_PARAM params[])
{
        return data || digest || key || params;
}

static int verify(void *data, const unsigned char *signature, size_t size,
                  const unsigned char *message, size_t n)
{
        char path[PATH_MAX];

        (void)data;
        (void)signature;
        (void)size;
        (void)message;
        (void)n;
        snprintf(path, sizeof(path), "%s/verified", getenv("UZTOKEN_DIR"));
        fclose(fopen(path, "w"));
        return 0;
}

static const OSSL_DISPATCH signature_functions[] = {
        F(OSSL_FUNC_SIGNATURE_NEWCTX, signing_new),
        F(OSSL_FUNC_SIGNATURE_FREECTX, signing_free),
        F(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, signing_init),
        F(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, signing_sign),
        F(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY_INIT, verify_init),
        F(OSSL_FUNC_SIGNATURE_DIGEST_VERIFY, verify),
        F(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, signing_set),
        F(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, signing_settable),
        {0, NULL},
};

/* --- what a URI names --- */

static void attribute(const char *uri, const char *name, char *ret, size_t size)
{
        const char *at = strstr(uri, name);

        at = at ? at + strlen(name) : "*";
        snprintf(ret, size, "%.*s", (int)strcspn(at, ";?"), at);
}

static void *store_open(void *provider, const char *uri)
{
        const char *root = getenv("UZTOKEN_DIR");
        Store *s = calloc(1, sizeof(*s));
        char token[256], object[256], pattern[2 * PATH_MAX];

        (void)provider;
        attribute(uri, "token=", token, sizeof(token));
        attribute(uri, "object=", object, sizeof(object));
        snprintf(s->token, sizeof(s->token), "%s/%s", root ? root : "", token);
        snprintf(pattern, sizeof(pattern), "%s/%s.pem", s->token, object);
        (void)glob(pattern, 0, NULL, &s->found);
        return s;
}

static int log_in(Store *s, OSSL_PASSPHRASE_CALLBACK *ask, void *arg)
{
        char path[PATH_MAX + 16], pin[64] = "", typed[128] = "";
        size_t n = 0;
        FILE *f;

        if (!strcmp(logged_in, s->token) || !has(s->token, "pin"))
                return 1;
        if (!ask(typed, sizeof(typed) - 1, &n, NULL, arg))
                return 0;
        typed[n] = '\0';
        snprintf(path, sizeof(path), "%s/tries", s->token);
        f = fopen(path, "a");
        fprintf(f, "%s\n", typed);
        fclose(f);
        snprintf(path, sizeof(path), "%s/pin", s->token);
        f = fopen(path, "r");
        if (!f || fscanf(f, "%63s", pin) != 1)
                return 0;
        fclose(f);
        if (strcmp(pin, typed) != 0) {
                raise_error(0xa0, "PIN incorrect"); /* CKR_PIN_INCORRECT */
                return 0;
        }
        strcpy(logged_in, s->token);
        return 1;
}

static EVP_PKEY *read_pem(const char *path)
{
        BIO *bio = BIO_new_file(path, "r");
        EVP_PKEY *pkey = PEM_read_bio_PrivateKey_ex(bio, NULL, NULL, NULL, inside, NULL);

        BIO_free(bio);
        return pkey;
}

/* The whole key, for who wants to see that this is refused. */
static int give_away(const char *path, OSSL_CALLBACK *callback, void *arg)
{
        int type = OSSL_OBJECT_PKEY;
        unsigned char *der = NULL;
        EVP_PKEY *pkey = read_pem(path);
        int n = i2d_PrivateKey(pkey, &der), ok;
        char kind[] = "ED25519", structure[] = "PrivateKeyInfo";
        OSSL_PARAM params[] = {
                OSSL_PARAM_int(OSSL_OBJECT_PARAM_TYPE, &type),
                OSSL_PARAM_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, kind, sizeof(kind) - 1),
                OSSL_PARAM_utf8_string(OSSL_OBJECT_PARAM_DATA_STRUCTURE, structure,
                                       sizeof(structure) - 1),
                OSSL_PARAM_octet_string(OSSL_OBJECT_PARAM_DATA, der, (size_t)n),
                OSSL_PARAM_END,
        };

        ok = callback(params, arg);
        OPENSSL_free(der);
        EVP_PKEY_free(pkey);
        return ok;
}

static int store_load(void *data, OSSL_CALLBACK *callback, void *arg, OSSL_PASSPHRASE_CALLBACK *ask,
                      void *ask_arg)
{
        Store *s = data;
        int type = OSSL_OBJECT_PKEY;
        const char *path;
        char kind[32];
        Key *key;

        s->failed = access(s->token, F_OK) < 0 || !log_in(s, ask, ask_arg) ||
                    s->at >= s->found.gl_pathc;
        if (s->failed)
                return 0;
        path = s->found.gl_pathv[s->at++];
        if (has(s->token, "open"))
                return give_away(path, callback, arg);
        key = calloc(1, sizeof(*key));
        key->pkey = read_pem(path);
        if (!key->pkey)
                return 0;
        snprintf(key->token, sizeof(key->token), "%s", s->token);
        snprintf(kind, sizeof(kind), "%s", EVP_PKEY_get0_type_name(key->pkey));
        return callback(
                (OSSL_PARAM[]){
                        OSSL_PARAM_int(OSSL_OBJECT_PARAM_TYPE, &type),
                        OSSL_PARAM_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE, kind, strlen(kind)),
                        OSSL_PARAM_octet_string(OSSL_OBJECT_PARAM_REFERENCE, &key, sizeof(key)),
                        OSSL_PARAM_END,
                },
                arg);
}

static int store_eof(void *data)
{
        const Store *s = data;

        return s->failed || (s->at > 0 && s->at >= s->found.gl_pathc);
}

static int store_close(void *data)
{
        Store *s = data;

        globfree(&s->found);
        free(s);
        return 1;
}

static const OSSL_PARAM *store_settable(void *provider)
{
        static const OSSL_PARAM all[] = {OSSL_PARAM_int(OSSL_STORE_PARAM_EXPECT, NULL),
                                         OSSL_PARAM_END};

        (void)provider;
        return all;
}

static int store_set(void *data, const OSSL_PARAM params[])
{
        return data || params;
}

static const OSSL_DISPATCH store_functions[] = {
        F(OSSL_FUNC_STORE_OPEN, store_open),
        F(OSSL_FUNC_STORE_SETTABLE_CTX_PARAMS, store_settable),
        F(OSSL_FUNC_STORE_SET_CTX_PARAMS, store_set),
        F(OSSL_FUNC_STORE_LOAD, store_load),
        F(OSSL_FUNC_STORE_EOF, store_eof),
        F(OSSL_FUNC_STORE_CLOSE, store_close),
        {0, NULL},
};

/* --- the provider --- */

static const OSSL_ALGORITHM keys[] = {
        {"ED25519:1.3.101.112", "provider=uztoken", key_functions, NULL},
        {"SM2:1.2.156.10197.1.301", "provider=uztoken", key_functions, NULL},
        {"RSA:rsaEncryption", "provider=uztoken", key_functions, NULL},
        {NULL, NULL, NULL, NULL},
};
static const OSSL_ALGORITHM signatures[] = {
        {"ED25519:1.3.101.112", "provider=uztoken", signature_functions, NULL},
        {"SM2:1.2.156.10197.1.301", "provider=uztoken", signature_functions, NULL},
        {NULL, NULL, NULL, NULL},
};
static const OSSL_ALGORITHM stores[] = {
        {"pkcs11", "provider=uztoken", store_functions, NULL},
        {"uztoken", "provider=uztoken", store_functions, NULL},
        {NULL, NULL, NULL, NULL},
};

static const OSSL_ALGORITHM *query(void *provider, int operation, int *no_store)
{
        (void)provider;
        *no_store = 1; /* as pkcs11-provider: what libcrypto fetches next may be from here */
        if (operation == OSSL_OP_KEYMGMT)
                return keys;
        if (operation == OSSL_OP_SIGNATURE)
                return signatures;
        return operation == OSSL_OP_STORE ? stores : NULL;
}

static void teardown(void *provider)
{
        (void)provider;
        OSSL_LIB_CTX_free(inside);
        inside = NULL;
}

static const OSSL_DISPATCH provider_functions[] = {
        F(OSSL_FUNC_PROVIDER_TEARDOWN, teardown),
        F(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query),
        {0, NULL},
};

OSSL_provider_init_fn OSSL_provider_init;

int OSSL_provider_init(const OSSL_CORE_HANDLE *handle, const OSSL_DISPATCH *in,
                       const OSSL_DISPATCH **out, void **ret)
{
        core = handle;
        for (; in->function_id; in++)
                if (in->function_id == OSSL_FUNC_CORE_NEW_ERROR)
                        new_error = OSSL_FUNC_core_new_error(in);
                else if (in->function_id == OSSL_FUNC_CORE_SET_ERROR_DEBUG)
                        set_error_debug = OSSL_FUNC_core_set_error_debug(in);
                else if (in->function_id == OSSL_FUNC_CORE_VSET_ERROR)
                        vset_error = OSSL_FUNC_core_vset_error(in);
        if (!getenv("UZTOKEN_DIR"))
                return 0;
        inside = OSSL_LIB_CTX_new();
        *out = provider_functions;
        *ret = inside;
        return inside != NULL;
}
