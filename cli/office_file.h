/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A file from the office: what it is, by its first line, and what is wrong with it, by line and
 * column. Functions return CLI_*, with the reason said. */
#pragma once

#include <stdbool.h>

#include "policy/bundle.h"
#include "policy/note.h"

typedef enum OfficeKind {
        OFFICE_KEYS,
        OFFICE_CREDENTIAL,
        OFFICE_POLICY,
        OFFICE_REVOCATIONS,
        OFFICE_WHITELIST,
        OFFICE_REQUEST,
} OfficeKind;

typedef struct OfficeFile {
        const char *path;
        OfficeKind kind;
        int fd;     /* read once; of a whitelist the data is left in it */
        char *data; /* NULL: a whitelist */
        size_t size;
} OfficeFile;

/* Reads a file once: nothing that happens to it later counts. */
int office_read(const char *path, OfficeFile *ret) _must_check_;
/* The same, and it must be of one kind. */
int office_read_kind(const char *path, OfficeKind kind, OfficeFile *ret) _must_check_;
void office_clear(OfficeFile *f);

/* Says what a loader of policy/ found: a note's outcome, or a text error with line and column. */
int office_refuse(const char *path, int r, const TextError *error);

/* Parses a policy, signed or a draft; `ring` NULL: no signature is asked for. */
int office_policy(const OfficeFile *f, const Keyring *ring, Bundle *ret) _must_check_;

/* Writes a signed text to a new or existing file of the person's own. */
int office_write(const char *path, const char *note, size_t size) _must_check_;
