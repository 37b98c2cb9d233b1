/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Records of the daemon's own ledger, read back. */
#include "daemon/records.h"

#include <fcntl.h>

#include "lib/file.h"
#include "lib/names.h"

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
        if (r < 0)
                return r;
        *ret = TAKE_PTR(reader);
        return 0;
}

/* A line ends in no NUL. */
static int parse(const char *line, size_t size, json_object **ret)
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
        return parse(line, size, ret);
}
