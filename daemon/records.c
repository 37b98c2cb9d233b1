/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the daemon's own ledger, read back. */
#include "daemon/records.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/record.h"

#define SECOND_US INT64_C(1000000)
#define TIME_DIGITS 19 /* "2026-11-21T08:00:00" */

int records_open(Manager *m, uint64_t after, LedgerReader **ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        _cleanup_(fd_closep) int fd = -EBADF;
        LedgerMark mark = {0};
        int r;

        fd = openat(m->state_fd, UZ_LEDGER_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        if (fd < 0)
                return -errno;
        r = ledger_reader_open(fd, &reader);
        if (r < 0)
                return r;
        if (m->ledger)
                ledger_mark_before(m->ledger, after, &mark);
        r = ledger_reader_seek(reader, &mark);
        if (r == -ENOENT) { /* taken away in an archive */
                mark = (LedgerMark){0};
                r = ledger_reader_seek(reader, &mark);
        }
        if (r < 0)
                return r;
        *ret = TAKE_PTR(reader);
        return 0;
}

int records_parse(const char *line, size_t size, json_object **ret)
{
        json_tokener *tokener = json_tokener_new();

        if (!tokener)
                return -ENOMEM;
        *ret = json_tokener_parse_ex(tokener, line, (int)size);
        json_tokener_free(tokener);
        return *ret ? 0 : -EBADMSG;
}

int records_find(Manager *m, uint64_t seq, json_object **ret)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        const char *line;
        Chain chain = {0};
        size_t size;
        int r;

        r = seq > 0 ? records_open(m, seq - 1, &reader) : -ENOENT;
        if (r < 0)
                return r;
        do {
                r = ledger_reader_next(reader, &line, &size);
                if (r <= 0)
                        return r < 0 ? r : -ENOENT;
                ledger_reader_state(reader, &chain, NULL, NULL);
        } while (chain.seq < seq);
        if (chain.seq > seq) /* taken away in an archive */
                return -ENOENT;
        return records_parse(line, size, ret);
}

int records_moment(json_object *o, ClockMoment *ret)
{
        const char *time = record_text(o, "time");
        char text[TEXT_TIME_MAX];
        json_object *mono;
        int64_t seconds;

        (void)snprintf(text, sizeof(text), "%.*sZ", TIME_DIGITS, time);
        if (strlen(time) <= TIME_DIGITS || text_time(text, &seconds) < 0 ||
            !json_object_object_get_ex(o, "mono", &mono))
                return -EINVAL;
        *ret = (ClockMoment){
                .wall = seconds * SECOND_US + strtol(time + TIME_DIGITS + 1, NULL, 10),
                .boot = json_object_get_int64(mono),
        };
        return 0;
}
