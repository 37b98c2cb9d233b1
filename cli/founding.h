/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of a new stand-alone computer: keys, key list, credential, policy, empty whitelist.
 * Written so that a power cut at any moment leaves a computer that is as it was before, or set up
 * whole. Functions return CLI_*. */
#pragma once

#include "policy/authority.h"

typedef struct Founding {
        int etc_fd, state_fd;
        Authority authority; /* name is filled by the caller, the rest by founding_write() */
        Host host;           /* name, zone, level by the caller */
        Algorithm algorithm;
        uint64_t policy_version;
        bool existing; /* replaced because of --force: the mode stays as it is */
        PrivateKey *keys[PURPOSE_MAX_];
        PrivateKey *second; /* the second person's label key, or NULL */
} Founding;

/* Makes the directories; refuses an existing setup unless `force`. */
int founding_open(Founding *f, bool force) _must_check_;
/* `root_out`: a file for the root key, or NULL to keep it with the others. `second_out`:
 * makes a second label key, which goes there, and a policy that wants both keys on top-secret
 * labels; or NULL. */
int founding_write(Founding *f, const char *root_out, const char *second_out) _must_check_;
void founding_clear(Founding *f);
