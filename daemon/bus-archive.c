/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Ledger.RecordArchive: the first records were exported and are about to be taken away. The daemon
 * says in the ledger up to where, and what a verifier has to know of them; it removes nothing. */
#include <fcntl.h>
#include <inttypes.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/event.h"
#include "daemon/records.h"
#include "lib/file.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/archive.h"
#include "store/json.h"

/* Where the chain stands after this record and after the next one. 0; -ENOENT: there is none. */
static int find_record(Manager *m, uint64_t seq, Chain *ret, Chain *ret_next)
{
        _cleanup_(ledger_reader_closep) LedgerReader *reader = NULL;
        Chain chain = {0};
        int r = seq > 0 && seq < UINT64_MAX ? records_open(m, seq - 1, &reader) : -ENOENT;

        while (r >= 0 && chain.seq <= seq) {
                r = ledger_reader_next(reader, &(const char *){NULL}, &(size_t){0});
                if (r == 0)
                        r = -ENOENT;
                if (chain.seq == seq && r > 0)
                        *ret = chain;
                if (r > 0)
                        ledger_reader_state(reader, &chain, NULL, NULL);
                if (r > 0 && chain.seq > seq && ret->seq != seq)
                        r = -ENOENT; /* taken away already */
        }
        *ret_next = chain;
        return MIN(r, 0);
}

static int check(Bus *b, const Archive *a, sd_bus_error *error)
{
        Chain there = {0}, next;
        int r = find_record(b->m, a->last.seq, &there, &next);

        if (r == -ENOENT)
                return sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND,
                                         "There is no record %" PRIu64 " in the ledger",
                                         a->last.seq);
        if (r < 0)
                return bus_fail(error, r, "The ledger cannot be read");
        if (!chain_same_head(&there, &a->last))
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "Record %" PRIu64 " has another hash", a->last.seq);
        /* The next record's `prev` is what the chain will begin with. */
        if (next.hash != there.hash)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "The record after %" PRIu64
                                         " tells another hash: archive up to another segment",
                                         a->last.seq);
        return 0;
}

static int collect(Bus *b, Archive *a, sd_bus_error *error)
{
        _cleanup_(fd_closep) int fd = openat(b->m->state_fd, UZ_LEDGER_DIR,
                                             O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
        int r = fd < 0 ? -errno : archive_is_end(fd, a->last.seq);

        if (r == 0)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "Record %" PRIu64 " does not end a segment", a->last.seq);
        if (r > 0)
                r = archive_collect(fd, a->last.seq, a);
        return r < 0 ? bus_fail(error, r, "The ledger cannot be read") : 0;
}

int bus_record_archive(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        _cleanup_(freep) Archive *a = calloc(1, sizeof(*a));
        const char *head, *package;
        uint8_t digest[DIGEST_SIZE];
        json_object *o;
        Chain now;
        int r = a ? sd_bus_message_read(call, "tss", &a->last.seq, &head, &package) : -ENOMEM;

        if (r < 0)
                return r;
        if (chain_head_parse(head, &a->last) < 0 || text_unhex(package, digest, sizeof(digest)) < 0)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "The head is one of the ledger's, the package's digest 64 "
                                         "hexadecimal digits");
        text_hex(digest, sizeof(digest), a->package);
        if (!b->m->ledger)
                return bus_fail(error, -EIO, "The ledger cannot be opened");
        r = check(b, a, error);
        if (r == 0)
                r = collect(b, a, error);
        if (r < 0)
                return r;
        o = archive_fields(a);
        if (!o)
                return -ENOMEM;
        json_put_text(o, "who", caller->who);
        r = event_emit(b->m, EVENT_ARCHIVED, o);
        (void)json_object_put(o);
        if (r < 0)
                return bus_fail(error, r, "The record could not be written");
        ledger_head(b->m->ledger, &now);
        return sd_bus_reply_method_return(call, "t", now.seq);
}
