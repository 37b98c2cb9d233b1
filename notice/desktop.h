/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notices on the screen: one per drive, replaced in place, closed with the drive. Where no
 * notification service runs they wait, and are shown when one appears. */
#pragma once

#include <systemd/sd-event.h>

#include "notice/words.h"

/* More drives than this at once are told of only in the log. */
#define DESKTOP_NOTICES_MAX 64u

typedef struct Desktop Desktop;

/* `text`: lines on standard output in place of notices. */
int desktop_new(sd_event *event, bool text, Desktop **ret) _must_check_;
Desktop *desktop_free(Desktop *d);
DEFINE_FREEP(Desktop, desktop_free)

/* Shows or replaces the notice of `drive` (0: of the computer itself). */
void desktop_show(Desktop *d, uint64_t drive, const Words *words);
void desktop_close(Desktop *d, uint64_t drive);
/* The daemon came anew, and with it the numbers of drives. */
void desktop_close_all(Desktop *d);
