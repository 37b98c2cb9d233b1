/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gathers a report from verified records. */
#include "cli/report.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "cli/show.h"
#include "cli/verified.h"
#include "store/json.h"
#include "store/package.h"

uint64_t report_count(json_object *o, const char *key)
{
        return o ? json_number(o, key) : 0;
}

const char *report_reason(const char *slug)
{
        return !strcmp(slug, "tamper") ? _("Something that guards was changed by someone else")
                                       : show_reason(slug);
}

/* What is made at its first use, so that a report can be zeroed. */
static json_object *object_of(json_object **o)
{
        if (!*o)
                *o = json_object_new_object();
        return *o;
}

static json_object *array_of(json_object **o)
{
        if (!*o)
                *o = json_object_new_array();
        return *o;
}

static void count_more(json_object *o, const char *key)
{
        json_object *n;

        if (json_object_object_get_ex(o, key, &n))
                (void)json_object_int_inc(n, 1);
        else
                json_put_number(o, key, 1);
}

/* Almost always it stands there already. */
static void keep_text(json_object *o, const char *key, const char *text)
{
        if (*text && strcmp(json_text(o, key), text) != 0)
                json_put_text(o, key, text);
}

static void count_pair(Report *r, const char *host_zone, const char *drive_zone)
{
        json_object *row;

        if (!json_object_object_get_ex(object_of(&r->by_zones), host_zone, &row)) {
                row = json_object_new_object();
                json_object_object_add(r->by_zones, host_zone, row);
        }
        count_more(row, drive_zone);
}

static void count_day(Report *r, int64_t seconds)
{
        time_t t = (time_t)seconds;
        char day[16] = "-";
        struct tm tm;

        if (seconds > 0 && localtime_r(&t, &tm))
                strftime(day, sizeof(day), "%Y-%m-%d", &tm);
        count_more(object_of(&r->by_day), day);
}

static void take_violation(Report *r, json_object *o)
{
        bool tamper = !strcmp(json_text(o, "kind"), "tamper");
        const char *severity = tamper ? "critical" : json_text(o, "severity");
        Severity known;

        r->totals.violations++;
        r->totals.tamper += tamper;
        count_day(r, record_seconds(o));
        count_more(object_of(&r->by_reason), tamper ? "tamper" : json_text(o, "reason"));
        count_more(object_of(&r->by_severity),
                   severity_parse(severity, &known) == 0 ? severity : "critical");
        if (!tamper)
                count_pair(r, json_text(o, "host_zone"),
                           *json_text(o, "drive_zone") ? json_text(o, "drive_zone") : "none");
        if (json_object_array_length(array_of(&r->violations)) >= REPORT_VIOLATIONS_MAX) {
                r->totals.violations_left++;
                return;
        }
        json_object_set_userdata(o, r->host, NULL);
        json_object_array_add(r->violations, json_object_get(o));
}

static json_object *find_drive(Report *r, json_object *o)
{
        char key[RECORD_KEY_MAX];
        json_object *drive;

        record_drive_key(o, key);
        if (json_object_object_get_ex(object_of(&r->by_drive), key, &drive))
                return drive;
        if (json_object_array_length(array_of(&r->drives)) >= REPORT_DRIVES_MAX) {
                r->totals.drives_left++;
                return NULL;
        }
        drive = json_object_new_object();
        json_object_object_add(drive, "hosts", json_object_new_object());
        json_object_object_add(drive, "zones", json_object_new_object());
        json_object_object_add(drive, "events", json_object_new_array());
        json_object_array_add(r->drives, drive);
        json_object_object_add(r->by_drive, key, json_object_get(drive));
        return drive;
}

/* The same drive, decided the same on the same computer on the same day, is one mark. */
static bool is_same_mark(json_object *a, json_object *o, uint64_t source)
{
        return a && json_number(a, "source") == source &&
               (int64_t)json_number(a, "time") / 86400 == record_seconds(o) / 86400 &&
               !strcmp(json_text(a, "verdict"), json_text(o, "verdict")) &&
               !strcmp(json_text(a, "reason"), json_text(o, "reason"));
}

static void add_event(Report *r, json_object *drive, json_object *o)
{
        static const char *const copied[] = {"host_zone", "verdict", "reason", "severity"};
        json_object *events = NULL, *event, *last;
        size_t n;

        json_object_object_get_ex(drive, "events", &events);
        n = json_object_array_length(events);
        last = n ? json_object_array_get_idx(events, n - 1) : NULL;
        if (is_same_mark(last, o, r->source_index)) {
                count_more(last, "times");
                return;
        }
        if (n >= REPORT_EVENTS_MAX) {
                count_more(drive, "events_left");
                return;
        }
        event = json_object_new_object();
        json_put_number(event, "time", (uint64_t)record_seconds(o));
        json_put_number(event, "source", r->source_index);
        json_put_number(event, "times", 1);
        for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
                json_put_text(event, copied[i], json_text(o, copied[i]));
        json_object_array_add(events, event);
}

static void take_drive(Report *r, json_object *o)
{
        static const char *const copied[] = {"media_number", "drive_zone",  "drive_level", "holder",
                                             "unit",         "identity",    "vid",         "pid",
                                             "serial",       "scsi_vendor", "scsi_product"};
        json_object *drive = find_drive(r, o), *set = NULL;

        if (!drive)
                return;
        for (size_t i = 0; i < ARRAY_SIZE(copied); i++)
                keep_text(drive, copied[i], json_text(o, copied[i]));
        json_object_object_get_ex(drive, "hosts", &set);
        count_more(set, json_text(o, "host"));
        json_object_object_get_ex(drive, "zones", &set);
        count_more(set, json_text(o, "host_zone"));
        if (record_is_violation(o))
                count_more(drive, "violations");
        add_event(r, drive, o);
}

static void take_verdict(Report *r, json_object *o)
{
        const char *verdict = json_text(o, "verdict");

        r->totals.allowed += !strcmp(verdict, effect_name(EFFECT_ALLOW));
        r->totals.read_only += !strcmp(verdict, effect_name(EFFECT_READ_ONLY));
        r->totals.blocked += !strcmp(verdict, effect_name(EFFECT_BLOCK));
        take_drive(r, o);
}

static bool in_range(const Report *r, int64_t t)
{
        return (!r->since || t >= r->since) && (!r->until || t <= r->until);
}

/* Whose records these are. All packages of one computer are one lane of a timeline. */
static int begin_source(Report *r, const char *host)
{
        json_put_text(r->source, "host", host);
        for (size_t i = 0; *host && i < r->source_index; i++)
                if (!strcmp(json_text(json_object_array_get_idx(r->sources, i), "host"), host))
                        r->source_index = i;
        r->host = report_host(r, host);
        return r->host ? 0 : cli_out_of_memory();
}

static int take_record(Report *r, const char *line, size_t size)
{
        _cleanup_(json_object_putp) json_object *o = NULL;
        const char *kind, *host = json_text(r->source, "host");
        int64_t t;

        o = record_parse(line, size);
        if (!o)
                return 0;
        kind = json_text(o, "kind");
        t = record_seconds(o);
        /* One ledger is one computer's, whatever a record says of itself: before the computer was
         * set up it says "". */
        if (strcmp(json_text(o, "host"), host) != 0)
                json_put_text(o, "host", host);
        if (!json_number(r->source, "records"))
                json_put_number(r->source, "first", (uint64_t)t);
        count_more(r->source, "records");
        r->last = t;
        if (report_host_has(r->host, json_number(o, "seq")))
                return 0;
        r->last_seq = json_number(o, "seq");
        if (!r->first_seq)
                r->first_seq = r->last_seq;
        if (cases_need(line, size) && cases_add(report_host_cases(r->host), o) < 0)
                return -ENOMEM;
        if (!in_range(r, t))
                return 0;
        r->totals.records++;
        if (!strcmp(kind, "verdict"))
                take_verdict(r, o);
        if (!strcmp(kind, "repeated"))
                r->totals.repeats += json_number(o, "times");
        if (record_is_violation(o))
                take_violation(r, o);
        return 0;
}

/* A record is taken in when the next one fits to it: what was altered is not counted. */
static int on_record(void *userdata, uint64_t seq, const char *line, size_t size)
{
        _cleanup_(freep) char *proven = NULL;
        Report *r = userdata;

        progress_update(&r->progress, seq, 0);
        proven = TAKE_PTR(r->held);
        r->held = strndup(line, size);
        if (!r->held)
                return -ENOMEM;
        return proven ? take_record(r, proven, strlen(proven)) : 0;
}

/* Which computer it is: by the credential in the package, or by this computer's own. */
static void name_source(Report *r, const Package *p)
{
        _cleanup_(freep) Authority *authority = calloc(1, sizeof(*authority));
        char id[2 * HOST_ID_SIZE + 1];
        Host host = {0};
        PackageError e = {0};

        if (authority && package_manifest(p) && package_authority(p, authority, &e) == 0 &&
            package_host(p, authority, &host, &e) == 0) {
                json_put_text(r->source, "name", host.name);
                return;
        }
        if (!r->own)
                return;
        text_hex(r->own->id, HOST_ID_SIZE, id);
        if (!strcmp(id, json_text(r->source, "host")))
                json_put_text(r->source, "name", r->own->name);
}

static int end_source(Report *r)
{
        free(TAKE_PTR(r->held));
        if (r->first_seq == 0)
                return 0;
        if (report_host_end(r->host, json_text(r->source, "name"), r->first_seq, r->last_seq) < 0)
                return cli_out_of_memory();
        return 0;
}

static void tell_verified(Report *r, const LedgerVerify *v)
{
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(&v->chain, head);
        json_put_number(r->source, "head_seq", v->chain.seq);
        json_put_text(r->source, "head", head);
        json_put_number(r->source, "heads", v->heads);
        json_put_number(r->source, "clock_back", v->clock_back);
        json_object_object_add(r->source, "verified", json_object_new_boolean(!v->kind));
        if (!v->kind)
                return;
        json_put_text(r->source, "problem", v->message);
        json_put_number(r->source, "bad", v->bad);
        r->broken = true;
}

static int read_source(Report *r, const char *path, const Package *p)
{
        LedgerVerify v = {.record = on_record, .userdata = r};
        int n = package_verify(p, &v);

        progress_end(&r->progress);
        if (n == 0 && r->held)
                n = take_record(r, r->held, strlen(r->held));
        json_put_number(r->source, "last", (uint64_t)r->last);
        if (n < 0)
                return verified_fail(&v, n, path);
        tell_verified(r, &v);
        name_source(r, p);
        return 0;
}

static int refuse_source(Report *r, const char *path, int n, const PackageError *e)
{
        if (n < 0)
                return cli_fail_errno(n, _("cannot read %s"), path);
        json_object_object_add(r->source, "verified", json_object_new_boolean(false));
        json_put_text(r->source, "problem", e->message);
        r->broken = true;
        return 0;
}

int report_add(Report *r, const char *path)
{
        _cleanup_(package_closep) Package *p = NULL;
        char host[HEAD_HOST_SIZE];
        PackageError e = {0};
        int n;

        if (json_object_array_length(array_of(&r->sources)) == REPORT_SOURCES_MAX)
                return cli_fail(CLI_USAGE, _("a report takes at most %u ledgers"),
                                REPORT_SOURCES_MAX);
        r->source = json_object_new_object();
        r->source_index = json_object_array_length(r->sources);
        json_object_array_add(r->sources, r->source);
        json_put_text(r->source, "path", path);
        r->progress = progress_start(_("Reading the ledger ..."));
        r->last = 0;
        r->first_seq = r->last_seq = 0;
        n = package_open(AT_FDCWD, path, &p, &e);
        if (n != 0)
                return refuse_source(r, path, n, &e);
        n = package_host_id(p, host);
        if (n < 0)
                return cli_fail_errno(n, _("cannot read %s"), path);
        n = begin_source(r, host);
        if (n == 0)
                n = read_source(r, path, p);
        return n ? n : end_source(r);
}

/* Those with violations first, then those seen in several zones or on several computers. */
static int compare_drives(const void *a, const void *b)
{
        json_object *x = *(json_object *const *)a, *y = *(json_object *const *)b, *sx, *sy;
        uint64_t nx = json_number(x, "violations"), ny = json_number(y, "violations");

        if (nx != ny)
                return nx > ny ? -1 : 1;
        json_object_object_get_ex(x, "hosts", &sx);
        json_object_object_get_ex(y, "hosts", &sy);
        return json_object_object_length(sy) - json_object_object_length(sx);
}

static int compare_violations(const void *a, const void *b)
{
        json_object *x = *(json_object *const *)a, *y = *(json_object *const *)b;

        return strcmp(json_text(x, "time"), json_text(y, "time"));
}

static int compare_events(const void *a, const void *b)
{
        uint64_t x = json_number(*(json_object *const *)a, "time"),
                 y = json_number(*(json_object *const *)b, "time");

        return (x > y) - (x < y);
}

void report_finish(Report *r)
{
        (void)array_of(&r->violations);
        (void)array_of(&r->findings);
        (void)array_of(&r->incidents);
        report_hosts_finish(r);
        cases_sort(r->findings);
        cases_sort(r->incidents);
        json_object_array_sort(r->violations, compare_violations);
        json_object_array_sort(array_of(&r->drives), compare_drives);
        for (size_t i = 0; i < json_object_array_length(r->drives); i++) {
                json_object *events = NULL;

                json_object_object_get_ex(json_object_array_get_idx(r->drives, i), "events",
                                          &events);
                json_object_array_sort(events, compare_events);
        }
        (void)array_of(&r->sources);
        (void)object_of(&r->by_day);
        (void)object_of(&r->by_zones);
        (void)object_of(&r->by_reason);
        (void)object_of(&r->by_severity);
}

void report_clear(Report *r)
{
        json_object *const all[] = {r->sources,     r->by_day,     r->by_zones, r->by_reason,
                                    r->by_severity, r->violations, r->drives,   r->by_drive,
                                    r->findings,    r->incidents};

        for (size_t i = 0; i < ARRAY_SIZE(all); i++)
                json_object_put(all[i]);
        report_hosts_clear(r);
        report_history_clear(&r->history);
        free(r->held);
        *r = (Report){0};
}
