/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The evidence of many computers, merged: what is kept of it while it is read, one record at a
 * time. Memory grows with computers and drives, not with records. Functions return CLI_*. */
#pragma once

#include "cli/inspect_drives.h"
#include "store/package.h"

typedef struct InspectHost {
        char id[HEAD_HOST_SIZE], name[NAME_MAX_SIZE];
        Zone zone;
        uint64_t records, violations, gaps, counted; /* counted: up to this number */
        int64_t exported, last;                      /* times */
        Chain head;                                  /* of record `counted` */
        InspectPlace used;                           /* a drive was let in, last */
        uint64_t seen; /* a journal holds a head of this record, and it should be in an export */
} InspectHost;

/* Something about an export or a computer. */
typedef struct InspectTrouble {
        const char *kind; /* slug: broken, forked, other-key, journal-differs */
        const char *message;
        char detail[160];
        uint32_t host; /* or INSPECT_NONE */
        uint64_t seq;
} InspectTrouble;

typedef struct Inspect {
        InspectHost *hosts;
        uint32_t n_hosts;
        InspectDrives drives;
        InspectRevoked revoked; /* more can be put in before reading */
        InspectTrouble *troubles;
        size_t n_troubles, n_exports;
        char **files; /* revocations and exports, as they may be shown */
        uint32_t n_files, room_files;
        bool broken; /* evidence does not verify */
        /* If set: takes each record that counts, in the place of what this module keeps of drives.
         * `at` has no time. 0 or -errno. */
        int (*each)(void *userdata, const InspectPlace *at, const char *line, size_t size);
        void *userdata;
        const char *doing; /* told while it takes long; NULL: inspecting */
} Inspect;

/* Packages, ledgers, journals, folders of these. `authority` (may be NULL) checks credentials. */
int inspect_read(Inspect *in, char **paths, int n, const Authority *authority) _must_check_;
#define INSPECT_FILE_MAX 1024u
/* Keeps the name of a file: 1 + its place in `files`; or 0: no memory. */
uint32_t inspect_file(Inspect *in, const char *path) _must_check_;
/* `silent`: seconds without a record, 0 = do not look. CLI_BROKEN; CLI_FAILED: findings. */
int inspect_report(const Inspect *in, int64_t silent, bool list, bool json) _must_check_;
/* Name and id of a computer; "?" for NULL. */
void inspect_host_name(const InspectHost *h, char *ret, size_t size);
/* What is wrong with the evidence, in one translated sentence. */
#define INSPECT_TROUBLE_MAX (NAME_MAX_SIZE + 384u)
void inspect_trouble_text(const Inspect *in, const InspectTrouble *x,
                          char ret[INSPECT_TROUBLE_MAX]);
void inspect_clear(Inspect *in);
