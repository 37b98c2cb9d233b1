/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps drives by identity, by number and by label. */
#include "cli/inspect_drives.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define ROOM_FIRST 1024u
#define FNV_START 14695981039346656037u
#define FNV_PRIME 1099511628211u

static uint64_t hash_bytes(const void *data, size_t n)
{
        const uint8_t *p = data;
        uint64_t h = FNV_START;

        for (size_t i = 0; i < n; i++)
                h = (h ^ p[i]) * FNV_PRIME;
        return h ^ h >> 32;
}

/* The slot of an identity: the drive's, or the empty one where it belongs. */
static uint32_t *identity_slot(const InspectDrives *d, const uint8_t identity[DIGEST_SIZE])
{
        uint32_t mask = 2 * d->room - 1, at = (uint32_t)hash_bytes(identity, DIGEST_SIZE) & mask;

        while (d->by_identity[at] != INSPECT_NONE &&
               memcmp(d->list[d->by_identity[at]].identity, identity, DIGEST_SIZE) != 0)
                at = (at + 1) & mask;
        return &d->by_identity[at];
}

static uint32_t *number_slot(const InspectDrives *d, const char *number)
{
        uint32_t mask = 2 * d->room - 1, at = (uint32_t)hash_bytes(number, strlen(number)) & mask;

        while (d->by_number[at] != INSPECT_NONE &&
               strcmp(d->list[d->by_number[at]].number, number) != 0)
                at = (at + 1) & mask;
        return &d->by_number[at];
}

/* Makes both indexes anew for twice as many drives. */
static int grow(InspectDrives *d)
{
        uint32_t room = d->room ? 2 * d->room : ROOM_FIRST;
        InspectDrive *list = reallocarray(d->list, room, sizeof(*list));
        uint32_t *identities, *numbers;

        if (!list)
                return -ENOMEM;
        d->list = list;
        identities = malloc(2 * (size_t)room * sizeof(uint32_t));
        numbers = malloc(2 * (size_t)room * sizeof(uint32_t));
        if (!identities || !numbers) {
                free(identities);
                free(numbers);
                return -ENOMEM;
        }
        free(d->by_identity);
        free(d->by_number);
        d->by_identity = identities;
        d->by_number = numbers;
        d->room = room;
        memset(identities, 0xff, 2 * (size_t)room * sizeof(uint32_t));
        memset(numbers, 0xff, 2 * (size_t)room * sizeof(uint32_t));
        for (uint32_t i = 0; i < d->n; i++) {
                uint32_t *slot = *d->list[i].number ? number_slot(d, d->list[i].number) : NULL;

                *identity_slot(d, d->list[i].identity) = i;
                if (slot && *slot == INSPECT_NONE)
                        *slot = i;
        }
        return 0;
}

static int find_drive(InspectDrives *d, const uint8_t identity[DIGEST_SIZE], uint32_t *ret)
{
        uint32_t *slot;

        if (d->n == d->room) {
                int r = d->n >= INSPECT_DRIVES_MAX ? -ENOSPC : grow(d);

                if (r < 0)
                        return r;
        }
        slot = identity_slot(d, identity);
        if (*slot == INSPECT_NONE) {
                d->list[d->n] = (InspectDrive){.same_number = INSPECT_NONE};
                memcpy(d->list[d->n].identity, identity, DIGEST_SIZE);
                *slot = d->n++;
        }
        *ret = *slot;
        return 0;
}

/* A number belongs to one drive for ever. */
static void take_number(InspectDrives *d, uint32_t index, const char *number)
{
        InspectDrive *drive = &d->list[index];
        uint32_t *slot;

        if (!*number || strlen(number) >= sizeof(drive->number) ||
            strcmp(number, drive->number) == 0)
                return;
        slot = number_slot(d, number);
        if (*slot != INSPECT_NONE && *slot != index) {
                drive->same_number = *slot;
                if (!*drive->number)
                        memcpy(drive->number, number, strlen(number) + 1);
                return;
        }
        /* An index entry whose text changes could no longer be found: only the first is kept. */
        if (!*drive->number) {
                memcpy(drive->number, number, strlen(number) + 1);
                *slot = index;
        }
}

static void take_later(InspectPlace *place, const InspectPlace *at)
{
        if (at->time > place->time)
                *place = *at;
}

static void take_earlier(InspectPlace *place, const InspectPlace *at)
{
        if (place->time == 0 || at->time < place->time)
                *place = *at;
}

static void add_verdict(InspectDrive *drive, json_object *o, const InspectPlace *at)
{
        bool used = strcmp(json_text(o, "effect"), effect_name(EFFECT_BLOCK)) != 0;
        Zone zone = ZONE_NONE;

        if (zone_parse(json_text(o, "host_zone"), &zone) < 0)
                zone = ZONE_NONE;
        take_later(used ? &drive->used[zone] : &drive->blocked[zone], at);
        if (!used)
                return;
        take_later(&drive->last_use, at);
        if (!strcmp(json_text(o, "reason"), reason_slug(REASON_LABEL_EXPIRED)))
                take_later(&drive->overdue, at);
}

static int revoke_label(InspectDrives *d, const char *hex, const InspectPlace *at)
{
        void *list = reallocarray(d->revoked_labels, d->n_revoked + 1, sizeof(*d->revoked_labels));

        if (!list)
                return -ENOMEM;
        d->revoked_labels = list;
        if (text_unhex(hex, d->revoked_labels[d->n_revoked].label_id, LABEL_ID_SIZE) == 0)
                d->revoked_labels[d->n_revoked++].place = *at;
        return 0;
}

int inspect_drives_add(InspectDrives *d, json_object *o, const InspectPlace *at)
{
        const char *kind = json_text(o, "kind"), *label = json_text(o, "label_id");
        bool revoked = !strcmp(kind, "revoked");
        uint8_t identity[DIGEST_SIZE];
        InspectDrive *drive;
        Zone zone;
        uint32_t i;
        int r;

        if (text_unhex(json_text(o, "identity"), identity, sizeof(identity)) < 0)
                return revoked && *label ? revoke_label(d, label, at) : 0;
        r = find_drive(d, identity, &i);
        if (r < 0)
                return r;
        drive = &d->list[i];
        if (revoked) {
                take_earlier(&drive->revoked, at);
                return 0;
        }
        take_number(d, i, json_text(o, "media_number"));
        if (text_unhex(label, drive->label_id, LABEL_ID_SIZE) < 0)
                memset(drive->label_id, 0, LABEL_ID_SIZE);
        if (zone_parse(json_text(o, "drive_zone"), &zone) == 0 && zone != ZONE_NONE)
                drive->label_zones |= 1u << zone;
        if (!strcmp(kind, "verdict"))
                add_verdict(drive, o, at);
        return 0;
}

static int compare_label(const void *a, const void *b)
{
        return memcmp(a, b, LABEL_ID_SIZE);
}

void inspect_drives_finish(InspectDrives *d)
{
        if (d->n_revoked == 0)
                return;
        qsort(d->revoked_labels, d->n_revoked, sizeof(*d->revoked_labels), compare_label);
        for (uint32_t i = 0; i < d->n; i++) {
                __typeof__(d->revoked_labels) found =
                        bsearch(d->list[i].label_id, d->revoked_labels, d->n_revoked,
                                sizeof(*d->revoked_labels), compare_label);

                if (found)
                        take_earlier(&d->list[i].revoked, &found->place);
        }
}

void inspect_drives_clear(InspectDrives *d)
{
        free(d->list);
        free(d->by_identity);
        free(d->by_number);
        free(d->revoked_labels);
        *d = (InspectDrives){0};
}
