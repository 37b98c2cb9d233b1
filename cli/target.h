/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a label is read from or written to: a block device, an image file, or a blocked drive that
 * only the daemon can reach. Functions return CLI_* and have said why. */
#pragma once

#include <json-c/json.h>

#include "cli/client.h"
#include "cli/device.h"
#include "cli/layout.h"
#include "policy/label.h"

typedef enum TargetKind { TARGET_BLOCK, TARGET_IMAGE, TARGET_DRIVE } TargetKind;

/* What an image's future drive is like. */
typedef struct TargetAs {
        const char *vid, *pid, *serial, *scsi_vendor, *scsi_product;
} TargetAs;

typedef struct Target {
        TargetKind kind;
        char path[PATH_MAX]; /* device or image; the drive's number for TARGET_DRIVE */
        int fd;              /* exclusive while open for writing; -EBADF for TARGET_DRIVE */
        int lock_fd;         /* keeps udev from looking while the device is changed */
        bool writable;
        Device device;
        Client *client;     /* NULL without a daemon */
        json_object *drive; /* what the daemon says of it; NULL if unknown there */
        char *grant;        /* id of the exception taken out for formatting */
        uint64_t capacity;
        uint32_t block_size;
        bool has_identity;
        uint8_t identity[DIGEST_SIZE];
} Target;

/* Opens `word` for reading: path or drive. */
int target_open(Target *t, const char *word, const TargetAs *as) _must_check_;
/* Refuses what must not be written (in use, the system's, no USB drive, too small), then opens for
 * writing. */
int target_open_writable(Target *t, const char *word, const TargetAs *as) _must_check_;
void target_close(Target *t);

int target_read_area(Target *t, uint8_t ret[LABEL_AREA_SIZE]) _must_check_;
int target_layout(Target *t, Layout *ret) _must_check_;
/* Writes both copies, reads them back; on failure the old bytes are put back. */
int target_write_label(Target *t, const uint8_t label[LABEL_SIZE]) _must_check_;

/* One partition at 1 MiB with an empty file system ("vfat", "exfat", "ext4"). A blocked drive is
 * let through for the time by a grant and becomes TARGET_BLOCK. */
int target_format(Target *t, const char *file_system) _must_check_;
bool target_format_known(const char *file_system);

/* A drive in use stays in use while its label and the whitelist change one after the other: takes
 * out a grant, so that nothing is cut off and no violation is recorded. */
int target_keep_open(Target *t) _must_check_;

/* Has the daemon decide about the drive anew, ends the grant, waits until it has read the label
 * with this id (hex; "": one that lacks its second signature) and what comes out. `ret` may stay
 * NULL: the daemon does not know it. */
int target_settle(Target *t, const char *label_id, json_object **ret) _must_check_;

/* Waits on signals until the drive is in one of the states (NULL-terminated), with this label
 * (NULL: any; "": as above), at most `seconds`. 0 and the drive; CLI_FAILED without a word: too
 * late. */
int target_wait_state(Client *c, const char *object, const char *const *states,
                      const char *label_id, unsigned seconds, json_object **ret) _must_check_;

/* Parts of target_*, in files of their own */
int image_format(Target *t, const char *file_system) _must_check_;
int block_format(Target *t, const char *file_system) _must_check_;
int block_claim(Target *t) _must_check_;
void block_release(Target *t);
