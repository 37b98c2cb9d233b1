/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Policy and credential end, and then everything is blocked: that is told in time. */
#pragma once

#include "policy/decide.h"

#define EXPIRY_WARNING_DAYS 30

/* Says on stderr if policy or credential end within EXPIRY_WARNING_DAYS, or have ended. */
void expiry_warn(const Snapshot *s, int64_t now);
