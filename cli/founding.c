/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Writes the files of a new stand-alone computer, and puts them in force together. */
#include "cli/founding.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/keystore.h"
#include "cli/office_lock.h"
#include "lib/file.h"
#include "lib/text.h"
#include "policy/bundle.h"
#include "policy/note.h"
#include "policy/whitelist.h"
#include "store/stage.h"
#include "store/trust.h"

#define AUTHORITY_TEMP "authority.new"
#define ASIDE_TRIES 100u

static const Purpose purposes[] = {PURPOSE_ROOT, PURPOSE_HOST, PURPOSE_LABEL, PURPOSE_POLICY};

static int open_dir(const char *path, int *ret)
{
        int fd;

        if (mkdir(path, 0755) < 0 && errno != EEXIST)
                return cli_fail_errno(-errno, _("cannot make %s"), path);
        fd = file_open_dir(AT_FDCWD, path);
        if (fd < 0)
                return cli_fail_errno(fd, _("cannot open %s"), path);
        *ret = fd;
        return 0;
}

int founding_open(Founding *f, bool force)
{
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);
        TrustFloor seen = {0};
        int r = 0;

        if (access(etc, F_OK) == 0 && access(etc, W_OK) < 0)
                return cli_fail(CLI_DENIED, "%s", _("not permitted: setup is for root"));
        r = open_dir(etc, &f->etc_fd);
        if (r == 0)
                r = open_dir(state, &f->state_fd);
        if (r)
                return r;
        f->existing = faccessat(f->etc_fd, UZ_KEYS_FILE, F_OK, 0) == 0;
        if (f->existing && !force)
                return cli_fail(
                        CLI_FAILED,
                        _("this computer is set up already (%s/%s); --force makes a new authority, "
                          "and every drive must be enrolled again"),
                        etc, UZ_KEYS_FILE);
        r = office_lock(f->etc_fd);
        if (r)
                return r;
        (void)!trust_remembered(f->state_fd, &seen, NULL);
        f->policy_version = seen.policy < INT64_MAX ? seen.policy + 1 : 1;
        f->authority.version = seen.keys + 1;
        return 0;
}

static int make_keys(Founding *f, bool with_second)
{
        f->authority.threshold = 1;
        for (size_t i = 0; i < ARRAY_SIZE(purposes); i++) {
                int r = key_make(&f->authority, f->algorithm, purposes[i], &f->keys[purposes[i]]);

                if (r < 0)
                        return r;
        }
        if (with_second) {
                int r = key_make(&f->authority, f->algorithm, PURPOSE_LABEL, &f->second);

                if (r < 0)
                        return r;
        }
        return random_bytes(f->host.id, HOST_ID_SIZE);
}

/* Some keys go to files outside, which must not exist yet. */
static int write_out(const PrivateKey *key, const char *path)
{
        const char *name = purpose_name(private_key_public(key)->purpose);
        int r = key_write(AT_FDCWD, path, key, NULL);

        if (r == -EEXIST)
                return cli_fail(CLI_FAILED, _("%s exists already: the %s key needs a new file"),
                                path, name);
        return r < 0 ? cli_fail_errno(r, _("cannot write the %s key to %s"), name, path) : 0;
}

/* A setup that was cut short may have left keys in it. */
static int empty_dir(int parent, const char *name)
{
        int fd = mkdirat(parent, name, 0700) < 0 && errno != EEXIST ? -errno : 0;
        DIR *dir = NULL;

        if (fd == 0)
                fd = file_open_dir(parent, name);
        if (fd >= 0)
                dir = fdopendir(dup(fd));
        for (struct dirent *e; dir && (e = readdir(dir));)
                (void)unlinkat(fd, e->d_name, 0); /* "." and ".." stay */
        if (dir)
                closedir(dir);
        return fd;
}

/* A free name: setups may follow each other within a second. */
static int rename_aside(int etc_fd, char *name, size_t size)
{
        char stamp[32];
        time_t now = time(NULL);
        struct tm tm;

        if (!gmtime_r(&now, &tm) || !strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%SZ", &tm))
                return -EINVAL;
        for (unsigned i = 1; i <= ASIDE_TRIES; i++) {
                snprintf(name, size, "%s.old-%s-%u", UZ_AUTHORITY_DIR, stamp, i);
                if (renameat2(etc_fd, UZ_AUTHORITY_DIR, etc_fd, name, RENAME_NOREPLACE) == 0)
                        return 0;
                if (errno != EEXIST)
                        return -errno;
        }
        return -EEXIST;
}

/* Keys are never overwritten: what is there already is moved aside. */
static int put_aside(int etc_fd)
{
        char name[64];
        int r;

        if (faccessat(etc_fd, UZ_AUTHORITY_DIR, F_OK, AT_SYMLINK_NOFOLLOW) < 0)
                return 0;
        r = rename_aside(etc_fd, name, sizeof(name));
        if (r == 0)
                cli_note(_("the keys that were there are kept in %s/%s"),
                         file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR), name);
        return r;
}

static int write_note(int dirfd, const char *name, const char *text, size_t size,
                      const PrivateKey *key)
{
        _cleanup_(freep) char *note = NULL;
        size_t note_size;
        int r = note_sign(text, size, key, &note, &note_size);

        return r < 0 ? r : file_replace(dirfd, name, note, note_size, 0644);
}

static int write_key_list(const Founding *f, int dirfd)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r = authority_format(&f->authority, &text, &size);

        return r < 0 ? r : write_note(dirfd, UZ_KEYS_FILE, text, size, f->keys[PURPOSE_ROOT]);
}

static int write_keys(const Founding *f, bool with_root)
{
        _cleanup_(fd_closep) int dir = empty_dir(f->etc_fd, AUTHORITY_TEMP);
        char name[KEY_FILE_NAME_MAX];
        int r = dir < 0 ? dir : 0;

        for (size_t i = with_root ? 0 : 1; i < ARRAY_SIZE(purposes) && r == 0; i++) {
                snprintf(name, sizeof(name), "%s.pem", purpose_name(purposes[i]));
                r = key_write(dir, name, f->keys[purposes[i]], NULL);
        }
        if (r == 0)
                r = write_key_list(f, dir);
        if (r == 0)
                r = put_aside(f->etc_fd);
        if (r == 0 && renameat(f->etc_fd, AUTHORITY_TEMP, f->etc_fd, UZ_AUTHORITY_DIR) < 0)
                r = -errno;
        if (r == 0 && fsync(f->etc_fd) < 0)
                r = -errno;
        return r;
}

typedef struct Small {
        uint8_t data[WHITELIST_HEADER_SIZE];
        size_t size;
} Small;

static int small_write(void *userdata, const void *data, size_t n)
{
        Small *s = userdata;

        if (n > sizeof(s->data) - s->size)
                return -ENOSPC;
        memcpy(s->data + s->size, data, n);
        s->size += n;
        return 0;
}

static int write_whitelist(int dirfd, uint8_t ret_digest[DIGEST_SIZE])
{
        char name[STAGE_NAME_MAX];
        WhitelistEntry none;
        Small s = {0};
        int r = whitelist_build(&none, 0, small_write, &s, ret_digest);

        if (r)
                return r < 0 ? r : -EINVAL;
        stage_whitelist_name(ret_digest, name);
        return file_replace(dirfd, name, s.data, s.size, 0644);
}

static int write_policy(const Founding *f, int dirfd)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(bundle_clear) Bundle b = {0};
        size_t size;
        int r;

        bundle_defaults(&b);
        snprintf(b.name, sizeof(b.name), "%s", f->authority.name);
        b.version = f->policy_version;
        bundle_set(&b, SETTING_WHITELIST_REQUIRED, ZONE_NONE, LIST_NEED_LABELLED);
        b.has_whitelist = true;
        b.two.levels[LEVEL_TOP_SECRET].wanted = f->second != NULL;
        r = write_whitelist(dirfd, b.whitelist_digest);
        if (r == 0)
                r = bundle_format(&b, &text, &size);
        return r < 0 ? r : write_note(dirfd, UZ_POLICY_FILE, text, size, f->keys[PURPOSE_POLICY]);
}

static int write_credential(const Founding *f, int dirfd)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r = host_format(&f->host, &text, &size);

        return r < 0 ? r : write_note(dirfd, UZ_CREDENTIAL_FILE, text, size, f->keys[PURPOSE_HOST]);
}

/* All of it in force at once, or nothing. */
static int write_all(const Founding *f, bool with_root)
{
        Stage stage;
        int r = stage_open(&stage, f->etc_fd, true);

        if (r == 0)
                r = write_policy(f, stage.fd);
        if (r == 0)
                r = write_credential(f, stage.fd);
        if (r == 0)
                r = write_key_list(f, stage.fd);
        if (r == 0 && !f->existing)
                r = file_replace(f->state_fd, UZ_OBSERVE_FILE, "", 0, 0644);
        if (r == 0)
                r = write_keys(f, with_root);
        if (r == 0)
                r = MIN(stage_commit(&stage), 0);
        stage_close(&stage);
        return r;
}

int founding_write(Founding *f, const char *root_out, const char *second_out)
{
        int r = make_keys(f, second_out != NULL);

        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot make keys"));
        r = root_out ? write_out(f->keys[PURPOSE_ROOT], root_out) : 0;
        if (r == 0 && second_out)
                r = write_out(f->second, second_out);
        if (r)
                return r;
        r = write_all(f, !root_out);
        return r < 0 ? cli_fail_errno(r, _("cannot write to %s; this computer is not set up"),
                                      file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR))
                     : 0;
}

void founding_clear(Founding *f)
{
        for (size_t i = 0; i < PURPOSE_MAX_; i++)
                f->keys[i] = private_key_free(f->keys[i]);
        f->second = private_key_free(f->second);
        f->etc_fd = fd_close(f->etc_fd);
        f->state_fd = fd_close(f->state_fd);
}
