/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Windows in which the same event is counted. */
#include "policy/repeat.h"

#include <string.h>

static uint64_t end_of(const Repeat *r)
{
        return r->begun > UINT64_MAX - REPEAT_WINDOW_US ? UINT64_MAX : r->begun + REPEAT_WINDOW_US;
}

const Repeat *repeats_count(Repeats *r, const uint8_t content[DIGEST_SIZE], uint64_t now)
{
        for (size_t i = 0; i < r->n; i++) {
                Repeat *x = &r->list[i];

                if (memcmp(x->content, content, DIGEST_SIZE) != 0 || now >= end_of(x))
                        continue;
                x->times++;
                return x;
        }
        return NULL;
}

int repeats_begin(Repeats *r, const Repeat *first)
{
        if (r->n == REPEATS_MAX)
                return -ENOSPC;
        r->list[r->n++] = *first;
        return 0;
}

static void take(Repeats *r, size_t i, Repeat *ret)
{
        *ret = r->list[i];
        r->n--;
        memmove(&r->list[i], &r->list[i + 1], (r->n - i) * sizeof(Repeat));
}

bool repeats_take_ended(Repeats *r, uint64_t now, Repeat *ret)
{
        if (r->n == 0 || now < end_of(&r->list[0]))
                return false;
        take(r, 0, ret);
        return true;
}

bool repeats_take_subject(Repeats *r, const uint8_t subject[DIGEST_SIZE], Repeat *ret)
{
        for (size_t i = 0; i < r->n; i++) {
                if (memcmp(r->list[i].subject, subject, DIGEST_SIZE) != 0)
                        continue;
                take(r, i, ret);
                return true;
        }
        return false;
}

uint64_t repeats_next_end(const Repeats *r)
{
        return r->n > 0 ? end_of(&r->list[0]) : UINT64_MAX;
}
