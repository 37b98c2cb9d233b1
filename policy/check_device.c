/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks of the device itself: its interfaces, its answers, its room for a label. */
#include "policy/check.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define SCSI_DISK 0x00u
#define SCSI_CD 0x05u
#define BLOCK_SIZE_MIN 512u
#define LIST_MAX 72u /* leaves room for the words around it */

static bool pattern_matches(const BundleClass *c, const UsbInterface *i)
{
        return (c->class < 0 || c->class == i->class) &&
               (c->subclass < 0 || c->subclass == i->subclass) &&
               (c->protocol < 0 || c->protocol == i->protocol);
}

/* Does what was said for `zone` count on this computer? */
static bool is_for(const Snapshot *s, Zone zone)
{
        return zone == ZONE_NONE || zone == s->host.zone;
}

/* The last 'class' line that names this interface, or NULL. */
static const BundleClass *find_class(const Snapshot *s, const UsbInterface *i)
{
        const Bundle *b = &s->bundle;

        for (size_t n = b->n_classes; n-- > 0;)
                if (is_for(s, b->classes[n].zone) && pattern_matches(&b->classes[n], i))
                        return &b->classes[n];
        return NULL;
}

/* A serial number as a policy line writes it: escaped, blanks too. */
static void serial_word(const Identity *identity, char *ret, size_t max)
{
        char text[4 * USB_STRING_MAX + 1];
        size_t done = 0;

        text_escape(identity->serial, MIN(identity->serial_size, (size_t)USB_STRING_MAX), text,
                    sizeof(text));
        for (const char *p = text; *p && done + 5 < max; p++)
                if (*p == ' ') {
                        memcpy(ret + done, "\\x20", 4);
                        done += 4;
                } else {
                        ret[done++] = *p;
                }
        ret[done] = '\0';
}

/* The last 'device' line for this very device, or NULL. */
static const BundleDevice *find_device(const Snapshot *s, const Identity *identity)
{
        const Bundle *b = &s->bundle;
        char serial[4 * USB_STRING_MAX + 8];

        serial_word(identity, serial, sizeof(serial));
        for (size_t n = b->n_devices; n-- > 0;) {
                const BundleDevice *d = &b->devices[n];

                if (is_for(s, d->zone) && d->vid == identity->vid && d->pid == identity->pid &&
                    (strcmp(d->serial, "*") == 0 || strcmp(d->serial, serial) == 0))
                        return d;
        }
        return NULL;
}

/* True if a 'device' line lets this interface pass. Storage never does. */
static bool device_passes(const BundleDevice *d, const UsbInterface *i)
{
        if (!d || device_class_of(i) == DEVICE_CLASS_STORAGE)
                return false;
        for (size_t n = 0; n < d->n_passes; n++)
                if (pattern_matches(&d->passes[n], i))
                        return true;
        return false;
}

static bool seen_before(const DeviceInterfaces *d, size_t n)
{
        const UsbInterface *i = &d->list[n];

        while (n-- > 0)
                if (d->list[n].class == i->class && d->list[n].subclass == i->subclass &&
                    d->list[n].protocol == i->protocol)
                        return true;
        return false;
}

/* "08:06:50 03:01:01": every class once, as long as there is room. */
static void list_interfaces(const DeviceInterfaces *d, char ret[LIST_MAX])
{
        size_t used = 0;

        ret[0] = '\0';
        for (size_t n = 0; n < d->n; n++) {
                const UsbInterface *i = &d->list[n];

                if (seen_before(d, n))
                        continue;
                if (used + sizeof(" 00:00:00 ...") > LIST_MAX) {
                        (void)snprintf(ret + used, LIST_MAX - used, " ...");
                        return;
                }
                (void)snprintf(ret + used, LIST_MAX - used, "%s%02x:%02x:%02x", used ? " " : "",
                               i->class, i->subclass, i->protocol);
                used = strlen(ret);
        }
}

/* Storage that is not alone. What a named device may do besides does not open its storage, but a
 * known device is no alarm each time it is plugged in. */
static void judge_composite(const Context *c, Finding *f)
{
        const DeviceInterfaces *d = &c->facts->interfaces;
        const BundleDevice *known = find_device(c->snapshot, &c->facts->identity);
        bool expected = known && !d->overflow;

        for (size_t n = 0; expected && n < d->n; n++)
                expected = device_class_of(&d->list[n]) == DEVICE_CLASS_STORAGE ||
                           device_passes(known, &d->list[n]);
        f->reason = REASON_DEVICE_COMPOSITE;
        if (expected) {
                f->severity = SEVERITY_NOTICE;
                f->line = known->line;
        }
        say(f->wanted, expected ? STEP_STORAGE_ALONE : STEP_STORAGE_WANTED);
}

static void judge_storage(const Context *c, Finding *f)
{
        const Facts *facts = c->facts;
        char classes[LIST_MAX];

        say(f->wanted, STEP_DISK_WANTED);
        f->reason = REASON_OK;
        if (facts->probe != PROBE_OK)
                return;
        list_interfaces(&facts->interfaces, classes);
        say(f->saw,
            facts->device_type == SCSI_DISK ? STEP_MEDIA_DISK
            : facts->device_type == SCSI_CD ? STEP_MEDIA_CD
                                            : STEP_MEDIA_OTHER,
            classes, facts->n_luns);
        if (facts->n_luns != 1 || facts->device_type != SCSI_DISK)
                f->reason = REASON_DEVICE_MULTI_LUN;
}

/* A device without storage: each gated interface needs a line that lets it pass. */
static void judge_other(Context *c, Finding *f)
{
        const DeviceInterfaces *d = &c->facts->interfaces;
        const BundleDevice *known = find_device(c->snapshot, &c->facts->identity);
        unsigned line = 0;

        say(f->wanted, STEP_CLASS_WANTED);
        for (size_t n = 0; n < d->n; n++) {
                const UsbInterface *i = &d->list[n];
                const BundleClass *rule = find_class(c->snapshot, i);
                DeviceClass class = device_class_of(i);

                if (class == DEVICE_CLASS_FREE)
                        continue;
                if (!(rule && rule->allow) && !device_passes(known, i)) {
                        f->reason = REASON_DEVICE_CLASS_BLOCKED;
                        f->line = rule ? rule->line : 0;
                        say(f->saw, STEP_CLASS, i->class, i->subclass, i->protocol,
                            device_class_words(class));
                        return;
                }
                line = rule && rule->allow ? rule->line : known->line;
        }
        f->reason = d->n > 0 ? REASON_OK : REASON_DEVICE_CLASS_BLOCKED;
        c->effect = d->n > 0 ? EFFECT_ALLOW : EFFECT_BLOCK;
        c->decided = CHECK_DEVICE;
        c->line = line;
}

bool check_device(Context *c, Finding *f)
{
        const DeviceInterfaces *d = &c->facts->interfaces;
        Reason refused = blocking_reason(c->facts->refused, REASON_OK);
        char classes[LIST_MAX];

        list_interfaces(d, classes);
        if (d->n)
                say(f->saw, STEP_INTERFACES, classes);
        else
                say(f->saw, STEP_NO_INTERFACE);
        if (refused != REASON_OK && refused != REASON_MEDIUM_SWAPPED) {
                f->reason = refused;
                say(f->wanted, STEP_STEADY_WANTED);
        } else if (d->overflow || (c->storage && !device_is_plain_storage(d))) {
                judge_composite(c, f);
        } else if (c->storage) {
                judge_storage(c, f);
        } else {
                judge_other(c, f);
        }
        c->refused = f->reason != REASON_OK;
        return true;
}

bool check_probe(Context *c, Finding *f)
{
        const Facts *facts = c->facts;

        /* A device refused for what it is, is not read at all. */
        if (!c->storage || (facts->probe == PROBE_NOT_TRIED && c->refused))
                return false;
        say(f->wanted, STEP_ANSWER_WANTED);
        switch (facts->probe) {
        case PROBE_OK:
                f->reason = REASON_OK;
                say(f->saw, STEP_SIZE, (unsigned long long)facts->identity.capacity,
                    facts->identity.block_size);
                return true;
        case PROBE_ERROR:
                f->reason = blocking_reason(facts->probe_reason, REASON_PROBE_FAILED);
                if (f->reason == REASON_LAYOUT_UNSUPPORTED)
                        return false;
                say(f->saw, STEP_REASON, reason_slug(f->reason));
                return true;
        case PROBE_NOT_TRIED:
                break;
        }
        f->reason = REASON_PROBE_FAILED;
        say(f->saw, STEP_NOT_READ);
        return true;
}

bool check_layout(Context *c, Finding *f)
{
        const Identity *i = &c->facts->identity;
        bool refused = c->facts->probe == PROBE_ERROR &&
                       c->facts->probe_reason == REASON_LAYOUT_UNSUPPORTED;
        bool fits = i->capacity >= LABEL_DRIVE_MIN && i->block_size >= BLOCK_SIZE_MIN &&
                    i->block_size <= LABEL_SIZE && LABEL_SIZE % i->block_size == 0;

        if (!c->storage || (c->facts->probe != PROBE_OK && !refused))
                return false;
        c->readable = fits && !refused;
        f->reason = c->readable ? REASON_OK : REASON_LAYOUT_UNSUPPORTED;
        say(f->saw, STEP_ROOM, (unsigned long long)i->capacity / 1024, i->block_size);
        say(f->wanted, STEP_ROOM_WANTED, LABEL_DRIVE_MIN / 1024u, LABEL_SIZE);
        return true;
}

/* Medium swaps are seen after the checks, when the kernel's own view is compared. */
bool check_handover(Context *c, Finding *f)
{
        if (c->facts->refused != REASON_MEDIUM_SWAPPED)
                return false;
        f->reason = REASON_MEDIUM_SWAPPED;
        say(f->saw, STEP_MEDIUM_OTHER);
        say(f->wanted, STEP_MEDIUM_WANTED);
        return true;
}

/* An interface is bound as a whole: every setting it has, in every configuration, must pass. */
static bool number_passes(const DeviceInterfaces *d, uint8_t number, const BundleDevice *known)
{
        for (size_t n = 0; n < d->n; n++)
                if (d->list[n].number == number && !device_passes(known, &d->list[n]))
                        return false;
        return true;
}

uint64_t policy_passing_interfaces(const Snapshot *snapshot, const Facts *facts)
{
        const DeviceInterfaces *d = &facts->interfaces;
        const BundleDevice *known;
        uint64_t mask = 0;

        if (snapshot->status != REASON_OK || d->overflow ||
            blocking_reason(facts->refused, REASON_OK) != REASON_OK)
                return 0;
        known = find_device(snapshot, &facts->identity);
        for (size_t n = 0; known && n < d->n; n++)
                if (number_passes(d, d->list[n].number, known))
                        mask |= UINT64_C(1) << n;
        return mask;
}
