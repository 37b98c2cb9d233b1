/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The full-screen view of monitor: computer, ledger, drives present, last events. It is drawn
 * when the daemon signals something, an event is added, or the terminal's size changes; never by
 * time. */
#pragma once

#include "cli/client.h"
#include "cli/out.h"

typedef struct Live Live;

/* `client` is the caller's and must outlive it. 0, -errno. */
int live_new(Client *client, Live **ret) _must_check_;
Live *live_free(Live *l);
DEFINE_FREEP(Live, live_free)

/* One line under "Events": what happened now, or at `time` in seconds since the epoch. */
void live_event(Live *l, Style style, const char *text);
void live_event_at(Live *l, int64_t time, Style style, const char *text);
/* Forgets all events. */
void live_clear(Live *l);
#define LIVE_EVENTS_MAX 200u /* older ones are forgotten */
/* Until the person quits. CLI_*; may end the process by the signal that ended it. */
int live_run(Live *l) _must_check_;
