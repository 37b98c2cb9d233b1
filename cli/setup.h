/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The guided dialogue of setup: what was not said on the command line, and what will happen. All of
 * it is on stderr and needs a terminal. Functions return CLI_*. */
#pragma once

#include "cli/founding.h"

typedef struct SetupArgs {
        const char *zone, *level, *name, *authority_name, *root_out, *second_key_out;
        const char *ledger_key_out, *algorithm;
        bool yes, force, no_start, new_ledger_key;
        bool office; /* answered: nothing is made here, and the person was told the way */
} SetupArgs;

/* Asks for what is missing; the words live as long as the program. */
int setup_ask(SetupArgs *a) _must_check_;
/* Says what will be written and started, and what enforcing would block of what is plugged in; then
 * asks for a yes, unless there is no terminal or the command line says it. */
int setup_confirm(const SetupArgs *a, const Founding *f) _must_check_;
