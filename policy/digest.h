/* SPDX-License-Identifier: GPL-2.0-or-later */
/* SHA-256 and SM3 (GB/T 32905), whole and streaming. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define DIGEST_SIZE 32u /* of each of them */

typedef enum Hash { HASH_SHA256 = 0, HASH_SM3 = 1 } Hash;

const char *hash_name(Hash hash); /* "sha256", "sm3" */
int hash_parse(const char *text, Hash *ret) _must_check_;

int digest_compute(const void *data, size_t size, uint8_t ret[DIGEST_SIZE]) _must_check_;
int digest_compute_sm3(const void *data, size_t size, uint8_t ret[DIGEST_SIZE]) _must_check_;
int digest_compute_as(Hash hash, const void *data, size_t size,
                      uint8_t ret[DIGEST_SIZE]) _must_check_;

/* Streaming, for files: SHA-256 unless digest_restart() says SM3. Started anew, for many short
 * texts. */
typedef struct Digest Digest;
int digest_new(Digest **ret) _must_check_;
int digest_update(Digest *d, const void *data, size_t size) _must_check_;
int digest_final(Digest *d, uint8_t ret[DIGEST_SIZE]) _must_check_;
int digest_restart(Digest *d, Hash hash) _must_check_;
int digest_once(Digest *d, Hash hash, const void *data, size_t size,
                uint8_t ret[DIGEST_SIZE]) _must_check_;
Digest *digest_free(Digest *d);
DEFINE_FREEP(Digest, digest_free)
