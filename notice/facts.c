/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the daemon's fields and properties by one table of names. */
#include "notice/facts.h"

#include <stdio.h>
#include <string.h>

#include "lib/names.h"
#include "lib/text.h"

/* A value as it came: text, or a number. */
typedef struct Value {
        const char *text;
        uint64_t number;
} Value;

static void set_text(char ret[FACTS_TEXT_MAX], const char *text)
{
        size_t n = MIN(strlen(text), FACTS_TEXT_MAX - 1u);

        /* Never half a character. */
        while (text[n] && n > 0 && ((unsigned char)text[n] & 0xc0) == 0x80)
                n--;
        memcpy(ret, text, n);
        ret[n] = '\0';
}

static void put_word(Facts *f, const char *key, const char *text)
{
        if (!strcmp(key, "verdict"))
                (void)!effect_parse(text, &f->verdict);
        else if (!strcmp(key, "effect"))
                (void)!effect_parse(text, &f->effect);
        else if (!strcmp(key, "reason"))
                (void)!reason_parse(text, &f->reason);
        else if (!strcmp(key, "severity"))
                (void)!severity_parse(text, &f->severity);
        else if (!strcmp(key, "check"))
                f->decided = strcmp(text, check_slug(CHECK_NONE)) != 0;
        else if (!strcmp(key, "zone"))
                (void)!zone_parse(text, &f->zone);
        else if (!strcmp(key, "level"))
                (void)!level_parse(text, &f->level);
}

static void put(Facts *f, const char *key, const Value *v)
{
        static const struct {
                const char *key;
                size_t offset;
        } texts[] = {
                {"media_number", offsetof(Facts, media_number)},
                {"vendor", offsetof(Facts, vendor)},
                {"product", offsetof(Facts, product)},
                {"file", offsetof(Facts, file)},
                {"what", offsetof(Facts, what)},
        };

        if (!strcmp(key, "drive"))
                f->drive = v->number;
        if (!v->text)
                return;
        for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
                if (!strcmp(key, texts[i].key))
                        set_text((char *)f + texts[i].offset, v->text);
        put_word(f, key, v->text);
}

/* Field of a signal, property of a drive, field of its label: one name for all three. */
static const char *key_of(const char *name)
{
        static const char *const table[][2] = {
                {"Number", "drive"},
                {"Verdict", "verdict"},
                {"Effect", "effect"},
                {"Reason", "reason"},
                {"Severity", "severity"},
                {"Check", "check"},
                {"media-number", "media_number"},
                {"drive_zone", "zone"},
                {"drive_level", "level"},
                {"ScsiVendor", "vendor"},
                {"ScsiProduct", "product"},
                {"scsi_vendor", "vendor"},
                {"scsi_product", "product"},
        };

        for (size_t i = 0; i < ARRAY_SIZE(table); i++)
                if (!strcmp(name, table[i][0]))
                        return table[i][1];
        return name;
}

static int read_value(sd_bus_message *m, char type, Value *ret)
{
        *ret = (Value){0};
        if (type == SD_BUS_TYPE_STRING)
                return sd_bus_message_read_basic(m, type, &ret->text);
        return sd_bus_message_read_basic(m, type, &ret->number);
}

static int read_entry(sd_bus_message *m, Facts *f)
{
        const char *name, *contents;
        Value value;
        char type;
        int r = sd_bus_message_read_basic(m, SD_BUS_TYPE_STRING, &name);

        if (r >= 0)
                r = sd_bus_message_peek_type(m, &type, &contents);
        if (r < 0)
                return r;
        if (strcmp(contents, "s") != 0 && strcmp(contents, "t") != 0 &&
            strcmp(contents, "x") != 0 && strcmp(name, "Label") != 0)
                return sd_bus_message_skip(m, "v");
        r = sd_bus_message_enter_container(m, SD_BUS_TYPE_VARIANT, contents);
        if (r < 0)
                return r;
        if (!strcmp(name, "Label")) {
                r = facts_read(m, f);
        } else {
                r = read_value(m, *contents, &value);
                if (r >= 0)
                        put(f, key_of(name), &value);
        }
        return r < 0 ? r : sd_bus_message_exit_container(m);
}

int facts_read(sd_bus_message *m, Facts *f)
{
        int r = sd_bus_message_enter_container(m, SD_BUS_TYPE_ARRAY, "{sv}");

        while (r >= 0 &&
               (r = sd_bus_message_enter_container(m, SD_BUS_TYPE_DICT_ENTRY, "sv")) > 0) {
                r = read_entry(m, f);
                if (r >= 0)
                        r = sd_bus_message_exit_container(m);
        }
        return r < 0 ? r : MIN(sd_bus_message_exit_container(m), 0);
}

uint64_t facts_number(const char *object)
{
        static const char prefix[] = UZ_BUS_DRIVE_PREFIX "/";
        uint64_t n;

        if (strncmp(object, prefix, sizeof(prefix) - 1) != 0 ||
            text_u64(object + sizeof(prefix) - 1, UINT64_MAX, &n) < 0)
                return 0;
        return n;
}

bool facts_observed(const Facts *f)
{
        return f->effect != f->verdict;
}
