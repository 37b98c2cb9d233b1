/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A revocation file: made, or one more entry for one that is there. */
#pragma once

#include "policy/bundle.h"

typedef struct RevokeFile {
        const char *out, *dir, *passphrase_fd;
        RevokedKind kind;
        const uint8_t *id;
        const char *word; /* what the person called it */
} RevokeFile;

/* Signed with the policy key of the authority in `dir`. CLI_*, with the reason said. */
int revoke_to_file(const RevokeFile *f) _must_check_;
