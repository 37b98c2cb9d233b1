/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads exports computer by computer, verifies each, and compares those of the same computer. */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/inspect_sources.h"
#include "cli/record.h"
#include "cli/verified.h"

#define SAMPLE 1024u     /* every so many records a hash is kept, to compare */
#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define TIME_START ",\"time\":\""
#define TIME_WITHIN 64u

typedef struct Points {
        Chain *list;
        size_t n, room;
} Points;

typedef struct Reading {
        Inspect *in;
        const Authority *authority;
        InspectSources sources;
        size_t at;         /* of the sources, the export that is read */
        uint32_t file;     /* its place for InspectPlace */
        Points seen;       /* of this computer, from the exports before */
        Points now;        /* of this export */
        uint64_t *compare; /* numbers whose hash is wanted, ascending */
        size_t n_compare, next_compare;
        PublicKey signer; /* of the export before; raw_size 0: none */
        LedgerVerify verify;
        Progress progress;
        char time[SECONDS_TEXT + 2]; /* of the last record */
} Reading;

int inspect_trouble(Inspect *in, const InspectTrouble *what, const char *path, const char *detail)
{
        InspectTrouble *list = reallocarray(in->troubles, in->n_troubles + 1, sizeof(*list));
        char *text;

        if (!list)
                return -ENOMEM;
        in->troubles = list;
        in->broken = true;
        list[in->n_troubles] = *what;
        if (asprintf(&text, "%s%s%s", path, *detail ? ": " : "", detail) < 0)
                return -ENOMEM;
        text_escape(text, strlen(text), list[in->n_troubles++].detail, sizeof(list->detail));
        free(text);
        return 0;
}

uint32_t inspect_file(Inspect *in, const char *path)
{
        char shown[INSPECT_FILE_MAX];

        if (in->n_files == in->room_files) {
                uint32_t room = MAX(2 * in->room_files, 64u);
                char **files = reallocarray(in->files, room, sizeof(*files));

                if (!files)
                        return 0;
                in->files = files;
                in->room_files = room;
        }
        text_escape(path, strlen(path), shown, sizeof(shown));
        in->files[in->n_files] = strdup(shown);
        return in->files[in->n_files] ? ++in->n_files : 0;
}

/* With the computer that is read, whose evidence is broken by it. */
static int add_trouble(Reading *rd, const char *kind, const char *message, uint64_t seq,
                       const char *detail)
{
        const InspectTrouble what = {.kind = kind,
                                     .message = message,
                                     .seq = seq,
                                     .host = rd->in->n_hosts ? rd->in->n_hosts - 1 : INSPECT_NONE};

        return inspect_trouble(rd->in, &what, rd->sources.list[rd->at].path, detail);
}

static int add_point(Points *p, const Chain *chain)
{
        if (p->n == p->room) {
                size_t room = MAX(2 * p->room, (size_t)64);
                Chain *list = reallocarray(p->list, room, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                p->list = list;
                p->room = room;
        }
        p->list[p->n++] = *chain;
        return 0;
}

static int compare_number(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

/* The records whose hash must be kept: where the exports before and after begin and end. */
static int choose_points(Reading *rd)
{
        const char *host = rd->sources.list[rd->at].host;
        size_t n = rd->seen.n, n_journal;
        const InspectSeen *journal = inspect_sources_seen(&rd->sources, host, &n_journal);

        n += n_journal;
        for (size_t i = rd->at + 1; i < rd->sources.n && !strcmp(rd->sources.list[i].host, host);
             i++)
                n += 2;
        free(rd->compare);
        rd->compare = calloc(MAX(n, (size_t)1), sizeof(uint64_t));
        if (!rd->compare)
                return -ENOMEM;
        n = 0;
        for (size_t i = 0; i < rd->seen.n; i++)
                rd->compare[n++] = rd->seen.list[i].seq;
        for (size_t i = 0; i < n_journal; i++)
                rd->compare[n++] = journal[i].chain.seq;
        for (size_t i = rd->at + 1; i < rd->sources.n && !strcmp(rd->sources.list[i].host, host);
             i++) {
                rd->compare[n++] = rd->sources.list[i].before;
                rd->compare[n++] = rd->sources.list[i].last;
        }
        qsort(rd->compare, n, sizeof(uint64_t), compare_number);
        rd->n_compare = n;
        rd->next_compare = 0;
        rd->now.n = 0;
        return 0;
}

static int keep_point(Reading *rd)
{
        const Chain *chain = &rd->verify.chain;
        const LedgerVerify *v = &rd->verify;
        bool wanted = chain->seq % SAMPLE == 0;

        /* Where the records before were taken away, as the package with them tells it. */
        if (v->archive.record && v->begin.seq == v->archive.last.seq &&
            chain->seq == v->begin.seq + 1 && add_point(&rd->now, &v->begin) < 0)
                return -ENOMEM;
        while (rd->next_compare < rd->n_compare && rd->compare[rd->next_compare] <= chain->seq)
                wanted |= rd->compare[rd->next_compare++] == chain->seq;
        return wanted ? add_point(&rd->now, chain) : 0;
}

static int add_drive(Reading *rd, json_object *o, const InspectPlace *at)
{
        bool used;
        int r;

        if (!strcmp(json_text(o, "kind"), "revoked"))
                return inspect_revoked_record(&rd->in->revoked, o, at);
        r = inspect_drives_add(&rd->in->drives, o, at, &used);
        if (r == 0 && used && at->time > rd->in->hosts[at->host].used.time)
                rd->in->hosts[at->host].used = *at;
        return r;
}

static int add_record(Reading *rd, uint64_t seq, const char *line, size_t size)
{
        static const char *const kinds[] = {"tamper", "verdict", "enrolled", "revoked"};
        InspectHost *host = &rd->in->hosts[rd->in->n_hosts - 1];
        InspectPlace at = {.seq = seq, .host = rd->in->n_hosts - 1, .file = rd->file};
        _cleanup_(json_object_putp) json_object *o = NULL;
        size_t kind;

        if (rd->in->each)
                return rd->in->each(rd->in->userdata, &at, line, size);
        kind = chain_line_kind(line, size, kinds, ARRAY_SIZE(kinds));
        if (kind == 0)
                return 0;
        o = record_parse(line, size);
        if (!o)
                return 0;
        at.time = record_seconds(o);
        host->violations += record_is_violation(o);
        if (host->zone == ZONE_NONE && zone_parse(json_text(o, "host_zone"), &host->zone) < 0)
                host->zone = ZONE_NONE;
        return kind > 1 ? add_drive(rd, o, &at) : 0; /* tamper is of no drive */
}

static void keep_time(Reading *rd, const char *line, size_t size)
{
        const char *at =
                memmem(line, MIN(size, (size_t)TIME_WITHIN), TIME_START, strlen(TIME_START));

        if (at && (size_t)(line + size - at) > strlen(TIME_START) + SECONDS_TEXT)
                memcpy(rd->time, at + strlen(TIME_START), SECONDS_TEXT);
}

static int each_record(void *userdata, uint64_t seq, const char *line, size_t size)
{
        Reading *rd = userdata;
        InspectHost *host = &rd->in->hosts[rd->in->n_hosts - 1];
        int r = keep_point(rd);

        if (seq % SAMPLE == 0)
                progress_update(&rd->progress, rd->at, rd->sources.n);
        /* What an earlier export of the same computer told already counts once. */
        if (r < 0 || seq <= host->counted)
                return r;
        host->gaps += seq - host->counted - 1;
        host->counted = seq;
        host->head = rd->verify.chain;
        host->records++;
        keep_time(rd, line, size);
        return add_record(rd, seq, line, size);
}

/* Two exports of one computer tell the same story, as far as both reach. */
static int compare_points(Reading *rd)
{
        Points merged = {0};
        size_t i = 0, k = 0;
        uint64_t agreed = 0;
        int r = 0;

        while (r == 0 && (i < rd->seen.n || k < rd->now.n)) {
                const Chain *a = i < rd->seen.n ? &rd->seen.list[i] : NULL;
                const Chain *b = k < rd->now.n ? &rd->now.list[k] : NULL;

                if (a && b && a->seq == b->seq) {
                        if (!chain_same_head(a, b)) {
                                r = add_trouble(rd, "forked",
                                                N_("another export of this computer holds other "
                                                   "records with the same numbers"),
                                                agreed + 1, "");
                                break;
                        }
                        agreed = a->seq;
                        i++;
                }
                r = add_point(&merged, b && (!a || b->seq <= a->seq) ? b : a);
                if (b && (!a || b->seq <= a->seq))
                        k++;
                else
                        i++;
        }
        free(rd->seen.list);
        rd->seen = merged;
        return r;
}

/* What journals hold of this computer's heads, as far as this export reaches. */
static int compare_journal(Reading *rd, const Manifest *m)
{
        const Points *now = &rd->now;
        size_t n, k = 0;
        const InspectSeen *seen =
                inspect_sources_seen(&rd->sources, rd->sources.list[rd->at].host, &n);

        for (size_t i = 0; i < n; i++) {
                const Chain *chain = &seen[i].chain;

                while (k < now->n && now->list[k].seq < chain->seq)
                        k++;
                if (k == now->n || now->list[k].seq != chain->seq)
                        continue;
                if (!chain_same_head(&now->list[k], chain))
                        return add_trouble(rd, "journal-differs",
                                           N_("a journal holds a head of other records with these "
                                              "numbers"),
                                           chain->seq, "");
                if (m && !manifest_knows_key(m, &seen[i].key))
                        return add_trouble(rd, "other-key",
                                           N_("a head in a journal is signed with a key that this "
                                              "export does not know"),
                                           chain->seq, "");
        }
        return 0;
}

static int check_signer(Reading *rd, const Manifest *m)
{
        int r = 0;

        if (rd->signer.raw_size && !manifest_knows_key(m, &rd->signer)) {
                r = add_trouble(rd, "other-key",
                                N_("an earlier export of this computer is signed with a key that "
                                   "this one does not know"),
                                0, "");
        }
        rd->signer = m->keys[0];
        return r;
}

/* Name and zone, from the credential. */
static int take_credential(Reading *rd, const Package *p)
{
        InspectHost *host = &rd->in->hosts[rd->in->n_hosts - 1];
        _cleanup_(freep) Authority *own = calloc(1, sizeof(*own));
        const Authority *authority = rd->authority ? rd->authority : own;
        PackageError e = {0};
        Host h;
        int r = own ? 0 : -ENOMEM;

        if (r == 0 && !rd->authority)
                r = package_authority(p, own, &e);
        if (r == 0)
                r = package_host(p, authority, &h, &e);
        if (r == 0) {
                memcpy(host->name, h.name, sizeof(host->name));
                host->zone = h.zone;
        }
        if (r == PACKAGE_E_NONE && rd->authority) {
                e = (PackageError){.message = N_("it holds no credential")};
                r = PACKAGE_E_BROKEN;
        }
        if (r != PACKAGE_E_BROKEN)
                return r < 0 ? r : 0;
        return add_trouble(rd, "broken", e.message, 0, e.detail);
}

static int new_host(Reading *rd, const char *id)
{
        Inspect *in = rd->in;
        InspectHost *list;

        /* Without an id each export may be another computer's. */
        if (*id && in->n_hosts && !strcmp(in->hosts[in->n_hosts - 1].id, id))
                return 0;
        list = reallocarray(in->hosts, in->n_hosts + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        in->hosts = list;
        list[in->n_hosts] = (InspectHost){0};
        memcpy(list[in->n_hosts++].id, id, HEAD_HOST_SIZE);
        rd->seen.n = 0;
        rd->signer.raw_size = 0;
        return 0;
}

static int read_records(Reading *rd, const Package *p)
{
        const Manifest *m = package_manifest(p);
        InspectHost *host = &rd->in->hosts[rd->in->n_hosts - 1];
        int64_t last;
        int r = choose_points(rd);

        memset(rd->time, 0, sizeof(rd->time));
        rd->verify = (LedgerVerify){.record = each_record, .userdata = rd};
        if (r == 0 && m && m->before.seq > 0)
                r = add_point(&rd->now, &m->before);
        if (r == 0)
                r = package_verify(p, &rd->verify);
        if (r > 0)
                r = add_trouble(rd, "broken", rd->verify.message, rd->verify.bad, rd->verify.kind);
        if (r == 0 && (rd->now.n == 0 || rd->now.list[rd->now.n - 1].seq != rd->verify.chain.seq))
                r = add_point(&rd->now, &rd->verify.chain);
        rd->time[SECONDS_TEXT] = 'Z';
        if (text_time(rd->time, &last) == 0)
                host->last = MAX(host->last, last);
        if (m)
                host->exported = MAX(host->exported, m->created);
        if (r == 0)
                r = compare_journal(rd, m);
        return r < 0 ? r : compare_points(rd);
}

static int read_export(Reading *rd)
{
        const InspectExport *x = &rd->sources.list[rd->at];
        _cleanup_(package_closep) Package *p = NULL;
        PackageError e = {0};
        int r = package_open(AT_FDCWD, x->path, &p, &e);

        rd->verify = (LedgerVerify){0};
        rd->in->n_exports++;
        if (r == PACKAGE_E_BROKEN) {
                r = add_trouble(rd, "broken", e.message, 0, *e.detail ? e.detail : e.kind);
                if (r == 0)
                        rd->in->troubles[rd->in->n_troubles - 1].host = INSPECT_NONE;
                return r;
        }
        if (r == 0)
                r = new_host(rd, x->host);
        if (r == 0 && package_manifest(p)) {
                r = check_signer(rd, package_manifest(p));
                if (r == 0)
                        r = take_credential(rd, p);
        }
        return r == 0 ? read_records(rd, p) : r;
}

static void reading_clear(Reading *rd)
{
        inspect_sources_clear(&rd->sources);
        free(rd->seen.list);
        free(rd->now.list);
        free(rd->compare);
}

/* Heads of records that no export holds, though it was made after them. */
static int add_unexported(Reading *rd)
{
        const InspectSources *s = &rd->sources;
        Inspect *in = rd->in;
        uint32_t n_hosts = in->n_hosts, at = 0;

        for (size_t i = 0; i < s->n_seen; i++) {
                const InspectSeen *seen = &s->seen[i];
                InspectHost *host;
                int r;

                while (at < n_hosts && strcmp(in->hosts[at].id, seen->host) < 0)
                        at++;
                if (at == n_hosts || strcmp(in->hosts[at].id, seen->host) != 0) {
                        r = new_host(rd, seen->host);
                        if (r < 0)
                                return r;
                        host = &in->hosts[in->n_hosts - 1];
                } else {
                        host = &in->hosts[at];
                }
                if (seen->chain.seq > host->counted &&
                    (!host->exported || seen->time <= host->exported))
                        host->seen = MAX(host->seen, seen->chain.seq);
        }
        return 0;
}

static int cannot_read(const Reading *rd, int r)
{
        const char *path = rd->sources.list[rd->at].path;

        if (r == -ENOMEM)
                return cli_out_of_memory();
        if (r == -ENOSPC)
                return cli_fail(CLI_FAILED,
                                _("%s: with it there are more drives, labels, keys or revocations "
                                  "than can be compared at once; inspect fewer exports together"),
                                path);
        return verified_fail(&rd->verify, r, path);
}

int inspect_read(Inspect *in, char **paths, int n, const Authority *authority)
{
        _cleanup_(reading_clear) Reading rd = {
                .in = in, .authority = authority, .sources = {.in = in}};
        int r = 0;

        for (int i = 0; i < n && r == 0; i++)
                r = inspect_sources_add(&rd.sources, paths[i]);
        if (r == 0 && rd.sources.n == 0)
                r = cli_fail(CLI_FAILED, "%s", _("there is no export (*.uzx) and no ledger here"));
        if (r)
                return r;
        inspect_sources_sort(&rd.sources);
        rd.progress = progress_start(in->doing ? in->doing : _("Inspecting ..."));
        for (rd.at = 0; rd.at < rd.sources.n && r == 0; rd.at++) {
                progress_update(&rd.progress, rd.at, rd.sources.n);
                rd.file = inspect_file(in, rd.sources.list[rd.at].path);
                r = rd.file ? read_export(&rd) : -ENOMEM;
                if (r < 0)
                        r = cannot_read(&rd, r);
        }
        progress_end(&rd.progress);
        if (r == 0 && add_unexported(&rd) < 0)
                r = cli_out_of_memory();
        inspect_revoked_sort(&in->revoked);
        return r;
}

void inspect_clear(Inspect *in)
{
        inspect_drives_clear(&in->drives);
        inspect_revoked_clear(&in->revoked);
        for (uint32_t i = 0; i < in->n_files; i++)
                free(in->files[i]);
        free(in->files);
        free(in->hosts);
        free(in->troubles);
        *in = (Inspect){0};
}
