/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads logs, asks what is known of their drives, and puts it into words and JSON. */
#include "cli/history_load.h"

#include <stdio.h>

#include "cli/cli.h"
#include "cli/history.h"
#include "cli/out.h"
#include "lib/text.h"
#include "store/json.h"

static int fail(int r, const char *where)
{
        if (r == -E2BIG)
                return cli_fail(CLI_FAILED, _("%s: more devices than can be believed"), where);
        return cli_fail_errno(r, _("cannot read %s"), where);
}

/* What of this computer can be read; that nothing can is a failure. */
static int read_here(Kernlog *k, HistoryRead *h)
{
        int r = history_here(k, h);

        if (r < 0)
                return fail(r, _("the journal"));
        if (h->lines == 0)
                return cli_fail(CLI_DENIED, "%s",
                                _("no kernel message can be read here: are you root, or in group "
                                  "adm or systemd-journal?"));
        return 0;
}

static int read_all(const HistoryFrom *a, Kernlog *k, HistoryRead *h)
{
        int r = 0;

        if (!a->dir && !a->file)
                return read_here(k, h);
        if (a->dir)
                r = history_saved(k, a->dir, h);
        if (r >= 0 && a->file)
                r = history_file(k, a->file, h);
        if (r < 0)
                return fail(r, a->file ? a->file : a->dir);
        if (h->lines == 0)
                return cli_fail(CLI_FAILED, _("no kernel message in %s"),
                                a->file ? a->file : a->dir);
        return 0;
}

int history_load(const HistoryFrom *from, History *ret)
{
        _cleanup_(history_clear) History h = {.each = from->each,
                                              .here = !from->dir && !from->file};
        HistoryRead read = {0};
        int r;

        if (kernlog_new(&h.log) < 0)
                return cli_out_of_memory();
        if (h.each)
                kernlog_each(h.log);
        r = read_all(from, h.log, &read);
        if (r)
                return r;
        r = kernlog_end(h.log);
        if (r < 0)
                return fail(r, _("the journal"));
        r = known_load(h.log, from->whitelist, &h.known);
        if (r)
                return r;
        h.damaged = read.damaged > 0;
        *ret = h;
        h = (History){0};
        return 0;
}

void history_clear(History *h)
{
        known_clear(&h->known);
        h->log = kernlog_free(h->log);
}

void history_identity(const KnownDrive *d, char ret[2 * DIGEST_SIZE + 1])
{
        ret[0] = '\0';
        if (!d->missing)
                text_hex(d->digest, DIGEST_SIZE, ret);
}

static void add_known(json_object *o, const KnownDrive *d)
{
        bool listed = d->state == KNOWN_LISTED;
        char hex[2 * DIGEST_SIZE + 1];

        history_identity(d, hex);
        json_put_text(o, "identity", hex);
        json_put_text(o, "missing", known_missing_slug(d->missing));
        json_put_text(o, "whitelist", known_state_slug(d->state));
        json_object_object_add(o, "revoked", json_object_new_boolean(d->revoked));
        json_put_text(o, "zone", listed ? zone_name(d->entry.zone) : "");
        json_put_text(o, "level", listed ? level_name(d->entry.level) : "");
        json_put_text(o, "media_number", d->number);
}

json_object *history_json(const History *h)
{
        json_object *list = json_object_new_array(), *o;

        for (size_t i = 0; i < h->known.n; i++) {
                const KernlogDevice *d = kernlog_device(h->log, i);

                o = json_object_new_object();
                json_put_text(o, "vid", d->vid);
                json_put_text(o, "pid", d->pid);
                json_put_text(o, "serial", d->serial);
                json_put_text(o, "manufacturer", d->manufacturer);
                json_put_text(o, "product", d->product);
                json_put_number(o, "size", d->size);
                json_object_object_add(o, "first", json_object_new_int64(d->first));
                json_object_object_add(o, "last", json_object_new_int64(d->last));
                json_object_object_add(o, "gone", json_object_new_int64(d->gone));
                json_put_text(o, "port", d->port);
                json_put_number(o, "count", d->count);
                add_known(o, &h->known.drives[i]);
                json_put_text(o, "source", HISTORY_SOURCE);
                json_object_array_add(list, o);
        }
        return list;
}

void history_known_text(const KnownDrive *d, bool narrow, char *ret, size_t size)
{
        char state[96];
        bool number = *d->number;

        if (d->state == KNOWN_NO_WHITELIST || d->state == KNOWN_NOT_TOLD)
                snprintf(state, sizeof(state), "%s", d->state ? _("cannot be told") : "-");
        else if (d->revoked)
                snprintf(state, sizeof(state), "%s", _("revoked"));
        else if (d->state == KNOWN_NOT_LISTED)
                snprintf(state, sizeof(state), "%s", _("not listed"));
        else if (d->entry.level)
                snprintf(state, sizeof(state), _("%s, %s"), _(zone_name(d->entry.zone)),
                         _(level_name(d->entry.level)));
        else
                snprintf(state, sizeof(state), "%s", _(zone_name(d->entry.zone)));
        if (number &&
            (d->state == KNOWN_NO_WHITELIST || (narrow && d->state == KNOWN_LISTED && !d->revoked)))
                snprintf(ret, size, "%s", d->number);
        else
                snprintf(ret, size, "%s%s%s", state, number ? " " : "", d->number);
}
