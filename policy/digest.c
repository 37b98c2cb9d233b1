/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256, whole and streaming; SM3; random bytes. */
#include "policy/key.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

struct Digest {
        EVP_MD_CTX *ctx;
};

Digest *digest_free(Digest *d)
{
        if (d)
                EVP_MD_CTX_free(d->ctx);
        free(d);
        return NULL;
}

int digest_new(Digest **ret)
{
        _cleanup_(digest_freep) Digest *d = calloc(1, sizeof(*d));

        if (!d)
                return -ENOMEM;
        d->ctx = EVP_MD_CTX_new();
        if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
                return -ENOMEM;
        *ret = TAKE_PTR(d);
        return 0;
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

int digest_restart(Digest *d)
{
        /* The context keeps the algorithm it was made with: looking that up costs more than hashing
         * a line. */
        return EVP_DigestInit_ex(d->ctx, NULL, NULL) == 1 ? 0 : -EIO;
}

int digest_once(Digest *d, const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        int r = digest_restart(d);

        if (r == 0)
                r = digest_update(d, data, size);
        return r < 0 ? r : digest_final(d, ret);
}

int digest_compute(const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        unsigned n = 0;

        if (EVP_Digest(data, size, ret, &n, EVP_sha256(), NULL) != 1 || n != DIGEST_SIZE)
                return -ENOMEM;
        return 0;
}

int digest_compute_sm3(const void *data, size_t size, uint8_t ret[DIGEST_SIZE])
{
        unsigned n = 0;

        if (EVP_Digest(data, size, ret, &n, EVP_sm3(), NULL) != 1 || n != DIGEST_SIZE)
                return -ENOMEM;
        return 0;
}

int random_bytes(void *ret, size_t n)
{
        if (n > INT32_MAX)
                return -EINVAL;
        return RAND_bytes(ret, (int)n) == 1 ? 0 : -EIO;
}
