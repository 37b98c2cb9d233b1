/* SPDX-License-Identifier: GPL-2.0-or-later */
/* HTML whose texts cannot become markup. */
#pragma once

#include <stdio.h>

/* %s: a text (device text among it), escaped, and made harmless where it is not clean. %r: markup,
 * as it stands. %n: uint64_t. %d: int. %f: double, one decimal. %%. Nothing else. */
void html(FILE *f, const char *format, ...);
