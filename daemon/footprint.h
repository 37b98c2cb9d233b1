/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives memory back while nothing happens: a guard sleeps nearly all of the time. */
#pragma once

#include <systemd/sd-event.h>

#include "lib/macros.h"

/* Some seconds from now, unless called again before. `timer` is the caller's to keep and to free. */
int footprint_trim_soon(sd_event *event, sd_event_source **timer) _must_check_;
