/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Installs what the office signed: all files are verified together, as this computer would load
 * them, before one of them replaces what is in force. Functions return CLI_*. */
#pragma once

#include "cli/office_file.h"
#include "store/trust.h"

#define INSTALL_FILES_MAX 64u

typedef struct InstallArgs {
        const char *ledger_key_out;
        bool yes;           /* trust a first key list without asking */
        bool host;          /* a credential is among the files */
        bool new_authority; /* in the place of another one: versions begin anew */
        bool no_start;
} InstallArgs;

int install_files(const InstallArgs *a, int n, char **paths) _must_check_;
