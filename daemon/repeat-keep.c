/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts of repeated events that are not in the ledger yet: one small file each in /run, so that a
 * daemon that is killed loses none of them. A power cut does; the next start is recorded as one
 * after a crash then. */
#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <systemd/sd-daemon.h>

#include "daemon/event-repeat.h"
#include "daemon/records.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "policy/repeat.h"

#define KEPT_SIZE_MAX 8192u
/* As many as can be open, and those of a daemon that was killed before. */
#define KEPT_MAX (4u * REPEATS_MAX)

static void keep_name(uint64_t seq, char *ret, size_t size)
{
        (void)snprintf(ret, size, UZ_REPEATS_DIR "/%" PRIu64, seq);
}

void repeat_keep_write(Manager *m, uint64_t seq, json_object *fields)
{
        const char *text = json_object_to_json_string_ext(fields, JSON_C_TO_STRING_PLAIN);
        char name[64];
        int r;

        keep_name(seq, name, sizeof(name));
        r = text ? file_replace(m->run_fd, name, text, strlen(text), 0600) : -ENOMEM;
        if (r < 0)
                (void)fprintf(stderr, SD_WARNING "usbzoned: " UZ_RUN_DIR "/%s: %s\n", name,
                              strerror(-r));
}

void repeat_keep_remove(Manager *m, uint64_t seq)
{
        char name[64];

        keep_name(seq, name, sizeof(name));
        (void)unlinkat(m->run_fd, name, 0);
}

static int compare(const void *a, const void *b)
{
        const uint64_t *x = a, *y = b;

        return *x < *y ? -1 : *x > *y;
}

/* The records that are counted for, in their order. */
static size_t list_kept(Manager *m, uint64_t ret[KEPT_MAX])
{
        int fd = openat(m->run_fd, UZ_REPEATS_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        const struct dirent *e;
        size_t n = 0;
        DIR *dir;

        if (fd < 0)
                return 0;
        dir = fdopendir(fd);
        if (!dir) {
                (void)fd_close(fd);
                return 0;
        }
        while (n < KEPT_MAX && (e = readdir(dir)))
                if (text_u64(e->d_name, UINT64_MAX, &ret[n]) == 0)
                        n++;
        (void)closedir(dir);
        qsort(ret, n, sizeof(*ret), compare);
        return n;
}

static json_object *read_kept(Manager *m, uint64_t seq)
{
        _cleanup_(freep) char *text = NULL;
        json_object *o, *record;
        char name[64];
        size_t size;

        keep_name(seq, name, sizeof(name));
        if (file_read(m->run_fd, name, KEPT_SIZE_MAX, &text, &size) < 0)
                return NULL;
        o = json_tokener_parse(text);
        if (json_object_object_get_ex(o, "record", &record) &&
            json_object_get_uint64(record) == seq)
                return o;
        (void)json_object_put(o);
        return NULL;
}

/* It was killed after the record was written and before the file was removed. */
static bool is_recorded(Manager *m, uint64_t seq)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        const char *line;
        char mine[64];
        size_t size;

        (void)snprintf(mine, sizeof(mine), "\"record\":%" PRIu64 ",\"of\":", seq);
        if (records_open(m, seq, &reader) < 0)
                return false;
        while (ledger_reader_next(reader, &line, &size) > 0)
                if (memmem(line, size, mine, strlen(mine)))
                        return true;
        return false;
}

void event_repeats_recover(Manager *m)
{
        uint64_t seqs[KEPT_MAX];
        size_t n = list_kept(m, seqs);

        for (size_t i = 0; i < n; i++) {
                json_object *o = read_kept(m, seqs[i]);

                if (!o)
                        (void)fprintf(stderr,
                                      SD_WARNING "usbzoned: " UZ_RUN_DIR "/" UZ_REPEATS_DIR
                                                 "/%" PRIu64 ": no count that can be read\n",
                                      seqs[i]);
                if (!o || is_recorded(m, seqs[i]) || event_emit(m, EVENT_REPEATED, o) == 0)
                        repeat_keep_remove(m, seqs[i]);
                (void)json_object_put(o);
        }
}
