/* SPDX-License-Identifier: GPL-2.0-or-later */
/* explain: why a drive may or may not be used here, check by check. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/show.h"
#include "cli/step.h"
#include "cli/verbs.h"
#include "lib/language.h"

typedef struct ExplainArgs {
        bool json;
} ExplainArgs;

/* The check's question, translated; its slug if it is one this program does not know. */
static const char *question(const char *slug)
{
        for (int c = 0; c < CHECK_MAX_; c++)
                if (!strcmp(check_slug((Check)c), slug))
                        return _(check_text((Check)c));
        return slug;
}

/* `format` has one %s for it. */
static void print_detail(const char *format, const char *said)
{
        char words[STEP_WORDS_MAX];

        step_words(said, words, sizeof(words));
        printf("    ");
        printf(format, words);
        printf("\n");
}

static void print_step(json_object *step)
{
        char full[SHOW_REASON_MAX];
        const char *reason = json_text(step, "reason"), *saw = json_text(step, "saw"),
                   *wanted = json_text(step, "wanted");
        bool passed = !strcmp(reason, reason_slug(REASON_OK));
        const char *mark = out_has_symbols() ? (passed ? "✓" : "✗") : (passed ? "+" : "!");

        printf("%s%s%s %s\n", out_style(stdout, passed ? STYLE_GOOD : STYLE_BAD), mark,
               out_plain(stdout), question(json_text(step, "check")));
        if (*saw)
                print_detail(_("seen: %s"), saw);
        if (*wanted && strcmp(saw, wanted) != 0)
                print_detail(_("wanted: %s"), wanted);
        show_reason_full(reason, full);
        if (!passed)
                printf("    %s\n", full);
}

static void print_end(json_object *drive)
{
        char verdict[96], reason[SHOW_REASON_MAX], rule[STEP_WORDS_MAX];

        show_verdict(drive, verdict, sizeof(verdict));
        show_reason_full(json_text(drive, "reason"), reason);
        step_words(json_text(drive, "rule"), rule, sizeof(rule));
        printf("\n");
        out_field_styled(show_verdict_style(drive), _("Verdict"), "%s", verdict);
        out_field(_("Reason"), "%s", reason);
        if (strcmp(json_text(drive, "severity"), severity_name(SEVERITY_NONE)) != 0)
                out_field(_("Severity"), "%s", _(json_text(drive, "severity")));
        out_field(_("Decided by"), _("%s (%s)"), question(json_text(drive, "check")),
                  json_text(drive, "check"));
        out_field(_("Rule"), _("%s, policy version %" PRIu64), rule,
                  json_number(drive, "policy_version"));
        if (*json_text(drive, "grant"))
                out_field(_("Exception"), "%s", json_text(drive, "grant"));
        if (json_true(drive, "observed"))
                printf("%s\n",
                       _("This computer observes only: the drive is let through all the same."));
}

/* Of [{language, text}] the one that is read best here; "" if there is none. */
static const char *pick_text(json_object *manager, const char *key)
{
        const char *wanted = language_wanted(), *best = "";
        json_object *texts = NULL;
        unsigned of_best = 0;

        if (!json_object_object_get_ex(manager, key, &texts) ||
            !json_object_is_type(texts, json_type_array))
                return best;
        for (size_t i = 0; i < json_object_array_length(texts); i++) {
                json_object *t = json_object_array_get_idx(texts, i);
                unsigned rank = language_rank(wanted, json_text(t, "language"));

                if (rank > of_best) {
                        of_best = rank;
                        best = json_text(t, "text");
                }
        }
        return best;
}

/* What the policy has to say to the user, if the drive is not simply allowed. */
static void print_office(json_object *drive, json_object *manager)
{
        const char *notice = pick_text(manager, "notices"),
                   *contact = pick_text(manager, "contacts");

        if (strcmp(json_text(drive, "verdict"), effect_name(EFFECT_ALLOW)) == 0)
                return;
        if (*notice)
                out_field(_("Notice"), "%s", notice);
        if (*contact)
                out_field(_("Contact"), "%s", contact);
}

static void print_story(json_object *drive, json_object *manager)
{
        char name[128], zone[96];
        json_object *steps;

        show_name(drive, name, sizeof(name));
        show_zone(drive, zone, sizeof(zone));
        printf(_("Drive %" PRIu64 ": %s, %s\n\n"), json_number(drive, "number"), name, zone);
        if (json_object_object_get_ex(drive, "steps", &steps))
                for (size_t i = 0; i < json_object_array_length(steps); i++)
                        print_step(json_object_array_get_idx(steps, i));
        print_end(drive);
        print_office(drive, manager);
}

static int run(void *args, _unused_ int n, char **words)
{
        const ExplainArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *drive = NULL, *manager = NULL;
        int r = client_open(&c);

        if (r == 0)
                r = client_find_drive(c, words[0], &drive);
        if (r == 0)
                r = client_manager(c, &manager);
        if (r)
                return r;
        if (a->json)
                out_json(TAKE_PTR(drive));
        else
                print_story(drive, manager);
        return 0;
}

static const Option options[] = {
        FLAG(ExplainArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_explain = {
        .name = "explain",
        .usage = N_("DRIVE"),
        .summary = N_("tell step by step why a drive is allowed or blocked"),
        .details = N_(
                "DRIVE is its number in `usbzonectl list`, its media number, its identity (8 hex\n"
                "digits or more), its block device or its name in sysfs (1-1.2)."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1,
        .size = sizeof(ExplainArgs),
        .run = run,
};
