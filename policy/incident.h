/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open incidents: suspected leaks, each to be reported within 24 hours. Format of the list:
 * docs/usbzone-files.5 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "lib/keyfile.h"

#define INCIDENTS_MAX 64u
#define INCIDENT_SECONDS (24 * 3600) /* Law on Guarding State Secrets, article 47 */

typedef struct Incident {
        uint64_t seq;   /* its number: that of its record in the ledger, 1.. */
        int64_t opened; /* seconds since the epoch */
} Incident;

typedef struct Incidents {
        Incident list[INCIDENTS_MAX]; /* numbers rise */
        size_t n;
} Incidents;

static inline int64_t incident_deadline(const Incident *i)
{
        return i->opened + INCIDENT_SECONDS;
}

/* -ENOSPC; -EINVAL for a number that is not above the last one's. */
int incidents_add(Incidents *list, const Incident *incident) _must_check_;
bool incidents_hold(const Incidents *list, uint64_t seq);
int incidents_remove(Incidents *list, uint64_t seq) _must_check_; /* -ENOENT */

int incidents_parse(const char *text, size_t size, Incidents *ret, TextError *error) _must_check_;
int incidents_format(const Incidents *list, char **ret, size_t *ret_size) _must_check_;
