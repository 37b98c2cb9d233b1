/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon signals on the system bus, turned into notices. */
#pragma once

#include <systemd/sd-bus.h>

#include "notice/desktop.h"
#include "notice/texts.h"

typedef struct Watch {
        sd_bus *bus;
        Desktop *desktop;
        OfficeTexts texts;
} Watch;

/* Connects, listens, and tells of what is plugged in already. */
int watch_start(Watch *w, sd_event *event, Desktop *desktop) _must_check_;
void watch_stop(Watch *w);
