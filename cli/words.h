/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Values that several verbs take from the command line. Functions return 0 or CLI_USAGE, with the
 * reason said. */
#pragma once

#include "cli/cli.h"
#include "policy/authority.h"

typedef struct ValidityWords {
        const char *days, *not_before, *not_after; /* NULL: not given */
} ValidityWords;

/* --days, whose help is the verb's own, --not-before and --not-after. */
#define VALIDITY_OPTIONS(type, member, days_help) \
        TEXT(type, member.days, "days", 0, N_("N"), days_help), \
                TEXT(type, member.not_before, "not-before", 0, N_("DATE"), \
                     N_("valid from (default: now)")), \
                TEXT(type, member.not_after, "not-after", 0, N_("DATE"), \
                     N_("valid until (default: no end)"))

/* What an image's future drive is like; `member` is a TargetAs (cli/target.h). */
#define TARGET_AS_OPTIONS(type, member) \
        TEXT(type, member.vid, "vid", 0, N_("HEX"), \
             N_("image: USB vendor id of the drive it is for")), \
                TEXT(type, member.pid, "pid", 0, N_("HEX"), N_("image: USB product id")), \
                TEXT(type, member.serial, "serial", 0, N_("TEXT"), \
                     N_("image: USB serial number")), \
                TEXT(type, member.scsi_vendor, "scsi-vendor", 0, N_("TEXT"), \
                     N_("image: SCSI vendor")), \
                TEXT(type, member.scsi_product, "scsi-product", 0, N_("TEXT"), \
                     N_("image: SCSI product"))

/* From `now` unless said otherwise; no end (0) unless said otherwise. */
int words_validity(const ValidityWords *w, int64_t now, int64_t *ret_not_before,
                   int64_t *ret_not_after) _must_check_;

/* What ends (0: never) must not have ended `now`. */
int words_not_over(int64_t now, int64_t not_after) _must_check_;

/* A computer's zone and level. */
int words_zone(const char *zone, const char *level, Host *ret) _must_check_;

/* One line of text that can stand in a signed file. */
int words_name(const char *option, const char *text, char ret[NAME_MAX_SIZE]) _must_check_;

/* NULL: ed25519. */
int words_algorithm(const char *text, Algorithm *ret) _must_check_;
