/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 and SM3, whole and streaming; random bytes. */
#include "policy/digest.h"

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <string.h>

#include "policy/key.h"

#define HASHES 2u

struct Digest {
        EVP_MD_CTX *of[HASHES]; /* SM3's is made when it is asked for */
        EVP_MD_CTX *ctx;        /* the one at work */
};

const char *hash_name(Hash hash)
{
        switch (hash) {
        case HASH_SHA256:
                return "sha256";
        case HASH_SM3:
                return "sm3";
        }
        return "invalid";
}

int hash_parse(const char *text, Hash *ret)
{
        if (strcmp(text, "sha256") == 0)
                *ret = HASH_SHA256;
        else if (strcmp(text, "sm3") == 0)
                *ret = HASH_SM3;
        else
                return -EINVAL;
        return 0;
}

static const EVP_MD *method(Hash hash)
{
        return hash == HASH_SM3 ? EVP_sm3() : EVP_sha256();
}

Digest *digest_free(Digest *d)
{
        for (size_t i = 0; d && i < HASHES; i++)
                EVP_MD_CTX_free(d->of[i]);
        free(d);
        return NULL;
}

static int make_context(Digest *d, Hash hash)
{
        EVP_MD_CTX *ctx = EVP_MD_CTX_new();

        if (!ctx || EVP_DigestInit_ex(ctx, method(hash), NULL) != 1) {
                EVP_MD_CTX_free(ctx);
                return -ENOMEM;
        }
        d->ctx = d->of[hash] = ctx;
        return 0;
}

int digest_new(Digest **ret)
{
        _cleanup_(digest_freep) Digest *d = calloc(1, sizeof(*d));
        int r;

        if (!d)
                return -ENOMEM;
        r = make_context(d, HASH_SHA256);
        if (r == 0)
                *ret = TAKE_PTR(d);
        return r;
}

int digest_update(Digest *d, const void *data, size_t size)
{
        return EVP_DigestUpdate(d->ctx, data, size) == 1 ? 0 : -EIO;
}

int digest_final(Digest *d, uint8_t ret[DIGEST_SIZE])
{
        unsigned n = 0;

        if (EVP_DigestFinal_ex(d->ctx, ret, &n) != 1 || n != DIGEST_SIZE)
                return -EIO;
        return 0;
}

int digest_restart(Digest *d, Hash hash)
{
        if (!d->of[hash])
                return make_context(d, hash);
        d->ctx = d->of[hash];
        /* The context keeps the algorithm it was made with: looking that up costs more than hashing
         * a line. */
        return EVP_DigestInit_ex(d->ctx, NULL, NULL) == 1 ? 0 : -EIO;
}

int digest_once(Digest *d, Hash hash, const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        int r = digest_restart(d, hash);

        if (r == 0)
                r = digest_update(d, data, size);
        return r < 0 ? r : digest_final(d, ret);
}

int digest_compute_as(Hash hash, const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        unsigned n = 0;

        if (EVP_Digest(data, size, ret, &n, method(hash), NULL) != 1 || n != DIGEST_SIZE)
                return -ENOMEM;
        return 0;
}

int digest_compute(const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        return digest_compute_as(HASH_SHA256, data, size, ret);
}

int digest_compute_sm3(const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        return digest_compute_as(HASH_SM3, data, size, ret);
}

int random_bytes(void *ret, size_t n)
{
        if (n > INT32_MAX)
                return -EINVAL;
        return RAND_bytes(ret, (int)n) == 1 ? 0 : -EIO;
}
