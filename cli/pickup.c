/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which files of a drive's folder are news, and from which drives they are taken at all. */
#include "cli/pickup.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/client.h"
#include "cli/install.h"
#include "cli/out.h"
#include "cli/pickup_mount.h"
#include "cli/said.h"
#include "cli/signer.h"
#include "lib/file.h"
#include "lib/text.h"
#include "store/stage.h"

typedef struct PickUp {
        int etc_fd, folder_fd;
        Trust *trust; /* in force here */
        json_object *drive;
        OfficeFile files[INSTALL_FILES_MAX];
        bool wanted[INSTALL_FILES_MAX];
        size_t seen, n, news;
} PickUp;

static int check_policy(PickUp *p)
{
        const Snapshot *s;
        int r;

        if (access(file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR), W_OK) < 0 && errno == EACCES)
                return cli_fail(CLI_DENIED, "%s", _("not permitted: installing is for root"));
        r = signer_open_etc(&p->etc_fd);
        if (r == 0)
                r = signer_load_trust(p->etc_fd, &p->trust);
        if (r)
                return r;
        s = &p->trust->snapshot;
        if (s->status != REASON_OK)
                return said_fail(CLI_REFUSED, p->trust->message);
        if (!bundle_setting(&s->bundle, SETTING_PICK_UP, s->host.zone))
                return cli_fail(CLI_REFUSED, "%s",
                                _("the policy in force takes no files from drives: it has no line "
                                  "'pick-up = yes'"));
        return 0;
}

/* By its own label, not by an exception, and of this computer's zone. */
static int check_drive(PickUp *p, const char *path)
{
        _cleanup_(client_closep) Client *c = NULL;
        json_object *label = NULL;
        int r = client_open(&c);

        if (r == 0)
                r = client_find_drive(c, path, &p->drive);
        if (r)
                return r;
        (void)json_object_object_get_ex(p->drive, "label", &label);
        if (strcmp(json_text(p->drive, "reason"), reason_slug(REASON_OK)) == 0 &&
            strcmp(json_text(p->drive, "effect"), effect_name(EFFECT_BLOCK)) != 0 && label &&
            strcmp(json_text(label, "zone"), zone_name(p->trust->snapshot.host.zone)) == 0)
                return 0;
        return cli_fail(CLI_REFUSED,
                        _("%s: files are taken only from drives of this computer's own zone that "
                          "are allowed by their label"),
                        path);
}

static void say_waiting(void)
{
        if (cli_is_interactive())
                cli_note("%s", _("waiting until the drive is mounted (Ctrl-C ends that)"));
}

static int open_folder(PickUp *p, const char *path)
{
        struct stat st;

        if (stat(path, &st) < 0)
                return cli_fail_errno(-errno, _("cannot open %s"), path);
        if (!S_ISBLK(st.st_mode))
                return cli_fail(CLI_USAGE, _("%s is no block device"), path);
        p->folder_fd = mount_wait_folder(st.st_rdev, UZ_OFFICE_DIR, say_waiting);
        if (p->folder_fd == -ENOENT)
                return 0;
        return p->folder_fd < 0 ? cli_fail_errno(p->folder_fd, _("cannot open %s on %s"),
                                                 UZ_OFFICE_DIR, path)
                                : 0;
}

/* What does not verify by the keys in force may do so by others in the folder, or is refused by the
 * installation, with what is wrong. */
static bool newer_policy(const PickUp *p, const OfficeFile *f)
{
        const Snapshot *s = &p->trust->snapshot;
        _cleanup_(bundle_clear) Bundle b = {0};
        TextError error;
        size_t size;

        return note_verify(f->data, f->size, &s->authority.ring, PURPOSE_POLICY, 1, time(NULL),
                           &size) != 0 ||
               bundle_parse(f->data, size, &b, &error) != 0 || b.version > s->bundle.version;
}

static bool newer_keys(const PickUp *p, const OfficeFile *f)
{
        TextError error;
        Authority a;

        return authority_load(f->data, f->size, &a, &error) != 0 ||
               a.version > p->trust->snapshot.authority.version;
}

static bool new_revocations(const PickUp *p, const OfficeFile *f)
{
        char name[STAGE_NAME_MAX];

        return stage_revocations_name(f->data, f->size, name) < 0 ||
               faccessat(p->etc_fd, name, F_OK, AT_SYMLINK_NOFOLLOW) < 0;
}

/* What this computer is stays with its administrator: no credential comes from a drive. A whitelist
 * comes with the policy that names it. */
static bool is_news(const PickUp *p, const OfficeFile *f)
{
        switch (f->kind) {
        case OFFICE_KEYS:
                return newer_keys(p, f);
        case OFFICE_POLICY:
                return newer_policy(p, f);
        case OFFICE_REVOCATIONS:
                return new_revocations(p, f);
        case OFFICE_WHITELIST:
        case OFFICE_CREDENTIAL:
        case OFFICE_REQUEST:
                return false;
        }
        return false;
}

/* Links, folders and what is no file of ours are left out. */
static int read_file(PickUp *p, const char *name)
{
        char shown[4 * NAME_MAX + 1];
        OfficeFile *f = &p->files[p->n];
        struct stat st;

        if (fstatat(p->folder_fd, name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
                return 0;
        text_escape(name, strlen(name), shown, sizeof(shown));
        if (p->seen++ == INSTALL_FILES_MAX)
                return cli_fail(CLI_FAILED, _("%s has more than %u files: give fewer at a time"),
                                UZ_OFFICE_DIR, INSTALL_FILES_MAX);
        if (strcmp(name, shown) != 0) {
                cli_note(_("%s: left out because of its name"), shown);
                return 0;
        }
        if (office_read(name, f) != 0)
                return 0;
        f->path = strdup(name);
        if (!f->path)
                return cli_out_of_memory();
        p->wanted[p->n] = is_news(p, f);
        p->news += p->wanted[p->n++];
        return 0;
}

/* The working directory is the folder from here on: messages name files as they are there. */
static int read_folder(PickUp *p)
{
        _cleanup_(closedirp) DIR *dir = NULL;
        const struct dirent *e;
        int r = 0;

        if (fchdir(p->folder_fd) < 0 || !(dir = opendir(".")))
                return cli_fail_errno(-errno, _("cannot open %s"), UZ_OFFICE_DIR);
        while (r == 0 && (errno = 0, e = readdir(dir)))
                if (e->d_name[0] != '.')
                        r = read_file(p, e->d_name);
        if (r == 0 && errno)
                r = cli_fail_errno(-errno, _("cannot read %s"), UZ_OFFICE_DIR);
        return r;
}

static bool policy_is_news(const PickUp *p)
{
        for (size_t i = 0; i < p->n; i++)
                if (p->wanted[i] && p->files[i].kind == OFFICE_POLICY)
                        return true;
        return false;
}

static int record(const PickUp *p, size_t n)
{
        json_object *o = json_object_new_object(), *label;
        char files[16];

        (void)snprintf(files, sizeof(files), "%zu", n);
        json_object_object_add(o, "files", json_object_new_string(files));
        json_object_object_add(o, "identity",
                               json_object_new_string(json_text(p->drive, "identity")));
        if (json_object_object_get_ex(p->drive, "label", &label))
                json_object_object_add(o, "media_number",
                                       json_object_new_string(json_text(label, "media_number")));
        return client_record("picked-up", o);
}

static int install(PickUp *p)
{
        static const InstallArgs args = {0};
        char *paths[INSTALL_FILES_MAX];
        bool policy = policy_is_news(p);
        int n = 0, r;

        if (p->news == 0) {
                printf(_("%s holds nothing that is newer than what is in force.\n"), UZ_OFFICE_DIR);
                return 0;
        }
        for (size_t i = 0; i < p->n; i++)
                if (p->wanted[i] || (policy && p->files[i].kind == OFFICE_WHITELIST))
                        paths[n++] = (char *)p->files[i].path;
        r = install_files(&args, n, paths);
        return r ? r : record(p, (size_t)n);
}

static void pick_up_close(PickUp *p)
{
        for (size_t i = 0; i < p->n; i++) {
                free((char *)p->files[i].path);
                office_clear(&p->files[i]);
        }
        (void)json_object_put(p->drive);
        p->trust = trust_free(p->trust);
        p->etc_fd = fd_close(p->etc_fd);
        p->folder_fd = fd_close(p->folder_fd);
}

int pick_up(const char *path)
{
        PickUp *p = calloc(1, sizeof(*p));
        int r;

        if (!p)
                return cli_out_of_memory();
        p->etc_fd = p->folder_fd = -EBADF;
        r = check_policy(p);
        if (r == 0)
                r = check_drive(p, path);
        if (r == 0)
                r = open_folder(p, path);
        if (r == 0 && p->folder_fd >= 0)
                r = read_folder(p);
        if (r == 0 && p->folder_fd >= 0)
                r = install(p);
        pick_up_close(p);
        free(p);
        return r;
}
