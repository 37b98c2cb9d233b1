/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Verifies files of the office together and puts them in force. */
#include "cli/install.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/activate.h"
#include "cli/cli.h"
#include "cli/client.h"
#include "cli/expiry.h"
#include "cli/install_internal.h"
#include "cli/host_key.h"
#include "cli/ledger_key.h"
#include "cli/office_lock.h"
#include "cli/said.h"
#include "lib/file.h"
#include "lib/text.h"

static int open_dir(const char *path, mode_t mode, bool make, int *ret)
{
        if (make && mkdir(path, mode) < 0 && errno != EEXIST)
                return cli_fail_errno(-errno, _("cannot make %s"), path);
        *ret = file_open_dir(AT_FDCWD, path);
        return *ret < 0 ? cli_fail_errno(*ret, _("cannot open %s"), path) : 0;
}

static int open_dirs(Install *in)
{
        int r;

        in->etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        if (access(in->etc, F_OK) == 0 && access(in->etc, W_OK) < 0)
                return cli_fail(CLI_DENIED, "%s", _("not permitted: installing is for root"));
        r = open_dir(in->etc, 0755, in->args->host, &in->etc_fd);
        if (r == 0)
                r = open_dir(file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR), 0750, in->args->host,
                             &in->state_fd);
        if (r)
                return r;
        return office_lock(in->etc_fd);
}

static TrustFloor floor_of(const Install *in)
{
        const char *damaged;
        TrustFloor floor = {0};

        if (!in->args->new_authority && trust_remembered(in->state_fd, &floor, &damaged) != 0)
                cli_note(_("%s/%s is damaged: how old the files may be is not known"),
                         file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR), damaged);
        return floor;
}

static int load_old(Install *in)
{
        int r;

        if (faccessat(in->etc_fd, UZ_KEYS_FILE, F_OK, AT_SYMLINK_NOFOLLOW) < 0) {
                in->fresh = true;
                if (!in->args->host)
                        return cli_fail(CLI_FAILED,
                                        _("this computer has no key list: %s host install makes it "
                                          "one of an office, %s setup one of its own"),
                                        UZ_CLI, UZ_CLI);
                return 0;
        }
        r = trust_load(in->etc_fd, time(NULL), floor_of(in), &in->old);
        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot load the policy"));
        in->authority = in->old->snapshot.authority;
        in->fresh = in->args->new_authority;
        if (!in->fresh && in->authority.version == 0)
                return said_fail(CLI_FAILED, in->old->message);
        return 0;
}

static int read_files(Install *in, int n, char **paths)
{
        bool credential = false;
        int r = 0;

        for (int i = 0; i < n && r == 0; i++) {
                r = office_read(paths[i], &in->files[in->n]);
                if (r)
                        break;
                credential |= in->files[in->n].kind == OFFICE_CREDENTIAL;
                if (in->files[in->n++].kind == OFFICE_REQUEST)
                        r = cli_fail(CLI_FAILED,
                                     _("%s is a request: the office signs it with %s host sign"),
                                     paths[i], UZ_CLI);
        }
        if (r == 0 && in->args->host && !credential)
                r = cli_fail(CLI_FAILED, "%s",
                             _("none of the files is a credential: see policy install"));
        return r;
}

int install_put(Install *in, const char *name, const OfficeFile *f)
{
        int r = stage_put(&in->stage, name, f->data, f->size);

        return r < 0 ? cli_fail_errno(r, _("cannot write to %s"), in->etc) : 0;
}

static int same_file(const Install *in, const char *name, const OfficeFile *f)
{
        _cleanup_(freep) char *now = NULL;
        size_t size;

        return file_read(in->etc_fd, name, NOTE_SIZE_MAX, &now, &size) == 0 && size == f->size &&
               memcmp(now, f->data, size) == 0;
}

/* One that blocks every drive is not put in force; the one that is stays as it is. */
static int check_dates(const OfficeFile *f, int64_t from, int64_t until)
{
        int64_t now = time(NULL);

        if (until && now >= until)
                return cli_fail(CLI_FAILED, _("%s has expired: ask the office for a newer one"),
                                f->path);
        if (from && now < from)
                return cli_fail(CLI_FAILED,
                                _("%s is not in force yet, every drive would be blocked: install "
                                  "it later, or set the clock right"),
                                f->path);
        return 0;
}

/* The private part must be here, and a credential is not replaced by an older one. */
static int check_host(Install *in, const OfficeFile *f)
{
        const Host *old = in->old && !in->fresh ? &in->old->snapshot.host : NULL;
        _cleanup_(private_key_freep) PrivateKey *own = NULL;
        TextError error = {0};
        bool open;
        Host h;
        int r = host_load(f->data, f->size, &in->authority, time(NULL), &h, &error);

        if (r)
                return office_refuse(f->path, r, &error);
        if (h.key.algorithm == ALGORITHM_NONE)
                return cli_fail(CLI_FAILED,
                                _("%s names no key: it was not made from a request of %s host "
                                  "request"),
                                f->path, UZ_CLI);
        if (!host_key_exists(in->state_fd))
                return cli_fail(CLI_REFUSED,
                                _("%s is not for this computer, which has made no request yet"),
                                f->path);
        r = host_key_read(in->state_fd, &own, &open);
        if (r)
                return r;
        if (memcmp(private_key_public(own)->id, h.key.id, KEY_ID_SIZE) != 0)
                return cli_fail(CLI_REFUSED,
                                _("%s is for another computer, %s: its key is not the one here"),
                                f->path, h.name);
        if (old && old->key.algorithm != ALGORITHM_NONE && h.not_before < old->not_before)
                return cli_fail(CLI_REFUSED, _("%s is older than the credential in force"),
                                f->path);
        if (!in->fresh && same_file(in, UZ_CREDENTIAL_FILE, f))
                return 0;
        return check_dates(f, h.not_before, h.not_after);
}

/* Of several the newest, in whatever order they are given. */
static int put_policy(Install *in, const OfficeFile *f, uint64_t version)
{
        const OfficeFile *other = in->policy;

        if (other && version < in->policy_version)
                return 0;
        if (other && version == in->policy_version &&
            (f->size != other->size || memcmp(f->data, other->data, f->size) != 0))
                return cli_fail(CLI_FAILED,
                                _("%s and %s are different policies of one version, %llu: a change "
                                  "needs a higher version"),
                                other->path, f->path, (unsigned long long)version);
        in->policy = f;
        in->policy_version = version;
        return install_put(in, UZ_POLICY_FILE, f);
}

static int put_note(Install *in, const OfficeFile *f, uint64_t version)
{
        char name[STAGE_NAME_MAX];
        int r = 0;

        switch (f->kind) {
        case OFFICE_CREDENTIAL:
                r = check_host(in, f);
                in->credential = f;
                return r ? r : install_put(in, UZ_CREDENTIAL_FILE, f);
        case OFFICE_POLICY:
                return put_policy(in, f, version);
        case OFFICE_REVOCATIONS:
                r = stage_revocations_name(f->data, f->size, name);
                if (r == 0)
                        return install_put(in, name, f);
                break;
        case OFFICE_WHITELIST: /* when it is known which one is wanted */
        case OFFICE_KEYS:
        case OFFICE_REQUEST:
                return 0;
        }
        return r < 0 ? cli_fail_errno(r, _("cannot write to %s"), in->etc) : 0;
}

/* Of the policy that is in force and will still count by the key list that is given. */
static uint64_t version_in_force(const Install *in)
{
        TrustFloor old;

        if (!in->old || in->fresh || in->old->snapshot.status != REASON_OK)
                return 0;
        old = trust_seen(in->old);
        return trust_policy_floor(&old, &in->authority.ring);
}

/* Each by itself, for a message that names the file as the person knows it. */
static int check_alone(const Install *in, const OfficeFile *f, uint64_t *ret_version)
{
        _cleanup_(bundle_clear) Bundle b = {0};
        TextError error = {0};
        int64_t issued;
        int r;

        if (f->kind == OFFICE_REVOCATIONS)
                return office_refuse(f->path,
                                     revocations_load(f->data, f->size, &in->authority.ring, &b,
                                                      &issued, &error),
                                     &error);
        if (f->kind != OFFICE_POLICY)
                return 0;
        r = office_policy(f, &in->authority.ring, &b);
        if (r)
                return r;
        if (b.version < version_in_force(in))
                return cli_fail(CLI_REFUSED,
                                _("%s is version %llu, older than version %llu, which is in force "
                                  "here"),
                                f->path, (unsigned long long)b.version,
                                (unsigned long long)version_in_force(in));
        r = check_dates(f, b.not_before, b.not_after);
        if (r)
                return r;
        *ret_version = b.version;
        return 0;
}

#define NAME_CHARS "-._/abcdefghijklmnopqrstuvwxyz0123456789"

/* trust_load()'s message, with the names that the person knows. */
static int refuse_stage(const Install *in)
{
        const struct {
                const char *name;
                const OfficeFile *file;
        } given[] = {{UZ_POLICY_FILE, in->policy}, {UZ_CREDENTIAL_FILE, in->credential}};
        char words[SAID_WORDS_MAX];
        const char *at = strstr(said_words(in->next->message, words), in->stage.dir), *rest;

        if (!at)
                return cli_fail(CLI_FAILED, "%s", words);
        rest = at + strlen(in->stage.dir) + 1;
        for (size_t i = 0; i < ARRAY_SIZE(given); i++) {
                size_t n = strlen(given[i].name);

                if (given[i].file && !strncmp(rest, given[i].name, n) &&
                    !strspn(rest + n, NAME_CHARS))
                        return cli_fail(CLI_FAILED, "%.*s%s%s", (int)(at - words), words,
                                        given[i].file->path, rest + n);
        }
        return cli_fail(CLI_FAILED, "%.*s%s", (int)(at - words), words, rest);
}

/* Another text of the same version is not the office's last word. */
static int check_versions(const Install *in)
{
        if (in->next->snapshot.bundle.version > version_in_force(in))
                return 0;
        for (size_t i = 0; i < in->n; i++)
                if (in->files[i].kind == OFFICE_POLICY &&
                    !same_file(in, UZ_POLICY_FILE, &in->files[i]))
                        return cli_fail(
                                CLI_FAILED,
                                _("%s is version %llu, and so is another policy, in force here: a "
                                  "change needs a higher version"),
                                in->files[i].path, (unsigned long long)version_in_force(in));
        return 0;
}

static int check_together(Install *in)
{
        int r = trust_load(in->stage.fd, time(NULL), floor_of(in), &in->next);

        if (r < 0)
                return cli_fail_errno(r, "%s", _("cannot load the policy"));
        if (in->next->snapshot.status != REASON_OK)
                return refuse_stage(in);
        return check_versions(in);
}

/* The digest of the whitelist that goes with the policy given, or with that in force. */
static int wanted_whitelist(const Install *in, bool *ret_any, uint8_t ret[DIGEST_SIZE])
{
        _cleanup_(bundle_clear) Bundle given = {0};
        const Bundle *b = in->old && !in->fresh ? &in->old->snapshot.bundle : &given;
        int r = 0;

        if (in->policy) {
                r = office_policy(in->policy, NULL, &given);
                b = &given;
        }
        *ret_any = r == 0 && b->has_whitelist;
        memcpy(ret, b->whitelist_digest, DIGEST_SIZE);
        return r;
}

static int put_whitelist(Install *in, const OfficeFile *f, bool alone)
{
        uint8_t digest[DIGEST_SIZE];
        bool any;
        int r = wanted_whitelist(in, &any, digest);

        if (r)
                return r;
        r = any ? stage_put_whitelist(&in->stage, f->fd, digest) : STAGE_E_OTHER;
        if (r < 0)
                return cli_fail_errno(r, _("cannot write to %s"), in->etc);
        if (r == STAGE_E_OTHER && alone)
                return cli_fail(CLI_FAILED, _("%s is not the whitelist that the policy names"),
                                f->path);
        if (r == STAGE_E_OTHER)
                cli_note(_("%s is not the whitelist that the policy names, left out"), f->path);
        return 0;
}

/* Whitelists come last, when it is known which one is wanted. */
static int put_files(Install *in)
{
        int r = stage_open(&in->stage, in->etc_fd, in->fresh);

        if (r < 0)
                return cli_fail_errno(r, _("cannot write to %s"), in->etc);
        r = install_keys(in);
        for (size_t i = 0; i < in->n && r == 0; i++) {
                uint64_t version = 0;

                r = check_alone(in, &in->files[i], &version);
                if (r == 0)
                        r = put_note(in, &in->files[i], version);
        }
        for (size_t i = 0; i < in->n && r == 0; i++)
                if (in->files[i].kind == OFFICE_WHITELIST)
                        r = put_whitelist(in, &in->files[i], in->n == 1);
        return r ? r : check_together(in);
}

static void drop_old_whitelist(const Install *in)
{
        const Bundle *old = in->old ? &in->old->snapshot.bundle : NULL;
        const Bundle *next = &in->next->snapshot.bundle;
        char name[STAGE_NAME_MAX];

        if (!old || !old->has_whitelist ||
            (next->has_whitelist &&
             memcmp(old->whitelist_digest, next->whitelist_digest, DIGEST_SIZE) == 0))
                return;
        stage_whitelist_name(old->whitelist_digest, name);
        (void)unlinkat(in->etc_fd, name, 0);
}

static int commit(Install *in)
{
        bool first = !in->old;
        int r = 0;

        if (first)
                r = file_replace(in->state_fd, UZ_OBSERVE_FILE, "", 0, 0644);
        if (r == 0 && in->args->new_authority) {
                (void)unlinkat(in->state_fd, TRUST_VERSION_FILE, 0);
                (void)unlinkat(in->state_fd, TRUST_KEYS_VERSION_FILE, 0);
        }
        if (r == 0)
                r = stage_commit(&in->stage);
        if (r == STAGE_E_UNPLACED)
                cli_note(_("the files are in force, but not each could be put in its place; %s "
                           "reload tries again"),
                         UZ_CLI);
        if (r < 0)
                return cli_fail_errno(r, _("cannot write to %s; install the files again"), in->etc);
        drop_old_whitelist(in);
        r = trust_remember(in->state_fd, trust_seen(in->next), NULL);
        if (r < 0)
                return cli_fail_errno(r, _("cannot write to %s; install the files again"),
                                      file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR));
        if (first)
                r = ledger_key_give(in->state_fd, in->args->ledger_key_out);
        if (r == 0 && first && !in->args->no_start)
                activate_guard();
        return r ? r : client_reload();
}

static void report(const Install *in)
{
        const Snapshot *s = &in->next->snapshot;

        printf(_("In force: policy version %llu, key list version %llu, %s in zone %s%s%s.\n"),
               (unsigned long long)s->bundle.version, (unsigned long long)s->authority.version,
               s->host.name, _(zone_name(s->host.zone)), s->host.level ? _(", ") : "",
               s->host.level ? _(level_name(s->host.level)) : "");
        if (in->old && in->old->snapshot.status == REASON_OK &&
            (in->old->snapshot.host.zone != s->host.zone ||
             in->old->snapshot.host.level != s->host.level))
                cli_note(_("this computer was in zone %s before: drives in use are decided again"),
                         _(zone_name(in->old->snapshot.host.zone)));
        expiry_warn(s, time(NULL));
}

static void install_close(Install *in)
{
        stage_close(&in->stage);
        for (size_t i = 0; i < in->n; i++)
                office_clear(&in->files[i]);
        in->old = trust_free(in->old);
        in->next = trust_free(in->next);
        in->etc_fd = fd_close(in->etc_fd);
        in->state_fd = fd_close(in->state_fd);
}

int install_files(const InstallArgs *a, int n, char **paths)
{
        Install *in = calloc(1, sizeof(*in));
        int r;

        if (!in)
                return cli_out_of_memory();
        in->args = a;
        in->etc_fd = in->state_fd = in->stage.fd = -EBADF;
        r = open_dirs(in);
        if (r == 0)
                r = load_old(in);
        if (r == 0)
                r = read_files(in, n, paths);
        if (r == 0)
                r = put_files(in);
        if (r == 0)
                r = commit(in);
        if (r == 0)
                report(in);
        install_close(in);
        free(in);
        return r;
}
