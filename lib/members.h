/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The members of a flat JSON object, read in place: for who looks at many lines and keeps few. Only
 * the plain spelling is read: no blanks between the parts, no backslash in a name, no object or
 * list within, numbers whole and of up to 18 digits. What a JSON reader would take otherwise, or
 * more generously, is refused and is to be given to one. */
#pragma once

#include <stddef.h>

#include "lib/macros.h"

#define MEMBERS_MAX 128u

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

/* `line`: one object and nothing more, clean as of text_is_clean(). How many members there are, in
 * their order: of two with one name a JSON reader takes the later one. -EINVAL: not plain, or more
 * than MEMBERS_MAX. */
int members_read(const char *line, size_t size, Member ret[MEMBERS_MAX]) _must_check_;
