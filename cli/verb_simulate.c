/* SPDX-License-Identifier: GPL-2.0-or-later */
/* simulate: what enforcing would have blocked, from ledger, daemon and logs. */
#include <inttypes.h>
#include <limits.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/history.h"
#include "cli/out.h"
#include "cli/simulate.h"
#include "cli/verbs.h"
#include "lib/file.h"

#define DAYS_DEFAULT 30u
#define DAYS_MAX 3650u
#define DAY_SECONDS 86400
#define PROGRESS_STEP 1024u
#define COLUMN_REASON 4u

typedef struct SimulateArgs {
        const char *days, *dir;
        bool json;
} SimulateArgs;

static bool has_ledger(void)
{
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%s", file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR),
                 UZ_LEDGER_DIR);
        return access(path, F_OK) == 0 || errno != ENOENT;
}

/* CLI_BROKEN and CLI_DENIED are told; what could be read counts. */
static int read_ledger(Simulation *s)
{
        _cleanup_(record_close) RecordSource source = {.dir_fd = -EBADF};
        RecordFilter f = {0};
        Progress progress = progress_start(_("Reading the ledger ..."));
        uint64_t n = 0;
        int r;

        if (!has_ledger()) {
                cli_note("%s", _("there is no ledger yet"));
                return 0;
        }
        text_time_format(s->since, f.since);
        r = record_open(&source, NULL, &f);
        if (r)
                return r;
        while ((r = record_next(&source)) > 0) {
                _cleanup_(json_object_putp) json_object *o = NULL;

                if (++n % PROGRESS_STEP == 0)
                        progress_update(&progress, n, 0);
                if (record_sieve(&f, source.line, source.size) != RECORD_NO)
                        o = record_parse(source.line, source.size);
                if (o)
                        simulation_record(s, o);
        }
        progress_end(&progress);
        return record_outcome(&source, r);
}

static int read_present(Simulation *s, json_object **ret_manager)
{
        _cleanup_(client_closep) Client *c = NULL;
        _cleanup_(json_object_putp) json_object *list = NULL;
        int r;

        if (client_try(&c) < 0) {
                cli_note(_("%s is not running: the drives present now are not counted"), UZ_DAEMON);
                return 0;
        }
        r = client_manager(c, ret_manager);
        if (r == 0)
                r = client_drives(c, &list);
        for (size_t i = 0; r == 0 && i < json_object_array_length(list); i++)
                simulation_present(s, json_object_array_get_idx(list, i));
        return r;
}

static int read_logs(const SimulateArgs *a, Simulation *s)
{
        _cleanup_(kernlog_freep) Kernlog *k = NULL;
        HistoryRead h = {0};
        int r;

        if (kernlog_new(&k) < 0)
                return cli_out_of_memory();
        r = a->dir ? history_saved(k, a->dir, &h) : history_here(k, &h);
        if (r >= 0)
                r = kernlog_end(k);
        if (r < 0 && a->dir)
                return cli_fail_errno(r, _("cannot read %s"), a->dir);
        if (r < 0 || h.lines == 0)
                cli_note("%s", _("no kernel message can be read: what only logs know is left out"));
        else
                simulation_log(s, k);
        return 0;
}

/* Device text from files is escaped once more: they may be anyone's. */
static void name_of(json_object *drive, char *ret, size_t size)
{
        const char *vendor = json_text(drive, "scsi_vendor"),
                   *product = json_text(drive, "scsi_product");
        char text[512];

        if (*json_text(drive, "media_number"))
                snprintf(text, sizeof(text), "%s", json_text(drive, "media_number"));
        else if (*vendor || *product)
                snprintf(text, sizeof(text), "%s%s%s", vendor, *vendor && *product ? " " : "",
                         product);
        else
                snprintf(text, sizeof(text), "%s:%s", json_text(drive, "vid"),
                         json_text(drive, "pid"));
        if (text_is_clean(text, strlen(text)))
                snprintf(ret, size, "%.*s", (int)size - 1, text);
        else
                text_escape(text, strlen(text), ret, size);
}

static const char *source_word(const char *source)
{
        if (!strcmp(source, "present"))
                return _("plugged in");
        return !strcmp(source, "log") ? _("logs only") : _("ledger");
}

static int add_row(Table *t, json_object *drive)
{
        const char *zone = json_text(drive, "drive_zone");
        char name[128], last[32], times[24];
        Severity severity = SEVERITY_NONE;

        name_of(drive, name, sizeof(name));
        out_time((int64_t)json_number(drive, "last"), last, sizeof(last));
        last[strcspn(last, " ")] = '\0';
        snprintf(times, sizeof(times), "%" PRIu64, json_number(drive, "times"));
        (void)!severity_parse(json_text(drive, "severity"), &severity);
        const char *cells[] = {name,
                               *zone && strcmp(zone, "none") != 0 ? _(zone) : "-",
                               last,
                               times,
                               json_text(drive, "reason"),
                               source_word(json_text(drive, "source"))};
        return table_add(t, cells, COLUMN_REASON, out_severity_style(severity));
}

static int print_table(const Simulation *s)
{
        const char *heads[] = {_("Drive"), _("Zone"),   _("Last"),
                               _("Times"), _("Reason"), _("Known from")};
        _cleanup_(table_freep) Table *t = NULL;
        int r = table_new(ARRAY_SIZE(heads), heads, &t);

        for (size_t i = 0; i < json_object_array_length(s->drives) && r == 0; i++) {
                json_object *drive = json_object_array_get_idx(s->drives, i);

                if (!strcmp(json_text(drive, "verdict"), effect_name(EFFECT_BLOCK)))
                        r = add_row(t, drive);
        }
        if (r < 0)
                return cli_out_of_memory();
        table_print(t);
        putchar('\n');
        return 0;
}

static void print_outcome(const Simulation *s, bool enforcing)
{
        size_t all = s->drives ? json_object_array_length(s->drives) : 0;
        char since[32];

        out_time(s->since, since, sizeof(since));
        since[strcspn(since, " ")] = '\0';
        printf(ngettext("Of %zu drive seen since %s: ", "Of %zu drives seen since %s: ", all), all,
               since);
        if (s->blocked == 0 && enforcing)
                puts(_("none is blocked; there is nothing to do."));
        else if (s->blocked == 0)
                printf(_("enforcing would block none; next: %s mode enforce\n"), UZ_CLI);
        else if (enforcing)
                printf(ngettext("%zu is blocked; next: register what belongs here (%s enroll)\n",
                                "%zu are blocked; next: register what belongs here (%s enroll)\n",
                                s->blocked),
                       s->blocked, UZ_CLI);
        else
                printf(ngettext("enforcing would block %zu; next: register what belongs here (%s "
                                "enroll), then %s mode enforce\n",
                                "enforcing would block %zu; next: register what belongs here (%s "
                                "enroll), then %s mode enforce\n",
                                s->blocked),
                       s->blocked, UZ_CLI, UZ_CLI);
}

static int print_text(const Simulation *s, bool enforcing)
{
        int r = s->blocked ? print_table(s) : 0;

        if (r)
                return r;
        if (s->unknown) {
                out_wrapped(_("What only logs know was never decided: it is taken to be not "
                              "registered."),
                            0);
                putchar('\n');
        }
        if (s->left)
                printf(_("More drives than can be believed; %zu records are left out.\n"), s->left);
        print_outcome(s, enforcing);
        return 0;
}

static void print_json(const Simulation *s, uint64_t days, const char *mode)
{
        json_object *o = json_object_new_object();

        json_object_object_add(o, "days", json_object_new_uint64(days));
        json_object_object_add(o, "mode", json_object_new_string(mode));
        json_object_object_add(o, "blocked", json_object_new_uint64(s->blocked));
        json_object_object_add(o, "logs_only", json_object_new_uint64(s->unknown));
        json_object_object_add(o, "left_out", json_object_new_uint64(s->left));
        json_object_object_add(o, "drives",
                               s->drives ? json_object_get(s->drives) : json_object_new_array());
        out_json(o);
}

static int run(void *args, _unused_ int n, _unused_ char **words)
{
        const SimulateArgs *a = args;
        _cleanup_(simulation_clear) Simulation s = {0};
        _cleanup_(json_object_putp) json_object *manager = NULL;
        uint64_t days = DAYS_DEFAULT;
        int r, ledger;

        if (a->days && (text_u64(a->days, DAYS_MAX, &days) < 0 || days == 0))
                return cli_fail(CLI_USAGE, _("--days: \"%s\" is no number from 1 to %u"), a->days,
                                DAYS_MAX);
        s.since = (int64_t)time(NULL) - (int64_t)days * DAY_SECONDS;
        ledger = read_ledger(&s);
        r = read_present(&s, &manager);
        if (r == 0)
                r = read_logs(a, &s);
        if (r)
                return r;
        simulation_finish(&s);
        if (a->json)
                print_json(&s, days, json_text(manager, "mode"));
        else
                r = print_text(&s, !strcmp(json_text(manager, "mode"), "enforce"));
        return r ? r : ledger;
}

static const Option options[] = {
        TEXT(SimulateArgs, days, "days", 'd', N_("N"), N_("look back N days (30)")),
        TEXT(SimulateArgs, dir, "dir", 'D', N_("DIR"),
             N_("read the journal and logs in DIR, not this computer's")),
        FLAG(SimulateArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_simulate = {
        .name = "simulate",
        .usage = N_("[OPTIONS]"),
        .summary = N_("show what enforcing would have blocked in the last days"),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .size = sizeof(SimulateArgs),
        .run = run,
};
