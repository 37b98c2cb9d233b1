/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Host credentials and the requests for them: parsed, verified, written. */
#include <stdio.h>
#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/authority_internal.h"

#define HOST_FORMAT "usbzone-host 1"
#define REQUEST_FORMAT "usbzone-request 1"

static int host_id(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        return parse_hex(k, h->id, sizeof(h->id), error);
}

static int host_name(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        return parse_text(k, h->name, sizeof(h->name), error);
}

static int host_zone(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        if (zone_parse(k->value, &h->zone) < 0 || h->zone == ZONE_NONE)
                return keyfile_error(k, error, "expected a zone: internal, classified or internet");
        return 0;
}

static int host_level(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        if (level_parse(k->value, &h->level) < 0)
                return keyfile_error(k, error,
                                     "expected a level: none, confidential, secret or top-secret");
        return 0;
}

static int host_not_before(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        return parse_time(k, &h->not_before, error);
}

static int host_expires(Keyfile *k, void *userdata, TextError *error)
{
        Host *h = userdata;

        return parse_time(k, &h->not_after, error);
}

static int host_key(Keyfile *k, void *userdata, TextError *error)
{
        char *purpose = keyfile_word(&k->value);
        Host *h = userdata;
        int r;

        if (!purpose || strcmp(purpose, purpose_name(PURPOSE_VISIT)) != 0)
                return parse_error(k, error, purpose, "expected the purpose 'visit'");
        r = parse_public_key(k, PURPOSE_VISIT, &h->key, error);
        return r < 0 ? r : parse_end(k, error);
}

static const ParseKey host_keys[] = {
        {"id", host_id, PARSE_REQUIRED},
        {"name", host_name, PARSE_REQUIRED},
        {"zone", host_zone, PARSE_REQUIRED},
        {"level", host_level, 0},
        {"not-before", host_not_before, 0},
        {"expires", host_expires, 0},
        {"key", host_key, 0},
};

int host_load(const char *note, size_t size, const Authority *authority, int64_t now, Host *ret,
              TextError *error)
{
        size_t text_size;
        Host h = {0};
        int r;

        r = note_verify(note, size, &authority->ring, PURPOSE_HOST, 1, now, &text_size);
        if (r != 0)
                return note_error(r, error);
        r = parse_file(note, text_size, HOST_FORMAT, host_keys, ARRAY_SIZE(host_keys), &h, error);
        if (r < 0)
                return r;
        if (!zone_level_valid(h.zone, h.level))
                return text_error(error,
                                  "zone '%s' with level '%s': a classified computer needs a level, "
                                  "others have none",
                                  zone_name(h.zone), level_name(h.level));
        if (h.not_after && h.not_after <= h.not_before)
                return text_error(error, "'expires' must come after 'not-before'");
        *ret = h;
        return 0;
}

static void format_key(StrBuf *b, const Host *h)
{
        if (h->key.algorithm == ALGORITHM_NONE)
                return;
        strbuf_printf(b, "key = %s %s ", purpose_name(h->key.purpose),
                      algorithm_name(h->key.algorithm));
        strbuf_hex(b, h->key.raw, h->key.raw_size);
        strbuf_printf(b, "\n");
}

int host_format(const Host *h, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(NOTE_SIZE_MAX);
        char time[TEXT_TIME_MAX];

        if (!name_valid(h->name))
                return -EINVAL;
        strbuf_printf(&b, HOST_FORMAT "\nid = ");
        strbuf_hex(&b, h->id, sizeof(h->id));
        strbuf_printf(&b, "\nname = %s\nzone = %s\n", h->name, zone_name(h->zone));
        if (h->level != LEVEL_NONE)
                strbuf_printf(&b, "level = %s\n", level_name(h->level));
        if (h->not_before) {
                text_time_format(h->not_before, time);
                strbuf_printf(&b, "not-before = %s\n", time);
        }
        if (h->not_after) {
                text_time_format(h->not_after, time);
                strbuf_printf(&b, "expires = %s\n", time);
        }
        format_key(&b, h);
        return strbuf_take(&b, ret, ret_size);
}

static const ParseKey request_keys[] = {
        {"id", host_id, PARSE_REQUIRED},
        {"name", host_name, PARSE_REQUIRED},
        {"key", host_key, PARSE_REQUIRED},
};

int request_load(const char *note, size_t size, Host *ret, TextError *error)
{
        _cleanup_(freep) Keyring *ring = calloc(1, sizeof(*ring));
        size_t text_size;
        Host h = {0};
        int r;

        if (!ring)
                return -ENOMEM;
        r = note_split(note, size, &text_size);
        if (r != 0)
                return note_error(r, error);
        r = parse_file(note, text_size, REQUEST_FORMAT, request_keys, ARRAY_SIZE(request_keys), &h,
                       error);
        if (r == 0)
                r = keyring_add(ring, &h.key);
        if (r < 0)
                return r;
        r = note_verify(note, size, ring, PURPOSE_VISIT, 1, 0, &text_size);
        if (r != 0)
                return note_error(r, error);
        *ret = h;
        return 0;
}

int request_format(const Host *h, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(NOTE_SIZE_MAX);

        if (!name_valid(h->name) || h->key.algorithm == ALGORITHM_NONE)
                return -EINVAL;
        strbuf_printf(&b, REQUEST_FORMAT "\nid = ");
        strbuf_hex(&b, h->id, sizeof(h->id));
        strbuf_printf(&b, "\nname = %s\n", h->name);
        format_key(&b, h);
        return strbuf_take(&b, ret, ret_size);
}
