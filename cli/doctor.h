/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Examinations of this computer: each finds holes (what lets a drive past the guard) and things to
 * know, every one with its remedy. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>

#include "cli/client.h"

typedef enum FindingWeight {
        FINDING_HOLE, /* the computer is not guarded while this stands */
        FINDING_NOTE, /* to know */
} FindingWeight;

typedef struct Doctor {
        json_object *findings; /* array of {check, hole, text, fix} */
        unsigned holes;
        Client *client;       /* NULL: the daemon does not answer */
        json_object *manager; /* its properties, or NULL */
        json_object *drives;  /* or NULL */
        bool observe;
} Doctor;

/* `check` is a stable slug; `fix` is translated text, what to do about it. */
void doctor_find(Doctor *d, FindingWeight weight, const char *check, const char *fix,
                 const char *format, ...) _printf_(5, 6);

void doctor_kernel(Doctor *d);  /* defaults of the hubs, module parameters, command line */
void doctor_devices(Doctor *d); /* what is bound although nobody decided */
void doctor_rules(Doctor *d);   /* ours in force, none of others against them */
void doctor_service(Doctor *d); /* our unit, usbguard's, the daemon, its policy and ledger */
void doctor_files(Doctor *d);   /* programs, configuration, keys, evidence */
void doctor_roles(Doctor *d);   /* groups there and disjoint */

/* Reads a short file, without its last newline. False if it cannot be read. */
bool doctor_read(const char *path, char *ret, size_t size);
