/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Members of a JSON object. `o` NULL (there was no memory for it): nothing is done. */
#pragma once

#include <json-c/json.h>
#include <stdint.h>

/* NULL is put as "". */
void json_put_text(json_object *o, const char *key, const char *text);
/* Only if there is a text: NULL and "" are left out. */
void json_put_filled(json_object *o, const char *key, const char *text);
void json_put_number(json_object *o, const char *key, uint64_t n);
