/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reasons and severities: the table of reason.h, looked up. */
#include "policy/reason.h"

#include <string.h>

static const struct {
        const char *slug;
        const char *text;
        Severity severity;
        bool grantable;
} reasons[] = {
#define X(name, slug_, severity_, grantable_, text_) \
        [REASON_##name] = {slug_, text_, SEVERITY_##severity_, grantable_},
        REASON_TABLE(X)
#undef X
};

static const char *const severity_names[] = {
        [SEVERITY_NONE] = "none",
        [SEVERITY_NOTICE] = "notice",
        [SEVERITY_WARNING] = "warning",
        [SEVERITY_CRITICAL] = "critical",
};

/* A number that is no reason is treated as the reason for what nobody decided. */
static Reason known(Reason reason)
{
        return (unsigned)reason < REASON_MAX_ ? reason : REASON_INTERNAL_ERROR;
}

const char *reason_slug(Reason reason)
{
        return reasons[known(reason)].slug;
}

const char *reason_text(Reason reason)
{
        return reasons[known(reason)].text;
}

Severity reason_severity(Reason reason)
{
        return reasons[known(reason)].severity;
}

bool reason_grantable(Reason reason)
{
        return reasons[known(reason)].grantable;
}

int reason_parse(const char *slug, Reason *ret)
{
        for (unsigned i = 0; i < REASON_MAX_; i++)
                if (strcmp(slug, reasons[i].slug) == 0) {
                        *ret = (Reason)i;
                        return 0;
                }
        return -EINVAL;
}

const char *severity_name(Severity severity)
{
        return (unsigned)severity < SEVERITY_MAX_ ? severity_names[severity] : "invalid";
}

int severity_parse(const char *text, Severity *ret)
{
        for (unsigned i = 0; i < SEVERITY_MAX_; i++)
                if (strcmp(text, severity_names[i]) == 0) {
                        *ret = (Severity)i;
                        return 0;
                }
        return -EINVAL;
}
