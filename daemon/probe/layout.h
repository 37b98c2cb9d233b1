/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Where on the medium does the first partition or file system begin: asked for enrolment. */
#pragma once

#include "daemon/probe/bot.h"
#include "daemon/probe/wire.h"

/* Fills table and first_used of `a`, whose capacity and block size are known. "dos", "gpt" with
 * the first byte of the first partition; "none" with the capacity; "fs:NAME" with 0. 0 or SCSI
 * outcome. */
int layout_read(Bot *b, ProbeAnswer *a) _must_check_;
