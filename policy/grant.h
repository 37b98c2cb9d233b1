/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grants: temporary exceptions for one drive. Format of the list: docs/usbzone-files.5 */
#pragma once

#include "lib/keyfile.h"
#include "policy/bundle_zone.h"
#include "policy/identity.h"
#include "policy/verdict.h"

#define GRANTS_MAX 256u
#define GRANT_ID_SIZE 8u
#define GRANT_TEXT_MAX 200u
#define GRANT_APPROVAL_MAX 64u
#define GRANTS_SIZE_MAX (1024u * 1024u) /* bytes of the file */

typedef struct Grant {
        uint8_t id[GRANT_ID_SIZE];
        uint8_t identity[DIGEST_SIZE];
        Effect effect;      /* EFFECT_ALLOW or EFFECT_READ_ONLY */
        int64_t start, end; /* seconds since the epoch, start <= t < end */
        char approver[GRANT_TEXT_MAX];
        char reason[GRANT_TEXT_MAX];
        char approval[GRANT_APPROVAL_MAX]; /* the number it was approved under; may be empty */
} Grant;

typedef struct Grants {
        Grant list[GRANTS_MAX];
        size_t n;
} Grants;

/* The grant for this drive at `now` that allows most within the policy's `terms` (NULL: whatever
 * they are), or NULL. It may say more, or end later, than they let it. */
const Grant *grants_find(const Grants *g, const uint8_t identity[DIGEST_SIZE],
                         const BundleGrant *terms, int64_t now);
/* -ENOSPC; -EEXIST for an id that is there; -EINVAL for an effect of block, an end that is not
 * after the start, an approver or reason that is empty, and a text that is not one clean line. */
int grants_add(Grants *g, const Grant *grant) _must_check_;
/* One clean line of less than GRANT_APPROVAL_MAX bytes, or nothing. */
bool grant_approval_valid(const char *text);
int grants_remove(Grants *g, const uint8_t id[GRANT_ID_SIZE]) _must_check_; /* -ENOENT */
/* Drops what ended before `now`; returns how many. */
size_t grants_prune(Grants *g, int64_t now);

int grants_parse(const char *text, size_t size, Grants *ret, TextError *error) _must_check_;
int grants_format(const Grants *g, char **ret, size_t *ret_size) _must_check_;
