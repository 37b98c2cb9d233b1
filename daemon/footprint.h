/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives memory back while nothing happens: a guard sleeps nearly all of the time. */
#pragma once

void footprint_trim(void);
