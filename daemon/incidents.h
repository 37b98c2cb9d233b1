/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open incidents, kept on disk so that their countdown survives a restart. */
#pragma once

#include "daemon/manager.h"

/* Reads the list; a damaged one is set aside and recorded, and none is open then. */
int incidents_load(Manager *m) _must_check_;
int incidents_save(Manager *m) _must_check_;
