/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The policy: its built-in table, its revocations, its memory. */
#include "policy/bundle.h"

#include <string.h>

#include "policy/bundle_internal.h"

#define ALLOW \
        { \
                EFFECT_ALLOW, SEVERITY_NONE, 0 \
        }
#define BLOCK(severity) \
        { \
                EFFECT_BLOCK, SEVERITY_##severity, 0 \
        }

static const BundleRule built_in[ZONE_MAX_][ZONE_MAX_] = {
        [ZONE_NONE] = {[ZONE_NONE] = BLOCK(CRITICAL),
                       [ZONE_INTERNAL] = BLOCK(CRITICAL),
                       [ZONE_CLASSIFIED] = BLOCK(CRITICAL),
                       [ZONE_INTERNET] = BLOCK(CRITICAL)},
        [ZONE_INTERNAL] = {[ZONE_NONE] = BLOCK(WARNING),
                           [ZONE_INTERNAL] = ALLOW,
                           [ZONE_CLASSIFIED] = BLOCK(CRITICAL),
                           [ZONE_INTERNET] = BLOCK(WARNING)},
        [ZONE_CLASSIFIED] = {[ZONE_NONE] = BLOCK(WARNING),
                             [ZONE_INTERNAL] = BLOCK(WARNING),
                             [ZONE_CLASSIFIED] = ALLOW,
                             [ZONE_INTERNET] = BLOCK(CRITICAL)},
        [ZONE_INTERNET] = {[ZONE_NONE] = BLOCK(NOTICE),
                           [ZONE_INTERNAL] = BLOCK(CRITICAL),
                           [ZONE_CLASSIFIED] = BLOCK(CRITICAL),
                           [ZONE_INTERNET] = ALLOW},
};

const BundleRule *bundle_built_in(Zone host, Zone drive)
{
        return &built_in[host][drive];
}

bool bundle_may_open(Zone host, Zone drive)
{
        return (host != ZONE_NONE && host == drive) ||
               (host == ZONE_INTERNET && drive == ZONE_NONE);
}

void bundle_defaults(Bundle *ret)
{
        *ret = (Bundle){0};
        memcpy(ret->rules, built_in, sizeof(built_in));
}

void bundle_clear(Bundle *b)
{
        free(b->texts);
        free(b->classes);
        free(b->devices);
        free(b->revoked);
        *b = (Bundle){0};
}

size_t revoked_id_size(RevokedKind kind)
{
        switch (kind) {
        case REVOKED_DRIVE:
                return DIGEST_SIZE;
        case REVOKED_LABEL:
                return LABEL_ID_SIZE;
        case REVOKED_KEY:
                return KEY_ID_SIZE;
        case REVOKED_HOST:
                return HOST_ID_SIZE;
        }
        return 0;
}

static int compare_revoked(const void *a, const void *b)
{
        const BundleRevoked *x = a, *y = b;

        if (x->kind != y->kind)
                return x->kind < y->kind ? -1 : 1;
        return memcmp(x->id, y->id, sizeof(x->id));
}

void *list_grow(void *list, size_t n, size_t size)
{
        /* Room doubles each time the count reaches a power of two. */
        if ((n & (n - 1)) != 0)
                return list;
        return reallocarray(list, n ? 2 * n : 1, size);
}

int revoked_append(Bundle *b, RevokedKind kind, const uint8_t *id, unsigned line)
{
        BundleRevoked *list;

        if (b->n_revoked >= BUNDLE_REVOKED_MAX)
                return -ENOSPC;
        list = list_grow(b->revoked, b->n_revoked, sizeof(*list));
        if (!list)
                return -ENOMEM;
        b->revoked = list;
        list[b->n_revoked] = (BundleRevoked){.kind = kind, .line = line};
        memcpy(list[b->n_revoked].id, id, revoked_id_size(kind));
        b->n_revoked++;
        return 0;
}

void revoked_sort(Bundle *b)
{
        if (b->n_revoked > 1)
                qsort(b->revoked, b->n_revoked, sizeof(*b->revoked), compare_revoked);
}

const BundleRevoked *bundle_find_revoked(const Bundle *b, RevokedKind kind, const uint8_t *id)
{
        BundleRevoked wanted = {.kind = kind};

        if (b->n_revoked == 0)
                return NULL;
        memcpy(wanted.id, id, revoked_id_size(kind));
        return bsearch(&wanted, b->revoked, b->n_revoked, sizeof(wanted), compare_revoked);
}

bool bundle_is_revoked(const Bundle *b, RevokedKind kind, const uint8_t *id)
{
        return bundle_find_revoked(b, kind, id) != NULL;
}

int bundle_revoke(Bundle *b, RevokedKind kind, const uint8_t *id)
{
        int r;

        if (bundle_is_revoked(b, kind, id))
                return -EEXIST;
        r = revoked_append(b, kind, id, 0);
        if (r < 0)
                return r;
        revoked_sort(b);
        return 0;
}

void bundle_mark_revoked(const Bundle *b, Keyring *ring)
{
        for (size_t i = 0; i < ring->n; i++)
                if (bundle_is_revoked(b, REVOKED_KEY, ring->keys[i].id))
                        ring->keys[i].revoked = true;
}
