/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The body of a ledger record: one line of clean JSON, whatever the fields hold. */
#include "store/record.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-id128.h>

#include "lib/clock.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/chain.h"

#define BODY_MAX (CHAIN_LINE_MAX - 256u) /* leaves room for "prev" and "mac" */
#define TEXT_WIDE 2048u
#define TEXT_NARROW 128u
#define FIELDS_MAX 64u
#define BOOT_ID_BYTES 16u

static const char *const head_keys[] = {"seq",  "time", "boot", "mono",
                                        "host", "kind", "prev", "mac"};

const char *record_text(json_object *record, const char *key)
{
        json_object *value = NULL;

        (void)json_object_object_get_ex(record, key, &value);
        return value ? json_object_get_string(value) : "";
}

void record_boot_id(char ret[33])
{
        const char *unit = secure_getenv(UZ_ENV_BOOT_ID);
        uint8_t bytes[BOOT_ID_BYTES];
        sd_id128_t id;

        /* Under ProcSubset=pid the kernel's file cannot be seen: the unit passes %b. */
        if (unit && text_unhex(unit, bytes, sizeof(bytes)) == 0)
                text_hex(bytes, sizeof(bytes), ret);
        else if (sd_id128_get_boot(&id) >= 0)
                text_hex(id.bytes, sizeof(id.bytes), ret);
        else
                (void)snprintf(ret, 33, "%032d", 0);
}

/* Adds `value` (taken over, NULL = out of memory). */
static int add(json_object *o, const char *key, json_object *value)
{
        if (value && json_object_object_add(o, key, value) == 0)
                return 0;
        (void)json_object_put(value);
        return -ENOMEM;
}

/* Cuts at a character's start, so that clean text stays clean. */
static size_t cut_text(const char *text, size_t size, size_t max)
{
        if (size <= max)
                return size;
        size = max;
        while (size > 0 && ((unsigned char)text[size] & 0xc0) == 0x80)
                size--;
        return size;
}

static int add_text(json_object *o, const char *key, const char *text, size_t size, size_t max)
{
        char clean[TEXT_WIDE + 1];

        if (text_is_clean(text, size)) {
                size = cut_text(text, size, max);
                return add(o, key, json_object_new_string_len(text, (int)size));
        }
        text_escape(text, size, clean, max + 1);
        return add(o, key, json_object_new_string(clean));
}

static int add_field(json_object *o, const char *key, json_object *value, size_t max)
{
        char clean[64];

        for (size_t i = 0; i < ARRAY_SIZE(head_keys); i++)
                if (strcmp(key, head_keys[i]) == 0)
                        return 0;
        if (!text_is_clean(key, strlen(key)) || strlen(key) >= sizeof(clean)) {
                text_escape(key, strlen(key), clean, sizeof(clean));
                key = clean;
        }
        if (json_object_is_type(value, json_type_int) ||
            json_object_is_type(value, json_type_boolean))
                return add(o, key, json_object_get(value));
        if (json_object_is_type(value, json_type_string))
                return add_text(o, key, json_object_get_string(value),
                                (size_t)json_object_get_string_len(value), max);
        return add_text(o, key, "", 0, max);
}

static int add_head(json_object *o, const RecordHead *head)
{
        char time[TEXT_TIME_MAX];
        int r;

        text_time_format_us(clock_us(CLOCK_REALTIME), time);
        r = add(o, "seq", json_object_new_uint64(head->seq));
        if (r == 0)
                r = add(o, "time", json_object_new_string(time));
        if (r == 0)
                r = add(o, "boot", json_object_new_string(head->boot));
        if (r == 0)
                r = add(o, "mono", json_object_new_uint64(clock_us(CLOCK_BOOTTIME)));
        if (r == 0)
                r = add(o, "host", json_object_new_string(head->host));
        if (r == 0)
                r = add(o, "kind", json_object_new_string(head->kind));
        return r;
}

static int build(json_object *o, const RecordHead *head, json_object *fields, size_t max)
{
        unsigned n = 0;
        int r;

        r = add_head(o, head);
        if (r < 0 || !fields)
                return r;
        json_object_object_foreach(fields, key, value)
        {
                if (n++ == FIELDS_MAX)
                        break;
                r = add_field(o, key, value, max);
                if (r < 0)
                        return r;
        }
        return 0;
}

/* 0; -ENOSPC when the body is too long. */
static int try_body(const RecordHead *head, json_object *fields, size_t max, char **ret)
{
        json_object *o = json_object_new_object();
        const char *text = NULL;
        size_t size = 0;
        int r;

        r = o ? build(o, head, fields, max) : -ENOMEM;
        if (r == 0) {
                text = json_object_to_json_string_length(
                        o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &size);
                if (!text || size < 2)
                        r = -ENOMEM;
                else if (size > BODY_MAX)
                        r = -ENOSPC;
        }
        if (r == 0) {
                *ret = strndup(text, size - 1); /* without the closing brace */
                r = *ret ? 0 : -ENOMEM;
        }
        (void)json_object_put(o);
        return r;
}

int record_body(const RecordHead *head, json_object *fields, char **ret)
{
        int r = try_body(head, fields, TEXT_WIDE, ret);

        return r == -ENOSPC ? try_body(head, fields, TEXT_NARROW, ret) : r;
}
