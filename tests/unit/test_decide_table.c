/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The decision table: every cell, at every level. */
#include <criterion/criterion.h>
#include <string.h>

#include "tests/unit/fixture.h"

TestSuite(decide_table, .timeout = 60);

/* The table of the manual, cell by cell; NONE as drive zone is a drive without a label. */
static const struct Cell {
        const char *name;
        Zone host, drive;
        Effect effect;
        Reason reason;
        Severity severity;
} cells[] = {
        {"internal computer, internal drive", ZONE_INTERNAL, ZONE_INTERNAL, EFFECT_ALLOW, REASON_OK,
         SEVERITY_NONE},
        {"internal computer, classified drive", ZONE_INTERNAL, ZONE_CLASSIFIED, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_CRITICAL},
        {"internal computer, internet drive", ZONE_INTERNAL, ZONE_INTERNET, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_WARNING},
        {"internal computer, no label", ZONE_INTERNAL, ZONE_NONE, EFFECT_BLOCK, REASON_NO_LABEL,
         SEVERITY_WARNING},
        {"classified computer, internal drive", ZONE_CLASSIFIED, ZONE_INTERNAL, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_WARNING},
        {"classified computer, internet drive", ZONE_CLASSIFIED, ZONE_INTERNET, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_CRITICAL},
        {"classified computer, no label", ZONE_CLASSIFIED, ZONE_NONE, EFFECT_BLOCK, REASON_NO_LABEL,
         SEVERITY_WARNING},
        {"internet computer, internal drive", ZONE_INTERNET, ZONE_INTERNAL, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_CRITICAL},
        {"internet computer, classified drive", ZONE_INTERNET, ZONE_CLASSIFIED, EFFECT_BLOCK,
         REASON_ZONE_MISMATCH, SEVERITY_CRITICAL},
        {"internet computer, internet drive", ZONE_INTERNET, ZONE_INTERNET, EFFECT_ALLOW, REASON_OK,
         SEVERITY_NONE},
        {"internet computer, no label", ZONE_INTERNET, ZONE_NONE, EFFECT_BLOCK, REASON_NO_LABEL,
         SEVERITY_NOTICE},
};

Test(decide_table, every_cell_of_the_table_at_every_level)
{
        Fixture f;

        fixture_init(&f);
        for (size_t i = 0; i < ARRAY_SIZE(cells); i++) {
                const struct Cell *c = &cells[i];
                Level host_max = c->host == ZONE_CLASSIFIED ? LEVEL_TOP_SECRET : LEVEL_NONE;
                Level drive_max = c->drive == ZONE_CLASSIFIED ? LEVEL_TOP_SECRET : LEVEL_NONE;

                for (Level h = host_max ? LEVEL_CONFIDENTIAL : LEVEL_NONE; h <= host_max; h++)
                        for (Level l = drive_max ? LEVEL_CONFIDENTIAL : LEVEL_NONE; l <= drive_max;
                             l++) {
                                Label label = fixture_label(&f, c->drive, l);
                                Decision d;

                                set_host(&f, c->host, h);
                                memset(f.facts.area, 0, sizeof(f.facts.area));
                                if (c->drive != ZONE_NONE)
                                        fixture_put_label(&f, &label);
                                d = decide(&f, NULL, T0);
                                assert_verdict(c->name, &d, c->effect, c->reason, c->severity);
                        }
        }
        fixture_done(&f);
}

Test(decide_table, classified_drives_open_only_at_their_own_level_or_above)
{
        Fixture f;

        fixture_init(&f);
        for (Level host = LEVEL_CONFIDENTIAL; host <= LEVEL_TOP_SECRET; host++)
                for (Level drive = LEVEL_CONFIDENTIAL; drive <= LEVEL_TOP_SECRET; drive++) {
                        Label label = fixture_label(&f, ZONE_CLASSIFIED, drive);
                        Decision d;

                        set_host(&f, ZONE_CLASSIFIED, host);
                        fixture_put_label(&f, &label);
                        d = decide(&f, NULL, T0);
                        if (drive <= host)
                                assert_verdict(level_name(drive), &d, EFFECT_ALLOW, REASON_OK,
                                               SEVERITY_NONE);
                        else
                                assert_verdict(level_name(drive), &d, EFFECT_BLOCK,
                                               REASON_LEVEL_TOO_HIGH, SEVERITY_CRITICAL);
                }
        fixture_done(&f);
}
