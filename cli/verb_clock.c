/* SPDX-License-Identifier: GPL-2.0-or-later */
/* clock: shows the time drives are judged by; believes the system clock again. */
#include <inttypes.h>
#include <string.h>

#include "cli/clock_words.h"
#include "cli/out.h"
#include "cli/verbs.h"

typedef struct ClockArgs {
        const char *reason;
        bool json;
} ClockArgs;

static void print_time(const char *name, int64_t t)
{
        char text[32];

        out_time(t, text, sizeof(text));
        out_field(name, "%s", text);
}

/* Why it is the one or the other, and what can be done. */
static void print_why(const ClockTimes *t)
{
        char much[CLOCK_WORDS_MAX], text[512];

        clock_words(t->behind ? t->behind : t->ahead, much);
        if (t->behind)
                snprintf(text, sizeof(text),
                         _("The system clock is %s behind the latest time this computer has "
                           "believed. Drives are judged by that time, so that a clock set back "
                           "makes nothing valid again. Set the clock right. If the remembered time "
                           "is the wrong one: usbzonectl clock accept --reason TEXT"),
                         much);
        else if (t->ahead)
                snprintf(text, sizeof(text),
                         _("The system clock was set forward by %s since the computer was started. "
                           "Drives are judged by it; it is remembered once it has stood for a day, "
                           "or at the next start of the computer."),
                         much);
        else
                snprintf(text, sizeof(text), "%s",
                         _("Drives are judged by the system clock, which has not been set back."));
        printf("\n");
        out_wrapped(text, 0);
}

static int print_clock(Client *c, bool json)
{
        _cleanup_(json_object_putp) json_object *m = NULL;
        json_object *o;
        ClockTimes t;
        int r = client_manager(c, &m);

        if (r)
                return r;
        if (!clock_times(m, &t))
                return cli_fail(CLI_FAILED,
                                _("%s is older than this program: systemctl restart %s"), UZ_DAEMON,
                                UZ_UNIT);
        if (!json) {
                print_time(_("System clock"), t.system);
                print_time(_("Remembered"), t.remembered);
                print_time(_("Judged by"), t.judged);
                print_why(&t);
                return 0;
        }
        o = json_object_new_object();
        json_object_object_add(o, "system_time", json_object_new_int64(t.system));
        json_object_object_add(o, "remembered_time", json_object_new_int64(t.remembered));
        json_object_object_add(o, "judged_time", json_object_new_int64(t.judged));
        json_object_object_add(o, "behind", json_object_new_int64(t.behind));
        json_object_object_add(o, "ahead", json_object_new_int64(t.ahead));
        out_json(o);
        return 0;
}

static int check(const ClockArgs *a, const char *word)
{
        if (strcmp(word, "accept") != 0)
                return cli_fail(CLI_USAGE, _("clock: \"%s\" is not accept"), word);
        if (!a->reason || !*a->reason)
                return cli_fail(CLI_USAGE, "%s",
                                _("clock accept: needs --reason TEXT for the ledger"));
        return 0;
}

static int run(void *args, int n, char **words)
{
        const ClockArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        int r = n ? check(a, words[0]) : 0;

        if (r == 0)
                r = client_open(&c);
        if (r)
                return r;
        if (n)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "AcceptClock", NULL, "s",
                                a->reason);
        return r ? r : print_clock(c, a->json);
}

static const Option options[] = {
        TEXT(ClockArgs, reason, "reason", 'r', N_("TEXT"),
             N_("why, for the ledger (needed to accept)")),
        FLAG(ClockArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_clock = {
        .name = "clock",
        .usage = N_("[accept] [OPTIONS]"),
        .summary = N_("show the time drives are judged by, or accept the system clock"),
        .details = N_(
                "Drives are judged by the system clock, but never by an earlier time than this computer\n"
                "has believed before. accept: takes the system clock as right, even if it was set back."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(ClockArgs),
        .run = run,
};
