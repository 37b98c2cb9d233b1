/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whitelist files outside /etc/usbzone: opened, and put together from other files. Functions return
 * CLI_*, with the reason said. */
#pragma once

#include <stdbool.h>

#include "policy/whitelist.h"

typedef struct WhitelistFile {
        int fd;
        uint8_t digest[DIGEST_SIZE];
        Whitelist w;
} WhitelistFile;

/* Checks the whole file. `ret` must stay where it is while it is open. */
int whitelist_file_open(const char *path, WhitelistFile *ret) _must_check_;
void whitelist_file_close(WhitelistFile *f);

/* Entries by the place they came from. */
typedef struct WhitelistItem {
        WhitelistEntry entry;
        uint32_t source, line;
} WhitelistItem;

typedef struct WhitelistItems {
        WhitelistItem *list;
        size_t n, room;
        const char *const *sources; /* names of the files, for messages */
} WhitelistItems;

/* Adds what a file holds: a whitelist, a register of enrolments (JSON lines), or CSV. */
int whitelist_items_add(WhitelistItems *items, uint32_t source) _must_check_;
/* Writes them, and frees them. Of two entries for a drive the later file's counts, in a register
 * the later line's; in one CSV file two different ones are refused. */
int whitelist_items_write(WhitelistItems *items, const char *path, uint64_t *ret_count,
                          uint8_t ret_digest[DIGEST_SIZE]) _must_check_;
