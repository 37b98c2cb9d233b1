/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Bars and timelines, drawn by hand. */
#include "cli/report_chart.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/html.h"
#include "policy/zone.h"

#define WIDTH 680
#define BARS_HEIGHT 96
#define BARS_LEFT 34
#define DAYS_MAX 93u
#define BUCKETS_MAX 130u
#define LANES_MAX 12u
#define LANE_HEIGHT 20
#define LANE_LEFT 150
#define LANE_RIGHT 12
#define LABEL_COLUMNS 20

typedef struct Bucket {
        char name[16];
        uint64_t n;
} Bucket;

/* The day after "2026-11-21", the month after "2026-11", the year after "2026". */
static void next_name(const char *name, char ret[16])
{
        struct tm tm = {.tm_mday = 1, .tm_hour = 12, .tm_isdst = -1};
        size_t n = strlen(name);
        time_t t;

        (void)!sscanf(name, "%d-%d-%d", &tm.tm_year, &tm.tm_mon, &tm.tm_mday);
        tm.tm_year -= 1900;
        tm.tm_mon = n > 4 ? tm.tm_mon - 1 : 0;
        tm.tm_mday += n == 10;
        tm.tm_mon += n == 7;
        tm.tm_year += n == 4;
        t = timegm(&tm);
        if (!gmtime_r(&t, &tm) || !strftime(ret, 16, "%Y-%m-%d", &tm))
                snprintf(ret, 16, "9999");
        ret[n] = '\0';
}

static int compare_texts(const void *a, const void *b)
{
        return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Days with violations, in order. The caller frees the array, not the texts. */
static const char **sorted_days(const Report *r, size_t *ret_n)
{
        const char **days = calloc((size_t)json_object_object_length(r->by_day) + 1, sizeof(*days));
        size_t n = 0;

        json_object_object_foreach(r->by_day, key, value)
        {
                (void)value;
                if (days && strlen(key) == 10)
                        days[n++] = key;
        }
        if (days)
                qsort(days, n, sizeof(*days), compare_texts);
        *ret_n = n;
        return days;
}

/* Buckets of names of `length` (10: days, 7: months, 4: years) without a gap; 0 if too many. */
static size_t fill_buckets(const Report *r, const char **days, size_t n, size_t length, size_t max,
                           Bucket *ret)
{
        size_t b = 0;

        snprintf(ret[0].name, sizeof(ret[0].name), "%.*s", (int)length, days[0]);
        ret[0].n = 0;
        for (size_t i = 0; i < n; i++) {
                while (strncmp(ret[b].name, days[i], length) != 0) {
                        if (++b == max)
                                return 0;
                        ret[b].n = 0;
                        next_name(ret[b - 1].name, ret[b].name);
                }
                ret[b].n += report_count(r->by_day, days[i]);
        }
        return b + 1;
}

static void draw_bars(const Bucket *b, size_t n, FILE *f)
{
        double step = (double)(WIDTH - BARS_LEFT) / (double)n, width = MIN(step * 0.8, 26.0);
        size_t every = (n + 9) / 10;
        uint64_t most = 1;

        for (size_t i = 0; i < n; i++)
                most = MAX(most, b[i].n);
        html(f, "<svg viewBox=\"0 0 %d %d\" role=\"img\" class=\"bars\">", WIDTH, BARS_HEIGHT + 20);
        html(f, "<text x=\"%d\" y=\"10\" class=\"end\">%n</text>", BARS_LEFT - 6, most);
        html(f, "<line x1=\"%d\" y1=\"6.5\" x2=\"%d\" y2=\"6.5\" class=\"grid\"/>", BARS_LEFT,
             WIDTH);
        html(f, "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\" class=\"axis\"/>", BARS_LEFT,
             BARS_HEIGHT, WIDTH, BARS_HEIGHT);
        for (size_t i = 0; i < n; i++) {
                double high = (double)b[i].n / (double)most * (BARS_HEIGHT - 6),
                       x = BARS_LEFT + step * ((double)i + 0.5);

                html(f,
                     "<rect x=\"%f\" y=\"%f\" width=\"%f\" height=\"%f\"><title>%s: %n</title></rect>",
                     x - width / 2, BARS_HEIGHT - high, width, high, b[i].name, b[i].n);
                if (i % every == 0)
                        html(f, "<text x=\"%f\" y=\"%d\" class=\"mid\">%s</text>", x,
                             BARS_HEIGHT + 14,
                             strlen(b[i].name) == 10 && i > 0 ? b[i].name + 5 : b[i].name);
        }
        html(f, "</svg>\n");
}

void report_chart_days(const Report *r, FILE *f)
{
        static const size_t lengths[] = {10, 7, 4};
        Bucket buckets[BUCKETS_MAX];
        size_t n, filled = 0;
        const char **days = sorted_days(r, &n);

        for (size_t i = 0; days && n > 0 && i < ARRAY_SIZE(lengths) && !filled; i++)
                filled = fill_buckets(r, days, n, lengths[i], i == 0 ? DAYS_MAX : BUCKETS_MAX,
                                      buckets);
        free(days);
        if (filled)
                draw_bars(buckets, filled, f);
}

void report_source_name(json_object *source, char *ret, size_t size)
{
        if (*json_text(source, "name"))
                snprintf(ret, size, "%s", json_text(source, "name"));
        else if (*json_text(source, "host"))
                snprintf(ret, size, "%.8s", json_text(source, "host"));
        else
                snprintf(ret, size, "%s", json_text(source, "path"));
}

static void draw_mark(FILE *f, double x, double y, const char *verdict)
{
        if (!strcmp(verdict, "allow"))
                html(f, "<circle cx=\"%f\" cy=\"%f\" r=\"3.6\" class=\"m-allow\">", x, y);
        else if (!strcmp(verdict, "read-only"))
                html(f, "<path d=\"M%f %fl4.4 7.6h-8.8z\" class=\"m-ro\">", x, y - 5);
        else
                html(f, "<path d=\"M%f %fl4 4-4 4-4-4z\" class=\"m-block\">", x, y - 4);
}

static void end_mark(FILE *f, const char *verdict)
{
        html(f, !strcmp(verdict, "allow") ? "</circle>" : "</path>");
}

void report_chart_legend(FILE *f)
{
        static const char *const verdicts[] = {"allow", "read-only", "block"};

        html(f, "<p class=\"legend\">");
        for (size_t i = 0; i < ARRAY_SIZE(verdicts); i++) {
                html(f, "<svg viewBox=\"0 0 12 12\" class=\"key\">");
                draw_mark(f, 6, 6, verdicts[i]);
                end_mark(f, verdicts[i]);
                html(f, "</svg>%s ", _(verdicts[i]));
        }
        for (int z = ZONE_INTERNAL; z < (int)ZONE_MAX_; z++)
                html(f, "<span class=\"lane z-%r\"></span>%s ", zone_name((Zone)z),
                     _(zone_name((Zone)z)));
        html(f, "</p>\n");
}

/* The computers that a drive was on, as numbers of sources; how many. */
static size_t find_lanes(json_object *events, uint64_t lanes[LANES_MAX])
{
        size_t n = 0;

        for (size_t i = 0; i < json_object_array_length(events); i++) {
                uint64_t s = json_number(json_object_array_get_idx(events, i), "source");
                size_t k = 0;

                while (k < n && lanes[k] != s)
                        k++;
                if (k < n || n == LANES_MAX)
                        continue;
                for (k = n++; k > 0 && lanes[k - 1] > s; k--)
                        lanes[k] = lanes[k - 1];
                lanes[k] = s;
        }
        return n;
}

/* When the report begins and ends: asked for, or what there is. */
static void find_span(const Report *r, int64_t *ret_first, int64_t *ret_last)
{
        int64_t first = r->since, last = r->until;

        for (size_t i = 0; i < json_object_array_length(r->sources); i++) {
                json_object *s = json_object_array_get_idx(r->sources, i);
                int64_t a = (int64_t)json_number(s, "first"), b = (int64_t)json_number(s, "last");

                if (a && !r->since && (!first || a < first))
                        first = a;
                if (b && !r->until && b > last)
                        last = b;
        }
        *ret_first = first;
        *ret_last = MAX(last, first + 1);
}

static void draw_event(json_object *event, double x, double y, FILE *f)
{
        const char *verdict = json_text(event, "verdict");
        uint64_t times = json_number(event, "times");
        char time[32];

        out_time((int64_t)json_number(event, "time"), time, sizeof(time));
        draw_mark(f, x, y, verdict);
        html(f, "<title>%s %s: %s ", time, _(verdict), report_reason(json_text(event, "reason")));
        if (times > 1)
                html(f, "(%n)", times);
        html(f, "</title>");
        end_mark(f, verdict);
}

static void shorten_label(const char *text, char *ret, size_t size)
{
        size_t n = 0;

        snprintf(ret, size, "%s", text);
        if (out_width(ret) <= LABEL_COLUMNS)
                return;
        while (ret[n]) {
                size_t next = n + 1;
                char kept;

                while (((unsigned char)ret[next] & 0xc0) == 0x80)
                        next++;
                kept = ret[next];
                ret[next] = '\0';
                if (out_width(ret) > LABEL_COLUMNS - 1)
                        break;
                ret[next] = kept;
                n = next;
        }
        snprintf(ret + n, size - n, "…");
}

static void draw_lane(const Report *r, json_object *events, uint64_t source, double y, FILE *f)
{
        json_object *s = json_object_array_get_idx(r->sources, (size_t)source);
        const char *zone = "none";
        char name[256], label[256];
        int64_t first, last;

        find_span(r, &first, &last);
        report_source_name(s, name, sizeof(name));
        shorten_label(name, label, sizeof(label));
        for (size_t i = 0; i < json_object_array_length(events); i++) {
                json_object *e = json_object_array_get_idx(events, i);
                Zone z;

                if (json_number(e, "source") == source &&
                    zone_parse(json_text(e, "host_zone"), &z) == 0)
                        zone = zone_name(z);
        }
        html(f, "<text x=\"0\" y=\"%f\">%s</text>", y + 4, label);
        html(f, "<line x1=\"%d\" y1=\"%f\" x2=\"%d\" y2=\"%f\" class=\"lane z-%r\"/>",
             LANE_LEFT - 6, y, WIDTH, y, zone);
        for (size_t i = 0; i < json_object_array_length(events); i++) {
                json_object *e = json_object_array_get_idx(events, i);
                double at =
                        (double)((int64_t)json_number(e, "time") - first) / (double)(last - first);

                if (json_number(e, "source") == source)
                        draw_event(e, LANE_LEFT + at * (WIDTH - LANE_LEFT - LANE_RIGHT), y, f);
        }
}

void report_chart_drive(const Report *r, json_object *drive, FILE *f)
{
        json_object *events = NULL;
        uint64_t lanes[LANES_MAX];
        char begin[32], end[32];
        int64_t first, last;
        size_t n;
        int height;

        json_object_object_get_ex(drive, "events", &events);
        n = find_lanes(events, lanes);
        height = (int)n * LANE_HEIGHT;
        find_span(r, &first, &last);
        out_time(first, begin, sizeof(begin));
        out_time(last, end, sizeof(end));
        begin[strcspn(begin, " ")] = end[strcspn(end, " ")] = '\0';
        html(f, "<svg viewBox=\"0 0 %d %d\" role=\"img\" class=\"time\">", WIDTH, height + 14);
        for (size_t i = 0; i < n; i++)
                draw_lane(r, events, lanes[i], LANE_HEIGHT * ((double)i + 0.5), f);
        html(f, "<text x=\"%d\" y=\"%d\" class=\"date\">%s</text>", LANE_LEFT - 6, height + 10,
             begin);
        html(f, "<text x=\"%d\" y=\"%d\" class=\"date end\">%s</text></svg>\n", WIDTH, height + 10,
             end);
}
