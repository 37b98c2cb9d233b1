/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of a flat JSON object, read in place: for who looks at many lines and keeps few. Only
 * the plain spelling is read: no blanks between the parts, no backslash in a name, no object or
 * list within, numbers whole and of up to 18 digits. What a JSON reader would take otherwise, or
 * more generously, is refused and is to be given to one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/macros.h"

#define MEMBERS_QUOTES_MAX 512u

typedef enum MemberType {
        MEMBER_TEXT,
        MEMBER_ESCAPED, /* a text with a backslash: what it spells is a JSON reader's to tell */
        MEMBER_NUMBER,
        MEMBER_BOOLEAN,
        MEMBER_NULL,
} MemberType;

typedef struct Member {
        const char *key, *value; /* in the line; of a text what is between the quotes */
        size_t key_size, size;
        MemberType type;
} Member;

typedef struct Members {
        const char *line;
        size_t size, at;
        size_t n, next; /* quotes */
        bool escapes;   /* there is a backslash somewhere */
        uint16_t quotes[MEMBERS_QUOTES_MAX];
} Members;

/* `line`: one object and nothing more, clean as of text_is_clean(). */
void members_start(Members *m, const char *line, size_t size);
/* 1 and the next member; 0 after the last one; -EINVAL: not plain. Of two with one name a JSON
 * reader takes the later one. */
int members_next(Members *m, Member *ret) _must_check_;
