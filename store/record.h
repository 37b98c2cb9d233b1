/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a ledger record: one line of clean JSON, whatever the fields hold. */
#pragma once

#include <json-c/json.h>
#include <stdint.h>

#include "lib/macros.h"

typedef struct RecordHead {
        uint64_t seq;
        const char *boot; /* 32 hex digits: which boot of the computer */
        const char *host; /* 32 hex digits, or "" */
        const char *kind;
} RecordHead;

/* {"seq":...,"time":...,"boot":...,"mono":...,"host":...,"kind":..., fields, without the closing
 * brace. Keys of the head in `fields` are left out, texts are cleaned and cut so that the line
 * fits. */
int record_body(const RecordHead *head, json_object *fields, char **ret) _must_check_;

/* The text of a field; "" if it is not there. */
const char *record_text(json_object *record, const char *key);

/* The boot's id. All zero if the system does not tell. */
void record_boot_id(char ret[33]);
