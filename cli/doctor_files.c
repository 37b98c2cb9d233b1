/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: programs, configuration, keys and evidence belong to root and to nobody else; and the
 * roles are apart. */
#include <fcntl.h>
#include <glob.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/doctor.h"
#include "cli/expiry.h"
#include "cli/out.h"
#include "cli/said.h"
#include "lib/file.h"
#include "store/trust.h"

static void check_path(Doctor *d, const char *path, mode_t forbidden, const char *mode, bool needed)
{
        _cleanup_(freep) char *fix = NULL;
        struct stat st;

        if (lstat(path, &st) < 0) {
                if (errno == ENOENT && needed)
                        doctor_find(d, FINDING_HOLE, "file-missing", _("install usbzone again"),
                                    _("%s is missing"), path);
                return;
        }
        if (asprintf(&fix, "chown root:root %s && chmod %s %s", path, mode, path) < 0)
                return;
        if (st.st_uid != 0)
                doctor_find(d, FINDING_HOLE, "file-owner", fix, _("%s does not belong to root"),
                            path);
        else if (st.st_mode & forbidden)
                doctor_find(d, FINDING_HOLE,
                            forbidden & S_IROTH ? "file-readable" : "file-writable", fix,
                            forbidden & S_IROTH ? _("%s may be read or written by others than root")
                                                : _("%s may be written by others than root"),
                            path);
}

static void check_programs(Doctor *d)
{
        static const char *const names[] = {UZ_DAEMON, UZ_PROBE_HELPER, UZ_BLOCK_HELPER};
        char path[PATH_MAX];

        for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
                snprintf(path, sizeof(path), "%s/%s", UZ_LIBEXECDIR, names[i]);
                check_path(d, path, S_IWGRP | S_IWOTH, "0755", true);
        }
}

static void check_keys(Doctor *d, const char *etc)
{
        char path[PATH_MAX];
        glob_t g = {0};

        snprintf(path, sizeof(path), "%s/%s", etc, UZ_AUTHORITY_DIR);
        check_path(d, path, S_IRWXG | S_IRWXO, "0700", false);
        snprintf(path, sizeof(path), "%s/%s*/*.pem", etc, UZ_AUTHORITY_DIR);
        if (glob(path, 0, NULL, &g) == 0)
                for (size_t i = 0; i < g.gl_pathc; i++)
                        check_path(d, g.gl_pathv[i], S_IRWXG | S_IRWXO, "0600", false);
        globfree(&g);
        snprintf(path, sizeof(path), "%s/%s/root.pem", etc, UZ_AUTHORITY_DIR);
        if (access(path, F_OK) == 0)
                doctor_find(d, FINDING_NOTE, "root-key-here",
                            _("move it to a medium that is kept in a safe; it is not needed day by "
                              "day"),
                            _("the authority's root key is kept on this computer: %s"), path);
}

/* The ledger's files, and the computer's own keys. */
static void check_state(Doctor *d, const char *state)
{
        static const char *const keys[] = {UZ_LEDGER_SIGNER_FILE, UZ_HOST_KEY_FILE,
                                           UZ_HOST_KEY_SEALED};
        char path[PATH_MAX];

        snprintf(path, sizeof(path), "%s/%s", state, UZ_LEDGER_DIR);
        check_path(d, path, S_IWGRP | S_IWOTH, "2750", false);
        for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
                snprintf(path, sizeof(path), "%s/%s", state, keys[i]);
                check_path(d, path, S_IRWXG | S_IRWXO, "0600", false);
        }
        snprintf(path, sizeof(path), "%s/%s", state, UZ_LEDGER_KEY_FILE);
        if (access(path, F_OK) < 0 && errno == ENOENT)
                doctor_find(d, FINDING_NOTE, "ledger-not-sealed",
                            "systemctl stop usbzoned; usbzonectl setup --new-ledger-key; "
                            "systemctl start usbzoned",
                            "%s", _("the ledger has no key: its records are chained, not sealed"));
        else
                check_path(d, path, S_IRWXG | S_IRWXO, "0600", false);
}

static void check_end(Doctor *d, const char *what, int64_t end)
{
        int64_t left = end - time(NULL);
        char text[32];

        if (!end || left > EXPIRY_WARNING_DAYS * INT64_C(86400))
                return;
        out_time(end, text, sizeof(text));
        doctor_find(d, left > 0 ? FINDING_NOTE : FINDING_HOLE, "expires",
                    _("ask the office for a newer one, then: usbzonectl policy install FILE"),
                    left > 0 ? _("%s ends on %s: then every drive is blocked")
                             : _("%s ended on %s: every drive is blocked"),
                    what, text);
}

/* What the daemon would load, looked at without it. */
static void check_trust(Doctor *d, const char *etc)
{
        _cleanup_(trust_freep) Trust *t = NULL;
        char words[SAID_WORDS_MAX];
        int fd = file_open_dir(AT_FDCWD, etc);

        if (fd == -ENOENT ||
            (fd >= 0 && faccessat(fd, UZ_KEYS_FILE, F_OK, 0) < 0 && errno == ENOENT)) {
                doctor_find(d, FINDING_HOLE, "not-set-up", "usbzonectl setup --zone ZONE", "%s",
                            _("this computer is not set up"));
                fd_close(fd);
                return;
        }
        if (fd >= 0 && trust_load(fd, time(NULL), (TrustFloor){0}, &t) == 0 &&
            t->snapshot.status != REASON_OK)
                doctor_find(d, FINDING_HOLE, "trust", _("put it right, then: usbzonectl reload"),
                            "%s", said_words(t->message, words));
        if (fd >= 0 && faccessat(fd, UZ_PENDING_DIR, F_OK, AT_SYMLINK_NOFOLLOW) == 0)
                doctor_find(d, FINDING_NOTE, "install-unfinished", "usbzonectl reload",
                            _("an installation was cut short: its files are in force, but still "
                              "in %s/%s"),
                            etc, UZ_PENDING_DIR);
        if (t && t->snapshot.status == REASON_OK) {
                check_end(d, _("the policy"), t->snapshot.bundle.not_after);
                check_end(d, _("the credential"), t->snapshot.host.not_after);
        }
        fd_close(fd);
}

void doctor_files(Doctor *d)
{
        const char *etc = file_dir(UZ_ENV_ETC_DIR, UZ_ETC_DIR);
        const char *state = file_dir(UZ_ENV_STATE_DIR, UZ_STATE_DIR);

        if (geteuid() != 0)
                doctor_find(d, FINDING_NOTE, "not-root", _("run it as root"), "%s",
                            _("keys and evidence were not looked at"));
        check_programs(d);
        check_path(d, etc, S_IWGRP | S_IWOTH, "0755", false);
        check_path(d, state, S_IWGRP | S_IWOTH, "0755", false);
        check_state(d, state);
        check_keys(d, etc);
        check_trust(d, etc);
}

static const char *const groups[] = {UZ_GROUP_ADMIN, UZ_GROUP_SECURITY, UZ_GROUP_AUDIT};

static bool is_member(const struct passwd *p, const char *group)
{
        const struct group *g = getgrnam(group);

        if (!g)
                return false;
        if (p->pw_gid == g->gr_gid)
                return true;
        for (char **m = g->gr_mem; *m; m++)
                if (!strcmp(*m, p->pw_name))
                        return true;
        return false;
}

void doctor_roles(Doctor *d)
{
        struct passwd *p;

        for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
                if (!getgrnam(groups[i]))
                        doctor_find(d, FINDING_HOLE, "group-missing", "systemd-sysusers",
                                    _("the group %s is missing: nobody but root has a role"),
                                    groups[i]);
        setpwent();
        while ((p = getpwent())) {
                unsigned n = 0;

                for (size_t i = 0; i < ARRAY_SIZE(groups); i++)
                        n += is_member(p, groups[i]);
                if (n > 1)
                        doctor_find(
                                d, FINDING_HOLE, "two-roles",
                                _("leave the account in one of the three groups: gpasswd -d USER "
                                  "GROUP"),
                                _("the account %s has %u of the three roles; they must be apart"),
                                p->pw_name, n);
        }
        endpwent();
}
