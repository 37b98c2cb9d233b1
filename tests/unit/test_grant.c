/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grants: added, found, pruned, written and read. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "policy/grant.h"

TestSuite(grant, .timeout = 10);

static Grant grant_of(uint16_t number, uint8_t drive, Effect effect, int64_t start, int64_t end)
{
        Grant g = {.effect = effect, .start = start, .end = end};

        g.id[0] = (uint8_t)(number >> 8);
        g.id[1] = (uint8_t)number;
        memset(g.identity, drive, DIGEST_SIZE);
        strcpy(g.approver, "张三");
        strcpy(g.reason, "one-way import, no. 17");
        return g;
}

Test(grant, the_one_that_allows_most_is_found)
{
        uint8_t drive[DIGEST_SIZE];
        Grants *g = calloc(1, sizeof(*g));
        const struct {
                uint16_t number;
                Effect effect;
                int64_t start, end;
        } list[] = {
                {1, EFFECT_READ_ONLY, 0, 100},
                {2, EFFECT_ALLOW, 10, 20},
                {3, EFFECT_ALLOW, 10, 30},
        };
        static const struct {
                int64_t now;
                int number; /* 0 = none */
        } rows[] = {{0, 1}, {9, 1}, {10, 3}, {19, 3}, {29, 3}, {30, 1}, {99, 1}, {100, 0}, {-1, 0}};

        for (size_t i = 0; i < ARRAY_SIZE(list); i++) {
                Grant x = grant_of(list[i].number, 7, list[i].effect, list[i].start, list[i].end);

                cr_assert_eq(grants_add(g, &x), 0);
        }
        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                const Grant *found;

                memset(drive, 7, sizeof(drive));
                found = grants_find(g, drive, NULL, rows[i].now);
                cr_assert_eq(found ? found->id[1] : 0, rows[i].number, "at %lld",
                             (long long)rows[i].now);
                drive[31] ^= 1;
                cr_assert_null(grants_find(g, drive, NULL, rows[i].now));
        }
        free(g);
}

Test(grant, what_makes_no_sense_is_not_added)
{
        Grants *g = calloc(1, sizeof(*g));
        const Grant good = grant_of(1, 7, EFFECT_ALLOW, 10, 20);
        Grant x;

        x = good;
        x.effect = EFFECT_BLOCK;
        cr_assert_eq(grants_add(g, &x), -EINVAL);
        x.effect = (Effect)7;
        cr_assert_eq(grants_add(g, &x), -EINVAL);
        x = good;
        x.end = x.start;
        cr_assert_eq(grants_add(g, &x), -EINVAL);
        x = good;
        x.start = -1;
        cr_assert_eq(grants_add(g, &x), -EINVAL);
        static const char *const bad[] = {"", " x", "x ", "a\nb", "\x1b[0m", "\xff"};
        for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
                x = good;
                strcpy(x.approver, bad[i]);
                cr_assert_eq(grants_add(g, &x), -EINVAL, "row %zu", i);
                x = good;
                strcpy(x.reason, bad[i]);
                cr_assert_eq(grants_add(g, &x), -EINVAL, "row %zu", i);
        }
        x = good;
        memset(x.reason, 'x', sizeof(x.reason));
        cr_assert_eq(grants_add(g, &x), -EINVAL);
        cr_assert_eq(g->n, 0);
        cr_assert_eq(grants_add(g, &good), 0);
        cr_assert_eq(grants_add(g, &good), -EEXIST);
        free(g);
}

Test(grant, the_list_has_a_limit_and_lets_go)
{
        Grants *g = calloc(1, sizeof(*g));
        Grant x;

        for (uint16_t i = 0; i < GRANTS_MAX; i++) {
                x = grant_of(i, 7, EFFECT_ALLOW, 0, i + 1);
                cr_assert_eq(grants_add(g, &x), 0);
        }
        x = grant_of(GRANTS_MAX, 7, EFFECT_ALLOW, 0, 1000);
        cr_assert_eq(grants_add(g, &x), -ENOSPC);
        cr_assert_eq(grants_remove(g, x.id), -ENOENT);
        cr_assert_eq(grants_prune(g, 0), 0);
        cr_assert_eq(grants_prune(g, 100), 100);
        cr_assert_eq(g->n, GRANTS_MAX - 100);
        cr_assert_eq(g->list[0].end, 101);
        x = grant_of(200, 7, EFFECT_ALLOW, 0, 1);
        cr_assert_eq(grants_remove(g, x.id), 0);
        cr_assert_eq(grants_remove(g, x.id), -ENOENT);
        cr_assert_eq(g->n, GRANTS_MAX - 101);
        cr_assert_eq(grants_prune(g, INT64_MAX), GRANTS_MAX - 101);
        cr_assert_eq(g->n, 0);
        free(g);
}

Test(grant, a_full_list_is_written_and_read_back)
{
        Grants *g = calloc(1, sizeof(*g)), *back = calloc(1, sizeof(*back));
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t size;

        for (uint16_t n = 0; n <= GRANTS_MAX; n += GRANTS_MAX / 2) {
                while (g->n < n) {
                        Grant x = grant_of((uint16_t)g->n, (uint8_t)g->n,
                                           g->n % 2 ? EFFECT_ALLOW : EFFECT_READ_ONLY,
                                           1800000000 + (int64_t)g->n, 1800003600);

                        cr_assert_eq(grants_add(g, &x), 0);
                }
                free(TAKE_PTR(text));
                cr_assert_eq(grants_format(g, &text, &size), 0);
                cr_assert(size <= GRANTS_SIZE_MAX);
                cr_assert_eq(grants_parse(text, size, back, &error), 0, "%u: %s", error.line,
                             error.message);
                cr_assert_eq(back->n, n);
                cr_assert_eq(memcmp(back, g, sizeof(*g)), 0);
        }
        free(g);
        free(back);
}

#define FORMAT "usbzone-grants 1\n"
#define ID "grant = 0000000000000001\n"
#define DRIVE "drive = 0000000000000000000000000000000000000000000000000000000000000007\n"
#define REST "effect = allow\nstart = 2026-01-01\nend = 2026-01-02\napprover = a\nreason = b\n"

Test(grant, errors_name_their_line)
{
        static const struct {
                const char *name, *text;
                int result;
                unsigned line;
        } rows[] = {
                {"none", FORMAT, 0, 0},
                {"one", FORMAT ID DRIVE REST, 0, 0},
                {"another format", "usbzone-policy 1\n", -EINVAL, 1},
                {"unknown key", FORMAT ID "who = me\n", -EINVAL, 3},
                {"fields before the grant", FORMAT DRIVE, -EINVAL, 2},
                {"no drive", FORMAT "\n" ID REST, -EINVAL, 3},
                {"drive twice", FORMAT ID DRIVE DRIVE REST, -EINVAL, 4},
                {"the same grant twice", FORMAT ID DRIVE REST ID DRIVE REST, -EINVAL, 9},
                {"first one unfinished", FORMAT ID DRIVE "grant = 0000000000000002\n" DRIVE REST,
                 -EINVAL, 2},
                {"effect block", FORMAT ID "effect = block\n", -EINVAL, 3},
                {"bad id", FORMAT "grant = 1\n", -EINVAL, 2},
                {"bad drive", FORMAT ID "drive = 7\n", -EINVAL, 3},
                {"bad time", FORMAT ID "start = now\n", -EINVAL, 3},
                {"with approval", FORMAT ID DRIVE REST "approval = 2026-17\n", 0, 0},
                {"empty approval", FORMAT ID DRIVE REST "approval =\n", -EINVAL, 9},
                {"approval of 63 bytes",
                 FORMAT ID DRIVE REST "approval = 012345678901234567890123456789"
                                      "012345678901234567890123456789012\n",
                 0, 0},
                {"approval of 64 bytes",
                 FORMAT ID DRIVE REST "approval = 012345678901234567890123456789"
                                      "0123456789012345678901234567890123\n",
                 -EINVAL, 9},
                {"approval twice", FORMAT ID DRIVE REST "approval = 1\napproval = 2\n", -EINVAL,
                 10},
                {"empty reason", FORMAT ID "reason =\n", -EINVAL, 3},
                {"ends at its start",
                 FORMAT ID DRIVE "effect = allow\nstart = 2026-01-01\nend = 2026-01-01\n"
                                 "approver = a\nreason = b\n",
                 -EINVAL, 2},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Grants *g = calloc(1, sizeof(*g));
                TextError error = {0};

                g->n = 99;
                cr_assert_eq(grants_parse(rows[i].text, strlen(rows[i].text), g, &error),
                             rows[i].result, "row '%s': %s", rows[i].name, error.message);
                cr_assert_eq(error.line, rows[i].line, "row '%s': line %u", rows[i].name,
                             error.line);
                if (rows[i].result < 0)
                        cr_assert_eq(g->n, 99, "row '%s'", rows[i].name);
                free(g);
        }
}
