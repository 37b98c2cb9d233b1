/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Options of a verb: one table gives the parser, the help and the proposals for a misspelt one. */
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"

#define OPTIONS_MAX 32u
#define HELP_COLUMN 28
#define CODE_HELP 1000

static void print_option(char letter, const char *name, const char *argument, const char *help)
{
        char text[96];
        int width;

        if (letter)
                snprintf(text, sizeof(text), "  -%c, --%s%s%s", letter, name, argument ? " " : "",
                         argument ? argument : "");
        else
                snprintf(text, sizeof(text), "      --%s%s%s", name, argument ? " " : "",
                         argument ? argument : "");
        width = out_width(text);
        if (width >= HELP_COLUMN)
                printf("%s\n%*s", text, HELP_COLUMN, "");
        else
                printf("%s%*s", text, HELP_COLUMN - width, "");
        out_wrapped(help, HELP_COLUMN);
}

/* gettext("") is the catalogue's header, not "". */
static const char *usage_of(const Verb *verb)
{
        return *verb->usage ? _(verb->usage) : "";
}

void options_print_help(const Verb *verb)
{
        printf(_("Usage: %s %s %s\n\n"), UZ_CLI, verb->name, usage_of(verb));
        printf("%s\n", _(verb->summary));
        if (verb->details) {
                putchar('\n');
                out_wrapped(_(verb->details), 0);
        }
        printf("\n%s\n", _("Options:"));
        for (size_t i = 0; i < verb->n_options; i++) {
                const Option *o = &verb->options[i];

                print_option(o->letter, o->name, o->argument ? _(o->argument) : NULL, _(o->help));
        }
        print_option('h', "help", NULL, _("show this help"));
}

static size_t edit_distance(const char *a, const char *b)
{
        size_t row[64], n = MIN(strlen(b), ARRAY_SIZE(row) - 1);

        for (size_t j = 0; j <= n; j++)
                row[j] = j;
        for (size_t i = 1; a[i - 1]; i++) {
                size_t diagonal = row[0];

                row[0] = i;
                for (size_t j = 1; j <= n; j++) {
                        size_t best = diagonal + (a[i - 1] != b[j - 1]);

                        best = MIN(best, MIN(row[j], row[j - 1]) + 1);
                        diagonal = row[j];
                        row[j] = best;
                }
        }
        return row[n];
}

const char *cli_nearest(const char *word, const char *const *candidates, size_t n)
{
        const char *best = NULL;
        size_t least = strlen(word) / 3 + 2;

        for (size_t i = 0; i < n; i++) {
                size_t d = edit_distance(word, candidates[i]);

                if (strlen(word) > 1 && !strncmp(word, candidates[i], strlen(word)))
                        d = MIN(d, (size_t)1);
                if (d < least) {
                        least = d;
                        best = candidates[i];
                }
        }
        return best;
}

static const Option *option_of(const Verb *verb, int code)
{
        if (code > CODE_HELP)
                return &verb->options[code - CODE_HELP - 1];
        for (size_t i = 0; i < verb->n_options; i++)
                if (verb->options[i].letter == code)
                        return &verb->options[i];
        return NULL;
}

static int unknown_long(const Verb *verb, const char *word)
{
        const char *names[OPTIONS_MAX + 1], *nearest;
        char name[64];

        snprintf(name, sizeof(name), "%.*s", (int)strcspn(word + 2, "="), word + 2);
        for (size_t i = 0; i < verb->n_options; i++)
                names[i] = verb->options[i].name;
        names[verb->n_options] = "help";
        nearest = cli_nearest(name, names, verb->n_options + 1);
        if (nearest)
                return cli_fail(CLI_USAGE, _("%s: unknown option --%s; did you mean --%s?"),
                                verb->name, name, nearest);
        return cli_fail(CLI_USAGE, _("%s: unknown option --%s; see %s %s --help"), verb->name, name,
                        UZ_CLI, verb->name);
}

/* What getopt_long() refused: `code` is ':' or '?', optopt the option, 0: an unknown long one. */
static int bad_option(const Verb *verb, int code, char **argv)
{
        const Option *o = option_of(verb, optopt);

        if (code == ':')
                return cli_fail(CLI_USAGE, _("%s: --%s needs a value"), verb->name, o->name);
        if (optopt == CODE_HELP || (optopt > CODE_HELP && o))
                return cli_fail(CLI_USAGE, _("%s: --%s takes no value"), verb->name,
                                optopt == CODE_HELP ? "help" : o->name);
        if (optopt)
                return cli_fail(CLI_USAGE, _("%s: unknown option -%c; see %s %s --help"),
                                verb->name, optopt, UZ_CLI, verb->name);
        return unknown_long(verb, argv[optind - 1]);
}

static int store(const Option *o, void *args, const char *value)
{
        void *member = (char *)args + o->offset;
        OptionList *list = member;

        switch (o->kind) {
        case OPTION_FLAG:
                *(bool *)member = true;
                break;
        case OPTION_TEXT:
                *(const char **)member = value;
                break;
        case OPTION_LIST:
                if (list->n == OPTION_LIST_MAX)
                        return cli_fail(CLI_USAGE, _("--%s may be given %u times at most"), o->name,
                                        OPTION_LIST_MAX);
                list->items[list->n++] = value;
                break;
        }
        return -1;
}

static void make_tables(const Verb *verb, struct option *table, char *letters)
{
        size_t n = 0;

        letters[n++] = ':';
        for (size_t i = 0; i < verb->n_options; i++) {
                const Option *o = &verb->options[i];

                table[i] = (struct option){.name = o->name,
                                           .has_arg = o->argument ? required_argument : no_argument,
                                           .val = CODE_HELP + 1 + (int)i};
                if (!o->letter)
                        continue;
                letters[n++] = o->letter;
                if (o->argument)
                        letters[n++] = ':';
        }
        table[verb->n_options] = (struct option){.name = "help", .val = CODE_HELP};
        letters[n++] = 'h';
        letters[n] = '\0';
}

static int count_words(const Verb *verb, int n, char **words)
{
        if (n < verb->min)
                return cli_fail(CLI_USAGE, _("%s: something is missing; usage: %s %s %s"),
                                verb->name, UZ_CLI, verb->name, usage_of(verb));
        if (n > verb->max)
                return cli_fail(CLI_USAGE, _("%s: \"%s\" is too much; usage: %s %s %s"), verb->name,
                                words[verb->max], UZ_CLI, verb->name, usage_of(verb));
        return -1;
}

int options_parse(const Verb *verb, int argc, char **argv, void *args, int *ret_n,
                  char ***ret_words)
{
        struct option table[OPTIONS_MAX + 2] = {0};
        char letters[2 * OPTIONS_MAX + 3];
        int code, r;

        make_tables(verb, table, letters);
        opterr = 0;
        optind = 1;
        while ((code = getopt_long(argc, argv, letters, table, NULL)) != -1) {
                if (code == 'h' || code == CODE_HELP) {
                        options_print_help(verb);
                        return CLI_OK;
                }
                if (code == ':' || code == '?')
                        return bad_option(verb, code, argv);
                r = store(option_of(verb, code), args, optarg);
                if (r >= 0)
                        return r;
        }
        *ret_n = argc - optind;
        *ret_words = argv + optind;
        return count_words(verb, *ret_n, *ret_words);
}
