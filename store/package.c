/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Opens export packages and hands out their parts, each checked. */
#include "store/package.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/text.h"
#include "policy/note.h"

#define HEADS_SIZE_MAX (256u * 1024u * 1024u)
#define PEEK_LINES 4096u
#define HOST_WITHIN 256u /* of a line's start */

struct Package {
        int fd;
        Manifest *manifest; /* NULL: `fd` is a folder */
        uint64_t start;     /* of the first part */
};

static int refuse(PackageError *e, const char *kind, const char *message)
{
        *e = (PackageError){.kind = kind, .message = message};
        return PACKAGE_E_BROKEN;
}

static int check_size(const Package *p, uint64_t size, PackageError *e)
{
        uint64_t parts;

        if (manifest_parts_size(p->manifest, &parts) < 0 || size < p->start ||
            size - p->start < parts)
                return refuse(e, "cut-package", "the package is cut off");
        if (size - p->start > parts)
                return refuse(e, "extra-bytes", "the package has more bytes than were signed");
        return 0;
}

static int open_file(Package *p, uint64_t size, PackageError *e)
{
        size_t n = (size_t)MIN(size, (uint64_t)MANIFEST_NOTE_MAX + 1), note;
        _cleanup_(freep) char *data = malloc(n + 1);
        TextError error = {0};
        int r;

        p->manifest = calloc(1, sizeof(Manifest));
        if (!data || !p->manifest)
                return -ENOMEM;
        r = file_pread_full(p->fd, data, n, 0);
        if (r < 0)
                return r;
        if (manifest_split(data, n, &note) < 0)
                return refuse(e, "no-package", "this is no export package, or it is cut off");
        r = manifest_verify(data, note, p->manifest, &error);
        if (r > 0 || r == -EINVAL) {
                (void)refuse(e, "altered-manifest", "the manifest does not verify");
                (void)snprintf(e->detail, sizeof(e->detail), "%s", error.message);
                return PACKAGE_E_BROKEN;
        }
        if (r < 0)
                return r;
        p->start = note + 1;
        return check_size(p, size, e);
}

int package_open(int dirfd, const char *path, Package **ret, PackageError *error)
{
        _cleanup_(package_closep) Package *p = calloc(1, sizeof(*p));
        struct stat st;
        int r;

        if (!p)
                return -ENOMEM;
        p->fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
        if (p->fd < 0 || fstat(p->fd, &st) < 0)
                return -errno;
        if (!S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode))
                return -EINVAL;
        r = S_ISREG(st.st_mode) ? open_file(p, (uint64_t)st.st_size, error) : 0;
        if (r == 0)
                *ret = TAKE_PTR(p);
        return r;
}

Package *package_close(Package *p)
{
        if (!p)
                return NULL;
        (void)fd_close(p->fd);
        free(p->manifest);
        free(p);
        return NULL;
}

const Manifest *package_manifest(const Package *p)
{
        return p->manifest;
}

static uint64_t part_start(const Package *p, ManifestPart part)
{
        uint64_t at = p->start;

        for (size_t i = 0; i < (size_t)part; i++)
                at += p->manifest->parts[i].size;
        return at;
}

static int read_part(const Package *p, ManifestPart part, size_t max, char **ret, size_t *ret_size,
                     PackageError *e)
{
        _cleanup_(freep) char *data = NULL;
        uint8_t digest[DIGEST_SIZE];
        uint64_t size;
        int r;

        if (!p->manifest || p->manifest->parts[part].size == 0)
                return PACKAGE_E_NONE;
        size = p->manifest->parts[part].size;
        if (size > max)
                return -EFBIG;
        data = malloc((size_t)size + 1);
        if (!data)
                return -ENOMEM;
        r = file_pread_full(p->fd, data, (size_t)size, part_start(p, part));
        if (r == 0)
                r = digest_compute_as(manifest_hash(p->manifest), data, (size_t)size, digest);
        if (r < 0)
                return r;
        if (memcmp(digest, p->manifest->parts[part].digest, DIGEST_SIZE) != 0) {
                (void)refuse(e, "altered-part", "a part of the package was altered");
                (void)snprintf(e->detail, sizeof(e->detail), "%s", manifest_part_name(part));
                return PACKAGE_E_BROKEN;
        }
        data[size] = '\0';
        *ret = TAKE_PTR(data);
        *ret_size = (size_t)size;
        return 0;
}

static int foreign(PackageError *e, int r, const TextError *error)
{
        if (r < 0 && r != -EINVAL)
                return r;
        (void)refuse(e, "foreign-credential", "the computer's credential does not verify");
        (void)snprintf(e->detail, sizeof(e->detail), "%s", error->message);
        return PACKAGE_E_BROKEN;
}

int package_authority(const Package *p, Authority *ret, PackageError *error)
{
        _cleanup_(freep) char *text = NULL;
        TextError why = {0};
        size_t size;
        int r = read_part(p, MANIFEST_AUTHORITY, NOTE_SIZE_MAX, &text, &size, error);

        if (r != 0)
                return r;
        r = authority_load(text, size, ret, &why);
        return r == 0 ? 0 : foreign(error, r, &why);
}

int package_host(const Package *p, const Authority *authority, Host *ret, PackageError *error)
{
        _cleanup_(freep) char *text = NULL;
        char id[2 * HOST_ID_SIZE + 1];
        TextError why = {0};
        size_t size;
        Host host;
        int r = read_part(p, MANIFEST_CREDENTIAL, NOTE_SIZE_MAX, &text, &size, error);

        if (r != 0)
                return r;
        r = host_load(text, size, authority, p->manifest->created, &host, &why);
        if (r != 0)
                return foreign(error, r, &why);
        text_hex(host.id, HOST_ID_SIZE, id);
        if (strcmp(id, p->manifest->host) != 0)
                return refuse(error, "foreign-credential", "the credential is another computer's");
        *ret = host;
        return 0;
}

int package_heads(const Package *p, HeadReader **ret, PackageError *error)
{
        char *text = NULL;
        size_t size = 0;
        int r;

        if (!p->manifest)
                return heads_read(p->fd, ret);
        r = read_part(p, MANIFEST_HEADS, HEADS_SIZE_MAX, &text, &size, error);
        return r == 0 || r == PACKAGE_E_NONE ? heads_read_text(text, size, ret) : r;
}

int package_reader(const Package *p, LedgerReader **ret)
{
        if (!p->manifest)
                return ledger_reader_open(p->fd, ret);
        return ledger_reader_open_part(p->fd, part_start(p, MANIFEST_RECORDS),
                                       p->manifest->parts[MANIFEST_RECORDS].size,
                                       &p->manifest->before, manifest_hash(p->manifest), ret);
}

/* Before a computer is set up, its records name none. */
static int peek_host(const Package *p, char ret[HEAD_HOST_SIZE])
{
        static const char start[] = ",\"host\":\"";
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        uint8_t id[HOST_ID_SIZE];
        const char *line, *at;
        size_t size;
        int r = package_reader(p, &reader);

        ret[0] = '\0';
        for (unsigned n = 0; r == 0 && n < PEEK_LINES; n++) {
                if (ledger_reader_next(reader, &line, &size) <= 0)
                        break;
                at = memmem(line, MIN(size, (size_t)HOST_WITHIN), start, strlen(start));
                if (!at || (size_t)(line + size - at) <= strlen(start) + HEAD_HOST_SIZE)
                        continue;
                at += strlen(start);
                memcpy(ret, at, HEAD_HOST_SIZE - 1);
                ret[HEAD_HOST_SIZE - 1] = '\0';
                if (text_unhex(ret, id, sizeof(id)) == 0)
                        break;
                ret[0] = '\0';
        }
        return r;
}

int package_host_id(const Package *p, char ret[HEAD_HOST_SIZE])
{
        if (!package_manifest(p))
                return peek_host(p, ret);
        memcpy(ret, p->manifest->host, HEAD_HOST_SIZE);
        return 0;
}

static int broken(LedgerVerify *v, const PackageError *e)
{
        v->kind = e->kind;
        v->message = e->message;
        return PACKAGE_E_BROKEN;
}

/* The chain holds. Are these the records that were signed, and all of them? */
static int check_records(const Package *p, LedgerReader *reader, LedgerVerify *v)
{
        const Manifest *m = p->manifest;
        uint8_t digest[DIGEST_SIZE];
        PackageError e;
        int r = ledger_reader_part_digest(reader, digest);

        if (r < 0)
                return r;
        if (v->chain.seq != m->last.seq || !chain_same_head(&v->chain, &m->last)) {
                v->bad = v->chain.seq + (v->chain.seq < m->last.seq);
                (void)refuse(&e, "cut-tail", "the records do not end where the manifest says");
                return broken(v, &e);
        }
        if (memcmp(digest, m->parts[MANIFEST_RECORDS].digest, DIGEST_SIZE) == 0)
                return 0;
        v->bad = v->chain.seq;
        (void)refuse(&e, "altered-part", "a part of the package was altered");
        return broken(v, &e);
}

int package_verify(const Package *p, LedgerVerify *v)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        _cleanup_(heads_reader_closep) HeadReader *heads = NULL;
        PackageError e = {0};
        int r;

        if (!p->manifest)
                return ledger_verify(p->fd, v);
        r = package_heads(p, &heads, &e);
        if (r != 0)
                return r > 0 ? broken(v, &e) : r;
        r = package_reader(p, &reader);
        if (r == 0)
                r = ledger_verify_part(reader, heads, p->manifest, v);
        return r == 0 ? check_records(p, reader, v) : r;
}
