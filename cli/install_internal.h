/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One installation under way; for install.c and install_keys.c alone. */
#pragma once

#include "cli/install.h"
#include "store/stage.h"
#include "store/trust.h"

typedef struct Install {
        const InstallArgs *args;
        const char *etc;
        int etc_fd, state_fd;
        OfficeFile files[INSTALL_FILES_MAX];
        size_t n;
        bool fresh;               /* no authority is known here yet, or it is to be another one */
        Trust *old;               /* what is in force; NULL on a fresh computer */
        Trust *next;              /* what would be */
        const OfficeFile *policy; /* the newest one given so far */
        uint64_t policy_version;
        const OfficeFile *credential; /* the last one given */
        Authority authority;
        Stage stage;
} Install;

/* A verified file goes into the stage. CLI_*. */
int install_put(Install *in, const char *name, const OfficeFile *f) _must_check_;
/* The key lists among the files, the oldest first: each must follow on the one before it. CLI_*. */
int install_keys(Install *in) _must_check_;
