/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signs heads of the ledger and gives each to the head file and to the journal. */
#include "daemon/heads.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SD_JOURNAL_SUPPRESS_LOCATION
#include <systemd/sd-daemon.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/names.h"
#include "lib/text.h"
#include "store/heads.h"
#include "store/json.h"

static Heads *heads_of(Manager *m)
{
        Heads *heads = NULL;
        int r = ledger_heads(m->ledger, &heads);

        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: heads cannot be signed: %s\n",
                              strerror(-r));
        return heads;
}

static void put_key(json_object *fields, const PublicKey *key)
{
        char hex[2 * KEY_PUBLIC_MAX + 1] = "";

        if (key)
                text_hex(key->raw, key->raw_size, hex);
        json_put_text(fields, "ledger_key", hex);
}

/* A key for the authority's algorithm, if this computer's own is of another one. */
static const PublicKey *prepare_key(Manager *m, Heads *heads)
{
        int r = heads_prepare(heads, ledger_algorithm(m->ledger));

        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: no key of the ledger can be made: %s\n",
                              strerror(-r));
        return heads_prepared(heads);
}

void head_start_fields(Manager *m, json_object *fields)
{
        const PublicKey *key = NULL;
        Heads *heads;

        if (!m->ledger)
                return;
        heads = heads_of(m);
        if (heads) {
                key = prepare_key(m, heads);
                key = key ? key : heads_key(heads);
        }
        json_put_text(fields, "after", ledger_after(m->ledger));
        json_put_text(fields, "seal", ledger_seal_name(ledger_seal(m->ledger)));
        put_key(fields, key);
}

void head_key_fields(Manager *m, json_object *fields)
{
        Heads *heads = m->ledger ? heads_of(m) : NULL;
        const PublicKey *key = heads ? prepare_key(m, heads) : NULL;

        if (key)
                put_key(fields, key);
}

void head_key_named_in(Manager *m, bool recorded)
{
        Heads *heads = m->ledger ? heads_of(m) : NULL;
        int r;

        if (!heads)
                return;
        if (!recorded) {
                heads_drop(heads);
                return;
        }
        r = heads_renew(heads);
        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: the ledger's key could not be kept: %s\n",
                              strerror(-r));
}

static void fill(const Manager *m, HeadKind kind, Head *ret)
{
        const Host *host = &m->trust->snapshot.host;

        *ret = (Head){.kind = kind};
        ledger_head(m->ledger, &ret->chain);
        text_time_format_us(clock_us(CLOCK_REALTIME), ret->time);
        if (m->trust->snapshot.status == REASON_OK)
                text_hex(host->id, HOST_ID_SIZE, ret->host);
}

static void tell_journal(const Head *head, const char *note)
{
        char hash[CHAIN_HEAD_TEXT];

        chain_head_text(&head->chain, hash);
        (void)sd_journal_send("MESSAGE=Ledger head: record %" PRIu64 ", %s", head->chain.seq, hash,
                              "MESSAGE_ID=%s", UZ_HEAD_MESSAGE_ID, "PRIORITY=2",
                              "SYSLOG_IDENTIFIER=usbzoned", "USBZONE_KIND=head",
                              "USBZONE_SEQ=%" PRIu64, head->chain.seq, "USBZONE_HEAD=%s", hash,
                              "USBZONE_NOTE=%s", note, NULL);
}

/* Who is told of each signed head, once it is in the head file: what can carry it away from here,
 * as a visit record on a drive or the counter of a TPM, is one more row. */
static void (*const witnesses[])(const Head *head, const char *note) = {tell_journal};

static void sign(Manager *m, HeadKind kind)
{
        Heads *heads = heads_of(m);
        _cleanup_(freep) char *note = NULL;
        Head head;
        int r;

        if (!heads)
                return;
        fill(m, kind, &head);
        r = heads_append(heads, &head, &note);
        if (r < 0)
                (void)fprintf(stderr, SD_ERR "usbzoned: the head could not be kept: %s\n",
                              strerror(-r));
        for (size_t i = 0; r == 0 && i < ARRAY_SIZE(witnesses); i++)
                witnesses[i](&head, note);
}

static void settle(Manager *m)
{
        HeadKind kind = ledger_take_wanted_head(m->ledger);
        int r = ledger_settle(m->ledger);

        if (r < 0)
                (void)fprintf(stderr,
                              SD_ERR "usbzoned: the ledger's old key is still on the disk: %s\n",
                              strerror(-r));
        if (kind != HEAD_NONE)
                sign(m, kind);
}

static int on_settle(sd_event_source *source, void *userdata)
{
        Manager *m = userdata;

        if (m->ledger)
                settle(m);
        /* The loop's own reference was the last. */
        (void)sd_event_source_set_floating(source, false);
        return 0;
}

static int settle_later(Manager *m)
{
        sd_event_source *source = NULL;
        int r = sd_event_add_defer(m->event, &source, on_settle, m);

        if (r >= 0)
                r = sd_event_source_set_priority(source, SD_EVENT_PRIORITY_IDLE);
        if (r >= 0)
                r = sd_event_source_set_floating(source, true);
        (void)sd_event_source_unref(source);
        return r;
}

/* What a record needs besides being on disk is done when the verdict has taken effect; at the end
 * there is no later. */
void head_due(Manager *m, HeadKind kind)
{
        Chain head;

        ledger_head(m->ledger, &head);
        if (kind == HEAD_NONE && ledger_take_rotated(m->ledger))
                kind = HEAD_ROTATION;
        if (kind == HEAD_NONE && head.seq % HEAD_EVERY == 0)
                kind = HEAD_INTERVAL;
        ledger_want_head(m->ledger, kind);
        if (kind == HEAD_STOP || settle_later(m) < 0)
                settle(m);
}
