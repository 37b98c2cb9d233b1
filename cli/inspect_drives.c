/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps drives by identity, and every label and number that each had. */
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
        const InspectIndex *x = &d->by_identity;
        uint32_t mask = 2 * x->room - 1, at = (uint32_t)hash_bytes(identity, DIGEST_SIZE) & mask;

        while (x->slots[at] != INSPECT_NONE &&
               memcmp(d->list[x->slots[at]].identity, identity, DIGEST_SIZE) != 0)
                at = (at + 1) & mask;
        return &x->slots[at];
}

static uint32_t *number_slot(const InspectDrives *d, const char *number)
{
        const InspectIndex *x = &d->by_number;
        uint32_t mask = 2 * x->room - 1, at = (uint32_t)hash_bytes(number, strlen(number)) & mask;

        while (x->slots[at] != INSPECT_NONE && strcmp(d->labels[x->slots[at]].number, number) != 0)
                at = (at + 1) & mask;
        return &x->slots[at];
}

/* Makes room for one more in a list of `n`, and an empty index for as many. 1: there is room. */
static int grow(void **list, size_t size, uint32_t n, uint32_t max, InspectIndex *x)
{
        uint32_t room = x->room ? 2 * x->room : ROOM_FIRST, *slots;
        void *more;

        if (n < x->room)
                return 1;
        if (n >= max)
                return -ENOSPC;
        more = reallocarray(*list, room, size);
        if (!more)
                return -ENOMEM;
        *list = more;
        slots = malloc(2 * (size_t)room * sizeof(uint32_t));
        if (!slots)
                return -ENOMEM;
        free(x->slots);
        memset(slots, 0xff, 2 * (size_t)room * sizeof(uint32_t));
        *x = (InspectIndex){slots, room};
        return 0;
}

static int grow_drives(InspectDrives *d)
{
        int r = grow((void **)&d->list, sizeof(*d->list), d->n, INSPECT_DRIVES_MAX,
                     &d->by_identity);

        for (uint32_t i = 0; i < d->n && r == 0; i++)
                *identity_slot(d, d->list[i].identity) = i;
        return r < 0 ? r : 0;
}

static int grow_labels(InspectDrives *d)
{
        int r = grow((void **)&d->labels, sizeof(*d->labels), d->n_labels, INSPECT_LABELS_MAX,
                     &d->by_number);

        for (uint32_t i = 0; i < d->n_labels && r == 0; i++) {
                uint32_t *slot = *d->labels[i].number ? number_slot(d, d->labels[i].number) : NULL;

                if (slot && *slot == INSPECT_NONE)
                        *slot = i;
        }
        return r < 0 ? r : 0;
}

static int find_drive(InspectDrives *d, const uint8_t identity[DIGEST_SIZE], uint32_t *ret)
{
        uint32_t *slot;
        int r = grow_drives(d);

        if (r < 0)
                return r;
        slot = identity_slot(d, identity);
        if (*slot == INSPECT_NONE) {
                d->list[d->n] = (InspectDrive){.labels = INSPECT_NONE};
                memcpy(d->list[d->n].identity, identity, DIGEST_SIZE);
                *slot = d->n++;
        }
        *ret = *slot;
        return 0;
}

/* A number belongs to one drive for ever: whose is it, if it is another's? */
static uint32_t claim_number(const InspectDrives *d, uint32_t label, bool had_it)
{
        uint32_t *slot;

        if (!*d->labels[label].number)
                return INSPECT_NONE;
        slot = number_slot(d, d->labels[label].number);
        if (*slot == INSPECT_NONE)
                *slot = label;
        return had_it || d->labels[*slot].drive == d->labels[label].drive ? INSPECT_NONE : *slot;
}

/* One label more than is kept of a drive. */
static int add_crowd(InspectDrives *d, uint32_t drive, const InspectPlace *at)
{
        uint32_t *crowd = &d->list[drive].crowd;

        if (*crowd == 0) {
                InspectCrowd *list = reallocarray(d->crowds, d->n_crowds + 1u, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                d->crowds = list;
                list[d->n_crowds] = (InspectCrowd){.first = *at};
                *crowd = ++d->n_crowds;
        }
        d->crowds[*crowd - 1].records++;
        return 0;
}

/* The label of a drive by its id and number; made if it is new. INSPECT_NONE: there are too many;
 * each of them would cost a look at all the others. */
static int find_label(InspectDrives *d, uint32_t drive, const InspectLabel *what,
                      const InspectPlace *at, uint32_t *ret)
{
        uint32_t *end = &d->list[drive].labels;
        bool had_number = false;
        unsigned n = 0;
        int r;

        for (; *end != INSPECT_NONE; n++) {
                InspectLabel *l = &d->labels[*end];
                bool same = strcmp(l->number, what->number) == 0;

                if (same && memcmp(l->id, what->id, LABEL_ID_SIZE) == 0) {
                        *ret = *end;
                        return 0;
                }
                had_number |= same;
                end = &l->next;
        }
        if (n == INSPECT_DRIVE_LABELS_MAX) {
                *ret = INSPECT_NONE;
                return add_crowd(d, drive, at);
        }
        r = grow_labels(d);
        if (r < 0)
                return r;
        /* The list may have moved. */
        end = &d->list[drive].labels;
        while (*end != INSPECT_NONE)
                end = &d->labels[*end].next;
        *ret = *end = d->n_labels;
        d->labels[d->n_labels] = *what;
        d->labels[d->n_labels].drive = drive;
        d->labels[d->n_labels].next = INSPECT_NONE;
        d->n_labels++;
        d->labels[*ret].same = claim_number(d, *ret, had_number);
        return 0;
}

static void take_later(InspectPlace *place, const InspectPlace *at)
{
        if (at->time > place->time)
                *place = *at;
}

/* 1 + where the key stands; 0: there is no such id. */
static int find_key(InspectDrives *d, const char *hex, uint16_t *ret)
{
        uint8_t id[KEY_ID_SIZE], (*keys)[KEY_ID_SIZE];
        char text[2 * KEY_ID_SIZE + 1];

        *ret = 0;
        (void)snprintf(text, sizeof(text), "%s", hex);
        if (text_unhex(text, id, KEY_ID_SIZE) < 0)
                return 0;
        for (uint16_t i = 0; i < d->n_keys && *ret == 0; i++)
                if (memcmp(d->keys[i], id, KEY_ID_SIZE) == 0)
                        *ret = (uint16_t)(i + 1);
        if (*ret)
                return 0;
        if (d->n_keys == INSPECT_KEYS_MAX)
                return -ENOSPC;
        keys = reallocarray(d->keys, d->n_keys + 1u, sizeof(*keys));
        if (!keys)
                return -ENOMEM;
        d->keys = keys;
        memcpy(d->keys[d->n_keys++], id, KEY_ID_SIZE);
        *ret = d->n_keys;
        return 0;
}

/* "label_key" of a verdict, one or two with a blank between them; "key" of an enrolment. */
static int take_keys(InspectDrives *d, json_object *o, uint32_t label)
{
        const char *text = json_text(o, "label_key"), *second;
        uint16_t keys[LABEL_SIGNATURES_MAX] = {0};
        int r;

        if (!*text)
                text = json_text(o, "key");
        second = strchr(text, ' ');
        r = find_key(d, text, &keys[0]);
        if (r == 0 && second)
                r = find_key(d, second + 1, &keys[1]);
        if (r == 0 && keys[0])
                memcpy(d->labels[label].keys, keys, sizeof(keys));
        return r;
}

static void take_end(InspectPlace *place, json_object *o, const char *key, const InspectPlace *at)
{
        int64_t end = (int64_t)json_number(o, key);

        if (end > 0 && at->time > end)
                take_later(place, at);
}

static bool add_verdict(InspectDrives *d, uint32_t index, uint32_t label, json_object *o,
                        const InspectPlace *at)
{
        bool used = strcmp(json_text(o, "effect"), effect_name(EFFECT_BLOCK)) != 0;
        InspectDrive *drive = &d->list[index];
        Zone zone = ZONE_NONE;

        if (zone_parse(json_text(o, "host_zone"), &zone) < 0)
                zone = ZONE_NONE;
        take_later(used ? &drive->used[zone] : &drive->blocked[zone], at);
        if (!used || label == INSPECT_NONE)
                return used;
        take_later(&d->labels[label].used, at);
        if (!strcmp(json_text(o, "reason"), reason_slug(REASON_LABEL_EXPIRED)))
                take_later(&d->labels[label].overdue, at);
        take_end(&d->labels[label].overdue, o, "label_ends", at);
        take_end(&d->labels[label].retained, o, "retention_ends", at);
        return true;
}

/* Most drives that are blocked have none, and nothing is to be kept then. */
static bool has_label(const InspectLabel *what, json_object *o)
{
        static const uint8_t none[LABEL_ID_SIZE];

        return *what->number || memcmp(what->id, none, LABEL_ID_SIZE) != 0 ||
               strcmp(json_text(o, "reason"), reason_slug(REASON_LABEL_EXPIRED)) == 0;
}

int inspect_drives_add(InspectDrives *d, json_object *o, const InspectPlace *at, bool *ret_used)
{
        const char *number = json_text(o, "media_number");
        uint8_t identity[DIGEST_SIZE];
        InspectLabel what = {0};
        uint32_t drive, label = INSPECT_NONE;
        Zone zone;
        int r;

        *ret_used = false;
        if (text_unhex(json_text(o, "identity"), identity, sizeof(identity)) < 0)
                return 0;
        if (strlen(number) < sizeof(what.number))
                memcpy(what.number, number, strlen(number) + 1);
        if (text_unhex(json_text(o, "label_id"), what.id, LABEL_ID_SIZE) < 0)
                memset(what.id, 0, LABEL_ID_SIZE);
        r = find_drive(d, identity, &drive);
        if (r == 0 && has_label(&what, o))
                r = find_label(d, drive, &what, at, &label);
        if (r == 0 && label != INSPECT_NONE)
                r = take_keys(d, o, label);
        if (r < 0)
                return r;
        if (zone_parse(json_text(o, "drive_zone"), &zone) == 0 && zone != ZONE_NONE)
                d->list[drive].label_zones |= 1u << zone;
        if (!strcmp(json_text(o, "kind"), "verdict"))
                *ret_used = add_verdict(d, drive, label, o, at);
        return 0;
}

InspectPlace inspect_drive_use(const InspectDrive *drive)
{
        InspectPlace last = {0};

        for (Zone z = ZONE_NONE; z < ZONE_MAX_; z++)
                take_later(&last, &drive->used[z]);
        return last;
}

void inspect_drives_clear(InspectDrives *d)
{
        free(d->list);
        free(d->labels);
        free(d->keys);
        free(d->crowds);
        free(d->by_identity.slots);
        free(d->by_number.slots);
        *d = (InspectDrives){0};
}
