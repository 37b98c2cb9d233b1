/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The probe's walls: nothing but one usbfs descriptor, one pipe, a little memory and a little
 * time. */
#pragma once

#include "lib/macros.h"

/* Closes every descriptor above `last`, sets limits and no_new_privs. 0 or -errno. */
int sandbox_limits(int last) _must_check_;

/* From here on only the calls a transfer needs; usbfs requests are listed one by one. */
int sandbox_seal(void) _must_check_;
