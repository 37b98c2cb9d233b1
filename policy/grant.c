/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Grants: the list of temporary exceptions, read, searched, written. */
#include "policy/grant.h"

#include <stdio.h>
#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/parse.h"

#define GRANTS_FORMAT "usbzone-grants 1"
#define GRANT_FIELDS 7u
#define FIELD_APPROVAL 6u /* the one that may be missing */

static bool counts(const Grant *x, const BundleGrant *terms, int64_t now)
{
        if (now < x->start || now >= x->end || x->effect == EFFECT_BLOCK)
                return false;
        return !terms || (terms->most != EFFECT_BLOCK && (!terms->approval || *x->approval) &&
                          (uint64_t)(now - x->start) < terms->max);
}

const Grant *grants_find(const Grants *g, const uint8_t identity[DIGEST_SIZE],
                         const BundleGrant *terms, int64_t now)
{
        const Grant *best = NULL;
        Effect most = terms ? terms->most : EFFECT_ALLOW, of_best = EFFECT_BLOCK;

        for (size_t i = 0; i < g->n && i < GRANTS_MAX; i++) {
                const Grant *x = &g->list[i];
                Effect effect = MIN(x->effect, most);

                if (memcmp(x->identity, identity, DIGEST_SIZE) != 0 || !counts(x, terms, now))
                        continue;
                if (!best || effect > of_best || (effect == of_best && x->end > best->end)) {
                        best = x;
                        of_best = effect;
                }
        }
        return best;
}

/* A text that stands on one line and is not empty. */
static bool text_valid(const char *text, size_t size)
{
        size_t len = strnlen(text, size);

        return len > 0 && len < size && text[0] != ' ' && text[len - 1] != ' ' &&
               text_is_clean(text, len);
}

bool grant_approval_valid(const char *text)
{
        return !*text || text_valid(text, GRANT_APPROVAL_MAX);
}

int grants_add(Grants *g, const Grant *grant)
{
        if ((grant->effect != EFFECT_ALLOW && grant->effect != EFFECT_READ_ONLY) ||
            grant->start < 0 || grant->end <= grant->start ||
            !text_valid(grant->approver, GRANT_TEXT_MAX) ||
            !text_valid(grant->reason, GRANT_TEXT_MAX) || !grant_approval_valid(grant->approval))
                return -EINVAL;
        for (size_t i = 0; i < g->n; i++)
                if (memcmp(g->list[i].id, grant->id, GRANT_ID_SIZE) == 0)
                        return -EEXIST;
        if (g->n >= GRANTS_MAX)
                return -ENOSPC;
        g->list[g->n++] = *grant;
        return 0;
}

int grants_remove(Grants *g, const uint8_t id[GRANT_ID_SIZE])
{
        for (size_t i = 0; i < g->n; i++)
                if (memcmp(g->list[i].id, id, GRANT_ID_SIZE) == 0) {
                        memmove(&g->list[i], &g->list[i + 1], (g->n - i - 1) * sizeof(Grant));
                        g->n--;
                        return 0;
                }
        return -ENOENT;
}

size_t grants_prune(Grants *g, int64_t now)
{
        size_t kept = 0, before = g->n;

        for (size_t i = 0; i < g->n; i++)
                if (g->list[i].end > now)
                        g->list[kept++] = g->list[i];
        g->n = kept;
        return before - kept;
}

/* The list so far and the grant whose lines are being read. */
typedef struct Draft {
        Grants *grants;
        Grant grant;
        unsigned line;                /* of its first line; 0 = none yet */
        unsigned lines[GRANT_FIELDS]; /* of each of its keys */
} Draft;

static bool is_complete(const Draft *d)
{
        for (size_t i = 0; i < GRANT_FIELDS; i++)
                if (d->lines[i] == 0 && i != FIELD_APPROVAL)
                        return false;
        return true;
}

/* Adds the grant that was being read, if there is one. */
static int finish_grant(Draft *d, TextError *error)
{
        int r;

        if (d->line == 0)
                return 0;
        r = is_complete(d) ? grants_add(d->grants, &d->grant) : -EINVAL;
        if (r == 0)
                return 0;
        (void)text_error(error, "%s",
                         r == -EEXIST ? SAID("this grant's number stands in the file twice")
                         : r == -ENOSPC
                                 ? SAID("there are too many grants")
                                 : SAID("this grant needs drive, effect, start, an end after it, "
                                        "approver and reason"));
        error->line = d->line;
        error->column = 1;
        return -EINVAL;
}

static int parse_grant(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r;

        r = finish_grant(d, error);
        if (r < 0)
                return r;
        *d = (Draft){.grants = d->grants, .line = k->line};
        return parse_hex(k, d->grant.id, GRANT_ID_SIZE, error);
}

/* Each of these keys belongs to the 'grant' line above it, and stands there once. */
static int enter_field(Keyfile *k, Draft *d, unsigned field, TextError *error)
{
        if (d->line == 0)
                return parse_error(k, error, k->key, "a line 'grant = NUMBER' must come first");
        if (d->lines[field] != 0)
                return parse_error(k, error, k->key,
                                   "'%s' stands in line %u already; remove one of the two", k->key,
                                   d->lines[field]);
        d->lines[field] = k->line;
        return 0;
}

static int parse_drive(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 0, error);

        return r < 0 ? r : parse_hex(k, d->grant.identity, DIGEST_SIZE, error);
}

static int parse_effect(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 1, error);

        if (r < 0)
                return r;
        if (effect_parse(k->value, &d->grant.effect) < 0 || d->grant.effect == EFFECT_BLOCK)
                return keyfile_error(k, error, "expected 'allow' or 'read-only'");
        return 0;
}

static int parse_start(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 2, error);

        return r < 0 ? r : parse_time(k, &d->grant.start, error);
}

static int parse_grant_end(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 3, error);

        return r < 0 ? r : parse_time(k, &d->grant.end, error);
}

static int parse_approver(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 4, error);

        return r < 0 ? r : parse_text(k, d->grant.approver, sizeof(d->grant.approver), error);
}

static int parse_reason(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, 5, error);

        return r < 0 ? r : parse_text(k, d->grant.reason, sizeof(d->grant.reason), error);
}

static int parse_approval(Keyfile *k, void *userdata, TextError *error)
{
        Draft *d = userdata;
        int r = enter_field(k, d, FIELD_APPROVAL, error);

        return r < 0 ? r : parse_text(k, d->grant.approval, sizeof(d->grant.approval), error);
}

static const ParseKey grant_keys[] = {
        {"grant", parse_grant, PARSE_REPEATED},   {"drive", parse_drive, PARSE_REPEATED},
        {"effect", parse_effect, PARSE_REPEATED}, {"start", parse_start, PARSE_REPEATED},
        {"end", parse_grant_end, PARSE_REPEATED}, {"approver", parse_approver, PARSE_REPEATED},
        {"reason", parse_reason, PARSE_REPEATED}, {"approval", parse_approval, PARSE_REPEATED},
};

int grants_parse(const char *text, size_t size, Grants *ret, TextError *error)
{
        _cleanup_(freep) Grants *grants = calloc(1, sizeof(*grants));
        Draft draft = {.grants = grants};
        int r;

        if (!grants)
                return -ENOMEM;
        r = parse_file(text, size, GRANTS_FORMAT, grant_keys, ARRAY_SIZE(grant_keys), &draft,
                       error);
        if (r == 0)
                r = finish_grant(&draft, error);
        if (r < 0)
                return r;
        *ret = *grants;
        return 0;
}

static void format_grant(StrBuf *b, const Grant *g)
{
        char start[TEXT_TIME_MAX], end[TEXT_TIME_MAX];

        text_time_format(g->start, start);
        text_time_format(g->end, end);
        strbuf_printf(b, "\ngrant = ");
        strbuf_hex(b, g->id, GRANT_ID_SIZE);
        strbuf_printf(b, "\ndrive = ");
        strbuf_hex(b, g->identity, DIGEST_SIZE);
        strbuf_printf(b, "\neffect = %s\nstart = %s\nend = %s\napprover = %s\nreason = %s\n",
                      effect_name(g->effect), start, end, g->approver, g->reason);
        if (*g->approval)
                strbuf_printf(b, "approval = %s\n", g->approval);
}

int grants_format(const Grants *g, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(GRANTS_SIZE_MAX);

        strbuf_printf(&b, GRANTS_FORMAT "\n");
        for (size_t i = 0; i < g->n; i++)
                format_grant(&b, &g->list[i]);
        return strbuf_take(&b, ret, ret_size);
}
