/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Private keys: made, kept as PKCS#8 PEM, used to sign, wiped. */
#include "policy/key.h"

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <string.h>

#include "policy/ed25519.h"
#include "policy/key_internal.h"
#include "policy/sm2.h"

/* scrypt (RFC 7914): 16 MiB and some tens of milliseconds for each guess at a passphrase. */
#define SCRYPT_N 16384
#define SCRYPT_R 8
#define SCRYPT_P 1

struct PrivateKey {
        EVP_PKEY *pkey;
        PublicKey public;
        bool in_token; /* the secret part is not in this process */
};

PrivateKey *private_key_free(PrivateKey *key)
{
        if (key)
                EVP_PKEY_free(key->pkey); /* wipes the secret part */
        free(key);
        return NULL;
}

const PublicKey *private_key_public(const PrivateKey *key)
{
        return &key->public;
}

/* The public half of a key of either kind. */
static int public_half(EVP_PKEY *pkey, Purpose purpose, PublicKey *ret)
{
        uint8_t raw[KEY_PUBLIC_MAX];
        size_t size = ED25519_POINT_SIZE;
        int r;

        if (!EVP_PKEY_is_a(pkey, "ED25519")) {
                r = sm2_public(pkey, raw);
                return r != 0 ? r
                              : public_key_init(ret, ALGORITHM_SM2_SM3, purpose, raw,
                                                SM2_POINT_SIZE);
        }
        if (EVP_PKEY_get_raw_public_key(pkey, raw, &size) != 1 || size != ED25519_POINT_SIZE)
                return -ENOMEM;
        return public_key_init(ret, ALGORITHM_ED25519_SHA256, purpose, raw, size);
}

/* Wraps `pkey`, which it takes over whatever the outcome. */
static int private_key_wrap(EVP_PKEY *pkey, Purpose purpose, PrivateKey **ret)
{
        _cleanup_(private_key_freep) PrivateKey *key = calloc(1, sizeof(*key));
        int r;

        if (!key) {
                EVP_PKEY_free(pkey);
                return -ENOMEM;
        }
        key->pkey = pkey;
        r = public_half(pkey, purpose, &key->public);
        if (r != 0)
                return r;
        *ret = TAKE_PTR(key);
        return 0;
}

static int generate_ed25519(EVP_PKEY **ret)
{
        EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "ED25519", key_provider());
        EVP_PKEY *pkey = NULL;
        bool ok = ctx && EVP_PKEY_keygen_init(ctx) == 1 && EVP_PKEY_keygen(ctx, &pkey) == 1;

        EVP_PKEY_CTX_free(ctx);
        if (!ok)
                return -ENOMEM;
        *ret = pkey;
        return 0;
}

int private_key_generate(Algorithm algorithm, Purpose purpose, PrivateKey **ret)
{
        EVP_PKEY *pkey;
        int r;

        if (algorithm == ALGORITHM_NONE)
                return -EINVAL;
        r = algorithm == ALGORITHM_SM2_SM3 ? sm2_generate(&pkey) : generate_ed25519(&pkey);
        return r < 0 ? r : private_key_wrap(pkey, purpose, ret);
}

int private_key_from_token(EVP_PKEY *pkey, Purpose purpose, PrivateKey **ret)
{
        int r = private_key_wrap(pkey, purpose, ret);

        if (r == 0)
                (*ret)->in_token = true;
        return r;
}

typedef struct Ask {
        const char *passphrase;
        bool asked;
} Ask;

/* Called by libcrypto only for an encrypted key; never asks a person. */
static int give_passphrase(char *buffer, int size, int writing, void *userdata)
{
        Ask *ask = userdata;
        size_t n;

        (void)writing;
        ask->asked = true;
        if (!ask->passphrase || size < 0)
                return -1;
        n = strlen(ask->passphrase);
        if (n > (size_t)size)
                return -1;
        memcpy(buffer, ask->passphrase, n);
        return (int)n;
}

int private_key_from_pem(const char *pem, size_t size, const char *passphrase, Purpose purpose,
                         PrivateKey **ret)
{
        Ask ask = {.passphrase = passphrase};
        EVP_PKEY *pkey;
        BIO *bio;

        if (size > INT32_MAX)
                return KEY_E_MALFORMED;
        bio = BIO_new_mem_buf(pem, (int)size);
        if (!bio)
                return -ENOMEM;
        pkey = PEM_read_bio_PrivateKey_ex(bio, NULL, give_passphrase, &ask, NULL, key_provider());
        BIO_free(bio);
        if (!pkey)
                return ask.asked ? KEY_E_PASSPHRASE : KEY_E_MALFORMED;
        return private_key_wrap(pkey, purpose, ret);
}

/* Encrypts with AES-256 under a key that scrypt makes of the passphrase. */
static bool write_encrypted(BIO *bio, PKCS8_PRIV_KEY_INFO *info, const char *passphrase)
{
        X509_ALGOR *how = NULL;
        X509_SIG *sealed = NULL;
        bool ok = false;

        how = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), NULL, 0, NULL, SCRYPT_N, SCRYPT_R, SCRYPT_P);
        if (!how)
                goto finish;
        sealed = PKCS8_set0_pbe(passphrase, (int)strlen(passphrase), info, how);
        if (!sealed)
                goto finish;
        how = NULL; /* part of `sealed` now */
        ok = PEM_write_bio_PKCS8(bio, sealed) == 1;
finish:
        X509_SIG_free(sealed);
        X509_ALGOR_free(how);
        return ok;
}

static int copy_bio(BIO *bio, char **ret, size_t *ret_size)
{
        char *data = NULL, *copy;
        long n = BIO_get_mem_data(bio, &data);

        if (n <= 0 || !data)
                return -ENOMEM;
        copy = malloc((size_t)n + 1);
        if (!copy)
                return -ENOMEM;
        memcpy(copy, data, (size_t)n);
        copy[n] = '\0';
        *ret = copy;
        *ret_size = (size_t)n;
        return 0;
}

int private_key_to_pem(const PrivateKey *key, const char *passphrase, char **ret, size_t *ret_size)
{
        PKCS8_PRIV_KEY_INFO *info = NULL;
        BIO *bio = NULL;
        int r = -ENOMEM;

        if (key->in_token)
                return -EOPNOTSUPP;
        if (passphrase && strlen(passphrase) > PEM_BUFSIZE)
                return -EINVAL;
        bio = BIO_new(BIO_s_mem()); /* wiped by BIO_free() */
        info = EVP_PKEY2PKCS8(key->pkey);
        if (!bio || !info)
                goto finish;
        if (passphrase ? !write_encrypted(bio, info, passphrase)
                       : PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio, info) != 1)
                goto finish;
        r = copy_bio(bio, ret, ret_size);
finish:
        PKCS8_PRIV_KEY_INFO_free(info); /* wipes */
        BIO_free(bio);
        return r;
}

/* Signs the framed message with one call, as Ed25519 wants it. */
static int sign_framed(EVP_PKEY *pkey, const char *provider, const uint8_t *message, size_t size,
                       uint8_t ret[SIGNATURE_SIZE])
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();
        uint8_t signature[SIGNATURE_SIZE];
        size_t n = sizeof(signature);
        int ok;

        ok = ctx && EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, provider, pkey, NULL) == 1 &&
             EVP_DigestSign(ctx, signature, &n, message, size) == 1 && n == sizeof(signature);
        EVP_MD_CTX_free(ctx);
        if (!ok)
                return -ENOMEM;
        memcpy(ret, signature, sizeof(signature));
        return 0;
}

int key_sign(const PrivateKey *key, const void *message, size_t size, uint8_t ret[SIGNATURE_SIZE])
{
        _cleanup_(freep) uint8_t *framed = NULL;
        const char *provider = key->in_token ? NULL : key_provider();
        size_t framed_size;
        int r;

        r = key_frame(key->public.purpose, message, size, &framed, &framed_size);
        if (r < 0)
                return r;
        if (key->public.algorithm == ALGORITHM_SM2_SM3)
                r = sm2_sign(key->pkey, provider, framed, framed_size, ret);
        else
                r = sign_framed(key->pkey, provider, framed, framed_size, ret);
        return r < 0 && key->in_token ? -EIO : r; /* pulled out, locked, ... */
}
