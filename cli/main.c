/* SPDX-License-Identifier: GPL-2.0-or-later */
/* usbzonectl: finds the verb, parses its options, runs it. */
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/verbs.h"

const Verb *const cli_verbs[] = {
        &verb_setup,   &verb_status,      &verb_list,      &verb_show,     &verb_explain,
        &verb_enroll,  &verb_label,       &verb_allow,     &verb_revoke,   &verb_mode,
        &verb_clock,   &verb_reload,      &verb_log,       &verb_verify,   &verb_export,
        &verb_inspect, &verb_acknowledge, &verb_finding,   &verb_incident, &verb_report,
        &verb_monitor, &verb_doctor,      &verb_history,   &verb_simulate, &verb_authority,
        &verb_host,    &verb_policy,      &verb_whitelist, NULL,
};

const Verb *cli_find_verb(const char *name)
{
        for (const Verb *const *v = cli_verbs; *v; v++)
                if (!strcmp((*v)->name, name))
                        return *v;
        return NULL;
}

void cli_print_help(void)
{
        printf(_("Usage: %s VERB [OPTIONS]\n\n"), UZ_CLI);
        printf("%s\n\n", _("Keeps the USB drives of separate zones apart."));
        for (const Verb *const *v = cli_verbs; *v; v++)
                printf("  %-11s %s\n", (*v)->name, _((*v)->summary));
        printf("\n%s\n", _("Exit status: 0 done, 1 failed, 2 usage, 3 refused by policy, "
                           "4 not permitted, 5 evidence broken."));
        printf(_("More: %s VERB --help, man %s\n"), UZ_CLI, UZ_CLI);
}

static int unknown_verb(const char *name)
{
        const char *names[ARRAY_SIZE(cli_verbs)] = {0};
        const char *nearest;
        size_t n = 0;

        for (const Verb *const *v = cli_verbs; *v; v++)
                names[n++] = (*v)->name;
        nearest = cli_nearest(name, names, n);
        if (nearest)
                return cli_fail(CLI_USAGE, _("there is no verb \"%s\"; did you mean \"%s\"?"), name,
                                nearest);
        return cli_fail(CLI_USAGE, _("there is no verb \"%s\"; see %s help"), name, UZ_CLI);
}

static int help_verb(const char *name)
{
        const Verb *verb;

        if (!name) {
                cli_print_help();
                return CLI_OK;
        }
        verb = cli_find_verb(name);
        if (!verb)
                return unknown_verb(name);
        options_print_help(verb);
        return CLI_OK;
}

static int run_verb(const Verb *verb, int argc, char **argv)
{
        _cleanup_(freep) void *args = calloc(1, MAX(verb->size, (size_t)1));
        char **words;
        int n, r;

        if (!args)
                return cli_out_of_memory();
        r = options_parse(verb, argc, argv, args, &n, &words);
        if (r >= 0)
                return r;
        return verb->run(args, n, words);
}

/* Nobody reads any more, as behind `| head`. */
static bool is_left_alone(int fd)
{
        struct pollfd p = {.fd = fd};

        return poll(&p, 1, 0) > 0 && (p.revents & POLLERR);
}

/* What was printed must have arrived: a full disk is no success. */
static int finish(int code)
{
        bool failed = ferror(stdout); /* earlier: why is not known any more */

        if (fflush(stdout) == 0 && !failed)
                return code;
        if (code || (!failed && errno == EPIPE) || is_left_alone(STDOUT_FILENO))
                return code;
        if (failed)
                return cli_fail(CLI_FAILED, "%s", _("cannot write the output"));
        return cli_fail_errno(-errno, "%s", _("cannot write the output"));
}

int main(int argc, char **argv)
{
        const char *word = argc > 1 ? argv[1] : NULL, *locale = secure_getenv(UZ_ENV_LOCALE_DIR);
        const Verb *verb;

        setlocale(LC_ALL, "");
        bindtextdomain(UZ_PACKAGE, locale ? locale : UZ_LOCALEDIR);
        textdomain(UZ_PACKAGE);
        signal(SIGPIPE, SIG_IGN);
        if (!word) {
                cli_print_help();
                return CLI_USAGE;
        }
        if (!strcmp(word, "--version")) {
                printf("%s %s\n", UZ_CLI, UZ_VERSION);
                return finish(CLI_OK);
        }
        if (!strcmp(word, "help") || !strcmp(word, "--help") || !strcmp(word, "-h"))
                return finish(help_verb(argc > 2 ? argv[2] : NULL));
        if (word[0] == '-')
                return cli_fail(CLI_USAGE, _("unknown option %s; see %s help"), word, UZ_CLI);
        verb = cli_find_verb(word);
        if (!verb)
                return unknown_verb(word);
        return finish(run_verb(verb, argc - 1, argv + 1));
}
