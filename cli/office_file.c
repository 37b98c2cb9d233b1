/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads, classifies and checks files of the office. */
#include "cli/office_file.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/said.h"
#include "lib/file.h"
#include "policy/whitelist.h"

static const struct {
        OfficeKind kind;
        const char *start;
} starts[] = {
        {OFFICE_KEYS, "usbzone-keys 1\n"},     {OFFICE_CREDENTIAL, "usbzone-host 1\n"},
        {OFFICE_POLICY, "usbzone-policy 1\n"}, {OFFICE_REVOCATIONS, "usbzone-revocations 1\n"},
        {OFFICE_WHITELIST, "UZWHITE1"},        {OFFICE_REQUEST, "usbzone-request 1\n"},
};

static bool classify(const char *data, size_t size, OfficeKind *ret)
{
        for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
                size_t n = strlen(starts[i].start);

                if (size >= n && memcmp(data, starts[i].start, n) == 0) {
                        *ret = starts[i].kind;
                        return true;
                }
        }
        return false;
}

static int too_large(const char *path)
{
        return cli_fail(CLI_FAILED, _("%s is refused: %s"), path,
                        _(file_trust_text(FILE_E_TOO_LARGE)));
}

static int open_source(const char *path, int *ret)
{
        _cleanup_(fd_closep) int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
        struct stat st;

        if (fd < 0 || fstat(fd, &st) < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), path);
        if (!S_ISREG(st.st_mode))
                return cli_fail(CLI_FAILED, _("%s is refused: %s"), path,
                                _(file_trust_text(FILE_E_TYPE)));
        *ret = TAKE_FD(fd);
        return 0;
}

static int unknown(const char *path)
{
        return cli_fail(CLI_FAILED,
                        _("%s is refused: its first line is none of a key list, credential, "
                          "request, policy, revocation file or whitelist"),
                        path);
}

int office_read(const char *path, OfficeFile *ret)
{
        OfficeFile f = {.path = path, .fd = -EBADF};
        char head[32];
        ssize_t n;
        int r = open_source(path, &f.fd);

        if (r)
                return r;
        n = pread(f.fd, head, sizeof(head), 0);
        if (n < 0)
                r = cli_fail_errno(-errno, _("cannot read %s"), path);
        else if (!classify(head, (size_t)n, &f.kind))
                r = unknown(path);
        if (r == 0 && f.kind == OFFICE_WHITELIST) {
                struct stat st;

                if (fstat(f.fd, &st) < 0)
                        r = cli_fail_errno(-errno, _("cannot read %s"), path);
                else if ((uint64_t)st.st_size > WHITELIST_FILE_MAX)
                        r = too_large(path);
        } else if (r == 0) {
                r = file_read_fd(f.fd, NOTE_SIZE_MAX, &f.data, &f.size);
                if (r == -EFBIG)
                        r = too_large(path);
                else if (r < 0)
                        r = cli_fail_errno(r, _("cannot read %s"), path);
                else if (!classify(f.data, f.size, &f.kind))
                        r = unknown(path);
        }
        if (r)
                office_clear(&f);
        else
                *ret = f;
        return r;
}

int office_read_kind(const char *path, OfficeKind kind, OfficeFile *ret)
{
        OfficeFile f;
        int r = office_read(path, &f);

        if (r)
                return r;
        if (f.kind == kind) {
                *ret = f;
                return 0;
        }
        office_clear(&f);
        for (size_t i = 0; i < ARRAY_SIZE(starts); i++)
                if (starts[i].kind == kind)
                        return cli_fail(CLI_FAILED,
                                        _("%s is refused: its first line is not '%.*s'"), path,
                                        (int)strcspn(starts[i].start, "\n"), starts[i].start);
        return CLI_FAILED;
}

void office_clear(OfficeFile *f)
{
        free(f->data);
        f->data = NULL;
        f->fd = fd_close(f->fd);
}

int office_refuse(const char *path, int r, const TextError *error)
{
        char words[SAID_WORDS_MAX];

        if (r == 0)
                return 0;
        if (r > 0)
                return cli_fail(CLI_FAILED, _("%s is refused: %s"), path, _(note_outcome_text(r)));
        if (r != -EINVAL)
                return cli_fail_errno(r, _("cannot read %s"), path);
        if (error->line == 0)
                return cli_fail(CLI_FAILED, _("%s: %s"), path, said_words(error->message, words));
        return cli_fail(CLI_FAILED, _("%s, line %u, column %u: %s"), path, error->line,
                        error->column, said_words(error->message, words));
}

int office_policy(const OfficeFile *f, const Keyring *ring, Bundle *ret)
{
        size_t text_size = f->size;
        TextError error = {0};
        int r = note_split(f->data, f->size, &text_size);

        if (ring)
                r = note_verify(f->data, f->size, ring, PURPOSE_POLICY, 1, time(NULL), &text_size);
        else if (r == NOTE_E_UNSIGNED)
                r = 0; /* a draft */
        if (r == 0)
                r = bundle_parse(f->data, text_size, ret, &error);
        return office_refuse(f->path, r, &error);
}

int office_write(const char *path, const char *note, size_t size)
{
        int r = file_replace(AT_FDCWD, path, note, size, 0644);

        return r < 0 ? cli_fail_errno(r, _("cannot write %s"), path) : 0;
}
