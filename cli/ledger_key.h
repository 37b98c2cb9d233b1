/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The first key of the ledger's seal: given to the auditor once, read again when he verifies. */
#pragma once

#include "policy/mac.h"

/* Makes the key and hands it out: to `path`, a new file, or on standard output. With a key there
 * already nothing is done but told. CLI_*. */
int ledger_key_give(int state_fd, const char *path) _must_check_;

/* Reads what ledger_key_give() gave; `path` "-" is standard input. CLI_*. */
int ledger_key_load(const char *path, MacKey *ret) _must_check_;
