/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Loads /etc/usbzone: each file is checked for owner and mode, verified, and only then parsed. */
#include "store/trust.h"

#include <dirent.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/note.h"
#include "store/pending.h"
#include "store/stage.h"

#define TRUST_NAME_MAX 320u
#define LOADS_MAX 5 /* tries to find the files as they are at one moment */

/* One load under way. Its functions return 0, LOAD_REFUSED with the reason said, or -ENOMEM. */
#define LOAD_REFUSED 1

typedef struct Load {
        Trust *t;
        int etc_fd; /* where the files are */
        int64_t now;
        TrustFloor floor;
        char dir[256];
} Load;

static int refuse(Load *l, Reason status, const char *format, ...) _printf_(3, 4);

static int refuse(Load *l, Reason status, const char *format, ...)
{
        va_list ap;

        va_start(ap, format);
        (void)vsnprintf(l->t->message, sizeof(l->t->message), format, ap);
        va_end(ap);
        l->t->snapshot.status = status;
        return LOAD_REFUSED;
}

/* The directory's name for messages: what the descriptor says, whatever way it was opened. */
static void find_dir(Load *l)
{
        char link[48];
        ssize_t n;

        (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", l->etc_fd);
        n = readlink(link, l->dir, sizeof(l->dir) - 1);
        if (n <= 0 || (size_t)n >= sizeof(l->dir) - 1)
                n = snprintf(l->dir, sizeof(l->dir), "%s", UZ_ETC_DIR);
        l->dir[n] = '\0';
}

static int refuse_file_trust(Load *l, const char *name, int outcome)
{
        if (outcome == FILE_E_TOO_LARGE || outcome == FILE_E_TYPE)
                return refuse(l, REASON_POLICY_INVALID, "%s/%s is refused: %s. Install it again",
                              l->dir, name, file_trust_text(outcome));
        return refuse(l, REASON_POLICY_INVALID,
                      "%s/%s is refused: %s. As root: chown root:root and chmod 0644 on it, after "
                      "checking who changed it",
                      l->dir, name, file_trust_text(outcome));
}

static int refuse_errno(Load *l, const char *name, int error)
{
        if (error == -ENOMEM)
                return -ENOMEM;
        return refuse(l, REASON_POLICY_INVALID, "%s/%s cannot be read: %s", l->dir, name,
                      strerror(-error));
}

static int refuse_missing(Load *l, const char *name)
{
        return refuse(l, REASON_POLICY_MISSING,
                      "%s/%s is missing. Run `%s setup`, or install what your authority issued for "
                      "this computer",
                      l->dir, name, UZ_CLI);
}

/* What a loader of policy/ returned: a note's outcome, a text error, or -errno. */
static int refuse_note(Load *l, const char *name, int r, const TextError *error)
{
        if (r > 0)
                return refuse(
                        l, REASON_POLICY_INVALID, "%s/%s is refused: %s. %s", l->dir, name,
                        note_outcome_text(r),
                        r == NOTE_E_KEY_NOT_VALID
                                ? SAID("Ask your authority for one that another key has signed")
                                : SAID("Install it again as your authority signed it"));
        if (r != -EINVAL)
                return refuse_errno(l, name, r);
        if (error->line == 0)
                return refuse(l, REASON_POLICY_INVALID, "%s/%s is refused: %s", l->dir, name,
                              error->message);
        return refuse(l, REASON_POLICY_INVALID, "%s/%s, line %u, column %u: %s", l->dir, name,
                      error->line, error->column, error->message);
}

static int open_file(Load *l, const char *name, uint64_t max, int *ret_fd)
{
        int r = file_open_trusted(l->etc_fd, name, FILE_PUBLIC, max, ret_fd);

        if (r > 0)
                return refuse_file_trust(l, name, r);
        if (r == -ENOENT)
                return refuse_missing(l, name);
        if (r == -ELOOP)
                return refuse_file_trust(l, name, FILE_E_TYPE);
        return r < 0 ? refuse_errno(l, name, r) : 0;
}

static int load_text(Load *l, const char *name, char **ret, size_t *ret_size)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        int r = open_file(l, name, NOTE_SIZE_MAX, &fd);

        if (r != 0)
                return r;
        r = file_read_fd(fd, NOTE_SIZE_MAX, ret, ret_size);
        if (r == -EFBIG)
                return refuse_file_trust(l, name, FILE_E_TOO_LARGE);
        return r < 0 ? refuse_errno(l, name, r) : 0;
}

static int check_version(Load *l, const char *name, uint64_t version, uint64_t floor)
{
        if (version >= floor)
                return 0;
        return refuse(l, REASON_POLICY_INVALID,
                      "%s/%s is version %" PRIu64 ", older than version %" PRIu64
                      " seen before. Install the newest one",
                      l->dir, name, version, floor);
}

static int load_authority(Load *l)
{
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t size;
        int r;

        r = load_text(l, UZ_KEYS_FILE, &text, &size);
        if (r != 0)
                return r;
        r = authority_load(text, size, &l->t->snapshot.authority, &error);
        if (r != 0)
                return refuse_note(l, UZ_KEYS_FILE, r, &error);
        return check_version(l, UZ_KEYS_FILE, l->t->snapshot.authority.version, l->floor.keys);
}

static int load_host(Load *l)
{
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t size;
        int r;

        r = load_text(l, UZ_CREDENTIAL_FILE, &text, &size);
        if (r != 0)
                return r;
        r = host_load(text, size, &l->t->snapshot.authority, l->now, &l->t->snapshot.host, &error);
        return r == 0 ? 0 : refuse_note(l, UZ_CREDENTIAL_FILE, r, &error);
}

/* Which files these are, to be recorded: their names are anybody's choice. */
static int note_revocations(Load *l, const char *text, size_t size)
{
        const size_t at = l->t->n_revocations * (TRUST_REVOCATION_DIGITS + 1u);
        uint8_t digest[DIGEST_SIZE];
        int r = digest_compute(text, size, digest);

        if (r < 0)
                return r;
        if (at > 0)
                l->t->revocations[at - 1] = ' ';
        text_hex(digest, TRUST_REVOCATION_DIGITS / 2, l->t->revocations + at);
        l->t->n_revocations++;
        return 0;
}

static int load_revocation_file(Load *l, const char *file)
{
        Snapshot *s = &l->t->snapshot;
        _cleanup_(freep) char *text = NULL;
        char name[TRUST_NAME_MAX];
        TextError error = {0};
        int64_t issued;
        size_t size;
        int r;

        (void)snprintf(name, sizeof(name), "%s/%s", UZ_REVOCATIONS_DIR, file);
        r = load_text(l, name, &text, &size);
        if (r != 0)
                return r;
        r = revocations_load(text, size, &s->authority.ring, &s->bundle, &issued, &error);
        if (r != 0)
                return refuse_note(l, name, r, &error);
        r = note_revocations(l, text, size);
        return r < 0 ? refuse_errno(l, name, r) : 0;
}

/* Files that travelled alone; one that is not good is not passed over. */
static int load_revocations(Load *l)
{
        struct dirent **list = NULL;
        int n = scandirat(l->etc_fd, UZ_REVOCATIONS_DIR, &list, pending_is_revocations, alphasort),
            r = 0;

        if (n < 0)
                return errno == ENOENT ? 0 : refuse_errno(l, UZ_REVOCATIONS_DIR, -errno);
        if (n > (int)TRUST_REVOCATIONS_MAX)
                r = refuse(l, REASON_POLICY_INVALID,
                           "%s/%s holds more than %u files: install a policy that holds what they "
                           "revoke, and remove them",
                           l->dir, UZ_REVOCATIONS_DIR, TRUST_REVOCATIONS_MAX);
        for (int i = 0; i < n; i++) {
                if (r == 0)
                        r = load_revocation_file(l, list[i]->d_name);
                free(list[i]);
        }
        free(list);
        return r;
}

static int load_policy(Load *l)
{
        Snapshot *s = &l->t->snapshot;
        _cleanup_(freep) char *text = NULL;
        TextError error = {0};
        size_t size, text_size = 0;
        int r;

        r = load_text(l, UZ_POLICY_FILE, &text, &size);
        if (r != 0)
                return r;
        r = note_verify(text, size, &s->authority.ring, PURPOSE_POLICY, 1, l->now, &text_size);
        if (r == 0)
                r = bundle_parse(text, text_size, &s->bundle, &error);
        if (r != 0)
                return refuse_note(l, UZ_POLICY_FILE, r, &error);
        r = check_version(l, UZ_POLICY_FILE, s->bundle.version,
                          trust_policy_floor(&l->floor, &s->authority.ring));
        if (r == 0)
                r = load_revocations(l);
        if (r != 0)
                return r;
        /* What a revoked key has signed counts no more, this policy included. */
        bundle_mark_revoked(&s->bundle, &s->authority.ring);
        r = note_verify_signers(text, size, &s->authority.ring, PURPOSE_POLICY, l->now, &text_size,
                                l->t->signers, &l->t->n_signers);
        return r == 0 ? 0 : refuse_note(l, UZ_POLICY_FILE, r, &error);
}

static int whitelist_pread(void *userdata, uint64_t offset, void *ret, size_t n)
{
        const Trust *t = userdata;

        return file_pread_full(t->whitelist_fd, ret, n, offset);
}

static int check_whitelist(Load *l, const char *name)
{
        Snapshot *s = &l->t->snapshot;
        struct stat st;
        int r;

        if (fstat(l->t->whitelist_fd, &st) < 0)
                return refuse_errno(l, name, -errno);
        r = whitelist_open(&s->whitelist, whitelist_pread, l->t, (uint64_t)st.st_size,
                           s->bundle.whitelist_digest);
        if (r > 0)
                return refuse(l, REASON_POLICY_INVALID,
                              "%s/%s is refused: %s. Install the whitelist that belongs to this "
                              "policy",
                              l->dir, name, whitelist_outcome_text(r));
        return r < 0 ? refuse_errno(l, name, r) : 0;
}

static int load_whitelist(Load *l)
{
        const Bundle *bundle = &l->t->snapshot.bundle;
        char name[STAGE_NAME_MAX];
        int r;

        if (!bundle->has_whitelist)
                return 0;
        stage_whitelist_name(bundle->whitelist_digest, name);
        r = open_file(l, name, WHITELIST_FILE_MAX, &l->t->whitelist_fd);
        if (r == LOAD_REFUSED && l->t->snapshot.status == REASON_POLICY_MISSING)
                return refuse(
                        l, REASON_POLICY_INVALID,
                        "%s/%s is missing: the policy names this whitelist. Install it beside "
                        "the policy",
                        l->dir, name);
        return r != 0 ? r : check_whitelist(l, name);
}

static int load_all(Load *l)
{
        int r = load_authority(l);

        if (r == 0)
                r = load_policy(l);
        if (r == 0)
                r = load_host(l);
        if (r == 0)
                r = load_whitelist(l);
        return r;
}

static int refuse_pending(Load *l, int r)
{
        if (r < 0)
                return refuse_errno(l, UZ_PENDING_DIR, r);
        return refuse(l, REASON_POLICY_INVALID,
                      "%s/%s is refused: %s. As root: remove it, after checking who made it",
                      l->dir, UZ_PENDING_DIR,
                      r == FILE_E_TYPE ? SAID("it is no folder") : file_trust_text(r));
}

/* What is pending, else what is in its place. */
static int load_files(Load *l)
{
        _cleanup_(fd_closep) int pending = -EBADF;
        int etc_fd = l->etc_fd, r = pending_open(etc_fd, &pending);

        if (r != 0)
                return refuse_pending(l, r);
        if (pending >= 0) {
                l->etc_fd = pending;
                find_dir(l);
        }
        r = load_all(l);
        l->etc_fd = etc_fd;
        return r;
}

/* Once. `ret_steady`: all was as it was at one moment, not partly as before a change. */
static int load_once(Load *l, bool *ret_steady)
{
        uint64_t before = 0, after = 0;
        int r, again, etc_fd = l->etc_fd;

        find_dir(l);
        *ret_steady = true;
        r = pending_stamp(etc_fd, &before);
        if (r != 0)
                return refuse_pending(l, r);
        r = load_files(l);
        if (r < 0)
                return r;
        again = pending_stamp(etc_fd, &after);
        *ret_steady = again != 0 || after == before;
        return again != 0 ? refuse_pending(l, again) : r;
}

int trust_load(int etc_fd, int64_t now, TrustFloor floor, Trust **ret)
{
        bool steady = false;

        for (int i = 0; i < LOADS_MAX && !steady; i++) {
                _cleanup_(trust_freep) Trust *t = calloc(1, sizeof(*t));
                Load l = {.t = t, .etc_fd = etc_fd, .now = now, .floor = floor};
                int r;

                if (!t)
                        return -ENOMEM;
                t->whitelist_fd = -EBADF;
                t->snapshot.status = REASON_POLICY_INVALID;
                r = load_once(&l, &steady);
                if (r < 0)
                        return r;
                if (r == 0)
                        t->snapshot.status = REASON_OK;
                if (!steady && i == LOADS_MAX - 1)
                        (void)refuse(&l, REASON_POLICY_INVALID,
                                     "%s: its files change while they are read. Find out what "
                                     "writes there",
                                     l.dir);
                if (steady || i == LOADS_MAX - 1)
                        *ret = TAKE_PTR(t);
        }
        return 0;
}

Trust *trust_free(Trust *t)
{
        if (!t)
                return NULL;
        bundle_clear(&t->snapshot.bundle);
        t->whitelist_fd = fd_close(t->whitelist_fd);
        free(t);
        return NULL;
}
