/* SPDX-License-Identifier: GPL-2.0-or-later */
/* doctor: our udev rules are in force, and no one else's write where they write. */
#include <ctype.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/doctor.h"

#define OUR_RULES "10-usbzone.rules"

/* In the order in which udev lets one override the other (udev(7)). */
static const char *const folders[] = {"/etc/udev/rules.d", "/run/udev/rules.d",
                                      "/usr/local/lib/udev/rules.d", "/usr/lib/udev/rules.d",
                                      "/lib/udev/rules.d"};
#define OVERRIDING 3u

static void check_ours(Doctor *d)
{
        char path[PATH_MAX];
        bool found = false;

        for (size_t i = 0; i < ARRAY_SIZE(folders); i++) {
                struct stat st;

                snprintf(path, sizeof(path), "%s/%s", folders[i], OUR_RULES);
                if (lstat(path, &st) < 0)
                        continue;
                found = found || i >= OVERRIDING;
                if (i < OVERRIDING)
                        doctor_find(d, FINDING_HOLE, "rules-overridden",
                                    _("remove it, then: udevadm control --reload"),
                                    _("%s takes the place of the guard's own rules"), path);
                else if (st.st_uid != 0 || (st.st_mode & (S_IWGRP | S_IWOTH)))
                        doctor_find(d, FINDING_HOLE, "rules-writable", _("install usbzone again"),
                                    _("%s may be changed by others than root"), path);
        }
        if (!found)
                doctor_find(d, FINDING_HOLE, "rules-missing", _("install usbzone again"),
                            _("the guard's udev rules (%s) are missing: nothing is closed while it "
                              "does "
                              "not run"),
                            OUR_RULES);
}

/* True if the line assigns (=, +=, :=) the attribute whose name begins with `name`. */
static bool assigns(const char *line, const char *name)
{
        for (const char *p = line; (p = strstr(p, name)); p++) {
                const char *q = strchr(p, '}');

                if (!q)
                        return false;
                q++;
                while (isblank((unsigned char)*q))
                        q++;
                if (*q == '+' || *q == ':')
                        q++;
                if (q[0] == '=' && q[1] != '=')
                        return true;
        }
        return false;
}

static bool interferes(const char *line)
{
        while (isblank((unsigned char)*line))
                line++;
        if (*line == '#')
                return false;
        if (assigns(line, "ATTR{authorized") ||
            assigns(line, "ATTR{interface_authorized_default") ||
            assigns(line, "ATTR{[subsystem/usb]drivers_probe"))
                return true;
        return strstr(line, "RUN") &&
               (strstr(line, "/authorized") || strstr(line, "drivers_probe"));
}

static void check_file(Doctor *d, const char *path)
{
        FILE *f = fopen(path, "re");
        char *line = NULL;
        size_t room = 0;

        for (unsigned n = 1; f && getline(&line, &room, f) >= 0; n++)
                if (interferes(line))
                        doctor_find(d, FINDING_HOLE, "rules-foreign",
                                    _("remove the rule, or the package it belongs to"),
                                    _("%s, line %u: this rule also decides which USB devices are "
                                      "authorized"),
                                    path, n);
        free(line);
        if (f)
                fclose(f);
}

static void check_folder(Doctor *d, const char *folder)
{
        char pattern[PATH_MAX];
        glob_t g = {0};

        snprintf(pattern, sizeof(pattern), "%s/*.rules", folder);
        if (glob(pattern, 0, NULL, &g) == 0)
                for (size_t i = 0; i < g.gl_pathc; i++)
                        if (strcmp(strrchr(g.gl_pathv[i], '/') + 1, OUR_RULES) != 0)
                                check_file(d, g.gl_pathv[i]);
        globfree(&g);
}

/* On a merged /usr, /lib/udev is /usr/lib/udev: look at it once. */
static bool same_folder(const char *a, const char *b)
{
        struct stat x, y;

        return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

void doctor_rules(Doctor *d)
{
        check_ours(d);
        for (size_t i = 0; i < ARRAY_SIZE(folders); i++)
                if (i == 0 || !same_folder(folders[i], folders[i - 1]))
                        check_folder(d, folders[i]);
}
