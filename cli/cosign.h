/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The second person signs a label that `enroll --cosigner` left with one signature. */
#pragma once

#include "cli/target.h"

typedef struct LabelArgs {
        TargetAs as;
        const char *key, *passphrase_fd, *reason;
        bool yes, json;
} LabelArgs;

/* Shows the label, asks, adds the signature to both copies and records it. CLI_*. */
int label_cosign(const LabelArgs *a, const char *target) _must_check_;
