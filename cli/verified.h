/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the result of a verification is told, the same for a ledger and for a package. */
#pragma once

#include <json-c/json.h>

#include "policy/authority.h"
#include "policy/mac.h"
#include "store/verify.h"

json_object *verified_json(const LedgerVerify *v);
/* The lines after "... is whole". */
void verified_text(const LedgerVerify *v);
/* Says what is wrong. CLI_OK, CLI_BROKEN. */
int verified_outcome(const LedgerVerify *v) _must_check_;
/* -errno: which of the files in `path` cannot be read, and why. CLI_*. */
int verified_fail(const LedgerVerify *v, int r, const char *path) _must_check_;
/* For v->progress; userdata is a Progress. */
void verified_progress(void *userdata, uint64_t seq);

/* Reads a list of an authority's keys that the person trusts. CLI_*. */
int verify_load_authority(const char *path, Authority *ret) _must_check_;

/* A package on this or another computer. `authority`: a key list to check its credential with, or
 * NULL. CLI_*. */
int verify_package(const char *path, const char *authority, const MacKey *key,
                   bool json) _must_check_;
