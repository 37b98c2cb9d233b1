/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which records are wanted, and how one looks. */
#include "cli/record.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/record_words.h"
#include "lib/members.h"

#define SEQ_START "{\"seq\":"
#define NAME_SIZE 64u
#define NUMBER_SIZE 24u

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

static json_object *new_value(const Member *m)
{
        char number[NUMBER_SIZE];

        switch (m->type) {
        case MEMBER_TEXT:
                return json_object_new_string_len(m->value, (int)m->size);
        case MEMBER_NUMBER:
                snprintf(number, sizeof(number), "%.*s", (int)m->size, m->value);
                return json_object_new_int64(strtoll(number, NULL, 10));
        case MEMBER_BOOLEAN:
                return json_object_new_boolean(*m->value == 't');
        case MEMBER_NULL:
        case MEMBER_ESCAPED:
                break;
        }
        return NULL;
}

/* -EINVAL: not plain. */
static int add_member(json_object *o, const Member *m)
{
        json_object *value = new_value(m);
        char key[NAME_SIZE];

        if (m->key_size >= sizeof(key) || (!value && m->type != MEMBER_NULL)) {
                json_object_put(value);
                return -EINVAL;
        }
        memcpy(key, m->key, m->key_size);
        key[m->key_size] = '\0';
        return json_object_object_add(o, key, value);
}

/* What a JSON reader makes of a line, in half of its time; NULL: it is not plain, or there is no
 * memory. */
static json_object *read_plain(const char *line, size_t size)
{
        Member all[MEMBERS_MAX];
        int n = members_read(line, size, all), r = 0;
        json_object *o = n > 0 ? json_object_new_object() : NULL;

        for (int i = 0; o && i < n && r == 0; i++)
                r = add_member(o, &all[i]);
        if (r == 0)
                return o;
        json_object_put(o);
        return NULL;
}

static json_object *read_any(const char *line, size_t size)
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

json_object *record_parse(const char *line, size_t size)
{
        json_object *o = read_plain(line, size);

        return o ? o : read_any(line, size);
}

int64_t record_seconds(json_object *o)
{
        char seconds[TEXT_TIME_MAX];
        int64_t t;

        snprintf(seconds, sizeof(seconds), "%.19sZ", json_text(o, "time"));
        return text_time(seconds, &t) == 0 ? t : 0;
}

uint64_t record_seq(const char *line)
{
        size_t n = strlen(SEQ_START);

        return strncmp(line, SEQ_START, n) == 0 ? strtoull(line + n, NULL, 10) : 0;
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
