/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Texts and numbers, put into objects. */
#include "store/json.h"

void json_put_text(json_object *o, const char *key, const char *text)
{
        if (o)
                (void)json_object_object_add(o, key, json_object_new_string(text ? text : ""));
}

void json_put_filled(json_object *o, const char *key, const char *text)
{
        if (text && *text)
                json_put_text(o, key, text);
}

void json_put_number(json_object *o, const char *key, uint64_t n)
{
        if (o)
                (void)json_object_object_add(o, key, json_object_new_uint64(n));
}
