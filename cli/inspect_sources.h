/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What there is to inspect: exports and ledgers, and what journals saw of these ledgers. Functions
 * return CLI_*. */
#pragma once

#include "cli/inspect.h"

#define INSPECT_SEEN_MAX 1000000u

/* One export, as far as it is known before its records are read. */
typedef struct InspectExport {
        char *path;
        char host[HEAD_HOST_SIZE];
        uint64_t before, last; /* a folder: 0 and UINT64_MAX */
} InspectExport;

/* A signed head that a journal holds. */
typedef struct InspectSeen {
        char host[HEAD_HOST_SIZE];
        Chain chain;
        int64_t time; /* when it was signed */
        PublicKey key;
} InspectSeen;

typedef struct InspectSources {
        Inspect *in; /* takes what is wrong */
        InspectExport *list;
        size_t n, room;
        InspectSeen *seen;
        size_t n_seen, room_seen;
} InspectSources;

/* Evidence that does not hold. `detail` may be "". 0 or -ENOMEM. */
int inspect_trouble(Inspect *in, const InspectTrouble *what, const char *path,
                    const char *detail) _must_check_;

/* A package, a ledger's folder, a file of the journal, or a folder of these. */
int inspect_sources_add(InspectSources *s, const char *path) _must_check_;
/* By computer and number. */
void inspect_sources_sort(InspectSources *s);
void inspect_sources_clear(InspectSources *s);
/* Those of a computer; `ret_n` may be 0. */
const InspectSeen *inspect_sources_seen(const InspectSources *s, const char *host, size_t *ret_n);

/* Takes the heads of one file of the journal in: systemd-journald(8) wrote it, or
 * systemd-journal-remote(8). */
int inspect_journal_read(InspectSources *s, const char *path) _must_check_;
