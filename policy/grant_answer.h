/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Whether an exception may be given at all, before it is. */
#pragma once

#include "policy/decide.h"

/* May this exception be given? What the policy says of exceptions for such a drive goes to
 * `ret_terms`. `d` is the decision on the drive, NULL if it is not plugged in: then the zone is
 * that of its whitelist entry, and without one all is left to the decision once it is. */
typedef enum GrantAnswer {
        GRANT_FITS = 0,
        GRANT_TOO_LONG,   /* for more than ret_terms->max seconds */
        GRANT_SHUT,       /* ret_terms->most is block */
        GRANT_TOO_MUCH,   /* ret_terms->most is read-only */
        GRANT_UNAPPROVED, /* there is no approval number */
} GrantAnswer;
GrantAnswer policy_grant(const Snapshot *snapshot, const Decision *d, const Grant *asked,
                         BundleGrant *ret_terms);
