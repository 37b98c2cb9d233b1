/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Acknowledgements, findings and incidents, gathered from a ledger's records. */
#include "cli/cases.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "store/json.h"

#define NUMBER_TEXT 24u
#define PROGRESS_STEP 1024u

static const char *const kinds[] = {"acknowledged",   "finding",  "instruction",    "remedy",
                                    "finding-closed", "incident", "incident-closed"};

void cases_clear(Cases *c)
{
        free(c->acknowledged);
        json_object_put(c->findings);
        json_object_put(c->incidents);
        json_object_put(c->by_number);
        *c = (Cases){0};
}

bool cases_need(const char *line, size_t size)
{
        return chain_line_kind(line, size, kinds, ARRAY_SIZE(kinds)) > 0;
}

static int acknowledge(Cases *c, uint64_t seq)
{
        if (seq == 0)
                return 0;
        if (c->n == c->room) {
                size_t room = MAX(2 * c->room, (size_t)64);
                uint64_t *list = reallocarray(c->acknowledged, room, sizeof(*list));

                if (!list)
                        return -ENOMEM;
                c->acknowledged = list;
                c->room = room;
        }
        c->acknowledged[c->n++] = seq;
        c->sorted = false;
        return 0;
}

static int compare_numbers(const void *a, const void *b)
{
        uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

        return (x > y) - (x < y);
}

bool cases_acknowledged(Cases *c, uint64_t seq)
{
        if (c->n == 0)
                return false;
        if (!c->sorted)
                qsort(c->acknowledged, c->n, sizeof(*c->acknowledged), compare_numbers);
        c->sorted = true;
        return bsearch(&seq, c->acknowledged, c->n, sizeof(seq), compare_numbers) != NULL;
}

static void put_common(json_object *o, json_object *record, const char *due)
{
        json_put_number(o, "time", (uint64_t)record_seconds(record));
        json_put_number(o, due, json_number(record, due));
        json_put_text(o, "text", json_text(record, "text"));
        json_put_text(o, "who", json_text(record, "who"));
}

/* A finding or an incident begins. */
static int begin(Cases *c, json_object **list, json_object *record, const char *due)
{
        json_object *o = json_object_new_object();
        char number[NUMBER_TEXT];

        if (!*list)
                *list = json_object_new_array();
        if (!c->by_number)
                c->by_number = json_object_new_object();
        if (!o || !*list || !c->by_number) {
                json_object_put(o);
                return -ENOMEM;
        }
        snprintf(number, sizeof(number), "%" PRIu64, json_number(record, "seq"));
        json_put_number(o, json_text(record, "kind"), json_number(record, "seq"));
        json_put_text(o, "host", json_text(record, "host"));
        json_put_number(o, "record", json_number(record, "record"));
        json_put_text(o, "state", "open");
        put_common(o, record, due);
        json_object_object_add(o, "steps", json_object_new_array());
        json_object_array_add(*list, o);
        json_object_object_add(c->by_number, number, json_object_get(o));
        return acknowledge(c, json_number(record, "record"));
}

json_object *cases_find(const Cases *c, const char *kind, uint64_t number)
{
        json_object *o = NULL;
        char text[NUMBER_TEXT];

        snprintf(text, sizeof(text), "%" PRIu64, number);
        if (c->by_number)
                json_object_object_get_ex(c->by_number, text, &o);
        return json_number(o, kind) ? o : NULL;
}

/* A step of the case that `key` names. What comes after its end is kept, and changes nothing. */
static int follow(const Cases *c, const char *key, json_object *record)
{
        const char *kind = json_text(record, "kind");
        json_object *o = cases_find(c, key, json_number(record, key)), *steps, *step;

        if (!o)
                return 0;
        step = json_object_new_object();
        if (!step || !json_object_object_get_ex(o, "steps", &steps))
                return -ENOMEM;
        json_put_text(step, "step", kind);
        json_put_number(step, "seq", json_number(record, "seq"));
        put_common(step, record, "due");
        json_object_array_add(steps, step);
        if (!case_is_open(o))
                return 0;
        if (json_number(record, "due"))
                json_put_number(o, "due", json_number(record, "due"));
        if (!strcmp(kind, "finding-closed") || !strcmp(kind, "incident-closed"))
                json_put_text(o, "state", "closed");
        return 0;
}

int cases_add(Cases *c, json_object *record)
{
        const char *kind = json_text(record, "kind");

        if (!strcmp(kind, "acknowledged"))
                return acknowledge(c, json_number(record, "record"));
        if (!strcmp(kind, "finding"))
                return begin(c, &c->findings, record, "due");
        if (!strcmp(kind, "incident"))
                return begin(c, &c->incidents, record, "deadline");
        if (!strcmp(kind, "incident-closed"))
                return follow(c, "incident", record);
        if (!strcmp(kind, "instruction") || !strcmp(kind, "remedy") ||
            !strcmp(kind, "finding-closed"))
                return follow(c, "finding", record);
        return 0;
}

int cases_load(const char *dir, Cases *ret)
{
        _cleanup_(record_close) RecordSource s = {.dir_fd = -EBADF};
        Progress progress = progress_start(_("Reading the ledger ..."));
        const RecordFilter all = {0};
        uint64_t n = 0;
        int r = record_open(&s, dir, &all);

        if (r)
                return r;
        while ((r = record_next(&s)) > 0) {
                _cleanup_(json_object_putp) json_object *o = NULL;

                if (++n % PROGRESS_STEP == 0)
                        progress_update(&progress, n, 0);
                if (!cases_need(s.line, s.size))
                        continue;
                o = record_parse(s.line, s.size);
                if (o && cases_add(ret, o) < 0)
                        return cli_out_of_memory();
        }
        progress_end(&progress);
        return record_finish(&s, r);
}

bool case_is_open(json_object *o)
{
        return !strcmp(json_text(o, "state"), "open");
}

static int64_t case_due(json_object *o)
{
        uint64_t due = json_number(o, "due") + json_number(o, "deadline");

        return due ? (int64_t)MIN(due, (uint64_t)INT64_MAX) : INT64_MAX;
}

bool case_is_overdue(json_object *o, int64_t now)
{
        return case_is_open(o) && case_due(o) < now;
}

static int compare_cases(const void *a, const void *b)
{
        json_object *x = *(json_object *const *)a, *y = *(json_object *const *)b;
        int64_t dx = case_due(x), dy = case_due(y);

        if (case_is_open(x) != case_is_open(y))
                return case_is_open(x) ? -1 : 1;
        if (dx != dy)
                return dx < dy ? -1 : 1;
        dx = (int64_t)json_number(x, "time");
        dy = (int64_t)json_number(y, "time");
        return (dx > dy) - (dx < dy);
}

void cases_sort(json_object *list)
{
        if (list)
                json_object_array_sort(list, compare_cases);
}

static int print_table(const CaseTable *how, json_object *list)
{
        _cleanup_(table_freep) Table *t = NULL;
        int r;

        if (json_object_array_length(list) == 0) {
                printf("%s\n", how->none);
                return 0;
        }
        r = table_new(how->columns, how->heads, &t);
        for (size_t i = 0; i < json_object_array_length(list) && r == 0; i++)
                r = how->add_row(t, json_object_array_get_idx(list, i), (int64_t)time(NULL));
        if (r < 0)
                return cli_out_of_memory();
        table_print(t);
        return 0;
}

int cases_list(const CaseTable *how, const char *dir, bool all, bool json)
{
        _cleanup_(json_object_putp) json_object *list = json_object_new_array();
        _cleanup_(cases_clear) Cases c = {0};
        json_object *cases;
        int r = cases_load(dir, &c), printed;

        if (r && r != CLI_BROKEN)
                return r;
        cases = how->incidents ? c.incidents : c.findings;
        cases_sort(cases);
        for (size_t i = 0; cases && i < json_object_array_length(cases); i++) {
                json_object *o = json_object_array_get_idx(cases, i);

                if (all || case_is_open(o))
                        json_object_array_add(list, json_object_get(o));
        }
        if (json) {
                out_json(TAKE_PTR(list));
                return r;
        }
        printed = print_table(how, list);
        return r ? r : printed;
}

int case_number(const char *word, uint64_t *ret)
{
        if (text_u64(word, UINT64_MAX, ret) == 0 && *ret > 0)
                return 0;
        return cli_fail(CLI_USAGE, _("\"%s\" is no number of a record"), word);
}

int case_check_text(const char *verb, const char *text)
{
        if (text && *text)
                return 0;
        return cli_fail(CLI_USAGE, _("%s: --text TEXT is needed, for the ledger"), verb);
}

void case_time_left(int64_t deadline, int64_t now, char *ret, size_t size)
{
        int64_t left = deadline - now, minutes = (left < 0 ? -left : left) / 60;
        char text[48];

        if (minutes >= 48 * 60)
                snprintf(text, sizeof(text), _("%" PRId64 " d %" PRId64 " h"), minutes / 1440,
                         minutes / 60 % 24);
        else
                snprintf(text, sizeof(text), _("%" PRId64 " h %" PRId64 " min"), minutes / 60,
                         minutes % 60);
        snprintf(ret, size, left < 0 ? _("overdue by %s") : _("%s left"), text);
}

static void print_step(json_object *o, const char *name)
{
        char time[32], due[32];

        out_time((int64_t)json_number(o, "time"), time, sizeof(time));
        printf(_("%s  %s  (%s)\n"), time, name, json_text(o, "who"));
        printf("    %s\n", json_text(o, "text"));
        if (!json_number(o, "due"))
                return;
        out_time((int64_t)json_number(o, "due"), due, sizeof(due));
        printf(_("    deadline %s\n"), due);
}

const char *case_step_name(const char *kind)
{
        static const struct {
                const char *kind, *name;
        } names[] = {
                {"instruction", N_("instruction")},
                {"remedy", N_("remedy")},
                {"finding-closed", N_("closed, result")},
                {"incident-closed", N_("closed, result")},
        };

        for (size_t i = 0; i < ARRAY_SIZE(names); i++)
                if (!strcmp(names[i].kind, kind))
                        return _(names[i].name);
        return kind;
}

void case_print(json_object *o, const char *name)
{
        json_object *steps = NULL;

        print_step(o, name);
        json_object_object_get_ex(o, "steps", &steps);
        for (size_t i = 0; i < json_object_array_length(steps); i++) {
                json_object *step = json_object_array_get_idx(steps, i);

                print_step(step, case_step_name(json_text(step, "step")));
        }
}

int case_reply(sd_bus_message *reply, uint64_t *ret_seq)
{
        if (sd_bus_message_read(reply, "t", ret_seq) >= 0)
                return 0;
        return cli_fail(CLI_FAILED, _("%s answers in a form unknown here"), UZ_DAEMON);
}
