/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Versions of usbzone, "1.2" or "1.2.3": read and compared. */
#pragma once

#include <stdint.h>

#include "lib/macros.h"

#define VERSION_PARTS 3u
#define VERSION_PART_MAX 9999u

/* Two or three numbers up to VERSION_PART_MAX with dots between them, and nothing else: "1.2" is
 * 1.2.0. 0; -EINVAL. */
int version_parse(const char *text, uint32_t ret[VERSION_PARTS]) _must_check_;
/* < 0: `a` is the older one; 0: the same; > 0: the newer one. */
int version_compare(const uint32_t a[VERSION_PARTS], const uint32_t b[VERSION_PARTS]);
