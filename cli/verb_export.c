/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export: a range of the ledger in one signed file, to be verified elsewhere. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/archive.h"
#include "cli/cli.h"
#include "cli/out.h"
#include "cli/record.h"
#include "cli/said.h"
#include "cli/verbs.h"
#include "cli/verified.h"
#include "lib/file.h"
#include "store/package-write.h"

typedef struct ExportArgs {
        const char *since, *until;
        bool archive, force, json;
} ExportArgs;

static int open_places(PackageJob *job)
{
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);

        job->state_fd = file_open_dir(AT_FDCWD, state);
        if (job->state_fd < 0)
                return cli_fail_errno(job->state_fd, _("cannot open %s"), state);
        job->ledger_fd = file_open_dir(job->state_fd, UZ_LEDGER_DIR);
        if (job->ledger_fd == -ENOENT)
                return cli_fail(CLI_FAILED, _("there is no ledger in %s"), state);
        if (job->ledger_fd < 0)
                return cli_fail_errno(job->ledger_fd, _("cannot open the ledger in %s"), state);
        /* A computer that was never set up has records and no credential. */
        job->etc_fd = file_open_dir(AT_FDCWD, file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR));
        if (job->etc_fd < 0 && job->etc_fd != -ENOENT)
                return cli_fail_errno(job->etc_fd, _("cannot open %s"), UZ_ETC_DIR);
        return 0;
}

static void close_places(PackageJob *job)
{
        (void)fd_close(job->etc_fd);
        (void)fd_close(job->ledger_fd);
        (void)fd_close(job->state_fd);
}

static int fail(const PackageJob *job, int r, const char *path)
{
        char ledger[PATH_MAX];

        switch (r) {
        case PACKAGE_W_BROKEN:
                cli_note("%s", _("a broken ledger is not exported: take a copy of its folder"));
                return verified_outcome(&job->verify);
        case PACKAGE_W_EMPTY:
                return cli_fail(CLI_FAILED, "%s", _("no record is in this range of time"));
        case PACKAGE_W_SIGNER:
                return cli_fail(CLI_FAILED,
                                _("%s/%s is missing, or not the key that the ledger names; the "
                                  "daemon names its key when it starts"),
                                file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR), UZ_LEDGER_SIGNER_FILE);
        case PACKAGE_W_CHANGED:
                return cli_fail(CLI_FAILED, "%s",
                                _("what was written does not verify: the ledger's files changed "
                                  "meanwhile; try again"));
        case -EEXIST:
                return cli_fail(CLI_FAILED, _("%s exists already; --force replaces it"), path);
        }
        if (r == -EACCES || r == -EPERM)
                return cli_fail(CLI_DENIED,
                                _("cannot write %s: not permitted; a package is signed with a key "
                                  "that root alone can read"),
                                path);
        if (job->verify.at.segment[0]) {
                snprintf(ledger, sizeof(ledger), "%s/%s", file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR),
                         UZ_LEDGER_DIR);
                return verified_fail(&job->verify, r, ledger);
        }
        return cli_fail_errno(r, _("cannot write %s; nothing is left behind"), path);
}

static void print_json(const PackageJob *job, const char *path, const ArchiveTaken *taken)
{
        const Manifest *m = &job->manifest;
        json_object *j = json_object_new_object();
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(&m->last, head);
        json_object_object_add(j, "file", json_object_new_string(path));
        json_object_object_add(j, "host", json_object_new_string(m->host));
        json_object_object_add(j, "first", json_object_new_uint64(m->before.seq + 1));
        json_object_object_add(j, "last", json_object_new_uint64(m->last.seq));
        json_object_object_add(j, "head", json_object_new_string(head));
        json_object_object_add(j, "credential",
                               json_object_new_boolean(m->parts[MANIFEST_CREDENTIAL].size > 0));
        if (taken->record) {
                json_object_object_add(j, "package", json_object_new_string(taken->package));
                json_object_object_add(j, "archived", json_object_new_uint64(taken->record));
        }
        out_json(j);
}

static void report(const PackageJob *job, const char *path, const ArchiveTaken *taken, bool json)
{
        const Manifest *m = &job->manifest;
        char head[CHAIN_HEAD_TEXT], words[SAID_WORDS_MAX];

        if (job->left_out.kind)
                cli_note(_("the credential does not verify and is left out: %s %s"),
                         _(job->left_out.message), said_words(job->left_out.detail, words));
        if (json) {
                print_json(job, path, taken);
                return;
        }
        chain_head_text(&m->last, head);
        printf(_("Records %" PRIu64 " to %" PRIu64 " are in %s.\n"), m->before.seq + 1, m->last.seq,
               path);
        printf(_("verified to record %" PRIu64 ", head %s\n"), m->last.seq, head);
        printf(_("To check it, on any computer: %s verify %s\n"), UZ_CLI, path);
        if (!taken->record)
                return;
        printf(_("Record %" PRIu64 " says so, and the segments that hold them are removed from "
                 "the ledger.\nKeep the file: these records are nowhere else. SHA-256: %s\n"),
               taken->record, taken->package);
}

static int check_args(const ExportArgs *a, PackageJob *job)
{
        int r = record_time("since", a->since, false, job->since);

        if (r == 0)
                r = record_time("until", a->until, true, job->until);
        if (r == 0 && *job->since && *job->until && strcmp(job->since, job->until) > 0)
                r = cli_fail(CLI_USAGE, "%s", _("--until is before --since"));
        if (r == 0 && a->archive && (a->since || a->until || a->force))
                r = cli_fail(CLI_USAGE, "%s",
                             _("--archive takes whole segments into a new file: it does not go "
                               "with --since, --until or --force"));
        return r;
}

static int run(void *args, _unused_ int n, char **words)
{
        const ExportArgs *a = args;
        _cleanup_(freep) PackageJob *job = calloc(1, sizeof(*job));
        ArchiveTaken taken = {0};
        Progress progress = progress_start(_("Exporting ..."));
        int r;

        if (!job)
                return cli_out_of_memory();
        job->state_fd = job->ledger_fd = job->etc_fd = -EBADF;
        job->created = (int64_t)time(NULL);
        job->replace = a->force;
        job->verify.progress = verified_progress;
        job->verify.userdata = &progress;
        r = check_args(a, job);
        if (r == 0)
                r = open_places(job);
        if (r == 0 && a->archive)
                r = archive_range(job);
        if (r == 0) {
                r = package_write(job, AT_FDCWD, words[0]);
                progress_end(&progress);
                r = r != 0       ? fail(job, r, words[0])
                    : a->archive ? archive_take(job, words[0], &taken)
                                 : 0;
                if (r == 0)
                        report(job, words[0], &taken, a->json);
        }
        close_places(job);
        return r;
}

static const Option options[] = {
        TEXT(ExportArgs, since, "since", 's', N_("TIME"), N_("records from then on; as in log")),
        TEXT(ExportArgs, until, "until", 'u', N_("TIME"), N_("up to then; a day is meant whole")),
        FLAG(ExportArgs, archive, "archive", 'a',
             N_("all closed segments, and remove them from the ledger, which records it")),
        FLAG(ExportArgs, force, "force", 'f', N_("replace FILE if it exists")),
        FLAG(ExportArgs, json, "json", 'j', N_("print JSON")),
};

const Verb verb_export = {
        .name = "export",
        .usage = N_("FILE.uzx [OPTIONS]"),
        .summary = N_("put records into a signed file that verifies elsewhere"),
        .details = N_("FILE.uzx holds the records, their signed heads, this computer's credential "
                      "and the\nauthority's public keys. `usbzonectl verify FILE.uzx` needs "
                      "nothing but the file."),
        .options = options,
        .n_options = ARRAY_SIZE(options),
        .min = 1,
        .max = 1,
        .size = sizeof(ExportArgs),
        .run = run,
};
