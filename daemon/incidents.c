/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open incidents: read and written. */
#include "daemon/incidents.h"

#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/event.h"
#include "lib/file.h"
#include "lib/names.h"

#define INCIDENTS_FILE_MAX (16u * 1024u)

int incidents_save(Manager *m)
{
        _cleanup_(freep) char *text = NULL;
        size_t size;
        int r;

        r = incidents_format(&m->incidents, &text, &size);
        if (r == 0)
                r = file_replace(m->state_fd, UZ_INCIDENTS_FILE, text, size, 0600);
        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: %s/%s cannot be written: %s\n",
                              UZ_STATE_DIR, UZ_INCIDENTS_FILE, strerror(-r));
        return r;
}

/* 0 or -ENOENT; > 0 or -errno and what is wrong in `error`. */
static int read_list(Manager *m, TextError *error)
{
        _cleanup_(freep) char *text = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        size_t size;
        int r;

        r = file_open_trusted(m->state_fd, UZ_INCIDENTS_FILE, FILE_PUBLIC, INCIDENTS_FILE_MAX, &fd);
        if (r == 0)
                r = file_read_fd(fd, INCIDENTS_FILE_MAX, &text, &size);
        if (r == 0)
                return incidents_parse(text, size, &m->incidents, error);
        (void)text_error(error, "%s", r > 0 ? file_trust_text(r) : strerror(-r));
        return r;
}

static void refuse_list(Manager *m, const TextError *error)
{
        static const char file[] = UZ_STATE_DIR "/" UZ_INCIDENTS_FILE;
        json_object *o = json_object_new_object();

        (void)json_object_object_add(o, "file", json_object_new_string(file));
        (void)json_object_object_add(o, "line", json_object_new_uint64(error->line));
        (void)json_object_object_add(o, "what", json_object_new_string(error->message));
        (void)event_emit(m, EVENT_TAMPER, o);
        (void)json_object_put(o);
        if (renameat(m->state_fd, UZ_INCIDENTS_FILE, m->state_fd, UZ_INCIDENTS_FILE ".damaged") < 0)
                (void)fprintf(stderr, SD_WARNING
                              "usbzoned: the damaged list of incidents cannot be set aside: %m\n");
}

int incidents_load(Manager *m)
{
        TextError error = {0};
        int r;

        m->incidents = (Incidents){0};
        if (m->state_fd < 0)
                return 0;
        r = read_list(m, &error);
        if (r == 0 || r == -ENOENT || r == -ENOMEM)
                return r == -ENOMEM ? r : 0;
        refuse_list(m, &error);
        return 0;
}
