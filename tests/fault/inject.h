/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Makes the n-th call of a wrapped function fail, for n = 0, 1, 2 ... until nothing failed. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Runs something; 0 = it succeeded, anything else = it refused. */
typedef int (*Scenario)(void *userdata);

/* Runs the scenario with each of its calls failing once: every failure must refuse. The first run
 * in which nothing failed must succeed. */
void inject_each(const char *name, Scenario run, void *userdata);

/* No failures within test code that stands between two calls of the code under test. */
bool inject_pause(void);
void inject_resume(bool armed);

/* Has this run's failure happened? For code that is meant to get over it. */
bool inject_fired(void);

/* Nothing fails; `after` is told of each wrapped call and its first argument. NULL: no longer. */
typedef void (*InjectWatch)(const char *name, intptr_t first);
void inject_watch(InjectWatch after);
