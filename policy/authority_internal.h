/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What key lists, credentials, requests and revocation files share (internal to policy/). */
#pragma once

#include "policy/authority.h"
#include "policy/note.h"
#include "policy/parse.h"

/* ALGORITHM HEX of the current value as a key of `purpose`. */
int parse_public_key(Keyfile *k, Purpose purpose, PublicKey *ret, TextError *error) _must_check_;
/* Fills `error` for an outcome of a signature check, and hands the outcome on. */
int note_error(int outcome, TextError *error);
/* What parse_text() would read back. */
bool name_valid(const char name[NAME_MAX_SIZE]);
