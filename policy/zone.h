/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Zones and levels: who a computer and a drive belong to. */
#pragma once

#include <stdbool.h>

#include "lib/macros.h"

/* The numbers are part of the label format. */
#define ZONE_TABLE(X) \
        X(ZONE_NONE, 0, "none") \
        X(ZONE_INTERNAL, 1, "internal") \
        X(ZONE_CLASSIFIED, 2, "classified") \
        X(ZONE_INTERNET, 3, "internet")

#define LEVEL_TABLE(X) \
        X(LEVEL_NONE, 0, "none") \
        X(LEVEL_CONFIDENTIAL, 1, "confidential") \
        X(LEVEL_SECRET, 2, "secret") \
        X(LEVEL_TOP_SECRET, 3, "top-secret")

#define X(name, number, text) name = number,
typedef enum Zone { ZONE_TABLE(X) ZONE_MAX_ } Zone;
typedef enum Level { LEVEL_TABLE(X) LEVEL_MAX_ } Level;
#undef X

/* Slugs as in files, D-Bus and the CLI; never NULL. */
const char *zone_name(Zone zone);
const char *level_name(Level level);

/* 0, or -EINVAL for a word that is no zone or level. */
int zone_parse(const char *text, Zone *ret) _must_check_;
int level_parse(const char *text, Level *ret) _must_check_;

/* A level belongs to zone classified and to no other. */
bool zone_level_valid(Zone zone, Level level);
