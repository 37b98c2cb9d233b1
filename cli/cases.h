/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What follows violations, gathered from the records of one ledger: which are acknowledged,
 * findings with their steps, incidents. */
#pragma once

#include "cli/out.h"
#include "cli/record.h"

typedef struct Cases {
        uint64_t *acknowledged; /* numbers of violations */
        size_t n, room;
        bool sorted;
        /* Arrays in the ledger's order, times in seconds since the epoch: {"finding" or "incident",
         * "record" (the violation, 0 = none), "time", "due" or "deadline" (0 = none), "state"
         * ("open", "closed"), "text", "who", "steps": [{"step", "seq", "time", "due", "text",
         * "who"}]} */
        json_object *findings, *incidents;
        json_object *by_number; /* both, "17" -> the case */
} Cases;

void cases_clear(Cases *c);
/* Is this line one of those that cases_add() needs? Cheap: looks at the kind alone. */
bool cases_need(const char *line, size_t size);
/* Takes one record in. Records come in the ledger's order. -ENOMEM. */
int cases_add(Cases *c, json_object *record) _must_check_;
/* `seq`: the number of a violation. One with a finding or an incident counts as acknowledged. */
bool cases_acknowledged(Cases *c, uint64_t seq);
/* Open ones first, those overdue before the others; then by their deadline. */
void cases_sort(json_object *list);

/* Reads a whole ledger; `dir` NULL: this computer's. Says how far it is verified. CLI_*. */
int cases_load(const char *dir, Cases *ret) _must_check_;

/* How a verb shows its list. `add_row` returns what table_add() does. */
typedef struct CaseTable {
        bool incidents; /* else findings */
        const char *const *heads;
        size_t columns;
        const char *none; /* said where there is no row */
        int (*add_row)(Table *t, json_object *o, int64_t now);
} CaseTable;
/* Those of a ledger that are open, or `all`. CLI_*. */
int cases_list(const CaseTable *how, const char *dir, bool all, bool json) _must_check_;
/* The "finding" or "incident" with this number, borrowed from `c`; NULL: there is none. */
json_object *cases_find(const Cases *c, const char *kind, uint64_t number);

bool case_is_open(json_object *o);
bool case_is_overdue(json_object *o, int64_t now);
/* "17" of the command line to the number of a record. CLI_*. */
int case_number(const char *word, uint64_t *ret) _must_check_;
/* The --text of a verb, which is needed. CLI_*. */
int case_check_text(const char *verb, const char *text) _must_check_;
/* "5 h 20 min left" or "overdue by 3 d 2 h". */
void case_time_left(int64_t deadline, int64_t now, char *ret, size_t size);
/* "remedy" to what it is called here. */
const char *case_step_name(const char *kind);
/* One step a line, with who and when. */
void case_print(json_object *o, const char *name);
/* Calls a method of the daemon that appends a record and returns its number. CLI_*. */
int case_reply(sd_bus_message *reply, uint64_t *ret_seq) _must_check_;
