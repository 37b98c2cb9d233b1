/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Watches the places where the unit and the udev rules can be masked. */
#include "daemon/own-files.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>

#include "daemon/event.h"
#include "lib/file.h"
#include "lib/names.h"

#define RULES_FILE "10-usbzone.rules"
#define CHANGES (IN_CREATE | IN_DELETE | IN_MOVED_TO | IN_MOVED_FROM | IN_CLOSE_WRITE)

typedef enum Sign {
        SIGN_MASKED,     /* a file of this name wins over the installed one: there must be none */
        SIGN_OVERRIDDEN, /* a folder of additions; what is there when the guard starts may stay */
        SIGN_DISABLED,   /* a link that must not go away */
} Sign;

typedef struct Place {
        Sign sign;
        const char *what, *folder, *name;
} Place;

static const Place places[] = {
        {SIGN_MASKED, "unit-masked", "/etc/systemd/system", UZ_UNIT},
        {SIGN_MASKED, "unit-masked", "/run/systemd/system", UZ_UNIT},
        {SIGN_MASKED, "unit-masked", "/run/systemd/system.control", UZ_UNIT},
        {SIGN_OVERRIDDEN, "unit-overridden", "/etc/systemd/system/" UZ_UNIT ".d", ""},
        {SIGN_OVERRIDDEN, "unit-overridden", "/run/systemd/system/" UZ_UNIT ".d", ""},
        {SIGN_DISABLED, "unit-disabled", "/etc/systemd/system/sysinit.target.wants", UZ_UNIT},
        {SIGN_MASKED, "rules-masked", "/etc/udev/rules.d", RULES_FILE},
        {SIGN_MASKED, "rules-masked", "/run/udev/rules.d", RULES_FILE},
};

/* Where the originals are; a computer whose originals stand in /etc has nothing masked there. */
static const char *const originals[] = {
        "/usr/lib/systemd/system/" UZ_UNIT, "/lib/systemd/system/" UZ_UNIT,
        "/usr/lib/udev/rules.d/" RULES_FILE, "/lib/udev/rules.d/" RULES_FILE};

struct OwnFiles {
        Manager *m;
        uint64_t seen[ARRAY_SIZE(places)]; /* what stands there: 0 = nothing */
        sd_event_source *watches[ARRAY_SIZE(places)];
};

/* `root` is "" but in tests. */
static void path_of(const char *folder, const char *name, char ret[PATH_MAX])
{
        (void)snprintf(ret, PATH_MAX, "%s%s%s%s", file_dir(UZ_ENV_ROOT_DIR, ""), folder,
                       name[0] ? "/" : "", name);
}

static bool has_original(const char *name)
{
        char path[PATH_MAX];
        struct stat st;

        for (size_t i = 0; i < ARRAY_SIZE(originals); i++) {
                path_of(originals[i], "", path);
                if (strcmp(strrchr(originals[i], '/') + 1, name) == 0 && stat(path, &st) == 0)
                        return true;
        }
        return false;
}

/* A number that changes when a file is put there, replaced or changed. */
static uint64_t stamp_of(const struct stat *st)
{
        return 1u + (uint64_t)st->st_ino + (uint64_t)st->st_mtim.tv_sec * 1000000007u +
               (uint64_t)st->st_mtim.tv_nsec;
}

static uint64_t stamp_folder(const char *path)
{
        const struct dirent *e;
        DIR *dir = opendir(path);
        uint64_t stamp = 0;
        struct stat st;

        while (dir && (e = readdir(dir)))
                if (e->d_name[0] != '.' &&
                    fstatat(dirfd(dir), e->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
                        stamp += stamp_of(&st);
        if (dir)
                (void)closedir(dir);
        return stamp;
}

static uint64_t look_at(const Place *p)
{
        char path[PATH_MAX];
        struct stat st;

        path_of(p->folder, p->name, path);
        switch (p->sign) {
        case SIGN_MASKED:
                return lstat(path, &st) == 0 && has_original(p->name) ? stamp_of(&st) : 0;
        case SIGN_OVERRIDDEN:
                return stamp_folder(path);
        case SIGN_DISABLED:
                return lstat(path, &st) == 0;
        }
        return 0;
}

/* Something that was put there, or, for a link, taken away. */
static bool is_bad(const Place *p, uint64_t before, uint64_t now)
{
        return now != before && (p->sign == SIGN_DISABLED ? now == 0 : now != 0);
}

static void record(Manager *m, const Place *p)
{
        json_object *o = json_object_new_object();
        char path[PATH_MAX];

        (void)snprintf(path, sizeof(path), "%s%s%s", p->folder, p->name[0] ? "/" : "", p->name);
        (void)json_object_object_add(o, "what", json_object_new_string(p->what));
        (void)json_object_object_add(o, "file", json_object_new_string(path));
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
}

void own_files_defaults_changed(Manager *m)
{
        json_object *o = json_object_new_object();

        (void)json_object_object_add(o, "what",
                                     json_object_new_string("interface_authorized_default"));
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
}

static void watch(OwnFiles *o);

static int on_change(sd_event_source *s _unused_, const struct inotify_event *e _unused_,
                     void *userdata)
{
        watch(userdata);
        own_files_look(userdata);
        return 0;
}

/* A folder that comes to be later is watched from then on: its parent tells. One of additions may
 * have come anew. */
static void watch(OwnFiles *o)
{
        char path[PATH_MAX];

        for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
                int r;

                if (o->watches[i] && places[i].sign != SIGN_OVERRIDDEN)
                        continue;
                o->watches[i] = sd_event_source_disable_unref(o->watches[i]);
                path_of(places[i].folder, "", path);
                r = sd_event_add_inotify(o->m->event, &o->watches[i], path, CHANGES, on_change, o);
                if (r < 0 && r != -ENOENT)
                        (void)fprintf(stderr, SD_WARNING "usbzoned: %s is not watched: %s\n", path,
                                      strerror(-r));
        }
}

void own_files_look(OwnFiles *o)
{
        for (size_t i = 0; o && i < ARRAY_SIZE(places); i++) {
                uint64_t now = look_at(&places[i]), before = o->seen[i];

                o->seen[i] = now;
                if (is_bad(&places[i], before, now))
                        record(o->m, &places[i]);
        }
}

int own_files_new(Manager *m, OwnFiles **ret)
{
        OwnFiles *o = calloc(1, sizeof(*o));

        if (!o)
                return -ENOMEM;
        o->m = m;
        for (size_t i = 0; i < ARRAY_SIZE(places); i++)
                if (places[i].sign != SIGN_MASKED)
                        o->seen[i] = look_at(&places[i]);
        watch(o);
        own_files_look(o);
        *ret = o;
        return 0;
}

OwnFiles *own_files_free(OwnFiles *o)
{
        if (!o)
                return NULL;
        for (size_t i = 0; i < ARRAY_SIZE(places); i++)
                sd_event_source_disable_unref(o->watches[i]);
        free(o);
        return NULL;
}
