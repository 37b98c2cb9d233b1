/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where a drive's partitions or file system begin: is there room for the label. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/macros.h"

#define LAYOUT_TABLE_MAX 24u

typedef struct Layout {
        char table[LAYOUT_TABLE_MAX]; /* "gpt", "dos", "none", "fs:NAME" (on the whole drive) */
        uint64_t first_used; /* first byte of a partition or file system; 0: from the start */
        bool has_partition;
} Layout;

/* Reads the first sectors. `block_size` 512 or 4096. 0, -errno (also a table that is not sound:
 * -EBADMSG). */
int layout_read(int fd, uint64_t capacity, uint32_t block_size, Layout *ret) _must_check_;

/* True if the label's area lies between the table and the first partition. */
bool layout_has_room(const Layout *l);
