/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second person's key: who it is when a drive is enrolled, and may it sign. Functions return
 * CLI_* and have said why. */
#pragma once

#include "cli/signer.h"

/* Gives `l` its second key: the signer's second one, or the one that `cosigner` (a key id, 8 digits
 * or more; NULL: none) names. With neither, refuses a label that the policy wants two on. */
int second_choose(const Signer *s, const char *cosigner, Label *l) _must_check_;
