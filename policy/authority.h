/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The authority's key list ("usbzone-keys 1", signed by root), host credentials ("usbzone-host 1",
 * signed by a host key) and the requests for them. Formats: docs/usbzone-files.5 */
#pragma once

#include "lib/keyfile.h"
#include "policy/key.h"
#include "policy/zone.h"

#define HOST_ID_SIZE 16u
#define NAME_MAX_SIZE 96u /* bytes of UTF-8 with the NUL */

typedef struct Authority {
        char name[NAME_MAX_SIZE];
        uint64_t version;
        unsigned threshold; /* root signatures needed, >= 1 */
        Keyring ring;       /* root keys and purpose keys */
} Authority;

typedef struct Host {
        uint8_t id[HOST_ID_SIZE];
        char name[NAME_MAX_SIZE];
        Zone zone;
        Level level;
        int64_t not_before, not_after;
        PublicKey key; /* the computer's own, purpose visit; algorithm NONE: none */
} Host;

/* The text is self-contained: root keys listed in it must have signed it. The file itself is the
 * trust anchor, kept by owner and mode. 0; NOTE_E_* > 0; -EINVAL with `error`; -errno. */
int authority_load(const char *note, size_t size, Authority *ret, TextError *error) _must_check_;
/* The same for a list that is to take the place of `old`: its version must be higher, and a
 * threshold of the root keys of `old` must have signed it as well. */
int authority_succeed(const Authority *old, const char *note, size_t size, Authority *ret,
                      TextError *error) _must_check_;
/* Text (unsigned) of a key list. -EINVAL for a name that could not be read back. */
int authority_format(const Authority *a, char **ret, size_t *ret_size) _must_check_;

/* What its root keys are: SM2 if each that is not revoked is, else Ed25519. NONE: it was not
 * loaded. */
Algorithm authority_algorithm(const Authority *a);

int host_load(const char *note, size_t size, const Authority *authority, int64_t now, Host *ret,
              TextError *error) _must_check_;
int host_format(const Host *h, char **ret, size_t *ret_size) _must_check_;

/* A computer asks for a credential: id, name and key ("usbzone-request 1"), signed by that key,
 * which shows that it has the private part. Nothing in it is trusted but that. */
int request_load(const char *note, size_t size, Host *ret, TextError *error) _must_check_;
int request_format(const Host *h, char **ret, size_t *ret_size) _must_check_;
