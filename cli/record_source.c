/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the verified chain from the ledger's files or from the daemon. */
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/record.h"
#include "lib/file.h"

#define PAGE_LINES 1000u
#define FAILED (-1)

/* `ret_file`: the one that could not be read, or NULL. */
static int open_files(RecordSource *s, const char *dir, const char **ret_file)
{
        int fd = file_open_dir(AT_FDCWD, dir), r;

        if (fd < 0)
                return fd;
        s->dir_fd = fd;
        for (size_t i = 0; i < ARRAY_SIZE(s->hold); i++) {
                s->hold[i] = malloc(CHAIN_LINE_MAX + 1);
                if (!s->hold[i])
                        return -ENOMEM;
        }
        /* Before the records: they are there when their head is. */
        r = heads_newest(fd, &s->newest);
        s->heads_replaced = r == -ELOOP || r == -ESPIPE || r == -ENXIO;
        if (s->heads_replaced)
                r = 0;
        if (r == 0)
                s->newest.chain.seq = 0;
        *ret_file = r < 0 ? UZ_HEADS_FILE : NULL;
        return r < 0 ? r : ledger_reader_open(fd, &s->reader);
}

int record_open(RecordSource *s, const char *dir, const RecordFilter *filter)
{
        const char *file = NULL;
        char path[PATH_MAX];
        int r;

        *s = (RecordSource){.dir_fd = -EBADF, .filter = *filter};
        snprintf(path, sizeof(path), "%s/%s", file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR),
                 UZ_LEDGER_DIR);
        r = open_files(s, dir ? dir : path, &file);
        if (r == 0)
                return 0;
        if (r == -EACCES && !dir)
                return client_open(&s->client);
        if (r == -ENOENT)
                return cli_fail(CLI_FAILED, _("there is no ledger in %s"), dir ? dir : path);
        if (file)
                return cli_fail_errno(r, _("cannot read %s/%s"), dir ? dir : path, file);
        return cli_fail_errno(r, _("cannot open the ledger in %s"), dir ? dir : path);
}

void record_close(RecordSource *s)
{
        s->reader = ledger_reader_close(s->reader);
        s->dir_fd = fd_close(s->dir_fd);
        s->client = client_close(s->client);
        json_object_put(TAKE_PTR(s->page));
        for (size_t i = 0; i < ARRAY_SIZE(s->hold); i++)
                free(TAKE_PTR(s->hold[i]));
}

/* What the daemon is not told, the reader of the answer looks at. */
static int append_filter(sd_bus_message *m, const RecordFilter *f)
{
        const char *const texts[][2] = {
                {"reason", f->reason}, {"kind", f->kind}, {"zone", f->zone}, {"drive", f->drive}};
        const char *const times[][2] = {{"since", f->since}, {"until", f->until}};
        int r = sd_bus_message_open_container(m, 'a', "{sv}");

        for (size_t i = 0; i < ARRAY_SIZE(texts) && r >= 0; i++)
                if (texts[i][1] && text_is_clean(texts[i][1], strlen(texts[i][1])))
                        r = sd_bus_message_append(m, "{sv}", texts[i][0], "s", texts[i][1]);
        for (size_t i = 0; i < ARRAY_SIZE(times) && r >= 0; i++) {
                int64_t t;

                if (text_time(times[i][1], &t) == 0)
                        r = sd_bus_message_append(m, "{sv}", times[i][0], "x", t);
        }
        if (r >= 0 && f->severity != SEVERITY_NONE)
                r = sd_bus_message_append(m, "{sv}", "severity", "s", severity_name(f->severity));
        return r < 0 ? r : sd_bus_message_close_container(m);
}

/* Asks for the next page. 0, or FAILED with the reason said. */
static int query(RecordSource *s)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *m = NULL, *reply = NULL;
        _cleanup_(sd_bus_error_free) sd_bus_error error = SD_BUS_ERROR_NULL;
        sd_bus *bus = client_bus(s->client);
        int r = sd_bus_message_new_method_call(bus, &m, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER,
                                               "Query");

        if (r >= 0)
                r = sd_bus_message_append(m, "tu", s->last, PAGE_LINES);
        if (r >= 0)
                r = append_filter(m, &s->filter);
        if (r >= 0)
                r = sd_bus_message_set_allow_interactive_authorization(m, 1);
        if (r >= 0)
                r = sd_bus_call(bus, m, 0, &error, &reply);
        if (r < 0) {
                s->failure = client_fail("Query", &error, r);
                return FAILED;
        }
        json_object_put(TAKE_PTR(s->page));
        s->next = 0;
        r = client_read_value(reply, &s->page);
        if (r >= 0)
                r = sd_bus_message_read_basic(reply, 't', &s->last);
        return r < 0 ? (cli_fail_errno(r, _("%s answers in a form unknown here"), UZ_DAEMON),
                        FAILED)
                     : 0;
}

static int next_from_daemon(RecordSource *s)
{
        while (!s->page || s->next == json_object_array_length(s->page)) {
                uint64_t before = s->last;

                if (query(s) < 0)
                        return FAILED;
                if (json_object_array_length(s->page) == 0 && s->last == before)
                        return 0;
        }
        s->line = json_object_get_string(json_object_array_get_idx(s->page, s->next++));
        s->size = strlen(s->line);
        return 1;
}

/* Gives the line that was held back, if one was. */
static int give_held(RecordSource *s)
{
        if (s->held_size == 0)
                return 0;
        s->line = s->hold[s->held];
        s->size = s->held_size;
        s->held = !s->held;
        s->held_size = 0;
        return 1;
}

/* Was what is held back altered itself? Then the break names it, or one before it. */
static bool is_proven(const RecordSource *s)
{
        LedgerBreak at;

        ledger_reader_state(s->reader, NULL, &at, NULL);
        return s->held_seq < at.seq;
}

static void look_at_head(RecordSource *s)
{
        Chain chain;

        ledger_reader_state(s->reader, &chain, NULL, NULL);
        s->held_seq = chain.seq;
        if (chain.seq == s->newest.chain.seq)
                s->newest_differs = !chain_same_head(&chain, &s->newest.chain);
}

static int next_from_files(RecordSource *s)
{
        for (;;) {
                const char *line;
                size_t size;
                int r = ledger_reader_next(s->reader, &line, &size), given;

                if (r == 0)
                        return give_held(s);
                if (r < 0)
                        return is_proven(s) && give_held(s) ? 1 : FAILED;
                given = give_held(s);
                memcpy(s->hold[s->held], line, size);
                s->hold[s->held][size] = '\0';
                s->held_size = size;
                look_at_head(s);
                if (given)
                        return 1;
        }
}

int record_next(RecordSource *s)
{
        return s->client ? next_from_daemon(s) : next_from_files(s);
}

static int wait_files(RecordSource *s)
{
        _cleanup_(fd_closep) int fd = inotify_init1(IN_CLOEXEC);
        struct pollfd p = {.fd = fd, .events = POLLIN};
        char path[64];

        snprintf(path, sizeof(path), "/proc/self/fd/%d", s->dir_fd);
        if (fd < 0 || inotify_add_watch(fd, path, IN_MODIFY | IN_CREATE | IN_MOVED_TO) < 0)
                return cli_fail_errno(-errno, "%s", _("cannot watch the ledger"));
        /* Look again after a second: a record may have come before the watch was set. */
        if (poll(&p, 1, 1000) < 0 && errno != EINTR)
                return cli_fail_errno(-errno, "%s", _("cannot watch the ledger"));
        return 0;
}

static int wait_daemon(RecordSource *s)
{
        _cleanup_(sd_bus_slot_unrefp) sd_bus_slot *slot = NULL;
        sd_bus *bus = client_bus(s->client);
        int r = sd_bus_match_signal(bus, &slot, UZ_BUS_NAME, UZ_BUS_ROOT, UZ_BUS_LEDGER,
                                    "RecordAdded", NULL, NULL);

        if (r >= 0)
                r = sd_bus_wait(bus, 1000000);
        while (r > 0)
                r = sd_bus_process(bus, NULL);
        return r < 0 ? cli_fail_errno(r, "%s", _("cannot listen to the daemon")) : 0;
}

int record_wait(RecordSource *s)
{
        return s->client ? wait_daemon(s) : wait_files(s);
}

static void say(FILE *f, const char *text)
{
        if (f == stderr)
                cli_note("%s", text);
        else
                printf("%s%s%s\n", out_style(f, STYLE_DIM), text, out_plain(f));
}

/* Nothing follows the last record, so it is as good as the newest head. */
static const char *signed_text(const RecordSource *s, uint64_t seq, char ret[128])
{
        uint64_t newest = s->newest.chain.seq;

        if (newest == 0 || s->newest_differs || newest > seq)
                return "";
        if (newest == seq)
                snprintf(ret, 128, "%s", _(", signed"));
        else
                snprintf(ret, 128, _(", signed up to record %" PRIu64), newest);
        return ret;
}

void record_footer(const RecordSource *s, int failed, FILE *f)
{
        char head[CHAIN_HEAD_TEXT], text[512], more[128];
        Chain chain;
        size_t torn;

        if (s->client) {
                snprintf(text, sizeof(text), _("verified by %s to record %" PRIu64), UZ_DAEMON,
                         s->last);
                if (failed == 0)
                        say(f, text);
                return;
        }
        ledger_reader_state(s->reader, &chain, NULL, &torn);
        chain_head_text(&chain, head);
        snprintf(text, sizeof(text), _("verified to record %" PRIu64 ", head %s%s"), chain.seq,
                 head, signed_text(s, chain.seq, more));
        say(f, text);
        if (torn == 0)
                return;
        snprintf(text, sizeof(text), _("%zu bytes of unfinished writes were passed over"), torn);
        say(f, text);
}

/* The chain holds as far as it goes: does the newest head say the same? */
static int check_newest(const RecordSource *s, uint64_t seq)
{
        if (s->newest_differs)
                return cli_fail(CLI_BROKEN,
                                _("the evidence is broken at record %" PRIu64 ": %s [%s]"),
                                s->newest.chain.seq,
                                _("records were written anew: a signed head has another hash"),
                                "rewritten");
        if (s->newest.chain.seq > seq)
                return cli_fail(CLI_BROKEN,
                                _("the evidence is broken at record %" PRIu64 ": %s [%s]"), seq + 1,
                                _("records at the end are missing: a signed head knows of more"),
                                "cut-tail");
        if (s->heads_replaced)
                return cli_fail(CLI_BROKEN, _("the evidence is broken (%s, line %lu): %s [%s]"),
                                UZ_HEADS_FILE, 1LU, _(chain_outcome_text(CHAIN_E_FILE)),
                                "replaced");
        return 0;
}

int record_outcome(const RecordSource *s, int failed)
{
        LedgerBreak at;
        Chain chain;

        if (s->client)
                return failed < 0 ? MAX(s->failure, (int)CLI_FAILED) : 0;
        ledger_reader_state(s->reader, &chain, &at, NULL);
        if (failed == 0)
                return check_newest(s, chain.seq);
        if (at.outcome < 0)
                return cli_fail_errno(at.outcome, _("cannot read the ledger (%s, line %lu)"),
                                      at.segment, at.line);
        return cli_fail(CLI_BROKEN,
                        _("the evidence is broken at record %" PRIu64 " (%s, line %lu): %s [%s]"),
                        at.seq, at.segment, at.line, _(chain_outcome_text(at.outcome)), at.kind);
}

int record_finish(const RecordSource *s, int failed)
{
        record_footer(s, failed, stderr);
        return record_outcome(s, failed);
}
