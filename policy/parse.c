/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files of `key = value` lines as a table of keys, and the values they share. */
#include "policy/parse.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "lib/text.h"

#define ERROR_EXPECTED_TIME \
        SAID("expected a time like 2027-01-31T08:00:00Z or a date like 2027-01-31")

int parse_error(Keyfile *k, TextError *error, const char *word, const char *format, ...)
{
        char message[KEYFILE_ERROR_MAX];
        va_list args;

        keyfile_point(k, word ? word : k->value);
        va_start(args, format);
        (void)vsnprintf(message, sizeof(message), format, args);
        va_end(args);
        return keyfile_error(k, error, "%s", message);
}

static const ParseKey *find_key(const ParseKey *keys, size_t n, const char *name)
{
        for (size_t i = 0; i < n; i++)
                if (strcmp(keys[i].name, name) == 0)
                        return &keys[i];
        return NULL;
}

static int unknown_key(Keyfile *k, const ParseKey *keys, size_t n, TextError *error)
{
        char known[KEYFILE_ERROR_MAX] = "";
        size_t used = 0;

        for (size_t i = 0; i < n && used < sizeof(known) - 1; i++) {
                int len = strcmp(keys[i].name, KEYFILE_SECTION) == 0
                                  ? 0
                                  : snprintf(known + used, sizeof(known) - used, "%s%s",
                                             used ? ", " : "", keys[i].name);

                used = MIN(used + (size_t)MAX(len, 0), sizeof(known) - 1);
        }
        return parse_error(k, error, k->key, "unknown key '%.32s'; the keys are %.400s", k->key,
                           known);
}

static int missing_key(const char *name, TextError *error)
{
        return text_error(error, "a line '%s = ...' is missing; add it", name);
}

/* May this key stand where it stands? `seen` is the line where it stood before. */
static int check_place(Keyfile *k, const ParseKey *key, unsigned seen, unsigned section,
                       TextError *error)
{
        if (section && !(key->flags & PARSE_SCOPED))
                return parse_error(k, error, k->key,
                                   "'%s' counts for all: put it above the section of line %u",
                                   k->key, section);
        if (*k->language && !(key->flags & PARSE_LANGUAGE))
                return parse_error(k, error, k->language, "'%s' is of no language; remove '[%s]'",
                                   k->key, k->language);
        if (seen && !(key->flags & PARSE_REPEATED))
                return parse_error(k, error, k->key,
                                   "'%s' stands in line %u already; remove one of the two", k->key,
                                   seen);
        return 0;
}

/* A section's line; what may stand in each section may come again. */
static int enter_section(Keyfile *k, const ParseKey *keys, size_t n, unsigned *seen, void *userdata,
                         TextError *error)
{
        const ParseKey *section = find_key(keys, n, KEYFILE_SECTION);
        int r;

        if (!section)
                return parse_error(k, error, k->value - 1,
                                   "this kind of file has no sections: expected 'key = value'");
        r = section->parse(k, userdata, error);
        for (size_t i = 0; i < n; i++)
                if (keys[i].flags & PARSE_SCOPED)
                        seen[i] = 0;
        return r;
}

static int parse_lines(Keyfile *k, const ParseKey *keys, size_t n, unsigned *seen, void *userdata,
                       TextError *error)
{
        unsigned section = 0;
        int r;

        while ((r = keyfile_next(k, error)) > 0) {
                const ParseKey *key;

                if (strcmp(k->key, KEYFILE_SECTION) == 0) {
                        r = enter_section(k, keys, n, seen, userdata, error);
                        if (r < 0)
                                return r;
                        section = k->line;
                        continue;
                }
                key = find_key(keys, n, k->key);
                if (!key)
                        return unknown_key(k, keys, n, error);
                r = check_place(k, key, seen[key - keys], section, error);
                if (r < 0)
                        return r;
                seen[key - keys] = k->line;
                r = key->parse(k, userdata, error);
                if (r < 0)
                        return r;
        }
        return r;
}

int parse_file(const char *text, size_t size, const char *format, const ParseKey *keys, size_t n,
               void *userdata, TextError *error)
{
        unsigned seen[PARSE_KEYS_MAX] = {0};
        Keyfile k;
        int r;

        if (n > PARSE_KEYS_MAX)
                return -EINVAL;
        r = keyfile_open(&k, text, size, format, error);
        if (r == 0)
                r = parse_lines(&k, keys, n, seen, userdata, error);
        for (size_t i = 0; r == 0 && i < n; i++)
                if (keys[i].flags & PARSE_REQUIRED && !seen[i])
                        return missing_key(keys[i].name, error);
        return r;
}

int parse_text(Keyfile *k, char *ret, size_t size, TextError *error)
{
        size_t len = strlen(k->value);

        if (len == 0)
                return keyfile_error(k, error, "the value is empty; write a text");
        if (len >= size)
                return keyfile_error(k, error, "the text is longer than %zu bytes; shorten it",
                                     size - 1);
        memcpy(ret, k->value, len + 1);
        return 0;
}

int parse_number(Keyfile *k, uint64_t min, uint64_t max, uint64_t *ret, TextError *error)
{
        uint64_t v;

        if (text_u64(k->value, max, &v) < 0 || v < min)
                return keyfile_error(k, error, "expected a whole number from %llu to %llu",
                                     (unsigned long long)min, (unsigned long long)max);
        *ret = v;
        return 0;
}

int parse_time(Keyfile *k, int64_t *ret, TextError *error)
{
        if (text_time(k->value, ret) < 0)
                return keyfile_error(k, error, ERROR_EXPECTED_TIME);
        return 0;
}

int parse_hex(Keyfile *k, uint8_t *ret, size_t n, TextError *error)
{
        if (text_unhex(k->value, ret, n) < 0)
                return keyfile_error(k, error, "expected %zu hex digits", 2 * n);
        return 0;
}

int parse_optional_time(Keyfile *k, int64_t *ret, TextError *error)
{
        char *word = keyfile_word(&k->value);

        if (word && text_time(word, ret) < 0)
                return parse_error(k, error, word, ERROR_EXPECTED_TIME);
        return 0;
}

int parse_end(Keyfile *k, TextError *error)
{
        char *word = keyfile_word(&k->value);

        if (word)
                return parse_error(k, error, word, "'%.64s' is too much on this line; remove it",
                                   word);
        return 0;
}
