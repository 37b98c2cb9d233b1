/* SPDX-License-Identifier: GPL-2.0-or-later */
/* setup: makes an authority of its own, a host credential and a default policy on this computer. */
#include <fcntl.h>
#include <string.h>
#include <sys/utsname.h>

#include "cli/activate.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/founding.h"
#include "cli/keystore.h"
#include "cli/ledger_key.h"
#include "cli/out.h"
#include "cli/setup.h"
#include "cli/verbs.h"
#include "cli/words.h"
#include "lib/file.h"
#include "lib/text.h"

#define NAME_SHOWN 80u /* bytes of the computer's name in the authority's */

static int take_names(const SetupArgs *a, Founding *f)
{
        char text[NAME_MAX_SIZE + 32];
        struct utsname u;
        size_t n;
        int r;

        r = uname(&u) < 0 ? -errno : 0;
        if (r < 0)
                return cli_fail_errno(r, "%s", _("this computer has no name: give --name"));
        r = words_name("name", a->name ? a->name : u.nodename, f->host.name);
        if (r)
                return r;
        for (n = strnlen(f->host.name, NAME_SHOWN); (f->host.name[n] & 0xc0) == 0x80;)
                n--; /* a character is whole or not there */
        snprintf(text, sizeof(text), "%.*s authority", (int)n, f->host.name);
        return words_name("authority-name", a->authority_name ? a->authority_name : text,
                          f->authority.name);
}

static void print_plugged_in(void)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *list = NULL;
        size_t n, bad = 0;

        if (client_try(&c) < 0 || client_drives(c, &list) != 0)
                return;
        n = json_object_array_length(list);
        for (size_t i = 0; i < n; i++)
                if (!strcmp(json_text(json_object_array_get_idx(list, i), "verdict"), "block"))
                        bad++;
        if (n)
                printf(_("Plugged in now: %zu, of which enforcing would block %zu.\n"), n, bad);
}

/* Where one person has both keys, the rule is one on paper: nobody gets it unasked. */
static void print_second(const SetupArgs *a, const Founding *f)
{
        if (a->second_key_out)
                printf(_("The second label key is in %s: give it to the second person.\n"),
                       a->second_key_out);
        else if (f->host.level == LEVEL_TOP_SECRET)
                printf("%s\n", _("One key signs top-secret labels here. With --second-key-out FILE "
                                 "setup makes it two,\n"
                                 "of two people."));
}

static void print_next(const SetupArgs *a, const Founding *f)
{
        char id[2 * HOST_ID_SIZE + 1];

        text_hex(f->host.id, HOST_ID_SIZE, id);
        printf(_("This computer is %s (%s), zone %s, authority \"%s\".\n"), f->host.name, id,
               _(zone_name(f->host.zone)), f->authority.name);
        print_plugged_in();
        printf("%s\n",
               _("It observes: drives are decided and recorded, none is blocked yet. Next:"));
        printf("  usbzonectl list                         %s\n", _("what is plugged in"));
        printf("  usbzonectl enroll /dev/sdX --number N   %s\n", _("give a drive its label"));
        if (f->second)
                printf("      --level top-secret --second-key F   %s\n",
                       _("such a label takes two people"));
        printf("  usbzonectl doctor                       %s\n", _("find what is left open"));
        printf("  usbzonectl mode enforce --reason TEXT   %s\n", _("from then on, block"));
        printf(_("Keep a copy of %s/%s/ offline: without its keys no drive can be enrolled.\n"),
               file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR), UZ_AUTHORITY_DIR);
        print_second(a, f);
}

static int record(const Founding *f)
{
        _cleanup_(json_object_putp) json_object *o = json_object_new_object();
        char id[2 * HOST_ID_SIZE + 1];

        text_hex(f->host.id, HOST_ID_SIZE, id);
        json_object_object_add(o, "host_id", json_object_new_string(id));
        json_object_object_add(o, "host_name", json_object_new_string(f->host.name));
        json_object_object_add(o, "zone", json_object_new_string(zone_name(f->host.zone)));
        json_object_object_add(o, "level", json_object_new_string(level_name(f->host.level)));
        json_object_object_add(o, "authority", json_object_new_string(f->authority.name));
        return client_record("setup", o);
}

/* For a ledger that has none, because it is older or the key was lost. */
static int make_ledger_key(const SetupArgs *a)
{
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, state);

        return fd < 0 ? cli_fail_errno(fd, _("cannot open %s"), state)
                      : ledger_key_give(fd, a->ledger_key_out);
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        SetupArgs *a = args;
        _cleanup_(founding_clear) Founding f = {.etc_fd = -EBADF, .state_fd = -EBADF};
        int r;

        if (a->new_ledger_key)
                return make_ledger_key(a);
        r = words_algorithm(a->algorithm, &f.algorithm);
        if (r == 0)
                r = founding_open(&f, a->force);
        if (r == 0)
                r = setup_ask(a);
        if (r == 0 && a->office)
                return CLI_OK;
        if (r == 0)
                r = words_zone(a->zone, a->level, &f.host);
        if (r == 0 && a->second_key_out && f.host.level != LEVEL_TOP_SECRET)
                r = cli_fail(CLI_USAGE, "%s",
                             _("--second-key-out: only a top-secret computer gets a second label "
                               "key; for others: authority issue-key label"));
        if (r == 0)
                r = take_names(a, &f);
        if (r == 0)
                r = setup_confirm(a, &f);
        if (r == 0)
                r = founding_write(&f, a->root_out, a->second_key_out);
        if (r == 0 && (a->ledger_key_out || !f.existing))
                r = ledger_key_give(f.state_fd, a->ledger_key_out);
        if (r)
                return r;
        if (!a->no_start)
                activate_guard();
        r = record(&f);
        print_next(a, &f);
        return r;
}

static const Option options[] = {
        TEXT(SetupArgs, zone, "zone", 'z', N_("ZONE"), N_("internal, classified or internet")),
        TEXT(SetupArgs, level, "level", 'l', N_("LEVEL"),
             N_("confidential, secret or top-secret; only for classified")),
        TEXT(SetupArgs, name, "name", 'n', N_("NAME"),
             N_("this computer's name (default: its host name)")),
        TEXT(SetupArgs, authority_name, "authority-name", 0, N_("NAME"),
             N_("name of the authority")),
        TEXT(SetupArgs, algorithm, "algorithm", 0, N_("NAME"),
             N_("the authority's keys are ed25519 (default) or sm2")),
        TEXT(SetupArgs, root_out, "root-out", 0, N_("FILE"),
             N_("write the root key there, not on this computer")),
        TEXT(SetupArgs, second_key_out, "second-key-out", 0, N_("FILE"),
             N_("top-secret: labels take two people; write the second one's key there")),
        TEXT(SetupArgs, ledger_key_out, "ledger-key-out", 0, N_("FILE"),
             N_("write the ledger's first key there, for the auditor (default: print it)")),
        FLAG(SetupArgs, new_ledger_key, "new-ledger-key", 0,
             N_("only make a first key for a ledger that has none")),
        FLAG(SetupArgs, yes, "yes", 'y', N_("do not ask")),
        FLAG(SetupArgs, force, "force", 0,
             N_("replace an existing setup; its files are kept aside")),
        FLAG(SetupArgs, no_start, "no-start", 0, N_("write the files only, start nothing")),
};

const Verb verb_setup = {
        .name = "setup",
        .usage = N_("[--zone ZONE] [OPTIONS]"),
        .summary = N_("make this computer a guarded one, in observe mode"),
        .details = N_(
                "Makes an authority with four keys, this computer's credential, a default policy and\n"
                "an empty whitelist in /etc/usbzone, and starts the guard. On a terminal it asks for\n"
                "what is missing."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(SetupArgs),
        .run = run,
};
