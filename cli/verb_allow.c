/* SPDX-License-Identifier: GPL-2.0-or-later */
/* allow: a temporary exception for one drive. */
#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/out.h"
#include "cli/verbs.h"
#include "lib/text.h"
#include "policy/grant.h"

#define COLUMN_VERDICT 1u
#define DURATION_MAX (366u * 24 * 3600)

typedef struct AllowArgs {
        const char *duration, *reason, *approval, *end;
        bool read_only, list, json;
} AllowArgs;

static int read_grants(Client *c, json_object **ret)
{
        static const char *const names[] = {"grant", "identity", "verdict", "start",
                                            "end",   "approver", "reason",  "approval"};
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(json_object_putp) json_object *rows = NULL;
        json_object *list;
        int r = client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "ListGrants", &reply, "");

        if (r)
                return r;
        r = client_read_value(reply, &rows);
        if (r < 0)
                return cli_fail_errno(r, _("%s answers in a form unknown here"), UZ_DAEMON);
        list = json_object_new_array();
        for (size_t i = 0; i < json_object_array_length(rows); i++) {
                json_object *row = json_object_array_get_idx(rows, i),
                            *o = json_object_new_object();

                for (size_t k = 0; k < ARRAY_SIZE(names); k++)
                        json_object_object_add(o, names[k],
                                               json_object_get(json_object_array_get_idx(row, k)));
                json_object_array_add(list, o);
        }
        *ret = list;
        return 0;
}

static int add_row(Table *t, json_object *o)
{
        char identity[20], end[32];

        snprintf(identity, sizeof(identity), "%.16s", json_text(o, "identity"));
        out_time((int64_t)json_number(o, "end"), end, sizeof(end));
        const char *cells[] = {json_text(o, "grant"),
                               _(json_text(o, "verdict")),
                               identity,
                               end,
                               json_text(o, "approver"),
                               json_text(o, "reason"),
                               json_text(o, "approval")};
        return table_add(t, cells, COLUMN_VERDICT, out_effect_style(json_text(o, "verdict")));
}

static int print_grants(Client *c, bool json)
{
        const char *heads[] = {_("Exception"), _("Verdict"), _("Identity"), _("Until"),
                               _("By"),        _("Reason"),  _("Approval")};
        _cleanup_(json_object_putp) json_object *list = NULL;
        _cleanup_(table_freep) Table *t = NULL;
        int r = read_grants(c, &list);

        if (r)
                return r;
        if (json) {
                out_json(TAKE_PTR(list));
                return 0;
        }
        if (json_object_array_length(list) == 0) {
                printf("%s\n", _("There is no exception."));
                return 0;
        }
        r = table_new(ARRAY_SIZE(heads), heads, &t);
        for (size_t i = 0; i < json_object_array_length(list) && r == 0; i++)
                r = add_row(t, json_object_array_get_idx(list, i));
        if (r < 0)
                return cli_out_of_memory();
        table_print(t);
        return 0;
}

/* Whole identities may be of drives that are not plugged in yet. */
static int name_drive(Client *c, const char *word, char *ret, size_t size)
{
        _cleanup_(json_object_putp) json_object *drive = NULL;
        uint8_t identity[DIGEST_SIZE];
        int r;

        if (strlen(word) == 2 * DIGEST_SIZE && text_unhex(word, identity, DIGEST_SIZE) == 0) {
                snprintf(ret, size, "%s", word);
                return 0;
        }
        r = client_find_drive(c, word, &drive);
        if (r)
                return r;
        snprintf(ret, size, "%" PRIu64, json_number(drive, "number"));
        return 0;
}

static int grant(Client *c, const AllowArgs *a, const char *word, uint64_t seconds)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        Effect effect = a->read_only ? EFFECT_READ_ONLY : EFFECT_ALLOW;
        char drive[2 * DIGEST_SIZE + 1];
        const char *id;
        int r = name_drive(c, word, drive, sizeof(drive));

        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "Grant", &reply, "sstss", drive,
                                effect_name(effect), seconds, a->reason,
                                a->approval ? a->approval : "");
        if (r)
                return r;
        if (sd_bus_message_read(reply, "s", &id) < 0)
                return cli_fail(CLI_FAILED, _("%s answers in a form unknown here"), UZ_DAEMON);
        if (a->json) {
                json_object *o = json_object_new_object();

                json_object_object_add(o, "grant", json_object_new_string(id));
                out_json(o);
                return 0;
        }
        printf(_("Exception %s: %s for %s. It ends by itself; to end it now: %s allow --end %s\n"),
               id, _(effect_name(effect)), a->duration, UZ_CLI, id);
        return 0;
}

static int check(const AllowArgs *a, int n, uint64_t *ret_seconds)
{
        if (a->list + !!a->end + n != 1)
                return cli_fail(CLI_USAGE, "%s", _("allow: give one of DRIVE, --list, --end ID"));
        if (a->end && a->json)
                return out_no_json("allow", "--end");
        if (!n)
                return 0;
        if (!a->duration)
                return cli_fail(CLI_USAGE, "%s", _("allow: --for TIME is needed, like 30m or 2h"));
        if (text_duration(a->duration, DURATION_MAX, ret_seconds) < 0)
                return cli_fail(CLI_USAGE, _("--for: \"%s\" is no time like 90s, 30m, 2h or 1h30m"),
                                a->duration);
        if (!a->reason || !*a->reason)
                return cli_fail(CLI_USAGE, "%s",
                                _("allow: --reason TEXT is needed, for the ledger"));
        if (a->approval && (!*a->approval || !grant_approval_valid(a->approval)))
                return cli_fail(CLI_USAGE, _("--approval: one line of 1 to %u bytes of plain text"),
                                GRANT_APPROVAL_MAX - 1);
        return 0;
}

static int run(void *args, int n, char **words)
{
        const AllowArgs *a = args;
        _cleanup_(client_closep) Client *c = NULL;
        uint64_t seconds = 0;
        int r = check(a, n, &seconds);

        if (r == 0)
                r = client_open(&c);
        if (r)
                return r;
        if (a->list)
                return print_grants(c, a->json);
        if (a->end)
                return client_call(c, UZ_BUS_ROOT, UZ_BUS_MANAGER, "EndGrant", NULL, "s", a->end);
        return grant(c, a, words[0], seconds);
}

static const Option options[] = {
        TEXT(AllowArgs, duration, "for", 0, N_("TIME"),
             N_("how long: 90s, 30m, 2h, 1h30m (needed)")),
        FLAG(AllowArgs, read_only, "read-only", 0, N_("reading only")),
        TEXT(AllowArgs, reason, "reason", 'r', N_("TEXT"), N_("why, for the ledger (needed)")),
        TEXT(AllowArgs, approval, "approval", 'a', N_("NUMBER"),
             N_("the number it was approved under, where the policy wants one")),
        FLAG(AllowArgs, list, "list", 'l', N_("list the exceptions in force")),
        TEXT(AllowArgs, end, "end", 0, N_("ID"), N_("end this exception now")),
        FLAG(AllowArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_allow = {
        .name = "allow",
        .usage = N_("DRIVE --for TIME --reason TEXT | --list | --end ID"),
        .summary = N_("make a temporary exception for a drive"),
        .details = N_(
                "The exception ends by itself, also while the drive is in use: it is synced and cut off.\n"
                "What cannot be trusted at all (an altered label, a copied label, a device that is\n"
                "storage and keyboard at once) is never lifted; exit status 3."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .max = 1,
        .size = sizeof(AllowArgs),
        .run = run,
};
