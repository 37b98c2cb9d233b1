/* SPDX-License-Identifier: GPL-2.0-or-later */
/* org.usbzone1 on the system bus: objects, signals, and one access table for every member.
 * Connects when the bus comes up, again when it comes back; nothing waits for it. */
#pragma once

#include "daemon/manager.h"

int bus_new(Manager *m, Bus **ret) _must_check_;
Bus *bus_free(Bus *b);

/* Signals; no-ops while there is no bus. `b` may be NULL. */
void bus_drive_added(Bus *b, Drive *d);
void bus_drive_removed(Bus *b, Drive *d);
void bus_drive_changed(Bus *b, Drive *d); /* PropertiesChanged + VerdictChanged */
void bus_violation(Bus *b, Drive *d, json_object *fields);
void bus_record_added(Bus *b, uint64_t seq, const char *kind);
void bus_grant_ending(Bus *b, Drive *d, const Grant *grant);
void bus_manager_changed(Bus *b);
