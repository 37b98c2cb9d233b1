/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decisions by a later time than the system clock's, and whether that is said. */
#include <criterion/criterion.h>
#include <string.h>

#include "policy/step.h"
#include "tests/unit/fixture.h"

TestSuite(decide_clock, .timeout = 60);

static void policy_ends(Fixture *f, Label *l _unused_)
{
        f->snapshot.bundle.not_after = T0 - DAY;
}

static void policy_began(Fixture *f, Label *l _unused_)
{
        f->snapshot.bundle.not_before = T0 - DAY;
}

static void credential_ends(Fixture *f, Label *l _unused_)
{
        f->snapshot.host.not_after = T0 - DAY;
}

static void label_ends(Fixture *f _unused_, Label *l)
{
        l->not_after = T0 - DAY;
}

static void label_began(Fixture *f _unused_, Label *l)
{
        l->not_before = T0 - DAY;
        l->not_after = 0;
}

static void nothing_ends(Fixture *f _unused_, Label *l)
{
        l->not_after = 0;
        l->not_before = 0;
}

Test(decide_clock, what_only_the_remembered_time_decides_is_said)
{
        static const struct {
                const char *name;
                void (*change)(Fixture *f, Label *l);
                int64_t clock; /* 0: it agrees */
                Effect effect;
                Reason reason;
                Check check; /* that says so; NONE: none does */
        } rows[] = {
                {"policy over", policy_ends, T0 - 2 * DAY, EFFECT_BLOCK, REASON_POLICY_EXPIRED,
                 CHECK_POLICY},
                {"policy over by both", policy_ends, T0 - DAY, EFFECT_BLOCK, REASON_POLICY_EXPIRED,
                 CHECK_NONE},
                {"policy over, clock right", policy_ends, 0, EFFECT_BLOCK, REASON_POLICY_EXPIRED,
                 CHECK_NONE},
                {"policy begun, set back", policy_began, T0 - 2 * DAY, EFFECT_ALLOW, REASON_OK,
                 CHECK_POLICY},
                {"credential over", credential_ends, T0 - 2 * DAY, EFFECT_BLOCK,
                 REASON_POLICY_EXPIRED, CHECK_POLICY},
                {"label over", label_ends, T0 - 2 * DAY, EFFECT_BLOCK, REASON_LABEL_EXPIRED,
                 CHECK_VALIDITY},
                {"label over by both", label_ends, T0 - 1, EFFECT_BLOCK, REASON_LABEL_EXPIRED,
                 CHECK_NONE},
                {"label begun, no battery", label_began, 1, EFFECT_ALLOW, REASON_OK,
                 CHECK_VALIDITY},
                {"label begun, clock right", label_began, 0, EFFECT_ALLOW, REASON_OK, CHECK_NONE},
                {"nothing has an end", nothing_ends, 1, EFFECT_ALLOW, REASON_OK, CHECK_NONE},
        };

        for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
                Fixture f;
                Label l;
                Decision d;

                fixture_init(&f);
                l = fixture_label(&f, ZONE_INTERNAL, LEVEL_NONE);
                rows[i].change(&f, &l);
                fixture_put_label(&f, &l);
                f.facts.clock = rows[i].clock;
                d = decide(&f, NULL, T0);
                cr_assert_eq(d.verdict.effect, rows[i].effect, "row '%s'", rows[i].name);
                cr_assert_eq(d.verdict.reason, rows[i].reason, "row '%s'", rows[i].name);
                cr_assert_eq(d.remembered, rows[i].check != CHECK_NONE, "row '%s'", rows[i].name);
                cr_assert_eq(d.now, T0, "row '%s'", rows[i].name);
                for (size_t n = 0; n < d.n_steps; n++) {
                        StepWords words = {.text = ""};
                        bool says = step_parse(d.steps[n].wanted, &words) == 0 &&
                                    strcmp(words.text, STEP_NOW_REMEMBERED) == 0;

                        cr_assert_eq(says, d.steps[n].check == rows[i].check, "row '%s', %s",
                                     rows[i].name, check_slug(d.steps[n].check));
                }
                fixture_done(&f);
        }
}
