/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks, explains, and asks for a yes. */
#include "cli/setup.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/plugged.h"
#include "lib/file.h"

/* `about` is a message id; that of a zone or level is the word. */
typedef struct Choice {
        const char *word, *about;
} Choice;

static const Choice kinds[] = {
        {"alone", N_("its keys, labels and policy are made here")},
        {"office", N_("an office makes them for several computers")},
};
static const Choice zones[] = {
        {"internal", "internal"},
        {"classified", "classified"},
        {"internet", "internet"},
};
static const Choice levels[] = {
        {"confidential", "confidential"},
        {"secret", "secret"},
        {"top-secret", "top-secret"},
};

static const Choice *chosen(const char *answer, const Choice *choices, size_t n)
{
        for (size_t i = 0; i < n; i++)
                if (!strcmp(answer, choices[i].word) ||
                    (answer[0] == (char)('1' + i) && !answer[1]))
                        return &choices[i];
        return NULL;
}

/* Asks until the answer is one of the words, given whole or by its number; NULL: there is none. */
static const char *ask_choice(const char *question, const Choice *choices, size_t n)
{
        for (;;) {
                _cleanup_(freep) char *answer = NULL;
                const Choice *c;

                fprintf(stderr, "%s\n", question);
                for (size_t i = 0; i < n; i++)
                        if (strcmp(choices[i].word, _(choices[i].about)) != 0)
                                fprintf(stderr, "  %zu  %s (%s)\n", i + 1, choices[i].word,
                                        _(choices[i].about));
                        else
                                fprintf(stderr, "  %zu  %s\n", i + 1, choices[i].word);
                answer = cli_ask(_("Number or word:"), NULL);
                c = answer ? chosen(answer, choices, n) : NULL;
                if (!answer || c) {
                        fputc('\n', stderr);
                        return c ? c->word : NULL;
                }
                cli_note(_("an answer is a number from 1 to %zu, or the word behind it"), n);
        }
}

static void explain_office(void)
{
        printf("%s\n", _("Nothing was changed. The way to a computer of an office:"));
        printf("  %s\n     usbzonectl host request --out REQUEST\n", _("1. on this computer"));
        printf("  %s\n     usbzonectl host sign REQUEST --zone ZONE --out CREDENTIAL\n",
               _("2. at the office"));
        printf("  %s\n     usbzonectl host install CREDENTIAL authority.keys policy\n",
               _("3. on this computer, with what the office gave back"));
        printf("%s\n", _("It starts in observe mode then, too. More: man usbzonectl"));
}

int setup_ask(SetupArgs *a)
{
        const char *kind;

        if (a->zone)
                return 0;
        if (!cli_is_interactive())
                return cli_fail(
                        CLI_USAGE, "%s",
                        _("--zone is missing: internal, classified or internet (without a terminal "
                          "nothing can be asked)"));
        fprintf(stderr, "%s\n\n",
                _("This makes the computer a guarded one. Nothing is written before your "
                  "last yes."));
        kind = ask_choice(_("Is this computer on its own, or one of an office?"), kinds,
                          ARRAY_SIZE(kinds));
        a->office = kind && !strcmp(kind, "office");
        if (a->office) {
                explain_office();
                return 0;
        }
        if (kind)
                a->zone = ask_choice(_("To which zone does this computer belong?"), zones,
                                     ARRAY_SIZE(zones));
        if (a->zone && !strcmp(a->zone, "classified") && !a->level) {
                a->level = ask_choice(_("What is its level?"), levels, ARRAY_SIZE(levels));
                if (!a->level)
                        a->zone = NULL;
        }
        return a->zone ? 0 : cli_fail(CLI_FAILED, "%s", _("nothing was changed"));
}

/* A computer that is set up anew keeps its mode, and no label of the old authority counts. */
static void explain_mode(const Founding *f)
{
        bool observe = !f->existing || faccessat(f->state_fd, UZ_OBSERVE_FILE, F_OK, 0) == 0;

        if (f->existing)
                fprintf(stderr, "  - %s\n",
                        _("The old keys are kept aside; every drive must be enrolled again."));
        if (observe)
                fprintf(stderr, "  - %s\n",
                        _("Nothing is locked: in observe mode drives are decided and recorded,\n"
                          "    none is blocked."));
        else
                fprintf(stderr, "  - %s\n",
                        _("The mode stays enforce: drives are BLOCKED from then on, until they "
                          "are\n"
                          "    enrolled again."));
}

static void explain_files(const SetupArgs *a, const Founding *f)
{
        fprintf(stderr, "%s\n", _("What will happen:"));
        fprintf(stderr, "  - ");
        fprintf(stderr,
                _("Written to %s: keys of an authority, key list,\n"
                  "    this computer's credential, a default policy, an empty whitelist.\n"),
                file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        if (a->root_out) {
                fprintf(stderr, "  - ");
                fprintf(stderr, _("The root key is written to %s only.\n"), a->root_out);
        }
        if (a->second_key_out) {
                fprintf(stderr, "  - ");
                fprintf(stderr, "%s\n",
                        _("Top-secret labels will need two signatures: a second label key is made\n"
                          "    for a second person."));
        }
        if (!f->existing) {
                fprintf(stderr, "  - ");
                fprintf(stderr, _("Written to %s: observe mode, the key of the ledger's seal.\n"),
                        file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR));
        }
        fprintf(stderr, "  - ");
        if (a->no_start)
                fprintf(stderr, "%s\n", _("The guard is not started."));
        else
                fprintf(stderr, _("The guard (%s) is started, now and at each boot.\n"), UZ_UNIT);
}

static void explain_plugged_in(void)
{
        _cleanup_(freep) Plugged *list = calloc(PLUGGED_MAX, sizeof(*list));
        size_t n = list ? plugged_find(list) : 0, blocked = 0;

        if (n == 0) {
                fprintf(stderr, "%s\n", _("No USB drive or phone is plugged in now."));
                return;
        }
        fprintf(stderr, "%s\n", _("Plugged in now:"));
        for (size_t i = 0; i < n; i++) {
                const Plugged *p = &list[i];

                blocked += !p->system;
                fprintf(stderr, "  %s:%s %s%s(%s)\n", p->vid, p->pid, p->name, *p->name ? " " : "",
                        p->system ? _("the running system is on it: never blocked")
                                  : _(device_class_words(p->class)));
        }
        if (blocked)
                fprintf(stderr,
                        ngettext("Enforcing would block %zu of them, until it is enrolled.\n",
                                 "Enforcing would block %zu of them, until they are enrolled.\n",
                                 blocked),
                        blocked);
}

int setup_confirm(const SetupArgs *a, const Founding *f)
{
        _cleanup_(freep) char *question = NULL;

        if (a->yes || !cli_is_interactive())
                return 0;
        explain_files(a, f);
        explain_mode(f);
        fputc('\n', stderr);
        explain_plugged_in();
        fputc('\n', stderr);
        if (asprintf(&question, _("Set up %s as a computer of zone %s%s%s? Type yes:"),
                     f->host.name, _(zone_name(f->host.zone)), f->host.level ? _(", ") : "",
                     f->host.level ? _(level_name(f->host.level)) : "") < 0)
                return cli_out_of_memory();
        if (!cli_confirm(question, "yes"))
                return cli_fail(CLI_FAILED, "%s", _("nothing was changed"));
        return 0;
}
