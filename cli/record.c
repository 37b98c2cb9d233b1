/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are wanted, and how one looks. */
#include "cli/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/record_words.h"

#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define IDENTITY_PREFIX 8u

#define TIME_START ",\"time\":\""
#define TIME_WITHIN 64u /* of a line's start */

static bool is_in_time(const RecordFilter *f, const char *line, size_t size)
{
        const char *at;

        if (!*f->since && !*f->until)
                return true;
        at = memmem(line, MIN(size, (size_t)TIME_WITHIN), TIME_START, strlen(TIME_START));
        if (!at || (size_t)(line + size - at) < strlen(TIME_START) + SECONDS_TEXT)
                return false;
        at += strlen(TIME_START);
        return (!*f->since || memcmp(at, f->since, SECONDS_TEXT) >= 0) &&
               (!*f->until || memcmp(at, f->until, SECONDS_TEXT) <= 0);
}

/* The plain text that stands behind `start`; NULL: there is none, or it is not that plain. */
static const char *find_word(const char *line, size_t size, const char *start, size_t *ret)
{
        const char *at = memmem(line, size, start, strlen(start)), *end;

        if (!at)
                return NULL;
        at += strlen(start);
        end = memchr(at, '"', (size_t)(line + size - at));
        *ret = end ? (size_t)(end - at) : 0;
        return end && !memchr(at, '\\', *ret) ? at : NULL;
}

static bool has_word(const char *line, size_t size, const char *start, const char *value)
{
        size_t n;
        const char *word = value ? find_word(line, size, start, &n) : NULL;

        return !value || (word && n == strlen(value) && memcmp(word, value, n) == 0);
}

static bool has_severity(const char *line, size_t size, Severity least)
{
        char text[16];
        size_t n;
        const char *word =
                least == SEVERITY_NONE ? NULL : find_word(line, size, ",\"severity\":\"", &n);
        Severity severity;

        if (!word || n >= sizeof(text))
                return least == SEVERITY_NONE;
        memcpy(text, word, n);
        text[n] = '\0';
        return severity_parse(text, &severity) == 0 && severity >= least;
}

/* As a whole text, as the drive's number, or as the start of an identity, maybe in capitals. */
static bool may_hold_drive(const char *line, size_t size, const char *word)
{
        char needle[128];
        int n = snprintf(needle, sizeof(needle), "\"%s\"", word);
        bool hex = strlen(word) >= IDENTITY_PREFIX;

        if (n < 0 || (size_t)n >= sizeof(needle) || strpbrk(word, "\"\\/"))
                return true;
        if (memmem(line, size, needle, (size_t)n))
                return true;
        n = snprintf(needle, sizeof(needle), ",\"drive\":%s,", word);
        if (*word >= '0' && *word <= '9' && memmem(line, size, needle, (size_t)n))
                return true;
        for (n = 0; word[n]; n++)
                needle[n] = (char)(word[n] >= 'A' && word[n] <= 'F' ? word[n] + 32 : word[n]);
        return hex && memmem(line, size, needle, (size_t)n);
}

bool record_filter_is_empty(const RecordFilter *f)
{
        return !*f->since && !*f->until && !f->reason && !f->kind && !f->drive && !f->zone &&
               f->severity == SEVERITY_NONE;
}

static bool has_numbered_letters(const char *line, size_t size)
{
        const char *end = line + size;

        while ((line = memchr(line, '\\', (size_t)(end - line))) && end - line > 1) {
                if (line[1] == 'u')
                        return true;
                line += 2;
        }
        return false;
}

bool record_may_be_violation(const char *line, size_t size)
{
        static const char block[] = "\"verdict\":\"block\"";
        static const char *const tamper = "tamper";

        return has_numbered_letters(line, size) || chain_line_kind(line, size, &tamper, 1) ||
               memmem(line, size, block, sizeof(block) - 1);
}

RecordSieve record_sieve(const RecordFilter *f, const char *line, size_t size)
{
        /* Letters written as numbers are nothing that the ledger's writer does in such words; who
         * does finds that nothing is passed over because of it. */
        if (has_numbered_letters(line, size))
                return RECORD_PARSE;
        if (!is_in_time(f, line, size) || (f->kind && !chain_line_kind(line, size, &f->kind, 1)) ||
            !has_word(line, size, ",\"reason\":\"", f->reason) ||
            !has_severity(line, size, f->severity) ||
            !has_word(line, size, ",\"drive_zone\":\"", f->zone))
                return RECORD_NO;
        if (!f->drive)
                return RECORD_YES;
        return may_hold_drive(line, size, f->drive) ? RECORD_PARSE : RECORD_NO;
}

static bool matches_drive(json_object *o, const char *word)
{
        static const char *const keys[] = {"drive",    "media_number", "identity",
                                           "label_id", "serial",       "sysname"};
        size_t n = strlen(word);

        for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
                if (!strcmp(json_text(o, keys[i]), word))
                        return true;
        return n >= IDENTITY_PREFIX && !strncasecmp(json_text(o, "identity"), word, n);
}

bool record_matches(const RecordFilter *f, json_object *o)
{
        Severity severity = SEVERITY_NONE;

        if (*f->since && strncmp(json_text(o, "time"), f->since, SECONDS_TEXT) < 0)
                return false;
        if (*f->until && strncmp(json_text(o, "time"), f->until, SECONDS_TEXT) > 0)
                return false;
        if (f->reason && strcmp(json_text(o, "reason"), f->reason) != 0)
                return false;
        if (f->kind && strcmp(json_text(o, "kind"), f->kind) != 0)
                return false;
        if (f->zone && strcmp(json_text(o, "drive_zone"), f->zone) != 0)
                return false;
        if (f->drive && !matches_drive(o, f->drive))
                return false;
        if (f->severity == SEVERITY_NONE)
                return true;
        return severity_parse(json_text(o, "severity"), &severity) == 0 && severity >= f->severity;
}

/* A copy with every text, names of members too, safe to print. */
static json_object *safe_text(const char *text, size_t size)
{
        size_t room = 4 * size + 1;
        _cleanup_(freep) char *safe = malloc(room);

        if (!safe)
                return NULL;
        text_escape(text, size, safe, room);
        return json_object_new_string(safe);
}

static json_object *safe_copy(json_object *o)
{
        json_object *copy;

        if (json_object_is_type(o, json_type_string) &&
            !text_is_clean(json_object_get_string(o), (size_t)json_object_get_string_len(o)))
                return safe_text(json_object_get_string(o), (size_t)json_object_get_string_len(o));
        if (json_object_is_type(o, json_type_array)) {
                copy = json_object_new_array();
                for (size_t i = 0; i < json_object_array_length(o); i++)
                        json_object_array_add(copy, safe_copy(json_object_array_get_idx(o, i)));
                return copy;
        }
        if (!json_object_is_type(o, json_type_object))
                return json_object_get(o);
        copy = json_object_new_object();
        json_object_object_foreach(o, key, value)
        {
                json_object *name = text_is_clean(key, strlen(key)) ? json_object_new_string(key)
                                                                    : safe_text(key, strlen(key));

                if (name)
                        json_object_object_add(copy, json_object_get_string(name),
                                               safe_copy(value));
                json_object_put(name);
        }
        return copy;
}

json_object *record_parse(const char *line, size_t size)
{
        json_tokener *t = json_tokener_new();
        json_object *o = t ? json_tokener_parse_ex(t, line, (int)size) : NULL;

        if (t)
                json_tokener_free(t);
        if (o && memchr(line, '\\', size)) {
                json_object *safe = safe_copy(o);

                json_object_put(o);
                o = safe;
        }
        if (json_object_is_type(o, json_type_object))
                return o;
        json_object_put(o);
        return NULL;
}

int64_t record_seconds(json_object *o)
{
        char seconds[TEXT_TIME_MAX];
        int64_t t;

        snprintf(seconds, sizeof(seconds), "%.19sZ", json_text(o, "time"));
        return text_time(seconds, &t) == 0 ? t : 0;
}

bool record_is_violation(json_object *o)
{
        Severity severity;

        if (!strcmp(json_text(o, "kind"), "tamper"))
                return true;
        return !strcmp(json_text(o, "kind"), "verdict") &&
               !strcmp(json_text(o, "verdict"), effect_name(EFFECT_BLOCK)) &&
               (severity_parse(json_text(o, "severity"), &severity) < 0 ||
                severity > SEVERITY_NONE);
}

void record_drive_key(json_object *o, char ret[RECORD_KEY_MAX])
{
        if (*json_text(o, "identity"))
                snprintf(ret, RECORD_KEY_MAX, "i%s", json_text(o, "identity"));
        else if (*json_text(o, "label_id"))
                snprintf(ret, RECORD_KEY_MAX, "l%s", json_text(o, "label_id"));
        else
                snprintf(ret, RECORD_KEY_MAX, "d%s:%s:%.500s", json_text(o, "vid"),
                         json_text(o, "pid"), json_text(o, "serial"));
}

static void print_time(json_object *o)
{
        char text[32];

        out_time(record_seconds(o), text, sizeof(text));
        printf("%s%s%s  ", out_style(stdout, STYLE_DIM), text, out_plain(stdout));
}

void record_print(json_object *o)
{
        _cleanup_(strbuf_clear) StrBuf words = strbuf(RECORD_WORDS_MAX);

        print_time(o);
        record_words(o, true, &words);
        printf("%" PRIu64 "  %s  %s\n", json_number(o, "seq"), record_kind(o),
               words.text ? words.text : "");
}
