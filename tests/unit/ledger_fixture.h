/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A ledger in a temporary folder, and what tests do to its files. */
#pragma once

#include "store/ledger.h"

#define FIRST "ledger/0000000001.jsonl"

extern Algorithm ledger_as; /* what open_ledger() sets: fixture_algorithm() at first */
extern int ledger_state;    /* the folder above "ledger" */

void ledger_setup(void);
void ledger_teardown(void);

/* Opens it, expecting this result. */
Ledger *open_ledger(int expected);
/* Appends one record with the number `n` in it. */
int append_number(Ledger *l, int n);
void append_numbers(Ledger *l, int from, int to);

LedgerReader *open_reader(void);
/* Reads on; returns the numbers' count, asserts that they are `from`, from + 1, ... */
int read_numbers(LedgerReader *r, int from);
void read_all(LedgerReader *r);
LedgerBreak break_of(LedgerReader *r);
/* Asserts that there are records 1 .. count and nothing wrong. */
void assert_whole(int count);

off_t size_of(const char *name);
char *read_whole(const char *name, size_t *ret_size);
void write_at(const char *name, off_t offset, const void *data, size_t n);
/* Writes a file anew. */
void put_whole(const char *name, const void *data, size_t size);
/* Removes all segments but the first. */
void remove_others(void);
