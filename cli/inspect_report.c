/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What no computer alone could see, said for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inspect.h"
#include "cli/said.h"
#include "lib/text.h"
#include "store/json.h"

#define PLACES_MAX 6u
#define DAY_SECONDS 86400
#define SHORT_ID 8
#define SUBJECT_MAX (INSPECT_FILE_MAX + 128u)

/* A line below a finding: where it was seen. */
typedef struct Line {
        const char *what; /* "used", "blocked", "revoked" */
        const InspectPlace *place;
        Zone zone;
} Line;

typedef struct Telling {
        const Inspect *in;
        json_object *list; /* NULL: text */
        size_t n;
} Telling;

static const InspectHost *host_of(const Inspect *in, uint32_t index)
{
        return index < in->n_hosts ? &in->hosts[index] : NULL;
}

void inspect_host_name(const InspectHost *h, char *ret, size_t size)
{
        if (!h)
                snprintf(ret, size, "?");
        else if (*h->name)
                snprintf(ret, size, "%s (%.*s)", h->name, SHORT_ID, h->id);
        else
                snprintf(ret, size, "%.32s", *h->id ? h->id : "?");
}

/* The export or the file of the office that says so. */
static const char *file_name(const Inspect *in, const InspectPlace *place)
{
        return place->file ? in->files[place->file - 1] : "";
}

/* "" = by its identity alone. */
static void drive_name_as(const InspectDrive *d, const char *number, char *ret, size_t size)
{
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(d->identity, DIGEST_SIZE, hex);
        if (*number)
                snprintf(ret, size, "%s (%.*s)", number, SHORT_ID, hex);
        else
                snprintf(ret, size, "%.*s", 2 * SHORT_ID, hex);
}

/* With the first number that it had. */
static void drive_name(const InspectDrives *all, const InspectDrive *d, char *ret, size_t size)
{
        uint32_t i = d->labels;

        while (i != INSPECT_NONE && !*all->labels[i].number)
                i = all->labels[i].next;
        drive_name_as(d, i == INSPECT_NONE ? "" : all->labels[i].number, ret, size);
}

static json_object *line_json(const Inspect *in, const Line *line)
{
        const InspectHost *h = host_of(in, line->place->host);
        json_object *o = json_object_new_object();
        char time[TEXT_TIME_MAX];

        text_time_format(line->place->time, time);
        json_put_text(o, "what", line->what);
        json_put_text(o, "host", h ? h->id : "");
        json_put_text(o, "name", h ? h->name : "");
        if (line->zone != ZONE_NONE)
                json_put_text(o, "zone", zone_name(line->zone));
        json_put_text(o, "time", time);
        json_object_object_add(o, "record", json_object_new_uint64(line->place->seq));
        json_put_text(o, "file", file_name(in, line->place));
        return o;
}

static void print_line(const Inspect *in, const Line *line)
{
        char name[NAME_MAX_SIZE + 48], time[32];

        out_time(line->place->time, time, sizeof(time));
        if (line->place->host == INSPECT_NONE) {
                printf(_("    %s  %s  by %s\n"), time, _(line->what), file_name(in, line->place));
                return;
        }
        inspect_host_name(host_of(in, line->place->host), name, sizeof(name));
        printf("    %s  %s  %s", time, _(line->what), name);
        if (line->zone != ZONE_NONE)
                printf(", %s", _(zone_name(line->zone)));
        printf(_(", record %" PRIu64 "\n"), line->place->seq);
}

/* One finding. `title` is translated and takes `subject`. */
static void tell(Telling *t, const char *kind, Severity severity, const char *title,
                 const char *subject, const Line *lines, size_t n)
{
        json_object *o, *places;

        t->n++;
        if (!t->list) {
                printf("%s%s%s%s", out_style(stdout, out_severity_style(severity)),
                       _(severity_name(severity)), out_plain(stdout), _(": "));
                printf(_(title), subject);
                printf(" [%s]\n", kind);
                for (size_t i = 0; i < n; i++)
                        print_line(t->in, &lines[i]);
                return;
        }
        o = json_object_new_object();
        places = json_object_new_array();
        json_put_text(o, "kind", kind);
        json_put_text(o, "severity", severity_name(severity));
        json_put_text(o, "subject", subject);
        for (size_t i = 0; i < n; i++)
                json_object_array_add(places, line_json(t->in, &lines[i]));
        json_object_object_add(o, "places", places);
        json_object_array_add(t->list, o);
}

void inspect_trouble_text(const Inspect *in, const InspectTrouble *x, char ret[INSPECT_TROUBLE_MAX])
{
        char name[NAME_MAX_SIZE + 48], words[SAID_WORDS_MAX];
        const char *detail = said_behind(x->detail, words);

        inspect_host_name(host_of(in, x->host), name, sizeof(name));
        if (x->seq)
                snprintf(ret, INSPECT_TROUBLE_MAX, _("%s, from record %" PRIu64 ": %s (%s)"), name,
                         x->seq, _(x->message), detail);
        else if (x->host != INSPECT_NONE)
                snprintf(ret, INSPECT_TROUBLE_MAX, _("%s: %s (%s)"), name, _(x->message), detail);
        else
                snprintf(ret, INSPECT_TROUBLE_MAX, _("%s (%s)"), _(x->message), detail);
}

static void tell_troubles(Telling *t)
{
        for (size_t i = 0; i < t->in->n_troubles; i++) {
                const InspectTrouble *x = &t->in->troubles[i];
                char subject[INSPECT_TROUBLE_MAX];

                inspect_trouble_text(t->in, x, subject);
                tell(t, x->kind, SEVERITY_CRITICAL, N_("broken evidence: %s"), subject, NULL, 0);
        }
}

/* Used in two zones, or used in one and tried in another. */
static void tell_zones(Telling *t, const InspectDrive *d, const char *name)
{
        Line lines[PLACES_MAX];
        unsigned used = 0, seen = 0;
        size_t n = 0;

        for (Zone z = ZONE_INTERNAL; z < ZONE_MAX_; z++) {
                used += d->used[z].time != 0;
                seen += d->used[z].time != 0 || d->blocked[z].time != 0;
                if (d->used[z].time)
                        lines[n++] = (Line){N_("used"), &d->used[z], z};
                if (d->blocked[z].time)
                        lines[n++] = (Line){N_("blocked"), &d->blocked[z], z};
        }
        if (used > 1)
                tell(t, "cross-used", SEVERITY_CRITICAL, N_("drive %s was used in several zones"),
                     name, lines, n);
        else if (seen > 1)
                tell(t, "two-zones", SEVERITY_WARNING,
                     N_("drive %s was plugged in in several zones"), name, lines, n);
}

static void tell_number(Telling *t, const InspectLabel *l)
{
        const InspectDrives *all = &t->in->drives;
        char name[64], other[64], subject[160];

        if (l->same == INSPECT_NONE)
                return;
        drive_name_as(&all->list[l->drive], l->number, name, sizeof(name));
        drive_name_as(&all->list[all->labels[l->same].drive], l->number, other, sizeof(other));
        snprintf(subject, sizeof(subject), _("%s, %s"), name, other);
        tell(t, "same-number", SEVERITY_CRITICAL, N_("two drives have one media number: %s"),
             subject, NULL, 0);
}

/* What was revoked, and is in use all the same. */
static void tell_revoked(Telling *t, RevokedKind kind, const uint8_t *id, const char *slug,
                         const char *title, const char *name, const InspectPlace *used)
{
        const InspectPlace *revoked = inspect_revoked_find(&t->in->revoked, kind, id);
        const Line lines[] = {{N_("revoked"), revoked, ZONE_NONE}, {N_("used"), used, ZONE_NONE}};

        if (revoked && used->time > revoked->time)
                tell(t, slug, SEVERITY_CRITICAL, title, name, lines, 2);
}

static void tell_label(Telling *t, const InspectLabel *l, const char *drive)
{
        const InspectDrives *all = &t->in->drives;
        const Line overdue = {N_("used"), &l->overdue, ZONE_NONE};
        const Line retained = {N_("used"), &l->retained, ZONE_NONE};
        char own[64];
        const char *name = drive;

        if (*l->number) {
                drive_name_as(&all->list[l->drive], l->number, own, sizeof(own));
                name = own;
        }
        tell_number(t, l);
        tell_revoked(t, REVOKED_LABEL, l->id, "used-after-revocation",
                     N_("drive %s was used after its label was revoked"), name, &l->used);
        for (size_t i = 0; i < LABEL_SIGNATURES_MAX; i++)
                if (l->keys[i])
                        tell_revoked(t, REVOKED_KEY, all->keys[l->keys[i] - 1],
                                     "used-after-key-revocation",
                                     N_("drive %s was used after the key of its label was revoked"),
                                     name, &l->used);
        if (l->overdue.time)
                tell(t, "used-overdue", SEVERITY_WARNING,
                     N_("drive %s was used after its label had expired"), name, &overdue, 1);
        if (l->retained.time)
                tell(t, "retention-over", SEVERITY_WARNING,
                     N_("drive %s was used after its retention had ended"), name, &retained, 1);
}

_Static_assert(INSPECT_DRIVE_LABELS_MAX == 256, "the sentence below says how many");

/* What was not compared is a finding, too. */
static void tell_crowd(Telling *t, const InspectDrive *d, const char *name)
{
        const InspectCrowd *crowd = d->crowd ? &t->in->drives.crowds[d->crowd - 1] : NULL;
        const Line line = {N_("the first"), crowd ? &crowd->first : NULL, ZONE_NONE};
        char subject[SUBJECT_MAX];

        if (!crowd)
                return;
        snprintf(subject, sizeof(subject), _("%s: %" PRIu64 " records, from %s on"), name,
                 crowd->records, file_name(t->in, &crowd->first));
        tell(t, "many-labels", SEVERITY_CRITICAL,
             N_("a drive has more than 256 labels or numbers, and records of those beyond were not "
                "compared: %s"),
             subject, &line, 1);
}

static void tell_drive(Telling *t, const InspectDrive *d)
{
        const InspectPlace used = inspect_drive_use(d);
        char name[64], subject[160];
        size_t n = 0;

        drive_name(&t->in->drives, d, name, sizeof(name));
        tell_zones(t, d, name);
        tell_revoked(t, REVOKED_DRIVE, d->identity, "used-after-revocation",
                     N_("drive %s was used after it was revoked"), name, &used);
        for (uint32_t i = d->labels; i != INSPECT_NONE; i = t->in->drives.labels[i].next)
                tell_label(t, &t->in->drives.labels[i], name);
        tell_crowd(t, d, name);
        if (!(d->label_zones & (d->label_zones - 1)))
                return;
        for (Zone z = ZONE_INTERNAL; z < ZONE_MAX_; z++)
                if (d->label_zones & 1u << z)
                        n += (size_t)snprintf(subject + n, sizeof(subject) - n, "%s%s",
                                              n ? _(", ") : "", _(zone_name(z)));
        snprintf(subject + n, sizeof(subject) - n, "%s%s", _(": "), name);
        tell(t, "relabelled", SEVERITY_WARNING, N_("a drive had labels of several zones: %s"),
             subject, NULL, 0);
}

/* A computer that was revoked blocks everything, once it knows. */
static void tell_revoked_hosts(Telling *t)
{
        for (uint32_t i = 0; i < t->in->n_hosts; i++) {
                const InspectHost *h = &t->in->hosts[i];
                InspectPlace last = {.time = h->last, .seq = h->counted, .host = i};
                bool used;
                const InspectPlace *revoked;
                uint8_t id[HOST_ID_SIZE];
                char name[NAME_MAX_SIZE + 48];

                revoked = text_unhex(h->id, id, sizeof(id)) == 0
                                  ? inspect_revoked_find(&t->in->revoked, REVOKED_HOST, id)
                                  : NULL;
                if (!revoked || h->last <= revoked->time)
                        continue;
                used = h->used.time > revoked->time;
                const Line lines[] = {{N_("revoked"), revoked, ZONE_NONE},
                                      {used ? N_("used") : N_("last record"),
                                       used ? &h->used : &last, ZONE_NONE}};
                inspect_host_name(h, name, sizeof(name));
                if (used)
                        tell(t, "revoked-computer-uses", SEVERITY_CRITICAL,
                             N_("computer %s let a drive in after it was revoked"), name, lines, 2);
                else
                        tell(t, "revoked-computer", SEVERITY_NOTICE,
                             N_("computer %s goes on after it was revoked, and lets nothing in"),
                             name, lines, 2);
        }
}

/* Measured against the newest thing that is known, not against the clock of who inspects. */
static void tell_silent(Telling *t, int64_t silent)
{
        int64_t newest = 0;

        for (uint32_t i = 0; i < t->in->n_hosts; i++)
                newest = MAX(newest, MAX(t->in->hosts[i].last, t->in->hosts[i].exported));
        for (uint32_t i = 0; silent && i < t->in->n_hosts; i++) {
                const InspectHost *h = &t->in->hosts[i];
                InspectPlace place = {.time = h->last, .seq = h->counted, .host = i};
                const Line line = {N_("last record"), &place, ZONE_NONE};
                char name[NAME_MAX_SIZE + 48];

                if (!h->last || newest - h->last < silent)
                        continue;
                inspect_host_name(h, name, sizeof(name));
                tell(t, "silent", SEVERITY_WARNING, N_("computer %s has been silent"), name, &line,
                     1);
        }
}

static void tell_gaps(Telling *t)
{
        for (uint32_t i = 0; i < t->in->n_hosts; i++) {
                const InspectHost *h = &t->in->hosts[i];
                char name[NAME_MAX_SIZE + 48], subject[NAME_MAX_SIZE + 128];

                if (h->gaps == 0)
                        continue;
                inspect_host_name(h, name, sizeof(name));
                snprintf(subject, sizeof(subject), _("%s: %" PRIu64 " of %" PRIu64), name, h->gaps,
                         h->counted);
                tell(t, "not-exported", SEVERITY_NOTICE, N_("records are in no export here: %s"),
                     subject, NULL, 0);
        }
}

/* What a journal knows of and the exports do not hold. */
static void tell_journal(Telling *t)
{
        for (uint32_t i = 0; i < t->in->n_hosts; i++) {
                const InspectHost *h = &t->in->hosts[i];
                char name[NAME_MAX_SIZE + 48], subject[NAME_MAX_SIZE + 128];

                if (h->seen == 0)
                        continue;
                inspect_host_name(h, name, sizeof(name));
                snprintf(subject, sizeof(subject),
                         _("%s: record %" PRIu64 ", the exports end at %" PRIu64), name, h->seen,
                         h->counted);
                if (h->counted == 0)
                        tell(t, "no-export", SEVERITY_WARNING,
                             N_("a journal knows of a computer of which no export is here: %s"),
                             name, NULL, 0);
                else
                        tell(t, "journal-beyond", SEVERITY_WARNING,
                             N_("a journal knows of later records than the exports hold: %s"),
                             subject, NULL, 0);
        }
}

static uint64_t count_records(const Inspect *in, uint64_t *ret_violations)
{
        uint64_t n = 0;

        *ret_violations = 0;
        for (uint32_t i = 0; i < in->n_hosts; i++) {
                n += in->hosts[i].records;
                *ret_violations += in->hosts[i].violations;
        }
        return n;
}

static void tell_all(Telling *t, int64_t silent)
{
        tell_troubles(t);
        for (uint32_t i = 0; i < t->in->drives.n; i++)
                tell_drive(t, &t->in->drives.list[i]);
        tell_revoked_hosts(t);
        tell_silent(t, silent);
        tell_journal(t);
        tell_gaps(t);
}

static json_object *host_json(const InspectHost *h)
{
        json_object *o = json_object_new_object();
        char head[CHAIN_HEAD_TEXT], time[TEXT_TIME_MAX];

        chain_head_text(&h->head, head);
        text_time_format(h->last, time);
        json_put_text(o, "host", h->id);
        json_put_text(o, "name", h->name);
        json_put_text(o, "zone", zone_name(h->zone));
        json_object_object_add(o, "records", json_object_new_uint64(h->records));
        json_object_object_add(o, "violations", json_object_new_uint64(h->violations));
        json_object_object_add(o, "not_exported", json_object_new_uint64(h->gaps));
        json_object_object_add(o, "verified_to", json_object_new_uint64(h->counted));
        json_put_text(o, "head", head);
        json_put_text(o, "last_record", time);
        return o;
}

static void print_hosts(const Inspect *in)
{
        for (uint32_t i = 0; i < in->n_hosts; i++) {
                const InspectHost *h = &in->hosts[i];
                char name[NAME_MAX_SIZE + 48], time[32], head[CHAIN_HEAD_TEXT];

                inspect_host_name(h, name, sizeof(name));
                out_time(h->last, time, sizeof(time));
                chain_head_text(&h->head, head);
                printf(_("%s, %s: last record %s, %" PRIu64 " violations, verified to record "
                         "%" PRIu64 ", head %s\n"),
                       name, _(zone_name(h->zone)), time, h->violations, h->counted, head);
        }
}

static void report_json(const Inspect *in, Telling *t, int64_t silent)
{
        json_object *o = json_object_new_object(), *hosts = json_object_new_array();
        uint64_t violations, records = count_records(in, &violations);

        t->list = json_object_new_array();
        tell_all(t, silent);
        for (uint32_t i = 0; i < in->n_hosts; i++)
                json_object_array_add(hosts, host_json(&in->hosts[i]));
        json_object_object_add(o, "verified", json_object_new_boolean(!in->broken));
        json_object_object_add(o, "exports", json_object_new_uint64(in->n_exports));
        json_object_object_add(o, "records", json_object_new_uint64(records));
        json_object_object_add(o, "violations", json_object_new_uint64(violations));
        json_object_object_add(o, "drives", json_object_new_uint64(in->drives.n));
        json_object_object_add(o, "findings", t->list);
        json_object_object_add(o, "computers", hosts);
        out_json(o);
}

int inspect_report(const Inspect *in, int64_t silent, bool list, bool json)
{
        Telling t = {.in = in};
        uint64_t violations, records = count_records(in, &violations);

        if (json) {
                report_json(in, &t, silent);
        } else {
                printf(_("%u computers, %zu exports, %" PRIu64 " records, %" PRIu64
                         " violations, %u drives\n"),
                       in->n_hosts, in->n_exports, records, violations, in->drives.n);
                if (list)
                        print_hosts(in);
                tell_all(&t, silent);
                if (t.n == 0)
                        printf("%s%s%s\n", out_style(stdout, STYLE_GOOD),
                               _("Every export is whole, and nothing was found."),
                               out_plain(stdout));
        }
        if (in->broken)
                return CLI_BROKEN;
        return t.n ? CLI_FAILED : CLI_OK;
}
