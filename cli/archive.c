/* SPDX-License-Identifier: GPL-2.0-or-later */
/* export --archive: nothing is removed before the package is proven and the ledger says where it
 * went. */
#include "cli/archive.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cases.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "lib/file.h"
#include "lib/text.h"
#include "store/archive.h"

#define CHUNK 65536u

int archive_range(PackageJob *job)
{
        int r = archive_end(job->ledger_fd, &job->end);

        if (r > 0)
                return 0;
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot read the ledger"));
        return cli_fail(CLI_FAILED, "%s",
                        _("there is no closed segment to archive: the newest one stays, and it is "
                          "the only one"));
}

static int sum_of(int fd, char ret[2 * DIGEST_SIZE + 1])
{
        _cleanup_(digest_freep) Digest *d = NULL;
        uint8_t sum[DIGEST_SIZE];
        char chunk[CHUNK];
        ssize_t n = 0;
        int r = digest_new(&d);

        while (r == 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
                if (n < 0 && errno != EINTR)
                        return -errno;
                if (n > 0)
                        r = digest_update(d, chunk, (size_t)n);
        }
        if (r == 0)
                r = digest_final(d, sum);
        if (r == 0)
                text_hex(sum, sizeof(sum), ret);
        return r;
}

/* The file as it is there, through one descriptor: is it whole, and does it end as it should? */
static int check_package(const PackageJob *job, const char *path, char ret[2 * DIGEST_SIZE + 1])
{
        _cleanup_(fd_closep) int fd = file_open_regular(AT_FDCWD, path, O_NOFOLLOW);
        _cleanup_(package_closep) Package *p = NULL;
        const Manifest *m;
        LedgerVerify v = {0};
        PackageError e = {0};
        char same[64];
        int r = fd < 0 ? fd : sum_of(fd, ret);

        (void)snprintf(same, sizeof(same), "/proc/self/fd/%d", fd);
        if (r == 0)
                r = package_open(AT_FDCWD, same, &p, &e);
        m = r == 0 ? package_manifest(p) : NULL;
        if (m)
                r = package_verify(p, &v);
        if (r < 0)
                return cli_fail_errno(r, _("cannot read %s; nothing was removed"), path);
        if (!m || r > 0 || m->last.seq != job->end || !chain_same_head(&m->last, &v.chain) ||
            m->before.seq != job->verify.begin.seq)
                return cli_fail(CLI_BROKEN,
                                _("%s does not hold the records up to %" PRIu64 "; nothing was "
                                  "removed"),
                                path, job->end);
        return 0;
}

static int tell_daemon(const PackageJob *job, ArchiveTaken *t)
{
        _cleanup_(sd_bus_message_unrefp) sd_bus_message *reply = NULL;
        _cleanup_(client_closep) Client *c = NULL;
        char head[CHAIN_HEAD_TEXT];
        int r = client_open(&c);

        chain_head_text(&job->manifest.last, head);
        if (r == 0)
                r = client_call(c, UZ_BUS_ROOT, UZ_BUS_LEDGER, "RecordArchive", &reply, "tss",
                                job->end, head, t->package);
        return r == 0 ? case_reply(reply, &t->record) : r;
}

int archive_take(const PackageJob *job, const char *path, ArchiveTaken *ret)
{
        char name[SEGMENT_NAME_MAX];
        ArchiveTaken t = {0};
        int r = check_package(job, path, t.package);

        if (r)
                return r;
        r = tell_daemon(job, &t);
        if (r) {
                cli_note(_("nothing was removed from the ledger; %s stays, an export like others"),
                         path);
                return r;
        }
        r = archive_release(job->ledger_fd, job->end, name);
        if (r < 0)
                return cli_fail_errno(r,
                                      _("cannot remove %s; the ledger is whole with what is left "
                                        "of it, and --archive to another file goes on from there"),
                                      name);
        *ret = t;
        return 0;
}
