/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Revocations: lines of the policy, and files that travel alone and only add. */
#include <string.h>

#include "lib/text.h"
#include "policy/authority_internal.h"
#include "policy/bundle_internal.h"

#define REVOCATIONS_FORMAT "usbzone-revocations 1"

static int add_revoked(Keyfile *k, Bundle *b, RevokedKind kind, TextError *error)
{
        uint8_t id[DIGEST_SIZE];
        int r;

        r = parse_hex(k, id, revoked_id_size(kind), error);
        if (r < 0)
                return r;
        r = revoked_append(b, kind, id, k->line);
        if (r == -ENOSPC)
                return keyfile_error(k, error, "there are more than %u 'revoke' lines",
                                     BUNDLE_REVOKED_MAX);
        return r;
}

int parse_revoke_drive(Keyfile *k, void *userdata, TextError *error)
{
        return add_revoked(k, userdata, REVOKED_DRIVE, error);
}

int parse_revoke_label(Keyfile *k, void *userdata, TextError *error)
{
        return add_revoked(k, userdata, REVOKED_LABEL, error);
}

int parse_revoke_key(Keyfile *k, void *userdata, TextError *error)
{
        return add_revoked(k, userdata, REVOKED_KEY, error);
}

int parse_revoke_host(Keyfile *k, void *userdata, TextError *error)
{
        return add_revoked(k, userdata, REVOKED_HOST, error);
}

/* A file on its way; what it revokes stands in a policy of its own. */
typedef struct Revocations {
        Bundle b; /* first: the revoke lines know no other */
        int64_t issued;
} Revocations;

static int parse_issued(Keyfile *k, void *userdata, TextError *error)
{
        Revocations *v = userdata;

        return parse_time(k, &v->issued, error);
}

static const ParseKey revocation_keys[] = {
        {"issued", parse_issued, PARSE_REQUIRED},
        {"revoke-drive", parse_revoke_drive, PARSE_REPEATED},
        {"revoke-label", parse_revoke_label, PARSE_REPEATED},
        {"revoke-key", parse_revoke_key, PARSE_REPEATED},
        {"revoke-host", parse_revoke_host, PARSE_REPEATED},
};

/* Adds what is not there yet, all of it or nothing. */
static int merge(Bundle *b, Bundle *more)
{
        size_t before = b->n_revoked;
        int r = 0;

        revoked_sort(more);
        for (size_t i = 0; i < more->n_revoked && r == 0; i++) {
                const BundleRevoked *v = &more->revoked[i];
                bool again = i > 0 && v[-1].kind == v->kind &&
                             memcmp(v[-1].id, v->id, sizeof(v->id)) == 0;
                size_t all = b->n_revoked;

                b->n_revoked = before; /* the sorted part */
                again = again || bundle_is_revoked(b, v->kind, v->id);
                b->n_revoked = all;
                if (!again)
                        r = revoked_append(b, v->kind, v->id, REVOKED_FILE_LINE);
        }
        if (r < 0)
                b->n_revoked = before;
        revoked_sort(b);
        return r;
}

int revocations_load(const char *note, size_t size, const Keyring *ring, Bundle *b,
                     int64_t *ret_issued, TextError *error)
{
        Revocations v = {0};
        size_t text_size;
        int r;

        r = note_verify(note, size, ring, PURPOSE_POLICY, 1, NOTE_ANY_TIME, &text_size);
        if (r != 0)
                return note_error(r, error);
        r = parse_file(note, text_size, REVOCATIONS_FORMAT, revocation_keys,
                       ARRAY_SIZE(revocation_keys), &v, error);
        if (r == 0)
                r = merge(b, &v.b);
        bundle_clear(&v.b);
        if (r == 0)
                *ret_issued = v.issued;
        return r;
}

int revocations_format(const Bundle *b, int64_t issued, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf out = strbuf(NOTE_SIZE_MAX);
        char time[TEXT_TIME_MAX];

        text_time_format(issued, time);
        strbuf_printf(&out, REVOCATIONS_FORMAT "\nissued = %s\n", time);
        format_revoked(&out, b);
        return strbuf_take(&out, ret, ret_size);
}
