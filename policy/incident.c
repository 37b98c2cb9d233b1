/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Open incidents: the list, read and written. */
#include "policy/incident.h"

#include <string.h>

#include "lib/strbuf.h"
#include "lib/text.h"
#include "policy/parse.h"

#define INCIDENTS_FORMAT "usbzone-incidents 1"
#define INCIDENTS_SIZE_MAX (16u * 1024u)

int incidents_add(Incidents *list, const Incident *incident)
{
        uint64_t last = list->n ? list->list[list->n - 1].seq : 0;

        if (list->n == INCIDENTS_MAX)
                return -ENOSPC;
        if (incident->seq <= last)
                return -EINVAL;
        list->list[list->n++] = *incident;
        return 0;
}

static size_t find(const Incidents *list, uint64_t seq)
{
        size_t i = 0;

        while (i < list->n && list->list[i].seq != seq)
                i++;
        return i;
}

bool incidents_hold(const Incidents *list, uint64_t seq)
{
        return find(list, seq) < list->n;
}

int incidents_remove(Incidents *list, uint64_t seq)
{
        size_t i = find(list, seq);

        if (i == list->n)
                return -ENOENT;
        list->n--;
        memmove(&list->list[i], &list->list[i + 1], (list->n - i) * sizeof(Incident));
        return 0;
}

/* "incident = NUMBER TIME" */
static int parse_incident(Keyfile *k, void *userdata, TextError *error)
{
        char *number = keyfile_word(&k->value);
        Incident incident = {.opened = INT64_MIN};
        int r;

        if (!number || text_u64(number, UINT64_MAX, &incident.seq) < 0)
                return parse_error(k, error, number, "expected the number of a record");
        r = parse_optional_time(k, &incident.opened, error);
        if (r == 0 && incident.opened == INT64_MIN)
                return parse_error(k, error, NULL, "expected a time after the number");
        if (r == 0)
                r = parse_end(k, error);
        if (r < 0)
                return r;
        r = incidents_add(userdata, &incident);
        if (r == 0)
                return 0;
        return parse_error(k, error, number,
                           r == -ENOSPC ? SAID("there are too many incidents")
                                        : SAID("the number is not above the one before"));
}

static const ParseKey keys[] = {{"incident", parse_incident, PARSE_REPEATED}};

int incidents_parse(const char *text, size_t size, Incidents *ret, TextError *error)
{
        Incidents list = {0};
        int r;

        r = parse_file(text, size, INCIDENTS_FORMAT, keys, ARRAY_SIZE(keys), &list, error);
        if (r == 0)
                *ret = list;
        return r;
}

int incidents_format(const Incidents *list, char **ret, size_t *ret_size)
{
        _cleanup_(strbuf_clear) StrBuf b = strbuf(INCIDENTS_SIZE_MAX);

        strbuf_printf(&b, INCIDENTS_FORMAT "\n");
        for (size_t i = 0; i < list->n; i++) {
                char opened[TEXT_TIME_MAX];

                text_time_format(list->list[i].opened, opened);
                strbuf_printf(&b, "incident = %llu %s\n", (unsigned long long)list->list[i].seq,
                              opened);
        }
        return strbuf_take(&b, ret, ret_size);
}
