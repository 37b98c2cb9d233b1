/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the policy's text; refuses what would open a door that must stay closed. */
#include "policy/bundle.h"

#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"
#include "policy/bundle_internal.h"
#include "policy/parse.h"

#define BUNDLE_FORMAT "usbzone-policy 1"
#define DIGEST_PREFIX "sha256:"
#define USB_CLASS_STORAGE 0x08

static int parse_name(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;

        return parse_text(k, b->name, sizeof(b->name), error);
}

static int parse_version(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;

        return parse_number(k, 1, INT64_MAX, &b->version, error);
}

static int parse_not_before(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;

        return parse_time(k, &b->not_before, error);
}

static int parse_expires(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;

        return parse_time(k, &b->not_after, error);
}

/* What a newer usbzone would understand otherwise is not loaded at all. */
static int parse_needs(Keyfile *k, void *userdata, TextError *error)
{
        uint32_t own[VERSION_PARTS];
        Bundle *b = userdata;

        if (version_parse(k->value, b->needs) < 0)
                return keyfile_error(k, error, "expected a version of usbzone, like 0.1 or 1.2.3");
        if (version_parse(UZ_VERSION, own) < 0)
                return -EINVAL;
        if (version_compare(own, b->needs) < 0)
                return keyfile_error(k, error,
                                     "this policy needs usbzone %s or newer, this is %s: upgrade "
                                     "usbzone first",
                                     k->value, UZ_VERSION);
        return 0;
}

static int parse_whitelist(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;
        size_t prefix = strlen(DIGEST_PREFIX);

        if (strncmp(k->value, DIGEST_PREFIX, prefix) != 0 ||
            text_unhex(k->value + prefix, b->whitelist_digest, DIGEST_SIZE) < 0)
                return keyfile_error(k, error, "expected 'sha256:' and 64 hex digits");
        b->has_whitelist = true;
        return 0;
}

static int parse_rule_zones(Keyfile *k, Zone *ret_host, Zone *ret_drive, TextError *error)
{
        char *word = keyfile_word(&k->value);

        if (!word || zone_parse(word, ret_host) < 0 || *ret_host == ZONE_NONE)
                return parse_error(
                        k, error, word,
                        "expected the computer's zone: internal, classified or internet");
        word = keyfile_word(&k->value);
        if (!word || zone_parse(word, ret_drive) < 0)
                return parse_error(
                        k, error, word,
                        "expected the drive's zone: internal, classified, internet or none");
        return 0;
}

/* A block of the own zone's drives has no severity in the built-in table. */
static Severity default_severity(const BundleRule *built_in)
{
        return built_in->severity == SEVERITY_NONE ? SEVERITY_WARNING : built_in->severity;
}

/* Reads EFFECT [SEVERITY] for one cell, within what that cell allows. */
static int parse_rule_effect(Keyfile *k, Zone host, Zone drive, BundleRule *ret, TextError *error)
{
        const BundleRule *built_in = bundle_built_in(host, drive);
        char *word = keyfile_word(&k->value);
        BundleRule rule = {.line = k->line};

        if (!word || effect_parse(word, &rule.effect) < 0)
                return parse_error(k, error, word,
                                   "expected what to do: allow, read-only or block");
        if (rule.effect != EFFECT_BLOCK && !bundle_may_open(host, drive))
                return parse_error(k, error, word,
                                   "a drive of zone '%s' can never be opened on a computer of zone "
                                   "'%s'; only 'block' may stand here",
                                   zone_name(drive), zone_name(host));
        if (rule.effect == EFFECT_BLOCK)
                rule.severity = default_severity(built_in);
        word = keyfile_word(&k->value);
        if (word && rule.effect != EFFECT_BLOCK)
                return parse_error(k, error, word, "a severity belongs to 'block' only; remove it");
        if (word && (severity_parse(word, &rule.severity) < 0 || rule.severity == SEVERITY_NONE))
                return parse_error(k, error, word,
                                   "expected a severity: notice, warning or critical");
        if (rule.effect == EFFECT_BLOCK && rule.severity < built_in->severity)
                return parse_error(k, error, word, "the severity may not be lower than '%s' here",
                                   severity_name(built_in->severity));
        *ret = rule;
        return parse_end(k, error);
}

static int parse_rule(Keyfile *k, void *userdata, TextError *error)
{
        Zone host = ZONE_NONE, drive = ZONE_NONE;
        Bundle *b = userdata;
        BundleRule *cell;
        int r;

        r = parse_rule_zones(k, &host, &drive, error);
        if (r < 0)
                return r;
        cell = &b->rules[host][drive];
        if (cell->line != 0)
                return parse_error(k, error, k->key,
                                   "line %u has a rule for these two zones already; remove one",
                                   cell->line);
        return parse_rule_effect(k, host, drive, cell, error);
}

/* Zones and levels, in any order, on one line or on several. */
static int parse_two(Keyfile *k, void *userdata, TextError *error)
{
        Bundle *b = userdata;
        unsigned n = 0;
        char *word;

        while ((word = keyfile_word(&k->value)) || n == 0) {
                Zone zone = ZONE_NONE;
                Level level = LEVEL_NONE;
                TwoWord *two;

                if (!word || ((zone_parse(word, &zone) < 0 || zone == ZONE_NONE) &&
                              (level_parse(word, &level) < 0 || level == LEVEL_NONE)))
                        return parse_error(k, error, word,
                                           "expected zones (internal, classified, internet) or "
                                           "levels (confidential, secret, top-secret)");
                two = zone != ZONE_NONE ? &b->two.zones[zone] : &b->two.levels[level];
                if (two->wanted)
                        return parse_error(k, error, word, "line %u says '%s' already; remove one",
                                           two->line, word);
                *two = (TwoWord){.wanted = true, .line = k->line};
                n++;
        }
        return 0;
}

/* "*" or two hex digits. */
static bool parse_class_part(const char *text, size_t n, int16_t *ret)
{
        char hex[3] = "";
        uint8_t v;

        if (n == 1 && text[0] == '*') {
                *ret = -1;
                return true;
        }
        if (n != 2)
                return false;
        memcpy(hex, text, 2);
        if (text_unhex(hex, &v, 1) < 0)
                return false;
        *ret = v;
        return true;
}

/* CC:SS:PP, each two hex digits or "*". */
static bool parse_pattern(const char *word, BundleClass *ret)
{
        int16_t *parts[] = {&ret->class, &ret->subclass, &ret->protocol};

        for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
                size_t n = strcspn(word, ":");

                if (!parse_class_part(word, n, parts[i]))
                        return false;
                if ((word[n] == ':') != (i + 1 < ARRAY_SIZE(parts)))
                        return false;
                word += n + (word[n] ? 1 : 0);
        }
        return true;
}

/* A pattern of interfaces that pass: never storage, never everything. */
static int parse_passing(Keyfile *k, char *word, BundleClass *ret, TextError *error)
{
        if (!word || !parse_pattern(word, ret))
                return parse_error(k, error, word,
                                   "expected a USB class like 02:02:* (two hex digits or *)");
        if (ret->class == USB_CLASS_STORAGE || (ret->class < 0 && ret->allow))
                return parse_error(k, error, word,
                                   "storage (class 08) is decided by 'rule' lines; name another "
                                   "class");
        return 0;
}

static int parse_class(Keyfile *k, void *userdata, TextError *error)
{
        BundleClass c = {.zone = (Zone)k->section, .line = k->line}, *list;
        char *word = keyfile_word(&k->value);
        Bundle *b = userdata;
        int r;

        if (!word || (strcmp(word, "allow") != 0 && strcmp(word, "block") != 0))
                return parse_error(k, error, word, "expected 'allow' or 'block'");
        c.allow = strcmp(word, "allow") == 0;
        r = parse_passing(k, keyfile_word(&k->value), &c, error);
        if (r == 0)
                r = parse_end(k, error);
        if (r < 0)
                return r;
        if (b->n_classes >= BUNDLE_CLASSES_MAX)
                return keyfile_error(k, error, "there are more than %u 'class' lines",
                                     BUNDLE_CLASSES_MAX);
        list = list_grow(b->classes, b->n_classes, sizeof(*list));
        if (!list)
                return -ENOMEM;
        b->classes = list;
        list[b->n_classes++] = c;
        return 0;
}

/* VID:PID SERIAL|* */
static int parse_device_name(Keyfile *k, BundleDevice *d, TextError *error)
{
        char *word = keyfile_word(&k->value);
        uint8_t id[4];

        if (!word || strlen(word) != 9 || word[4] != ':')
                return parse_error(k, error, word, "expected VENDOR:PRODUCT, like 096e:0885");
        memmove(word + 4, word + 5, 5);
        if (text_unhex(word, id, sizeof(id)) < 0)
                return parse_error(k, error, word, "expected VENDOR:PRODUCT, like 096e:0885");
        d->vid = (uint16_t)(id[0] << 8 | id[1]);
        d->pid = (uint16_t)(id[2] << 8 | id[3]);
        word = keyfile_word(&k->value);
        if (!word || strlen(word) >= sizeof(d->serial))
                return parse_error(k, error, word,
                                   "expected the device's serial number, or * for any");
        memcpy(d->serial, word, strlen(word) + 1);
        return 0;
}

static int parse_device(Keyfile *k, void *userdata, TextError *error)
{
        BundleDevice d = {.zone = (Zone)k->section, .line = k->line}, *list;
        Bundle *b = userdata;
        char *word;
        int r;

        r = parse_device_name(k, &d, error);
        if (r < 0)
                return r;
        while ((word = keyfile_word(&k->value)) || d.n_passes == 0) {
                BundleClass c = {.allow = true, .line = k->line};

                if (d.n_passes == BUNDLE_PASSES_MAX)
                        return parse_error(k, error, word, "more than %u classes; use *",
                                           BUNDLE_PASSES_MAX);
                r = parse_passing(k, word, &c, error);
                if (r < 0)
                        return r;
                d.passes[d.n_passes++] = c;
        }
        if (b->n_devices >= BUNDLE_DEVICES_MAX)
                return keyfile_error(k, error, "there are more than %u 'device' lines",
                                     BUNDLE_DEVICES_MAX);
        list = list_grow(b->devices, b->n_devices, sizeof(*list));
        if (!list)
                return -ENOMEM;
        b->devices = list;
        list[b->n_devices++] = d;
        return 0;
}

static const ParseKey bundle_keys[] = {
        {"version", parse_version, PARSE_REQUIRED},
        {"name", parse_name, PARSE_REQUIRED},
        {"not-before", parse_not_before, 0},
        {"expires", parse_expires, 0},
        {"needs", parse_needs, 0},
        {"rule", parse_rule, PARSE_REPEATED},
        {"two-signatures", parse_two, PARSE_REPEATED},
        {"whitelist", parse_whitelist, 0},
        {"whitelist-required", parse_whitelist_required, PARSE_SCOPED},
        {"class", parse_class, PARSE_SCOPED | PARSE_REPEATED},
        {"device", parse_device, PARSE_SCOPED | PARSE_REPEATED},
        {"revoke-drive", parse_revoke_drive, PARSE_REPEATED},
        {"revoke-label", parse_revoke_label, PARSE_REPEATED},
        {"revoke-key", parse_revoke_key, PARSE_REPEATED},
        {"revoke-host", parse_revoke_host, PARSE_REPEATED},
        {"grant-max", parse_grant_max, PARSE_SCOPED},
        {"grant", parse_grant_rule, PARSE_SCOPED | PARSE_REPEATED},
        {"pick-up", parse_pick_up, PARSE_SCOPED},
        {"notice", parse_notice, PARSE_SCOPED | PARSE_REPEATED | PARSE_LANGUAGE},
        {"contact", parse_contact, PARSE_SCOPED | PARSE_REPEATED | PARSE_LANGUAGE},
        {KEYFILE_SECTION, parse_section, 0},
};

/* What only the whole file can show. */
static int check_whole(const Bundle *b, TextError *error)
{
        if (b->not_after && b->not_after <= b->not_before)
                return text_error(error, "'expires' must come after 'not-before'");
        return check_zones(b, error);
}

static void draft_clear(BundleDraft *d)
{
        bundle_clear(&d->bundle);
}

int bundle_parse(const char *text, size_t size, Bundle *ret, TextError *error)
{
        _cleanup_(draft_clear) BundleDraft d = {0};
        int r;

        bundle_defaults(&d.bundle);
        r = parse_file(text, size, BUNDLE_FORMAT, bundle_keys, ARRAY_SIZE(bundle_keys), &d, error);
        if (r == 0)
                r = check_whole(&d.bundle, error);
        if (r < 0)
                return r;
        revoked_sort(&d.bundle);
        *ret = TAKE(d.bundle, (Bundle){0});
        return 0;
}
