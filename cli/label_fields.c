/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A label's fields, read from words and shown. */
#include "cli/label_fields.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "cli/out.h"
#include "cli/words.h"
#include "lib/text.h"
#include "store/json.h"

#define RETENTION_YEARS_MAX 999u

static int take_text(const char *option, const char *text, char *ret, size_t size)
{
        if (!text)
                return 0;
        if (!text_is_clean(text, strlen(text)))
                return cli_fail(CLI_USAGE, _("--%s: only plain text without control characters"),
                                option);
        if (strlen(text) >= size)
                return cli_fail(CLI_USAGE, _("--%s: %zu bytes at most"), option, size - 1);
        strcpy(ret, text);
        return 0;
}

static int take_zone(const LabelWords *w, const Host *here, Label *l)
{
        l->zone = here->zone;
        if (w->zone && (zone_parse(w->zone, &l->zone) < 0 || l->zone == ZONE_NONE))
                return cli_fail(CLI_USAGE,
                                _("--zone: \"%s\" is none of internal, classified, internet"),
                                w->zone);
        if (w->level && level_parse(w->level, &l->level) < 0)
                return cli_fail(CLI_USAGE,
                                _("--level: \"%s\" is none of confidential, secret, top-secret"),
                                w->level);
        if (zone_level_valid(l->zone, l->level))
                return 0;
        if (l->zone == ZONE_CLASSIFIED)
                return cli_fail(
                        CLI_USAGE, "%s",
                        _("a classified drive needs --level confidential, secret or top-secret"));
        return cli_fail(CLI_USAGE, _("only classified drives have a level; zone %s has none"),
                        _(zone_name(l->zone)));
}

static int take_retention(const LabelWords *w, int64_t now, Label *l)
{
        time_t t = (time_t)now;
        uint64_t years = 0;
        struct tm tm;

        if (!w->retention_years)
                return 0;
        if (text_u64(w->retention_years, RETENTION_YEARS_MAX, &years) < 0)
                return cli_fail(CLI_USAGE, _("--retention-years: a number from 0 to %u"),
                                RETENTION_YEARS_MAX);
        if (!years || !gmtime_r(&t, &tm))
                return 0;
        tm.tm_year += (int)years;
        l->retention_years = (uint16_t)years;
        l->retention_end = (int64_t)timegm(&tm);
        return 0;
}

static int take_hosts(const LabelWords *w, const Host *here, Label *l)
{
        if (w->hosts.n > LABEL_HOSTS_MAX)
                return cli_fail(CLI_USAGE, _("--host may be given %u times at most"),
                                LABEL_HOSTS_MAX);
        for (size_t i = 0; i < w->hosts.n; i++) {
                const char *id = w->hosts.items[i];

                if (!strcmp(id, "this"))
                        memcpy(l->hosts[i], here->id, HOST_ID_SIZE);
                else if (text_unhex(id, l->hosts[i], HOST_ID_SIZE) < 0)
                        return cli_fail(
                                CLI_USAGE,
                                _("--host: \"%s\" is no computer's id (32 hex digits, or \"this\"; "
                                  "%s status shows it)"),
                                id, UZ_CLI);
        }
        l->n_hosts = (uint16_t)w->hosts.n;
        return 0;
}

int label_from_words(const LabelWords *w, const Host *here, int64_t now, Label *ret)
{
        Label l = {.algorithm = ALGORITHM_ED25519_SHA256,
                   .n_signatures = 1,
                   .sequence = 1,
                   .issued = now};
        int r;

        if (!w->number || !*w->number)
                return cli_fail(
                        CLI_USAGE, "%s",
                        _("--number is missing: the media number that is written on the drive"));
        r = take_zone(w, here, &l);
        if (r == 0)
                r = take_text("number", w->number, l.media_number, sizeof(l.media_number));
        if (r == 0)
                r = take_text("holder", w->holder, l.holder, sizeof(l.holder));
        if (r == 0)
                r = take_text("unit", w->unit, l.unit, sizeof(l.unit));
        if (r == 0)
                r = words_validity(&w->validity, now, &l.not_before, &l.not_after);
        if (r == 0)
                r = take_retention(w, now, &l);
        if (r == 0)
                r = take_hosts(w, here, &l);
        if (r)
                return r;
        *ret = l;
        return 0;
}

static void print_time(const char *name, int64_t t, const char *none)
{
        char text[TEXT_TIME_MAX];

        out_time(t, text, sizeof(text));
        out_field(name, "%s", t ? text : none);
}

void label_print(const Label *l, bool complete)
{
        char hex[2 * DIGEST_SIZE + 1];

        out_field(_("Media number"), "%s", l->media_number);
        if (l->level == LEVEL_NONE)
                out_field(_("Zone"), "%s", _(zone_name(l->zone)));
        else
                out_field(_("Zone"), "%s, %s", _(zone_name(l->zone)), _(level_name(l->level)));
        out_field(_("Holder"), "%s", *l->holder ? l->holder : "-");
        out_field(_("Unit"), "%s", *l->unit ? l->unit : "-");
        print_time(_("Issued"), l->issued, "-");
        print_time(_("Valid from"), l->not_before, "-");
        print_time(_("Valid until"), l->not_after, _("no end"));
        if (l->retention_years)
                out_field(_("Retention"), ngettext("%u year", "%u years", l->retention_years),
                          l->retention_years);
        for (unsigned i = 0; i < l->n_hosts; i++) {
                text_hex(l->hosts[i], HOST_ID_SIZE, hex);
                out_field(i ? "" : _("Only on"), "%s", hex);
        }
        text_hex(l->id, LABEL_ID_SIZE, hex);
        out_field(_("Label id"), "%s", hex);
        out_field(_("Sequence"), "%" PRIu64, l->sequence);
        text_hex(l->identity, DIGEST_SIZE, hex);
        out_field(_("Drive identity"), "%s", hex);
        text_hex(l->key_id[0], KEY_ID_SIZE, hex);
        out_field(_("Signed by"), "%s", hex);
        if (l->n_signatures < LABEL_SIGNATURES_MAX)
                return;
        text_hex(l->key_id[1], KEY_ID_SIZE, hex);
        if (complete)
                out_field("", "%s", hex);
        else
                out_field_styled(STYLE_WARN, _("Not yet by"), "%s", hex);
}

static void add_hex(json_object *o, const char *key, const uint8_t *data, size_t n)
{
        char hex[2 * DIGEST_SIZE + 1];

        text_hex(data, n, hex);
        json_put_text(o, key, hex);
}

json_object *label_to_json(const Label *l)
{
        json_object *o = json_object_new_object(), *hosts = json_object_new_array();
        char hex[2 * HOST_ID_SIZE + 1];

        add_hex(o, "id", l->id, LABEL_ID_SIZE);
        json_put_text(o, "media_number", l->media_number);
        json_put_text(o, "zone", zone_name(l->zone));
        json_put_text(o, "level", level_name(l->level));
        json_put_text(o, "unit", l->unit);
        json_put_text(o, "holder", l->holder);
        json_object_object_add(o, "sequence", json_object_new_uint64(l->sequence));
        json_put_number(o, "issued", l->issued);
        json_put_number(o, "not_before", l->not_before);
        json_put_number(o, "not_after", l->not_after);
        json_put_number(o, "retention_end", l->retention_end);
        json_put_number(o, "retention_years", l->retention_years);
        add_hex(o, "identity", l->identity, DIGEST_SIZE);
        add_hex(o, "key", l->key_id[0], KEY_ID_SIZE);
        add_hex(o, "second_key", l->key_id[1], l->n_signatures > 1 ? KEY_ID_SIZE : 0);
        for (unsigned i = 0; i < l->n_hosts; i++) {
                text_hex(l->hosts[i], HOST_ID_SIZE, hex);
                json_object_array_add(hosts, json_object_new_string(hex));
        }
        json_object_object_add(o, "hosts", hosts);
        return o;
}

json_object *label_record_fields(const Label *l, bool complete)
{
        static const char *const names[][2] = {
                {"identity", "identity"},
                {"media_number", "media_number"},
                {"id", "label_id"},
                {"zone", "drive_zone"},
                {"level", "drive_level"},
                {"holder", "holder"},
                {"unit", "unit"},
                {"key", "key"},
                {"second_key", "second_key"},
        };
        json_object *o = json_object_new_object(), *all = label_to_json(l);
        bool two = l->n_signatures > 1;

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (two || strcmp(names[i][1], "second_key") != 0)
                        json_put_text(o, names[i][1], json_text(all, names[i][0]));
        if (two)
                json_put_text(o, "signatures", complete ? "2" : "1");
        json_object_put(all);
        return o;
}

void label_print_decision(json_object *drive)
{
        const char *verdict = json_text(drive, "verdict");
        Reason reason;

        if (!drive)
                return;
        if (reason_parse(json_text(drive, "reason"), &reason) < 0)
                reason = REASON_INTERNAL_ERROR;
        out_field_styled(out_effect_style(verdict), _("On this computer"), "%s: %s", _(verdict),
                         _(reason_text(reason)));
}

void label_put_decision(json_object *o, json_object *drive)
{
        if (!drive)
                return;
        json_put_number(o, "drive", json_number(drive, "number"));
        json_put_text(o, "verdict", json_text(drive, "verdict"));
        json_put_text(o, "reason", json_text(drive, "reason"));
}
