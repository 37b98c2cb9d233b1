/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Keeps revocations by kind and id, the first of each. */
#include "cli/inspect_revoked.h"

#include <string.h>

#include "cli/cli.h"
#include "cli/office_file.h"
#include "cli/out.h"
#include "lib/text.h"

struct InspectRevocation {
        RevokedKind kind;
        uint8_t id[DIGEST_SIZE];
        InspectPlace place;
};

/* The fields of a record, and how long the id in it is. */
static const struct {
        const char *field;
        size_t size;
} kinds[] = {
        [REVOKED_DRIVE] = {"identity", DIGEST_SIZE},
        [REVOKED_LABEL] = {"label_id", LABEL_ID_SIZE},
        [REVOKED_KEY] = {"key", KEY_ID_SIZE},
        [REVOKED_HOST] = {"host_id", HOST_ID_SIZE},
};

static int add(InspectRevoked *l, RevokedKind kind, const uint8_t id[DIGEST_SIZE],
               const InspectPlace *at)
{
        struct InspectRevocation *list;

        if (l->n == INSPECT_REVOKED_MAX)
                return -ENOSPC;
        if (l->n == l->room) {
                size_t room = MAX(2 * l->room, (size_t)64);

                list = reallocarray(l->list, room, sizeof(*list));
                if (!list)
                        return -ENOMEM;
                l->list = list;
                l->room = room;
        }
        l->list[l->n] = (struct InspectRevocation){.kind = kind, .place = *at};
        memcpy(l->list[l->n++].id, id, kinds[kind].size);
        return 0;
}

int inspect_revoked_record(InspectRevoked *l, json_object *o, const InspectPlace *at)
{
        uint8_t id[DIGEST_SIZE];

        for (size_t kind = 0; kind < ARRAY_SIZE(kinds) && at->time; kind++)
                if (text_unhex(json_text(o, kinds[kind].field), id, kinds[kind].size) == 0)
                        return add(l, (RevokedKind)kind, id, at);
        return 0;
}

static int read_revocations(const OfficeFile *f, const Authority *authority, Bundle *b,
                            int64_t *ret_time)
{
        TextError error = {0};
        int r = revocations_load(f->data, f->size, &authority->ring, b, ret_time, &error);

        return office_refuse(f->path, r, &error);
}

static int read_policy(const OfficeFile *f, const Authority *authority, Bundle *b,
                       int64_t *ret_time)
{
        TextError error = {0};
        size_t text_size;
        int r = note_verify(f->data, f->size, &authority->ring, PURPOSE_POLICY, 1, NOTE_ANY_TIME,
                            &text_size);

        if (r == 0)
                r = bundle_parse(f->data, text_size, b, &error);
        r = office_refuse(f->path, r, &error);
        if (r == 0 && !b->not_before)
                r = cli_fail(CLI_FAILED,
                             _("%s has no line 'not-before': since when it revokes is not known; "
                               "give the revocation files"),
                             f->path);
        *ret_time = b->not_before;
        return r;
}

int inspect_revoked_file(InspectRevoked *l, const char *path, uint32_t file,
                         const Authority *authority)
{
        InspectPlace at = {.host = INSPECT_NONE, .file = file};
        _cleanup_(bundle_clear) Bundle b = {0};
        OfficeFile f = {.fd = -EBADF};
        int r = office_read(path, &f);

        if (r == 0 && f.kind == OFFICE_REVOCATIONS)
                r = read_revocations(&f, authority, &b, &at.time);
        else if (r == 0 && f.kind == OFFICE_POLICY)
                r = read_policy(&f, authority, &b, &at.time);
        else if (r == 0)
                r = cli_fail(CLI_FAILED, _("%s is neither a revocation file nor a policy"), path);
        office_clear(&f);
        for (size_t i = 0; i < b.n_revoked && r == 0; i++)
                if (add(l, b.revoked[i].kind, b.revoked[i].id, &at) < 0)
                        r = cli_out_of_memory();
        return r;
}

static int compare_what(const void *a, const void *b)
{
        const struct InspectRevocation *x = a, *y = b;

        return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1)
                                  : memcmp(x->id, y->id, DIGEST_SIZE);
}

static int compare(const void *a, const void *b)
{
        const struct InspectRevocation *x = a, *y = b;
        int r = compare_what(a, b);

        return r ? r : (x->place.time > y->place.time) - (x->place.time < y->place.time);
}

void inspect_revoked_sort(InspectRevoked *l)
{
        size_t n = 0;

        if (l->n == 0)
                return;
        qsort(l->list, l->n, sizeof(*l->list), compare);
        for (size_t i = 0; i < l->n; i++)
                if (n == 0 || compare_what(&l->list[n - 1], &l->list[i]) != 0)
                        l->list[n++] = l->list[i];
        l->n = n;
}

const InspectPlace *inspect_revoked_find(const InspectRevoked *l, RevokedKind kind,
                                         const uint8_t *id)
{
        struct InspectRevocation what = {.kind = kind}, *found;

        if (l->n == 0)
                return NULL;
        memcpy(what.id, id, kinds[kind].size);
        found = bsearch(&what, l->list, l->n, sizeof(*l->list), compare_what);
        return found ? &found->place : NULL;
}

void inspect_revoked_clear(InspectRevoked *l)
{
        free(l->list);
        *l = (InspectRevoked){0};
}
