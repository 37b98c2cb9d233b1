/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The heads of ledgers that a journal holds. Where journals go to another computer, these are out
 * of reach of whoever writes a ledger anew. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-journal.h>

#include "cli/cli.h"
#include "cli/inspect_sources.h"
#include "lib/names.h"
#include "policy/note.h"

#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00", of which a head says more */
#define NOTE_FIELD "USBZONE_NOTE="

static int add_seen(InspectSources *s, const Head *head)
{
        char seconds[SECONDS_TEXT + 2];
        InspectSeen *seen;

        if (s->n_seen == INSPECT_SEEN_MAX)
                return -ENOSPC;
        if (s->n_seen == s->room_seen) {
                size_t room = MAX(2 * s->room_seen, (size_t)256);
                InspectSeen *list = reallocarray(s->seen, room, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                s->seen = list;
                s->room_seen = room;
        }
        seen = &s->seen[s->n_seen++];
        *seen = (InspectSeen){.chain = head->chain, .key = head->key};
        memcpy(seen->host, head->host, sizeof(seen->host));
        (void)snprintf(seconds, sizeof(seconds), "%.*sZ", (int)SECONDS_TEXT, head->time);
        if (text_time(seconds, &seen->time) < 0)
                seen->time = 0;
        return 0;
}

/* 0; 1: it is no head that the daemon signed; -errno. */
static int read_entry(InspectSources *s, sd_journal *j)
{
        const size_t skip = strlen(NOTE_FIELD);
        char note[HEAD_NOTE_MAX + 1];
        const char *data;
        size_t size;
        Head head;
        int r = sd_journal_get_data(j, "USBZONE_NOTE", (const void **)&data, &size);

        if (r == -ENOENT || (r >= 0 && size <= skip))
                return 1;
        if (r < 0)
                return r;
        size -= skip;
        if (size > HEAD_NOTE_MAX)
                return 1;
        /* sd_journal_send() takes the newline at its end off. */
        memcpy(note, data + skip, size);
        if (note[size - 1] != '\n')
                note[size++] = '\n';
        r = head_verify(note, size, &head);
        if (r > 0 || r == -EBADMSG)
                return 1;
        /* Of a computer that has not been set up nobody knows which it is. */
        return r < 0 || !*head.host ? r : add_seen(s, &head);
}

static int read_entries(InspectSources *s, sd_journal *j, const char *path)
{
        const InspectTrouble forged = {
                .kind = "journal-forged",
                .message = N_("a head in the journal has a signature that does not fit"),
                .host = INSPECT_NONE};
        bool told = false;
        int r;

        while ((r = sd_journal_next(j)) > 0) {
                r = read_entry(s, j);
                if (r > 0 && !told) {
                        told = true;
                        r = inspect_trouble(s->in, &forged, path, "");
                }
                if (r < 0)
                        return r;
        }
        return r;
}

/* Only root's: anybody may write into the journal, and journald says who did. */
static int open_heads(const char *path, sd_journal **ret)
{
        const char *paths[] = {path, NULL};
        int r = sd_journal_open_files(ret, paths, 0);

        if (r >= 0)
                r = sd_journal_add_match(*ret, "MESSAGE_ID=" UZ_HEAD_MESSAGE_ID, 0);
        if (r >= 0)
                r = sd_journal_add_match(*ret, "_UID=0", 0);
        return r;
}

int inspect_journal_read(InspectSources *s, const char *path)
{
        const InspectTrouble damaged = {.kind = "journal-damaged",
                                        .message = N_("a journal cannot be read to its end"),
                                        .host = INSPECT_NONE};
        _cleanup_(sd_journal_closep) sd_journal *j = NULL;
        int r = open_heads(path, &j);

        if (r >= 0)
                r = read_entries(s, j, path);
        if (r == -ENOSPC)
                return cli_fail(CLI_FAILED, _("%s: more than %u heads in the journals"), path,
                                INSPECT_SEEN_MAX);
        if (r == -EACCES || r == -EPERM || r == -ENOENT)
                return cli_fail_errno(r, _("cannot read %s"), path);
        if (r < 0 && r != -ENOMEM)
                r = inspect_trouble(s->in, &damaged, path, strerror(-r));
        return r < 0 ? cli_out_of_memory() : 0;
}
