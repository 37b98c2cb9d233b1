/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Takes out of each computer's records which policy is in force there, and compares. */
#include "cli/rollout.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/record.h"

static const struct {
        RolloutState state;
        const char *slug;
        bool bad;
} states[] = {
#define X(name, bit, slug, bad) {ROLLOUT_##name, slug, bad},
        ROLLOUT_STATE_TABLE(X)
#undef X
};

const char *rollout_state_slug(unsigned bit)
{
        return states[bit].slug;
}

static int room_for(Rollout *ro, uint32_t n)
{
        RolloutHost *list;

        if (n <= ro->n)
                return 0;
        list = reallocarray(ro->list, n, sizeof(*list));
        if (!list)
                return -ENOMEM;
        memset(list + ro->n, 0, (n - ro->n) * sizeof(*list));
        ro->list = list;
        ro->n = n;
        return 0;
}

/* Where what is in force now was seen first. */
static void take_since(InspectPlace *since, bool same, const InspectPlace *at)
{
        if (!same || since->time == 0)
                *since = *at;
}

static int take_text(char **at, json_object *o, const char *key)
{
        char *text = strdup(json_text(o, key));

        if (!text)
                return -ENOMEM;
        free(*at);
        *at = text;
        return 0;
}

static void forget_refused(RolloutHost *h)
{
        h->refused = (InspectPlace){0};
        h->refused_version = 0;
        free(TAKE_PTR(h->reason));
        free(TAKE_PTR(h->message));
}

static int take_lists(RolloutHost *h, json_object *o, const InspectPlace *at)
{
        uint8_t whitelist[DIGEST_SIZE] = {0};
        bool has = text_unhex(json_text(o, "whitelist"), whitelist, DIGEST_SIZE) == 0, same;
        uint64_t revoked = json_number(o, "revoked");

        same = h->told && has == h->has_whitelist &&
               memcmp(whitelist, h->whitelist, DIGEST_SIZE) == 0;
        take_since(&h->whitelist_since, same, at);
        same = h->told && revoked == h->revoked && h->revocations &&
               !strcmp(h->revocations, json_text(o, "revocations"));
        take_since(&h->revocations_since, same, at);
        h->has_whitelist = has;
        memcpy(h->whitelist, whitelist, DIGEST_SIZE);
        h->revoked = revoked;
        h->told = json_object_object_get(o, "revoked") != NULL;
        return take_text(&h->revocations, o, "revocations");
}

static int take_loaded(RolloutHost *h, json_object *o, const InspectPlace *at)
{
        uint64_t policy = json_number(o, "policy_version"), keys = json_number(o, "keys_version");
        int64_t ends = (int64_t)json_number(o, "policy_ends");
        int64_t credential = (int64_t)json_number(o, "credential_ends");

        take_since(&h->policy_since, policy == h->policy, at);
        take_since(&h->keys_since, keys == h->keys, at);
        h->policy = policy;
        h->keys = keys;
        h->ends = credential && (!ends || credential < ends) ? credential : ends;
        h->known = h->in_force = true;
        (void)snprintf(h->name, sizeof(h->name), "%s", json_text(o, "host_name"));
        if (zone_parse(json_text(o, "zone"), &h->zone) < 0)
                h->zone = ZONE_NONE;
        forget_refused(h);
        return take_lists(h, o, at);
}

static int take_refused(RolloutHost *h, json_object *o, const InspectPlace *at)
{
        int r = take_text(&h->reason, o, "reason");

        h->known = true;
        h->refused = *at;
        h->refused_version = json_number(o, "policy_version");
        return r < 0 ? r : take_text(&h->message, o, "message");
}

static int take(RolloutHost *h, json_object *o, const InspectPlace *at)
{
        const char *kind = json_text(o, "kind");

        if (!strcmp(kind, "policy-loaded"))
                return take_loaded(h, o, at);
        if (!strcmp(kind, "policy-refused"))
                return take_refused(h, o, at);
        if (!strcmp(kind, "start")) {
                /* What it loads then is told by the record after. */
                h->in_force = false;
                (void)snprintf(h->usbzone, sizeof(h->usbzone), "%s", json_text(o, "version"));
        }
        if (!strcmp(kind, "start") || !strcmp(kind, "mode")) {
                h->observe = !strcmp(json_text(o, "mode"), "observe");
        } else if (!h->known) {
                /* An export that begins later: a verdict at least names the policy's version. */
                h->policy = json_number(o, "policy_version");
                h->in_force = h->policy > 0;
                h->known = json_object_object_get(o, "policy_version") != NULL;
        }
        return 0;
}

static bool is_wanted(const RolloutHost *h, const char *line, size_t size)
{
        static const char *const kinds[] = {"start", "mode", "policy-loaded", "policy-refused",
                                            "verdict"};

        return chain_line_kind(line, size, kinds, ARRAY_SIZE(kinds) - h->known) > 0;
}

static int each_record(void *userdata, const InspectPlace *at, const char *line, size_t size)
{
        _cleanup_(json_object_putp) json_object *o = NULL;
        Rollout *ro = userdata;
        InspectPlace place = *at;
        int r = room_for(ro, at->host + 1);

        if (r < 0 || !is_wanted(&ro->list[at->host], line, size))
                return r;
        o = record_parse(line, size);
        if (!o)
                return 0;
        place.time = record_seconds(o);
        return take(&ro->list[at->host], o, &place);
}

int rollout_read(Rollout *ro, char **paths, int n, const Authority *authority)
{
        int r;

        ro->in.each = each_record;
        ro->in.userdata = ro;
        ro->in.doing = _("Reading ...");
        r = inspect_read(&ro->in, paths, n, authority);
        if (r == 0 && room_for(ro, ro->in.n_hosts) < 0)
                r = cli_out_of_memory();
        return r;
}

static bool has_target(const RolloutHost *h, const RolloutTarget *t)
{
        return h->in_force && h->told && h->policy == t->policy;
}

static bool same_whitelist(const RolloutHost *h, const RolloutTarget *t)
{
        return h->has_whitelist == t->has_whitelist &&
               memcmp(h->whitelist, t->whitelist, DIGEST_SIZE) == 0;
}

/* One version names one whitelist; where it does not, what most have is right (Boyer and Moore's
 * vote). */
static void vote_whitelist(Rollout *ro)
{
        RolloutTarget *t = &ro->target;
        uint32_t votes = 0;

        for (uint32_t i = 0; i < ro->n && !t->whitelist_known; i++) {
                const RolloutHost *h = &ro->list[i];

                if (!has_target(h, t))
                        continue;
                if (votes == 0) {
                        t->has_whitelist = h->has_whitelist;
                        memcpy(t->whitelist, h->whitelist, DIGEST_SIZE);
                }
                votes = votes == 0 || same_whitelist(h, t) ? votes + 1 : votes - 1;
        }
        t->whitelist_known = true;
}

static void complete_target(Rollout *ro)
{
        RolloutTarget *t = &ro->target;
        bool given = t->policy > 0;

        for (uint32_t i = 0; i < ro->n; i++) {
                const RolloutHost *h = &ro->list[i];

                if (h->in_force && !given)
                        t->policy = MAX(t->policy, h->policy);
                t->keys = MAX(t->keys, h->keys);
        }
        for (uint32_t i = 0; i < ro->n; i++)
                if (has_target(&ro->list[i], t))
                        t->revoked = MAX(t->revoked, ro->list[i].revoked);
        vote_whitelist(ro);
}

/* So is what cannot be read: a development version, a record of another hand. */
static bool is_new_enough(const char *version, const uint32_t needs[VERSION_PARTS])
{
        uint32_t own[VERSION_PARTS];

        return version_parse(version, own) < 0 || version_compare(own, needs) >= 0;
}

/* Has this computer each file that it must have? */
static bool has_files(const RolloutHost *h, const char *files)
{
        char name[17];

        for (size_t i = 0; files && i < strlen(files); i += 16) {
                (void)snprintf(name, sizeof(name), "%.16s", files + i);
                if (!h->revocations || !strstr(h->revocations, name))
                        return false;
        }
        return true;
}

static unsigned judge_files(const RolloutTarget *t, const RolloutHost *h)
{
        bool same = has_target(h, t);
        unsigned s = h->keys && h->keys < t->keys ? ROLLOUT_KEYS : 0;

        if (same && !same_whitelist(h, t))
                s |= ROLLOUT_OTHER_WHITELIST;
        if ((same && h->revoked < t->revoked) || (h->told && !has_files(h, t->revocations)))
                s |= ROLLOUT_REVOCATIONS;
        return s;
}

static unsigned judge(const Rollout *ro, const RolloutHost *h, const InspectHost *host)
{
        const RolloutTarget *t = &ro->target;
        unsigned s = 0;

        if (!h->known)
                s |= ROLLOUT_UNKNOWN;
        else if (!h->in_force)
                s |= ROLLOUT_NO_POLICY;
        else
                s |= (h->policy < t->policy ? ROLLOUT_BEHIND : 0) | judge_files(t, h);
        if (h->refused.time)
                s |= ROLLOUT_REFUSED;
        if (h->in_force && h->ends && h->ends <= ro->now)
                s |= ROLLOUT_EXPIRED;
        else if (h->in_force && h->ends && h->ends - ro->now <= ROLLOUT_SOON)
                s |= ROLLOUT_EXPIRING;
        if (!is_new_enough(h->usbzone, t->needs))
                s |= ROLLOUT_OLD_USBZONE;
        if (ro->silent && ro->now - host->last >= ro->silent)
                s |= ROLLOUT_SILENT;
        return s;
}

void rollout_judge(Rollout *ro)
{
        unsigned good = 0;

        for (size_t i = 0; i < ARRAY_SIZE(states); i++)
                good |= states[i].bad ? 0 : states[i].state;
        /* A clock that is behind what it reads is no measure. */
        for (uint32_t i = 0; i < ro->n; i++)
                ro->now = MAX(ro->now, ro->in.hosts[i].last);
        complete_target(ro);
        for (uint32_t i = 0; i < ro->n; i++) {
                RolloutHost *h = &ro->list[i];

                h->states = judge(ro, h, &ro->in.hosts[i]);
                ro->newest += !(h->states & ~good);
                for (size_t k = 0; k < ARRAY_SIZE(states); k++)
                        ro->counts[k] += !!(h->states & states[k].state);
        }
}

void rollout_clear(Rollout *ro)
{
        for (uint32_t i = 0; i < ro->n; i++) {
                free(ro->list[i].revocations);
                free(ro->list[i].reason);
                free(ro->list[i].message);
        }
        free(ro->list);
        free(ro->target.revocations);
        inspect_clear(&ro->in);
        *ro = (Rollout){0};
}
