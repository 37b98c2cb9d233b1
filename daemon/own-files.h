/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with which somebody switches the guard off for good: its unit masked, overridden or
 * disabled, its udev rules masked. Each is recorded as tampering when it comes to be. */
#pragma once

#include "daemon/manager.h"

typedef struct OwnFiles OwnFiles;

/* Records what is masked already, and watches from then on. */
int own_files_new(Manager *m, OwnFiles **ret) _must_check_;
OwnFiles *own_files_free(OwnFiles *o);
/* Root hubs let interfaces in by default again, though this daemon had closed them. */
void own_files_defaults_changed(Manager *m);
/* Looks now: before the end, which may come faster than the kernel's word. */
void own_files_look(OwnFiles *o);
