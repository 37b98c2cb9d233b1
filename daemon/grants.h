/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grants kept on disk and cut by timer while the drive is plugged in. */
#pragma once

#include "daemon/event.h"
#include "daemon/manager.h"
#include "policy/grant_answer.h"

/* Reads the list; a damaged list is refused as a whole (no exception) and recorded. */
int grants_load(Manager *m) _must_check_;

/* Records, persists, and decides the drive again. Of `asked` count identity, effect, approver,
 * reason and approval; `d` is the decision on the drive, NULL if it is not plugged in. > 0: the
 * policy lets no such exception be; `ret_answer` and `ret_terms` say why. -ENOKEY: there is no
 * valid policy. */
int grants_give(Manager *m, const Decision *d, const Grant *asked, uint64_t seconds, Grant *ret,
                GrantAnswer *ret_answer, BundleGrant *ret_terms) _must_check_;
int grants_end(Manager *m, const uint8_t id[GRANT_ID_SIZE], const char *who) _must_check_;

/* (Re)arms the timer: a notice 60 s before the end (event grant-ending), at the end sync, notice
 * (grant-ended), then the drive is decided again. Also re-armed when the clock is set: then all
 * drives are decided again, and no grant lasts longer than it was given for. */
int grants_arm(Manager *m) _must_check_;

/* For the timer: takes a grant back and records that; records what happens to one. */
int grants_take(Manager *m, const Grant *grant, const char *who, const char *note) _must_check_;
int grants_record(Manager *m, EventKind kind, const Grant *g, const char *who, const char *note);
