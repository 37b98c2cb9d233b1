/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a drive asks of the gate that may take long: one worker at a time, so that a late "open"
 * never overtakes a "close". */
#pragma once

#include "daemon/drive-internal.h"

void drive_close_gate(Drive *d, GateWork work);
void drive_pass_interfaces(Drive *d, uint32_t mask);
/* The present job has ended. True: it is being closed now, nothing else may follow. */
bool drive_job_over(Drive *d);
void drive_complain(const Drive *d, const char *what, int error);
/* A kernel driver, other than our own claim, is bound to one of its (gated) interfaces. */
bool drive_has_driver(const Drive *d, bool gated);
/* Bit n for held interface n: those of a named device that may pass though the drive may not. */
uint32_t drive_passing_mask(const Drive *d);
