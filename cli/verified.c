/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How the result of a verification is told. */
#include "cli/verified.h"

#include <inttypes.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "lib/text.h"
#include "store/json.h"

#define PROGRESS_STEP 1024u
#define DATE_TEXT 10u /* "2026-11-21" */

/* The first record whose seal was checked; 0: none. */
static uint64_t sealed_from(const LedgerVerify *v)
{
        return v->key.seq ? MAX(v->key.seq, v->begin.seq + 1) : 0;
}

static json_object *archive_json(const LedgerVerify *v)
{
        const Archive *a = &v->archive;
        json_object *j = json_object_new_object();
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(&a->last, head);
        json_object_object_add(j, "begins_after", json_object_new_uint64(v->begin.seq));
        json_object_object_add(j, "last", json_object_new_uint64(a->last.seq));
        json_put_text(j, "head", head);
        json_put_text(j, "package", a->package);
        json_object_object_add(j, "record", json_object_new_uint64(a->record));
        json_put_text(j, "time", a->time);
        json_put_text(j, "who", a->who);
        return j;
}

static void archive_text(const LedgerVerify *v)
{
        const Archive *a = &v->archive;
        char who[4 * ARCHIVE_WHO_MAX], date[4 * ARCHIVE_TIME_MAX];

        text_escape(a->who, strlen(a->who), who, sizeof(who));
        text_escape(a->time, MIN(strlen(a->time), (size_t)DATE_TEXT), date, sizeof(date));
        printf(_("records 1 to %" PRIu64 " were archived on %s by %s, says record %" PRIu64
                 ": the package with the SHA-256 %s proves them\n"),
               v->begin.seq, date, who, a->record, a->package);
}

json_object *verified_json(const LedgerVerify *v)
{
        json_object *j = json_object_new_object();
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(&v->chain, head);
        json_object_object_add(j, "verified", json_object_new_boolean(!v->kind));
        json_object_object_add(j, "sequence", json_object_new_uint64(v->chain.seq));
        json_put_text(j, "head", head);
        json_object_object_add(j, "torn_bytes", json_object_new_uint64(v->torn));
        json_object_object_add(j, "signed_heads", json_object_new_uint64(v->heads));
        json_object_object_add(j, "signed_to", json_object_new_uint64(v->signed_to));
        json_object_object_add(j, "seal_checked_from", json_object_new_uint64(sealed_from(v)));
        json_object_object_add(j, "compared_with_daemon", json_object_new_boolean(v->witness_seen));
        json_object_object_add(j, "clock_back", json_object_new_uint64(v->clock_back));
        if (v->clock_back)
                json_object_object_add(j, "clock_back_at",
                                       json_object_new_uint64(v->clock_back_at));
        if (v->archive.record && !v->kind)
                json_object_object_add(j, "archived", archive_json(v));
        if (v->kind) {
                json_put_text(j, "kind", v->kind);
                json_object_object_add(j, "broken_at", json_object_new_uint64(v->bad));
                json_put_text(j, "message", v->message);
        }
        if (v->kind && v->at.segment[0]) {
                json_put_text(j, "segment", v->at.segment);
                json_object_object_add(j, "line", json_object_new_uint64(v->at.line));
        }
        return j;
}

int verified_fail(const LedgerVerify *v, int r, const char *path)
{
        if (v->at.segment[0])
                return cli_fail_errno(r, _("cannot read %s/%s"), path, v->at.segment);
        return cli_fail_errno(r, _("cannot read %s"), path);
}

void verified_text(const LedgerVerify *v)
{
        char head[CHAIN_HEAD_TEXT];

        chain_head_text(&v->chain, head);
        printf(_("verified to record %" PRIu64 ", head %s\n"), v->chain.seq, head);
        if (v->archive.record && !v->kind)
                archive_text(v);
        if (v->torn)
                printf(_("%zu bytes of unfinished writes were passed over\n"), v->torn);
        if (v->heads)
                printf(_("%zu signed heads agree, the last one at record %" PRIu64 "\n"), v->heads,
                       v->signed_to);
        else if (v->signer_named && !v->kind)
                printf("%s\n", _("finding (no-heads): the records name a key that signs heads, and "
                                 "there is no head: nothing signed tells where the ledger ends"));
        if (v->key.seq && !v->kind)
                printf(_("every seal fits the key, from record %" PRIu64 " on\n"), sealed_from(v));
        if (v->witness_seen && !v->kind)
                printf("%s\n", _("the end agrees with what the daemon remembers"));
        if (v->clock_back)
                printf(_("finding (clock-back): the clock was set back, first at record %" PRIu64
                         "\n"),
                       v->clock_back_at);
}

int verified_outcome(const LedgerVerify *v)
{
        if (!v->kind)
                return CLI_OK;
        if (v->at.segment[0] && v->bad == 0)
                return cli_fail(CLI_BROKEN, _("the evidence is broken (%s, line %lu): %s [%s]"),
                                v->at.segment, v->at.line, _(v->message), v->kind);
        if (v->at.segment[0])
                return cli_fail(
                        CLI_BROKEN,
                        _("the evidence is broken at record %" PRIu64 " (%s, line %lu): %s [%s]"),
                        v->bad, v->at.segment, v->at.line, _(v->message), v->kind);
        if (v->bad == 0)
                return cli_fail(CLI_BROKEN, _("the evidence is broken: %s [%s]"), _(v->message),
                                v->kind);
        return cli_fail(CLI_BROKEN, _("the evidence is broken at record %" PRIu64 ": %s [%s]"),
                        v->bad, _(v->message), v->kind);
}

void verified_progress(void *userdata, uint64_t seq)
{
        if (seq % PROGRESS_STEP == 0)
                progress_update(userdata, seq, 0);
}
