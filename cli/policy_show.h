/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A policy shown to a person, and two of them compared. Functions return CLI_*. */
#pragma once

#include <stdbool.h>

#include "policy/bundle.h"

int policy_show(const Bundle *b, bool json) _must_check_;
/* What the second says that the first does not, and the other way round, line by line; order counts
 * only among "class" lines, where the last one that fits decides. */
int policy_diff(const Bundle *old, const Bundle *next, bool json) _must_check_;
