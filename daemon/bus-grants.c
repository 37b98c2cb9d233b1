/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The Manager's methods for temporary exceptions, and how a caller names a drive. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "daemon/bus-access.h"
#include "daemon/grants.h"
#include "lib/text.h"

static int not_found(sd_bus_error *error, const char *drive)
{
        char clean[80];

        text_escape(drive, strlen(drive), clean, sizeof(clean));
        return sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND,
                                 "There is no drive \"%s\". A drive is named by its number in the "
                                 "list, its media number, or the 64 hex digits of its identity",
                                 clean);
}

static bool is_named(const DriveView *v, const char *name, uint64_t number)
{
        const LabelArea *label = &v->decision->label;

        return v->number == number ||
               (label->reason == REASON_OK && strcmp(label->label.media_number, name) == 0);
}

static int find_plugged(Bus *b, const char *name, uint8_t ret[DIGEST_SIZE], sd_bus_error *error)
{
        uint64_t number = 0;
        bool found = false;

        if (name[0] == '0' || text_u64(name, UINT64_MAX, &number) < 0)
                number = 0;
        for (size_t i = 0; i < b->m->n_drives; i++) {
                DriveView v;

                drive_view(b->m->drives[i], &v);
                if (!is_named(&v, name, number))
                        continue;
                if (!v.decision->has_identity)
                        return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                                 "Drive %" PRIu64 " could not be read, so that "
                                                 "nothing can be granted to it",
                                                 v.number);
                if (found && memcmp(ret, v.decision->identity, DIGEST_SIZE) != 0)
                        return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                                 "\"%s\" names two drives: use the identity", name);
                (void)memcpy(ret, v.decision->identity, DIGEST_SIZE);
                found = true;
        }
        return found ? 0 : not_found(error, name);
}

int bus_identity_of(Bus *b, const char *drive, uint8_t ret[DIGEST_SIZE], sd_bus_error *error)
{
        if (strlen(drive) == 2 * DIGEST_SIZE && text_unhex(drive, ret, DIGEST_SIZE) == 0)
                return 0;
        return find_plugged(b, drive, ret, error);
}

/* An exception that could not lift what is wrong with the drive is not given at all. */
static int check_liftable(Bus *b, const uint8_t identity[DIGEST_SIZE], sd_bus_error *error)
{
        for (size_t i = 0; i < b->m->n_drives; i++) {
                DriveView v;

                drive_view(b->m->drives[i], &v);
                if (!v.decision->has_identity ||
                    memcmp(v.decision->identity, identity, DIGEST_SIZE) != 0)
                        continue;
                for (size_t s = 0; s < v.decision->n_steps; s++) {
                        Reason reason = v.decision->steps[s].reason;

                        if (reason != REASON_OK && reason != REASON_GRANTED &&
                            !reason_grantable(reason))
                                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                                         "%s (%s): no exception can lift that",
                                                         reason_text(reason), reason_slug(reason));
                }
        }
        return 0;
}

static int read_grant(Bus *b, sd_bus_message *call, Grant *ret, uint64_t *ret_seconds,
                      sd_bus_error *error)
{
        const char *drive, *verdict, *reason, *approval;
        int r;

        r = sd_bus_message_read(call, "sstss", &drive, &verdict, ret_seconds, &reason, &approval);
        if (r < 0)
                return r;
        if (effect_parse(verdict, &ret->effect) < 0 || ret->effect == EFFECT_BLOCK)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID,
                                         "The verdict must be allow or read-only");
        if (*ret_seconds == 0)
                return sd_bus_error_setf(error, BUS_ERROR_INVALID, "The time must be 1 s or more");
        r = bus_check_text(reason, "reason", error);
        if (r >= 0 && *approval)
                r = bus_check_line(approval, "approval", GRANT_APPROVAL_MAX, error);
        if (r < 0)
                return r;
        (void)snprintf(ret->reason, sizeof(ret->reason), "%s", reason);
        (void)snprintf(ret->approval, sizeof(ret->approval), "%s", approval);
        r = bus_identity_of(b, drive, ret->identity, error);
        return r < 0 ? r : check_liftable(b, ret->identity, error);
}

/* The decision on a drive that is plugged in, or NULL. */
static const Decision *find_decision(Bus *b, const uint8_t identity[DIGEST_SIZE])
{
        for (size_t i = 0; i < b->m->n_drives; i++) {
                DriveView v;

                drive_view(b->m->drives[i], &v);
                if (v.decision->has_identity &&
                    memcmp(v.decision->identity, identity, DIGEST_SIZE) == 0)
                        return v.decision;
        }
        return NULL;
}

static int refuse_grant(GrantAnswer answer, const BundleGrant *terms, sd_bus_error *error)
{
        switch (answer) {
        case GRANT_SHUT:
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                         "The policy (line %u) lets no exception be for such a "
                                         "drive",
                                         terms->line);
        case GRANT_TOO_MUCH:
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                         "The policy (line %u) lets an exception for such a drive "
                                         "be read-only",
                                         terms->line);
        case GRANT_UNAPPROVED:
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                         "The policy (line %u) wants an approval number for an "
                                         "exception for such a drive",
                                         terms->line);
        default:
                return sd_bus_error_setf(error, BUS_ERROR_REFUSED,
                                         "The policy allows at most %" PRIu64 " s", terms->max);
        }
}

int bus_grant(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        GrantAnswer answer = GRANT_FITS;
        char id[2 * GRANT_ID_SIZE + 1];
        Grant asked = {0}, given;
        BundleGrant terms;
        uint64_t seconds;
        int r;

        r = read_grant(b, call, &asked, &seconds, error);
        if (r < 0)
                return r;
        (void)snprintf(asked.approver, sizeof(asked.approver), "%s", caller->who);
        r = grants_give(b->m, find_decision(b, asked.identity), &asked, seconds, &given, &answer,
                        &terms);
        if (r > 0)
                return refuse_grant(answer, &terms, error);
        if (r < 0)
                return bus_fail(error, r, "The exception could not be granted");
        text_hex(given.id, GRANT_ID_SIZE, id);
        return sd_bus_reply_method_return(call, "s", id);
}

int bus_end_grant(Bus *b, sd_bus_message *call, const BusCaller *caller, sd_bus_error *error)
{
        uint8_t id[GRANT_ID_SIZE];
        const char *text;
        int r;

        r = sd_bus_message_read(call, "s", &text);
        if (r < 0)
                return r;
        r = text_unhex(text, id, sizeof(id));
        if (r == 0)
                r = grants_end(b->m, id, caller->who);
        if (r == -EINVAL || r == -ENOENT)
                return sd_bus_error_setf(error, BUS_ERROR_NOT_FOUND,
                                         "There is no such grant; it may have ended already");
        if (r < 0)
                return bus_fail(error, r, "The exception could not be ended");
        return sd_bus_reply_method_return(call, NULL);
}

static int append_grant(sd_bus_message *m, const Grant *g)
{
        char id[2 * GRANT_ID_SIZE + 1], identity[2 * DIGEST_SIZE + 1];

        text_hex(g->id, GRANT_ID_SIZE, id);
        text_hex(g->identity, DIGEST_SIZE, identity);
        return sd_bus_message_append(m, "(sssxxsss)", id, identity, effect_name(g->effect),
                                     g->start, g->end, g->approver, g->reason, g->approval);
}

int bus_list_grants(Bus *b, sd_bus_message *call, const BusCaller *caller _unused_,
                    sd_bus_error *error _unused_)
{
        sd_bus_message *reply = NULL;
        int r;

        r = sd_bus_message_new_method_return(call, &reply);
        if (r >= 0)
                r = sd_bus_message_open_container(reply, 'a', "(sssxxsss)");
        for (size_t i = 0; r >= 0 && i < b->m->grants.n; i++)
                r = append_grant(reply, &b->m->grants.list[i]);
        if (r >= 0)
                r = sd_bus_message_close_container(reply);
        if (r >= 0)
                r = sd_bus_message_send(reply);
        sd_bus_message_unref(reply);
        return r;
}
