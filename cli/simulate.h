/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The drives of the last days, each once, with the newest decision about it. */
#pragma once

#include "cli/client.h"
#include "cli/record.h"
#include "policy/kernlog.h"

/* One drive is an object: "source" ("present", "ledger", "log"), "times" it was to be blocked,
 * "last" (seconds), and the fields of its newest record; of logs alone "reason" is "no-label". */
typedef struct Simulation {
        int64_t since;
        json_object *drives;              /* array */
        json_object *by_key, *by_numbers; /* the same ones by record_drive_key(), by USB numbers */
        size_t left;                      /* what was too much to keep */
        size_t blocked, unknown;          /* of these the blocked ones; of those, from logs alone */
} Simulation;

void simulation_clear(Simulation *s);
/* Sources in this order: each later one knows less of the past and more of today, but for logs. */
void simulation_record(Simulation *s, json_object *record);
/* A drive as client_drives() gives it. */
void simulation_present(Simulation *s, json_object *drive);
/* What neither of the above told of. */
void simulation_log(Simulation *s, const Kernlog *k);
/* Fills in the counts. */
void simulation_finish(Simulation *s);
