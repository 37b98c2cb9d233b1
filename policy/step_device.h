/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is said of policy, device and rule. */
#pragma once

/* X(name, kinds of the values, sentence); the kinds are in policy/step.h. */
#define STEP_DEVICE_TABLE(X) \
        X(VALID_WANTED, "", "a valid policy and host credential") \
        X(IN_FORCE, "nz", "policy version %llu, zone %s") \
        X(REASON, "r", "reason: %s") \
        X(POLICY_STARTS, "t", "the policy starts %s") \
        X(POLICY_ENDED, "t", "the policy ended %s") \
        X(CREDENTIAL_STARTS, "t", "the credential starts %s") \
        X(CREDENTIAL_ENDED, "t", "the credential ended %s") \
        X(NOW_WANTED, "t", "a period that contains now, %s") \
        X(NOW_REMEMBERED, "tt", "a period that contains %s, remembered; the clock says %s") \
        X(INTERFACES, "i", "interfaces %s") \
        X(NO_INTERFACE, "", "no interface") \
        X(STORAGE_WANTED, "", "storage and nothing else") \
        X(STORAGE_ALONE, "", "storage alone; the policy lets only the other interfaces pass") \
        X(DISK_WANTED, "", "storage and nothing else, one medium, a disk") \
        X(MEDIA_DISK, "in", "interfaces %.40s, media: %u, type: disk") \
        X(MEDIA_CD, "in", "interfaces %.40s, media: %u, type: CD or DVD") \
        X(MEDIA_OTHER, "in", "interfaces %.40s, media: %u, type: other") \
        X(CLASS_WANTED, "", "a kind of device that the policy allows") \
        X(CLASS, "xxxc", "interface %02x:%02x:%02x, %s") \
        X(STEADY_WANTED, "", "a device that stays what it is and behaves") \
        X(ANSWER_WANTED, "", "an answer to every question, in time") \
        X(SIZE, "nn", "%llu bytes in blocks of %u") \
        X(NOT_READ, "", "the drive was not read") \
        X(ROOM, "nn", "%llu KiB in blocks of %u bytes") \
        X(ROOM_WANTED, "nn", "at least %u KiB in blocks of 512 to %u bytes") \
        X(MEDIUM_OTHER, "", "another medium") \
        X(MEDIUM_WANTED, "", "the medium that was checked") \
        X(RULE_REVOCATION, "", "revocation file") \
        X(RULE_LINE, "n", "policy line %u") \
        X(RULE_BUILT_IN, "", "built-in") \
        X(RULE_GRANT, "x", "grant %s")
