/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tells the ledger which policy is in force, or why one is not. */
#include "daemon/policy-record.h"

#include <string.h>

#include "daemon/event.h"
#include "lib/text.h"
#include "store/json.h"

/* What a rollout is measured by. */
static void rollout_fields(const Trust *t, json_object *o)
{
        const Bundle *b = &t->snapshot.bundle;
        char hex[2 * DIGEST_SIZE + 1] = "";

        if (b->has_whitelist)
                text_hex(b->whitelist_digest, DIGEST_SIZE, hex);
        json_put_filled(o, "whitelist", hex);
        json_put_number(o, "revoked", b->n_revoked);
        json_put_filled(o, "revocations", t->revocations);
        if (b->not_after)
                json_put_number(o, "policy_ends", (uint64_t)b->not_after);
        if (t->snapshot.host.not_after)
                json_put_number(o, "credential_ends", (uint64_t)t->snapshot.host.not_after);
}

/* What is in force now; and what this computer was before, if that changed. */
static void policy_fields(const Manager *m, const Snapshot *s, json_object *o)
{
        const Host *was = m->trust && m->trust->snapshot.status == REASON_OK
                                  ? &m->trust->snapshot.host
                                  : &s->host;
        char id[2 * HOST_ID_SIZE + 1];

        json_put_number(o, "policy_version", s->bundle.version);
        json_put_number(o, "keys_version", s->authority.version);
        json_put_filled(o, "host_name", s->host.name);
        json_put_filled(o, "zone", zone_name(s->host.zone));
        json_put_filled(o, "level", level_name(s->host.level));
        if (was->zone != s->host.zone)
                json_put_filled(o, "zone_before", zone_name(was->zone));
        if (was->level != s->host.level)
                json_put_filled(o, "level_before", level_name(was->level));
        if (memcmp(was->id, s->host.id, HOST_ID_SIZE) != 0) {
                text_hex(was->id, HOST_ID_SIZE, id);
                json_put_filled(o, "host_before", id);
        }
}

void policy_record(Manager *m, const Trust *t)
{
        bool good = t->snapshot.status == REASON_OK;
        json_object *o = json_object_new_object();
        char text[TRUST_MESSAGE_MAX * 2];

        if (good && m->ledger)
                ledger_set_algorithm(m->ledger, authority_algorithm(&t->snapshot.authority));
        if (good) {
                policy_fields(m, &t->snapshot, o);
                rollout_fields(t, o);
        } else {
                json_put_filled(o, "reason", reason_slug(t->snapshot.status));
                if (t->snapshot.bundle.version)
                        json_put_number(o, "policy_version", t->snapshot.bundle.version);
        }
        text_escape(t->message, strlen(t->message), text, sizeof(text));
        json_put_filled(o, "message", text);
        (void)event_emit(m, good ? EVENT_POLICY_LOADED : EVENT_POLICY_REFUSED, o);
        (void)json_object_put(o);
}
