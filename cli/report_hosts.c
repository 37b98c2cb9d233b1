/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Computers of a report: one may come in several packages, which may overlap. */
#include <stdlib.h>
#include <string.h>

#include "cli/report.h"

typedef struct Range {
        uint64_t first, last;
} Range;

struct ReportHost {
        char id[REPORT_HOST_MAX], name[NAME_MAX_SIZE];
        Cases cases;
        Range *ranges; /* of records that are counted */
        size_t n_ranges;
};

ReportHost *report_host(Report *r, const char *id)
{
        ReportHost **list, *h;

        for (size_t i = r->n_hosts; *id && i-- > 0;)
                if (!strncmp(r->hosts[i]->id, id, REPORT_HOST_MAX - 1))
                        return r->hosts[i];
        h = calloc(1, sizeof(*h));
        list = h ? reallocarray(r->hosts, r->n_hosts + 1, sizeof(ReportHost *)) : NULL;
        if (!list) {
                free(h);
                return NULL;
        }
        r->hosts = list;
        list[r->n_hosts++] = h;
        snprintf(h->id, sizeof(h->id), "%s", id);
        return h;
}

Cases *report_host_cases(ReportHost *h)
{
        return &h->cases;
}

bool report_host_has(const ReportHost *h, uint64_t seq)
{
        for (size_t i = 0; i < h->n_ranges; i++)
                if (seq >= h->ranges[i].first && seq <= h->ranges[i].last)
                        return true;
        return false;
}

int report_host_end(ReportHost *h, const char *name, uint64_t first, uint64_t last)
{
        Range *list;

        list = reallocarray(h->ranges, h->n_ranges + 1, sizeof(*list));
        if (!list)
                return -ENOMEM;
        h->ranges = list;
        list[h->n_ranges++] = (Range){first, last};
        if (*name)
                snprintf(h->name, sizeof(h->name), "%s", name);
        return 0;
}

static void move_cases(const ReportHost *h, json_object *from, json_object *to)
{
        for (size_t i = 0; from && i < json_object_array_length(from); i++) {
                json_object *o = json_object_array_get_idx(from, i);

                json_object_object_add(o, "host_name", json_object_new_string(h->name));
                json_object_array_add(to, json_object_get(o));
        }
}

/* Which violations were acknowledged is known only when all packages have been read. */
static void mark(Report *r, json_object *o)
{
        ReportHost *h = json_object_get_userdata(o);
        bool known = h && cases_acknowledged(&h->cases, json_number(o, "seq"));

        r->totals.acknowledged += known;
        json_object_object_add(o, "acknowledged", json_object_new_boolean(known));
        json_object_object_add(o, "host_name", json_object_new_string(h ? h->name : ""));
}

void report_hosts_finish(Report *r)
{
        for (size_t i = 0; i < json_object_array_length(r->violations); i++)
                mark(r, json_object_array_get_idx(r->violations, i));
        for (size_t i = 0; i < r->n_hosts; i++) {
                move_cases(r->hosts[i], r->hosts[i]->cases.findings, r->findings);
                move_cases(r->hosts[i], r->hosts[i]->cases.incidents, r->incidents);
        }
}

void report_hosts_clear(Report *r)
{
        for (size_t i = 0; i < r->n_hosts; i++) {
                cases_clear(&r->hosts[i]->cases);
                free(r->hosts[i]->ranges);
                free(r->hosts[i]);
        }
        free(r->hosts);
}
