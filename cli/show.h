/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How a drive is shown, the same in list, show, explain, status and monitor. */
#pragma once

#include <json-c/json.h>

#include "cli/client.h"
#include "cli/out.h"

/* "internal", "classified, secret", or "not registered". */
void show_zone(json_object *drive, char *ret, size_t size);
/* Media number, or what the device calls itself. */
void show_name(json_object *drive, char *ret, size_t size);
/* The sentence for the drive's reason slug, translated. */
const char *show_reason(const char *slug);
#define SHOW_REASON_MAX 256u
/* The same with the slug: "The drive is ... (no-label)". */
void show_reason_full(const char *slug, char ret[SHOW_REASON_MAX]);
Style show_verdict_style(json_object *drive);
/* "block", or "block (observed)" when the verdict is not in force. */
void show_verdict(json_object *drive, char *ret, size_t size);
void show_drive(json_object *drive);
