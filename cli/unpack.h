/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Unpacks gzip (RFC 1952) and xz from descriptor 0 to descriptor 1, in a child (cli/jail.h). */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

/* Exit statuses; 0: all of it came. What was unpacked before a fault has been written. */
typedef enum UnpackOutcome {
        UNPACK_E_DAMAGED = 1,
        UNPACK_E_TRUNCATED = 2,
        UNPACK_E_MEMORY = 3,
        UNPACK_E_IO = 4,
} UnpackOutcome;

typedef struct Unpack {
        const uint8_t *begin; /* what was read from the descriptor already */
        size_t n;
} Unpack;

/* Work for jail_start(); `userdata` is an Unpack. */
int unpack_gzip(void *userdata);
int unpack_xz(void *userdata);
