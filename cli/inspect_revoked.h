/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What was revoked when: as records of any computer say, and files of the office. */
#pragma once

#include <json-c/json.h>

#include "policy/bundle.h"

#define INSPECT_NONE UINT32_MAX
#define INSPECT_REVOKED_MAX 4000000u

/* When and where something was seen; time 0: it was not. `host` INSPECT_NONE: a file of the office
 * says so, seq 0. */
typedef struct InspectPlace {
        int64_t time;
        uint64_t seq;
        uint32_t host;
        uint32_t file; /* 1 + place in Inspect.files; 0: not told */
} InspectPlace;

typedef struct InspectRevoked {
        struct InspectRevocation *list;
        size_t n, room;
} InspectRevoked;

/* A record of the kind "revoked". 0, -ENOMEM, -ENOSPC. */
int inspect_revoked_record(InspectRevoked *l, json_object *record,
                           const InspectPlace *at) _must_check_;
/* A revocation file, as of when it was issued; a policy, as of its not-before. Of the key that
 * signed it only a revocation counts, not its dates: old ones are given, too. CLI_*. */
int inspect_revoked_file(InspectRevoked *l, const char *path, uint32_t file,
                         const Authority *authority) _must_check_;
/* Once all is read, before the first find. */
void inspect_revoked_sort(InspectRevoked *l);
/* The first time; NULL: never. */
const InspectPlace *inspect_revoked_find(const InspectRevoked *l, RevokedKind kind,
                                         const uint8_t *id);
void inspect_revoked_clear(InspectRevoked *l);
