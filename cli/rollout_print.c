/* SPDX-License-Identifier: GPL-2.0-or-later */
/* How far a policy has come, for people and for programs. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/csv.h"
#include "cli/rollout.h"
#include "cli/said.h"
#include "cli/screen.h"
#include "store/json.h"

#define NAME_COLUMNS 24
#define NAME_COLUMNS_LEAST 12
#define STATES_TEXT 512u
#define DAY_SECONDS 86400

static const char *const words[ROLLOUT_STATES] = {
        N_("no policy in force"),
        N_("unknown"),
        N_("expired"),
        N_("refused one"),
        N_("behind"),
        N_("other whitelist"),
        N_("lacks revocations"),
        N_("older key list"),
        N_("older usbzone"),
        N_("silent"),
        N_("expires soon"),
};

static const char *name_of(const Rollout *ro, uint32_t i, char *ret, size_t size)
{
        InspectHost h = ro->in.hosts[i];

        if (!*h.name)
                memcpy(h.name, ro->list[i].name, sizeof(h.name));
        inspect_host_name(&h, ret, size);
        return ret;
}

/* "" for 0. */
static void put_time(json_object *o, const char *key, int64_t t)
{
        char text[TEXT_TIME_MAX] = "";

        if (t)
                text_time_format(t, text);
        json_put_text(o, key, text);
}

static json_object *states_json(unsigned states)
{
        json_object *list = json_object_new_array();

        for (unsigned i = 0; i < ROLLOUT_STATES; i++)
                if (states & 1u << i)
                        json_object_array_add(list, json_object_new_string(rollout_state_slug(i)));
        return list;
}

static void put_refused(json_object *o, const RolloutHost *h)
{
        put_time(o, "refused", h->refused.time);
        json_put_number(o, "refused_record", h->refused.seq);
        json_put_number(o, "refused_version", h->refused_version);
        json_put_text(o, "refused_reason", h->reason);
        json_put_text(o, "refused_message", h->message);
}

/* Flat, for CSV too. */
static json_object *host_json(const Rollout *ro, uint32_t i)
{
        const RolloutHost *h = &ro->list[i];
        const InspectHost *host = &ro->in.hosts[i];
        json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1] = "";
        int64_t age = host->last ? (ro->now - host->last) / DAY_SECONDS : 0;

        if (h->has_whitelist)
                text_hex(h->whitelist, DIGEST_SIZE, hex);
        json_put_text(o, "host", host->id);
        json_put_text(o, "name", *host->name ? host->name : h->name);
        json_put_text(o, "zone", zone_name(host->zone != ZONE_NONE ? host->zone : h->zone));
        json_object_object_add(o, "in_force", json_object_new_boolean(h->in_force));
        json_put_number(o, "policy_version", h->policy);
        put_time(o, "policy_since", h->policy_since.time);
        json_put_number(o, "keys_version", h->keys);
        put_time(o, "keys_since", h->keys_since.time);
        json_put_text(o, "whitelist", hex);
        put_time(o, "whitelist_since", h->whitelist_since.time);
        json_put_number(o, "revoked", h->revoked);
        json_put_text(o, "revocations", h->revocations);
        put_time(o, "revocations_since", h->revocations_since.time);
        put_time(o, "ends", h->ends);
        json_put_text(o, "usbzone", h->usbzone);
        json_put_text(o, "mode",
                      !h->known && !*h->usbzone ? ""
                      : h->observe              ? "observe"
                                                : "enforce");
        put_refused(o, h);
        json_put_number(o, "verified_to", host->counted);
        put_time(o, "last_record", host->last);
        json_put_number(o, "age_days", age > 0 ? (uint64_t)age : 0);
        json_object_object_add(o, "states", states_json(h->states));
        return o;
}

static int outcome(const Rollout *ro)
{
        if (ro->in.broken)
                return CLI_BROKEN;
        return ro->newest == ro->n ? CLI_OK : CLI_FAILED;
}

static json_object *target_json(const RolloutTarget *t)
{
        json_object *o = json_object_new_object();
        char hex[2 * DIGEST_SIZE + 1] = "";

        if (t->has_whitelist)
                text_hex(t->whitelist, DIGEST_SIZE, hex);
        json_put_number(o, "policy_version", t->policy);
        json_put_number(o, "keys_version", t->keys);
        json_put_text(o, "whitelist", hex);
        json_put_number(o, "revoked", t->revoked);
        return o;
}

int rollout_json(const Rollout *ro)
{
        json_object *o = json_object_new_object(), *hosts = json_object_new_array(),
                    *counts = json_object_new_object(), *broken = json_object_new_array();

        for (size_t i = 0; i < ro->in.n_troubles; i++) {
                char text[INSPECT_TROUBLE_MAX];

                inspect_trouble_text(&ro->in, &ro->in.troubles[i], text);
                json_object_array_add(broken, json_object_new_string(text));
        }
        json_put_number(counts, "newest", ro->newest);
        for (unsigned i = 0; i < ROLLOUT_STATES; i++) {
                char key[32];

                snprintf(key, sizeof(key), "%s", rollout_state_slug(i));
                for (char *c = key; *c; c++)
                        *c = *c == '-' ? '_' : *c;
                json_put_number(counts, key, ro->counts[i]);
        }
        for (uint32_t i = 0; i < ro->n; i++)
                json_object_array_add(hosts, host_json(ro, i));
        json_object_object_add(o, "verified", json_object_new_boolean(!ro->in.broken));
        json_object_object_add(o, "broken", broken);
        json_object_object_add(o, "target", target_json(&ro->target));
        json_object_object_add(o, "counts", counts);
        json_object_object_add(o, "computers", hosts);
        out_json(o);
        return outcome(ro);
}

/* On stderr: standard output is data. */
static void note_broken(const Rollout *ro)
{
        for (size_t i = 0; i < ro->in.n_troubles; i++) {
                char text[INSPECT_TROUBLE_MAX];

                inspect_trouble_text(&ro->in, &ro->in.troubles[i], text);
                cli_note(_("broken evidence: %s"), text);
        }
}

static void csv_states(json_object *list)
{
        char text[STATES_TEXT] = "";
        size_t at = 0;

        for (size_t i = 0; i < json_object_array_length(list); i++)
                at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s", at ? " " : "",
                                       json_object_get_string(json_object_array_get_idx(list, i)));
        csv_cell(stdout, false, text);
}

int rollout_csv(const Rollout *ro)
{
        static const RolloutHost nobody;
        static const InspectHost nowhere;
        const Rollout none = {.in.hosts = (InspectHost *)&nowhere, .list = (RolloutHost *)&nobody};

        for (uint32_t i = 0; i <= ro->n; i++) {
                _cleanup_(json_object_putp) json_object *o =
                        i == 0 ? host_json(&none, 0) : host_json(ro, i - 1);
                bool first = true;

                json_object_object_foreach(o, key, value)
                {
                        if (i > 0 && json_object_is_type(value, json_type_array))
                                csv_states(value);
                        else
                                csv_cell(stdout, first,
                                         i == 0 ? key : json_object_get_string(value));
                        first = false;
                }
                csv_line_end(stdout);
        }
        note_broken(ro);
        return outcome(ro);
}

static void states_text(unsigned states, char ret[STATES_TEXT])
{
        size_t at = 0;

        ret[0] = '\0';
        for (unsigned i = 0; i < ROLLOUT_STATES && at < STATES_TEXT; i++)
                if (states & 1u << i)
                        at += (size_t)snprintf(ret + at, STATES_TEXT - at, "%s%s",
                                               at ? _(", ") : "", _(words[i]));
        if (!states)
                snprintf(ret, STATES_TEXT, "%s", _("newest"));
}

static Style style_of(unsigned states)
{
        if (states & (ROLLOUT_NO_POLICY | ROLLOUT_EXPIRED | ROLLOUT_REFUSED))
                return STYLE_BAD;
        return states ? STYLE_WARN : STYLE_GOOD;
}

enum { COMPUTER, POLICY, SINCE, KEYS, WHITELIST, REVOKED, LAST, STATE, COLUMNS };

/* What a narrower terminal shows, the first that fits; `name`: columns for the name alone, 0 = the
 * whole name and the id. */
static const struct Fit {
        int name;
        size_t n;
        uint8_t columns[COLUMNS];
} fits[] = {
        {0, 8, {COMPUTER, POLICY, SINCE, KEYS, WHITELIST, REVOKED, LAST, STATE}},
        {NAME_COLUMNS, 8, {COMPUTER, POLICY, SINCE, KEYS, WHITELIST, REVOKED, LAST, STATE}},
        {NAME_COLUMNS, 6, {COMPUTER, POLICY, SINCE, KEYS, LAST, STATE}},
        {NAME_COLUMNS, 5, {COMPUTER, POLICY, SINCE, LAST, STATE}},
        {NAME_COLUMNS, 4, {COMPUTER, POLICY, LAST, STATE}},
        {NAME_COLUMNS_LEAST, 3, {COMPUTER, POLICY, STATE}},
};

static void day(int64_t t, char ret[32])
{
        out_time(t, ret, 32);
        if (t)
                ret[strlen("2026-11-21")] = '\0';
}

static int add_row(const Rollout *ro, uint32_t i, const struct Fit *fit, Table *t)
{
        const RolloutHost *h = &ro->list[i];
        char name[NAME_MAX_SIZE + 48], cut[NAME_MAX_SIZE + 48], since[32], last[32],
                states[STATES_TEXT];
        char policy[24] = "-", keys[24] = "-", revoked[24] = "-", hex[2 * DIGEST_SIZE + 1] = "-";
        const char *own = *ro->in.hosts[i].name ? ro->in.hosts[i].name : h->name;
        const char *all[COLUMNS] = {name, policy, since, keys, hex, revoked, last, states};
        const char *cells[COLUMNS];

        name_of(ro, i, name, sizeof(name));
        if (fit->name) {
                screen_fit(*own ? own : name, fit->name, false, cut, sizeof(cut));
                all[COMPUTER] = cut;
        }
        if (h->in_force)
                snprintf(policy, sizeof(policy), "%" PRIu64, h->policy);
        if (h->keys)
                snprintf(keys, sizeof(keys), "%" PRIu64, h->keys);
        if (h->told)
                snprintf(revoked, sizeof(revoked), "%" PRIu64, h->revoked);
        if (h->has_whitelist)
                text_hex(h->whitelist, 4, hex);
        day(h->policy_since.time, since);
        day(ro->in.hosts[i].last, last);
        states_text(h->states, states);
        for (size_t c = 0; c < fit->n; c++)
                cells[c] = all[fit->columns[c]];
        return table_add(t, cells, fit->n - 1, style_of(h->states));
}

static int make_table(const Rollout *ro, bool all, const struct Fit *fit, Table **ret)
{
        const char *heads[COLUMNS] = {_("Computer"),  _("Policy"),  _("Since"),       _("Keys"),
                                      _("Whitelist"), _("Revoked"), _("Last record"), _("State")};
        const char *chosen[COLUMNS];
        _cleanup_(table_freep) Table *t = NULL;
        int r;

        for (size_t c = 0; c < fit->n; c++)
                chosen[c] = heads[fit->columns[c]];
        r = table_new(fit->n, chosen, &t);
        for (uint32_t i = 0; i < ro->n && r == 0; i++)
                if (all || ro->list[i].states)
                        r = add_row(ro, i, fit, t);
        if (r == 0)
                *ret = TAKE_PTR(t);
        return r;
}

static int print_table(const Rollout *ro, bool all)
{
        int columns = out_columns();

        for (size_t i = 0; i < ARRAY_SIZE(fits); i++) {
                _cleanup_(table_freep) Table *t = NULL;

                if (make_table(ro, all, &fits[i], &t) < 0)
                        return cli_out_of_memory();
                if (columns && table_width(t) > columns && i + 1 < ARRAY_SIZE(fits))
                        continue;
                table_print(t);
                break;
        }
        return 0;
}

/* Why, where a word in the table is not enough. */
static void print_reasons(const Rollout *ro)
{
        for (uint32_t i = 0; i < ro->n; i++) {
                const RolloutHost *h = &ro->list[i];
                char name[NAME_MAX_SIZE + 48], time[32], text[SAID_WORDS_MAX];

                name_of(ro, i, name, sizeof(name));
                if (h->states & (ROLLOUT_EXPIRED | ROLLOUT_EXPIRING)) {
                        out_time(h->ends, time, sizeof(time));
                        printf(h->states & ROLLOUT_EXPIRED
                                       ? _("%s: policy or credential ended on %s\n")
                                       : _("%s: policy or credential ends on %s\n"),
                               name, time);
                }
                if (h->states & ROLLOUT_OLD_USBZONE)
                        printf(_("%s: runs usbzone %s, which the policy is too new for\n"), name,
                               h->usbzone);
                if (!(h->states & ROLLOUT_REFUSED))
                        continue;
                out_time(h->refused.time, time, sizeof(time));
                printf(_("%s: refused on %s, record %" PRIu64 ": %s [%s]\n"), name, time,
                       h->refused.seq, said_words(h->message ? h->message : "", text),
                       h->reason ? h->reason : "");
        }
}

int rollout_print(const Rollout *ro, bool all)
{
        int r = 0;

        if (all || ro->newest < ro->n || ro->counts[ROLLOUT_STATES - 1])
                r = print_table(ro, all);
        if (r)
                return r;
        print_reasons(ro);
        note_broken(ro);
        printf(_("%u computers: %u at the newest (policy version %" PRIu64 ")"), ro->n, ro->newest,
               ro->target.policy);
        for (unsigned i = 0; i < ROLLOUT_STATES; i++)
                if (ro->counts[i])
                        printf(_(", %u %s"), ro->counts[i], _(words[i]));
        putchar('\n');
        return outcome(ro);
}
