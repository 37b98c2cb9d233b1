/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Two walks over the ledger: one verifies and finds the range, one copies it. */
#include "store/package-write.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "lib/draft.h"
#include "lib/file.h"
#include "lib/names.h"
#include "policy/note.h"
#include "store/pending.h"

#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define CHUNK 262144u
#define ASK_EVERY 1024u /* records */
#define TIME_START ",\"time\":\""
#define TIME_WITHIN 64u /* of a line's start */

typedef struct Work {
        PackageJob *job;
        PrivateKey *key;
        Chain previous;      /* after the record before */
        Chain start;         /* where a range may begin: both sides tell the same hash */
        HashPlan plan;       /* of all records so far */
        bool plan_full;      /* the hash was changed too often to be told */
        uint64_t size, open; /* bytes up to the last record that fits; and behind it, or `start` */
        void (*progress)(void *userdata, uint64_t seq);
        void *userdata;
        struct {
                char *text;
                size_t size;
        } parts[MANIFEST_RECORDS]; /* all but the records */
        Draft draft;
} Work;

static void work_clear(Work *w)
{
        w->key = private_key_free(w->key);
        for (size_t i = 0; i < MANIFEST_RECORDS; i++)
                free(w->parts[i].text);
        draft_close(&w->draft);
}

static bool fits(const PackageJob *job, const char *line, size_t size)
{
        const char *at =
                memmem(line, MIN(size, (size_t)TIME_WITHIN), TIME_START, strlen(TIME_START));

        if (!at || (size_t)(line + size - at) < strlen(TIME_START) + SECONDS_TEXT)
                return false;
        at += strlen(TIME_START);
        if (*job->since && memcmp(at, job->since, SECONDS_TEXT) < 0)
                return false;
        return !*job->until || memcmp(at, job->until, SECONDS_TEXT) <= 0;
}

/* The text of a field, if it is there and as long as it must be. */
static bool field(const char *line, size_t size, const char *start, char *ret, size_t n)
{
        const char *at = memmem(line, size, start, strlen(start));

        if (!at || (size_t)(line + size - at) < strlen(start) + n + 1)
                return false;
        at += strlen(start);
        if (at[n] != '"')
                return false;
        memcpy(ret, at, n);
        ret[n] = '\0';
        return true;
}

/* The keys that this computer said it signs with; the newest comes first. */
static int note_key(Manifest *m, const char *line, size_t size)
{
        PublicKey named, key;
        int r;

        if (!head_key_named(line, size, &named) || manifest_knows_key(m, &named))
                return 0;
        r = public_key_init(&key, named.algorithm, PURPOSE_LEDGER, named.raw, named.raw_size);
        if (r != 0)
                return MIN(r, 0);
        if (m->n_keys < MANIFEST_KEYS_MAX)
                m->n_keys++;
        memmove(m->keys + 1, m->keys, (m->n_keys - 1) * sizeof(PublicKey));
        m->keys[0] = key;
        return 0;
}

/* Records before these were taken away: what the ledger says of them. */
static void note_archive(Work *w)
{
        const LedgerVerify *v = &w->job->verify;
        Manifest *m = &w->job->manifest;

        w->previous = v->begin;
        w->plan = v->archive.plan;
        while (w->plan.n > 0 && w->plan.list[w->plan.n - 1].seq > v->begin.seq)
                w->plan.n--;
        m->n_keys = v->archive.n_keys;
        memcpy(m->keys, v->archive.keys, m->n_keys * sizeof(PublicKey));
}

/* Before the range: it begins where the chain needs no line from outside. */
static void note_start(Work *w, const Chain *now, size_t size)
{
        if (now->hash == w->previous.hash || w->previous.seq == 0) {
                w->start = w->previous;
                w->open = 0;
        }
        w->open += size + 1;
}

static int look_at(void *userdata, uint64_t seq, const char *line, size_t size)
{
        Work *w = userdata;
        Manifest *m = &w->job->manifest;
        const Chain *now = &w->job->verify.chain;
        bool in = (w->job->end == 0 || seq <= w->job->end) && fits(w->job, line, size);
        int r;

        if (w->previous.seq == 0 && seq > 1)
                note_archive(w);
        r = note_key(m, line, size);
        if (r < 0)
                return r;
        if (m->last.seq == 0)
                note_start(w, now, size);
        else
                w->open += size + 1;
        if (in && m->last.seq == 0) {
                m->before = w->start;
                m->plan = w->plan;
        }
        w->plan_full |= !hash_plan_add(&w->plan, seq, now->hash);
        if (in) {
                m->last = *now;
                w->size = w->open;
                if (!field(line, size, ",\"host\":\"", m->host, HEAD_HOST_SIZE - 1))
                        m->host[0] = '\0';
        }
        w->previous = *now;
        if (w->progress)
                w->progress(w->userdata, seq);
        return 0;
}

/* The first walk. */
static int find_range(Work *w)
{
        PackageJob *job = w->job;
        LedgerVerify *v = &job->verify;
        int r;

        w->progress = v->progress;
        w->userdata = v->userdata;
        v->progress = NULL;
        v->record = look_at;
        v->userdata = w;
        r = ledger_verify(job->ledger_fd, v);
        if (r != 0)
                return r < 0 ? r : PACKAGE_W_BROKEN;
        if (job->manifest.last.seq == 0)
                return PACKAGE_W_EMPTY;
        while (job->manifest.plan.n > 0 &&
               job->manifest.plan.list[job->manifest.plan.n - 1].seq > job->manifest.before.seq)
                job->manifest.plan.n--;
        return w->plan_full ? -EOVERFLOW : 0;
}

/* The computer signs with the key that its ledger names. */
static int find_signer(Work *w)
{
        const Manifest *m = &w->job->manifest;
        const PublicKey *public;
        int r = heads_signer(w->job->state_fd, &w->key);

        if (r < 0)
                return r == -ENOENT ? PACKAGE_W_SIGNER : r;
        public = private_key_public(w->key);
        if (m->n_keys == 0 || public->raw_size != m->keys[0].raw_size ||
            memcmp(public->raw, m->keys[0].raw, public->raw_size) != 0)
                return PACKAGE_W_SIGNER;
        return 0;
}

static int read_part(Work *w, ManifestPart part, int dirfd, const char *name)
{
        int r = dirfd < 0 ? -ENOENT
                          : file_read(dirfd, name, NOTE_SIZE_MAX, &w->parts[part].text,
                                      &w->parts[part].size);

        return r == -ENOENT ? 0 : r;
}

static void drop_part(Work *w, ManifestPart part)
{
        free(TAKE_PTR(w->parts[part].text));
        w->parts[part].size = 0;
}

static int read_parts(Work *w)
{
        const PackageJob *job = w->job;
        _cleanup_(fd_closep) int fd = -EBADF;
        int r = job->etc_fd < 0 ? 0 : pending_open_files(job->etc_fd, &fd);

        if (r > 0)
                r = -EPERM;
        if (r == 0)
                r = read_part(w, MANIFEST_AUTHORITY, fd, UZ_KEYS_FILE);
        if (r == 0)
                r = read_part(w, MANIFEST_CREDENTIAL, fd, UZ_CREDENTIAL_FILE);
        if (r == 0)
                r = heads_select(job->ledger_fd, job->manifest.before.seq, job->manifest.last.seq,
                                 &w->parts[MANIFEST_HEADS].text, &w->parts[MANIFEST_HEADS].size);
        return r;
}

static int write_records(Work *w, uint64_t at)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        _cleanup_(digest_freep) Digest *d = NULL;
        _cleanup_(freep) char *chunk = malloc(CHUNK);
        Manifest *m = &w->job->manifest;
        Chain chain = {0};
        size_t n = 0, size;
        const char *line;
        int r = chunk ? digest_new(&d) : -ENOMEM;

        if (r == 0)
                r = digest_restart(d, manifest_hash(m));
        if (r == 0)
                r = ledger_reader_open(w->job->ledger_fd, &reader);
        while (r == 0 && chain.seq < m->last.seq) {
                r = ledger_reader_next(reader, &line, &size);
                if (r <= 0)
                        return r == 0 || r == -EBADMSG ? PACKAGE_W_CHANGED : r;
                r = 0;
                ledger_reader_state(reader, &chain, NULL, NULL);
                if (chain.seq <= m->before.seq)
                        continue;
                memcpy(chunk + n, line, size);
                chunk[n + size] = '\n';
                n += size + 1;
                if (n <= CHUNK - CHAIN_LINE_MAX && chain.seq < m->last.seq)
                        continue;
                r = draft_interrupted();
                if (r == 0)
                        r = digest_update(d, chunk, n);
                if (r == 0)
                        r = file_pwrite_full(w->draft.fd, chunk, n, at);
                at += n;
                n = 0;
        }
        return r < 0 ? r : digest_final(d, m->parts[MANIFEST_RECORDS].digest);
}

static int write_all(Work *w)
{
        _cleanup_(freep) char *note = NULL;
        Manifest *m = &w->job->manifest;
        size_t size = 0, signed_size = 0;
        uint64_t at;
        int r = 0;

        m->created = w->job->created;
        memcpy(m->since, w->job->since, sizeof(m->since));
        memcpy(m->until, w->job->until, sizeof(m->until));
        for (size_t i = 0; i < MANIFEST_RECORDS && r == 0; i++) {
                m->parts[i].size = w->parts[i].size;
                r = digest_compute_as(manifest_hash(m), w->parts[i].text ? w->parts[i].text : "",
                                      w->parts[i].size, m->parts[i].digest);
        }
        m->parts[MANIFEST_RECORDS].size = w->size;
        if (r == 0)
                r = manifest_sign(m, w->key, &note, &size);
        at = size + 1;
        for (size_t i = 0; i < MANIFEST_RECORDS && r == 0; i++) {
                if (w->parts[i].size > 0)
                        r = file_pwrite_full(w->draft.fd, w->parts[i].text, w->parts[i].size, at);
                at += w->parts[i].size;
        }
        if (r == 0)
                r = write_records(w, at);
        free(TAKE_PTR(note));
        /* Again, now that the digest of the records is known: as long as before. */
        if (r == 0)
                r = manifest_sign(m, w->key, &note, &signed_size);
        if (r == 0 && signed_size != size)
                r = -EIO;
        if (r == 0)
                r = file_pwrite_full(w->draft.fd, note, size, 0);
        if (r == 0)
                r = file_pwrite_full(w->draft.fd, "\n", 1, size);
        return r == 0 && fsync(w->draft.fd) < 0 ? -errno : r;
}

static int may_go_on(_unused_ void *userdata, uint64_t seq, _unused_ const char *line,
                     _unused_ size_t size)
{
        return seq % ASK_EVERY == 0 ? draft_interrupted() : 0;
}

/* Reads back what was written. A credential that does not verify is left out, not the evidence. */
static int read_back(Work *w)
{
        char path[PATH_MAX];
        _cleanup_(package_closep) Package *p = NULL;
        _cleanup_(freep) Authority *a = calloc(1, sizeof(*a));
        LedgerVerify v = {.record = may_go_on};
        PackageError e = {0};
        Host host;
        int r = a ? 0 : -ENOMEM;

        draft_path(&w->draft, path);
        if (r == 0)
                r = package_open(w->draft.dirfd, path, &p, &e);
        if (r == 0)
                r = package_verify(p, &v);
        if (r != 0)
                return r < 0 ? r : PACKAGE_W_CHANGED;
        r = package_authority(p, a, &e);
        if (r == 0)
                r = package_host(p, a, &host, &e);
        if (r == PACKAGE_E_BROKEN)
                w->job->left_out = e;
        return r < 0 ? r : 0;
}

static int write_and_check(Work *w)
{
        int r = write_all(w);

        if (r == 0)
                r = read_back(w);
        if (r != 0 || !w->job->left_out.kind)
                return r;
        drop_part(w, MANIFEST_AUTHORITY);
        drop_part(w, MANIFEST_CREDENTIAL);
        if (ftruncate(w->draft.fd, 0) < 0)
                return -errno;
        r = write_all(w);
        return r == 0 ? read_back(w) : r;
}

int package_write(PackageJob *job, int dirfd, const char *name)
{
        _cleanup_(work_clear) Work w = {.job = job, .draft.fd = -EBADF};
        int r;

        /* Told before an hour's work, and made sure of at the end. */
        if (!job->replace && faccessat(dirfd, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                return -EEXIST;
        job->manifest = (Manifest){0};
        job->left_out = (PackageError){0};
        r = find_range(&w);
        if (r == 0)
                r = find_signer(&w);
        if (r == 0)
                r = read_parts(&w);
        if (r != 0)
                return r;
        r = draft_open(dirfd, name, job->named, &w.draft);
        if (r == 0)
                r = write_and_check(&w);
        if (r == 0)
                r = draft_interrupted();
        return r == 0 ? draft_publish(&w.draft, job->replace) : r;
}
