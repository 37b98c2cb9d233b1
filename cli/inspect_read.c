/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads exports computer by computer, verifies each, and compares those of the same computer. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/inspect.h"
#include "cli/record.h"
#include "cli/verified.h"
#include "lib/file.h"

#define DEPTH_MAX 8u
#define SAMPLE 1024u /* every so many records a hash is kept, to compare */
#define SUFFIX ".uzx"
#define KIND_WITHIN 256u
#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define TIME_START ",\"time\":\""
#define TIME_WITHIN 64u

/* One export, as far as it is known before its records are read. */
typedef struct Export {
        char *path;
        char host[HEAD_HOST_SIZE];
        uint64_t before, last; /* a folder: 0 and UINT64_MAX */
} Export;

typedef struct Points {
        Chain *list;
        size_t n, room;
} Points;

typedef struct Reading {
        Inspect *in;
        const Authority *authority;
        Export *exports;
        size_t n, room, at;
        Points seen;       /* of this computer, from the exports before */
        Points now;        /* of this export */
        uint64_t *compare; /* numbers whose hash is wanted, ascending */
        size_t n_compare, next_compare;
        PublicKey signer; /* of the export before; raw_size 0: none */
        LedgerVerify verify;
        Progress progress;
        char time[SECONDS_TEXT + 2]; /* of the last record */
} Reading;

static int add_trouble(Reading *rd, const char *kind, const char *message, uint64_t seq,
                       const char *detail)
{
        Inspect *in = rd->in;
        InspectTrouble *list = reallocarray(in->troubles, in->n_troubles + 1, sizeof(*list));
        const char *path = rd->at < rd->n ? rd->exports[rd->at].path : "";
        char *text;

        if (!list)
                return -ENOMEM;
        in->troubles = list;
        list[in->n_troubles] = (InspectTrouble){
                .kind = kind,
                .message = message,
                .seq = seq,
                .host = in->n_hosts ? in->n_hosts - 1 : INSPECT_NONE,
        };
        if (asprintf(&text, "%s%s%s", path, *detail ? ": " : "", detail) < 0)
                return -ENOMEM;
        text_escape(text, strlen(text), list[in->n_troubles++].detail, sizeof(list->detail));
        free(text);
        return 0;
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

/* --- which exports there are --- */

static int add_export(Reading *rd, const char *path)
{
        _cleanup_(package_closep) Package *p = NULL;
        PackageError e = {0};
        Export x = {.last = UINT64_MAX};
        int r = package_open(AT_FDCWD, path, &p, &e);

        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s"), path);
        if (rd->n == rd->room) {
                size_t room = MAX(2 * rd->room, (size_t)64);
                Export *list = reallocarray(rd->exports, room, sizeof(*list));

                if (!list)
                        return cli_out_of_memory();
                rd->exports = list;
                rd->room = room;
        }
        if (r == 0 && package_manifest(p)) {
                const Manifest *m = package_manifest(p);

                x.before = m->before.seq;
                x.last = m->last.seq;
        }
        if (r == 0)
                r = package_host_id(p, x.host);
        x.path = r >= 0 ? strdup(path) : NULL;
        if (!x.path)
                return r < 0 ? cli_fail_errno(r, _("cannot read %s"), path) : cli_out_of_memory();
        rd->exports[rd->n++] = x;
        return 0;
}

static bool has_segments(const char *path)
{
        _cleanup_(fd_closep) int fd = file_open_dir(AT_FDCWD, path);
        Segment first;

        return fd >= 0 && segment_next(fd, NULL, &first) == 1;
}

static int add_path(Reading *rd, const char *path, unsigned depth);

static int add_folder(Reading *rd, const char *path, unsigned depth)
{
        struct dirent **names;
        int n = scandir(path, &names, NULL, alphasort), r = 0;

        if (n < 0)
                return cli_fail_errno(-errno, _("cannot read %s"), path);
        for (int i = 0; i < n; i++) {
                const char *name = names[i]->d_name, *end = strrchr(name, '.');
                _cleanup_(freep) char *full = NULL;
                struct stat st;

                if (r == 0 && name[0] != '.' && asprintf(&full, "%s/%s", path, name) < 0) {
                        full = NULL;
                        r = cli_out_of_memory();
                }
                if (r == 0 && full && stat(full, &st) == 0 &&
                    (S_ISDIR(st.st_mode) || (end && !strcmp(end, SUFFIX))))
                        r = add_path(rd, full, depth + 1);
                free(names[i]);
        }
        free(names);
        return r;
}

static int add_path(Reading *rd, const char *path, unsigned depth)
{
        struct stat st;

        if (stat(path, &st) < 0)
                return cli_fail_errno(-errno, _("cannot read %s"), path);
        if (!S_ISDIR(st.st_mode) || has_segments(path))
                return add_export(rd, path);
        if (depth == DEPTH_MAX)
                return cli_fail(CLI_FAILED, _("%s: folders within folders, more than %u"), path,
                                DEPTH_MAX);
        return add_folder(rd, path, depth);
}

static int compare_export(const void *a, const void *b)
{
        const Export *x = a, *y = b;
        int r = strcmp(x->host, y->host);

        if (r == 0)
                r = x->last != y->last ? (x->last < y->last ? -1 : 1)
                                       : (x->before > y->before) - (x->before < y->before);
        return r ? r : strcmp(x->path, y->path);
}

/* --- one export --- */

static int compare_number(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

/* The records whose hash must be kept: where the exports before and after begin and end. */
static int choose_points(Reading *rd)
{
        const char *host = rd->exports[rd->at].host;
        size_t n = rd->seen.n;

        for (size_t i = rd->at + 1; i < rd->n && !strcmp(rd->exports[i].host, host); i++)
                n += 2;
        free(rd->compare);
        rd->compare = calloc(MAX(n, (size_t)1), sizeof(uint64_t));
        if (!rd->compare)
                return -ENOMEM;
        n = 0;
        for (size_t i = 0; i < rd->seen.n; i++)
                rd->compare[n++] = rd->seen.list[i].seq;
        for (size_t i = rd->at + 1; i < rd->n && !strcmp(rd->exports[i].host, host); i++) {
                rd->compare[n++] = rd->exports[i].before;
                rd->compare[n++] = rd->exports[i].last;
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
        bool wanted = chain->seq % SAMPLE == 0;

        while (rd->next_compare < rd->n_compare && rd->compare[rd->next_compare] <= chain->seq)
                wanted |= rd->compare[rd->next_compare++] == chain->seq;
        return wanted ? add_point(&rd->now, chain) : 0;
}

static bool is_kind(const char *line, size_t size, const char *kind)
{
        return memmem(line, MIN(size, (size_t)KIND_WITHIN), kind, strlen(kind));
}

static int add_record(Reading *rd, uint64_t seq, const char *line, size_t size)
{
        InspectHost *host = &rd->in->hosts[rd->in->n_hosts - 1];
        InspectPlace at = {.seq = seq, .host = rd->in->n_hosts - 1};
        _cleanup_(json_object_putp) json_object *o = NULL;
        bool drive = is_kind(line, size, ",\"kind\":\"verdict\"") ||
                     is_kind(line, size, ",\"kind\":\"enrolled\"") ||
                     is_kind(line, size, ",\"kind\":\"revoked\"");

        if (!drive && !is_kind(line, size, ",\"kind\":\"tamper\""))
                return 0;
        o = record_parse(line, size);
        if (!o)
                return 0;
        at.time = record_seconds(o);
        host->violations += record_is_violation(o);
        if (host->zone == ZONE_NONE && zone_parse(json_text(o, "host_zone"), &host->zone) < 0)
                host->zone = ZONE_NONE;
        return drive ? inspect_drives_add(&rd->in->drives, o, &at) : 0;
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
                progress_update(&rd->progress, rd->at, rd->n);
        /* What an earlier export of the same computer told already counts once. */
        if (r < 0 || seq <= host->counted)
                return r;
        host->gaps += seq - host->counted - 1;
        host->counted = seq;
        memcpy(host->head, rd->verify.chain.head, DIGEST_SIZE);
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
                        if (memcmp(a->head, b->head, DIGEST_SIZE) != 0) {
                                rd->in->broken = true;
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

static int check_signer(Reading *rd, const Manifest *m)
{
        int r = 0;

        if (rd->signer.raw_size && !manifest_knows_key(m, &rd->signer)) {
                rd->in->broken = true;
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
        rd->in->broken = true;
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
        if (r > 0) {
                rd->in->broken = true;
                r = add_trouble(rd, "broken", rd->verify.message, rd->verify.bad, rd->verify.kind);
        }
        if (r == 0 && (rd->now.n == 0 || rd->now.list[rd->now.n - 1].seq != rd->verify.chain.seq))
                r = add_point(&rd->now, &rd->verify.chain);
        rd->time[SECONDS_TEXT] = 'Z';
        if (text_time(rd->time, &last) == 0)
                host->last = MAX(host->last, last);
        if (m)
                host->exported = MAX(host->exported, m->created);
        return r < 0 ? r : compare_points(rd);
}

static int read_export(Reading *rd)
{
        const Export *x = &rd->exports[rd->at];
        _cleanup_(package_closep) Package *p = NULL;
        PackageError e = {0};
        int r = package_open(AT_FDCWD, x->path, &p, &e);

        rd->verify = (LedgerVerify){0};
        rd->in->n_exports++;
        if (r == PACKAGE_E_BROKEN) {
                rd->in->broken = true;
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
        for (size_t i = 0; i < rd->n; i++)
                free(rd->exports[i].path);
        free(rd->exports);
        free(rd->seen.list);
        free(rd->now.list);
        free(rd->compare);
}

int inspect_read(Inspect *in, char **paths, int n, const Authority *authority)
{
        _cleanup_(reading_clear) Reading rd = {.in = in, .authority = authority};
        int r = 0;

        for (int i = 0; i < n && r == 0; i++)
                r = add_path(&rd, paths[i], 0);
        if (r == 0 && rd.n == 0)
                r = cli_fail(CLI_FAILED, "%s", _("there is no export (*.uzx) and no ledger here"));
        if (r)
                return r;
        qsort(rd.exports, rd.n, sizeof(Export), compare_export);
        rd.progress = progress_start(_("Inspecting ..."));
        for (rd.at = 0; rd.at < rd.n && r == 0; rd.at++) {
                progress_update(&rd.progress, rd.at, rd.n);
                r = read_export(&rd);
                if (r < 0)
                        r = r == -ENOMEM ? cli_out_of_memory()
                                         : verified_fail(&rd.verify, r, rd.exports[rd.at].path);
        }
        progress_end(&rd.progress);
        inspect_drives_finish(&in->drives);
        return r;
}

void inspect_clear(Inspect *in)
{
        inspect_drives_clear(&in->drives);
        free(in->hosts);
        free(in->troubles);
        *in = (Inspect){0};
}
