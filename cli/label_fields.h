/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A label's fields: from the words of `enroll`, to a person, to JSON. */
#pragma once

#include <json-c/json.h>

#include "cli/words.h"
#include "policy/label.h"

typedef struct LabelWords {
        const char *zone, *level, *number, *holder, *unit;
        const char *retention_years;
        ValidityWords validity;
        OptionList hosts;
} LabelWords;

/* Fills everything that a person chooses; `zone` is the default. CLI_*, with the reason said. */
int label_from_words(const LabelWords *w, const Host *here, int64_t now, Label *ret) _must_check_;

/* `complete`: every signature is there; else the second is still to come. */
void label_print(const Label *label, bool complete);
json_object *label_to_json(const Label *label);
/* The fields of a record in the ledger about it, named as in the records of verdicts. */
json_object *label_record_fields(const Label *label, bool complete);

/* What this computer has decided about the drive with the label; NULL: nothing is known of it. */
void label_print_decision(json_object *drive);
void label_put_decision(json_object *o, json_object *drive);
