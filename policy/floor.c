/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The latest time a computer has believed: moved, compared, read and written. */
#include "policy/floor.h"

#include <stdio.h>
#include <string.h>

#include "lib/text.h"
#include "policy/parse.h"

#define FLOOR_FORMAT "usbzone-time 1"
#define SECOND_US INT64_C(1000000)
#define TIME_LAST INT64_C(253402300799) /* 9999-12-31T23:59:59Z */
#define NO_BOOT "00000000000000000000000000000000"

int64_t floor_remembered(const Floor *f, const ClockMoment *now)
{
        int64_t passed, time;

        if (__builtin_sub_overflow(now->boot, f->believed.boot, &passed) || passed < 0 ||
            __builtin_add_overflow(f->believed.wall, passed, &time))
                return f->believed.wall;
        return time;
}

int64_t floor_judged(const Floor *f, const ClockMoment *now)
{
        return MAX(floor_remembered(f, now), now->wall);
}

void floor_accept(Floor *f, const ClockMoment *now)
{
        f->believed = *now;
        f->steady = *now;
}

void floor_begin(Floor *ret, const FloorFile *file, const char *boot, const ClockMoment *now)
{
        bool same = file && strcmp(file->boot, boot) == 0 && strcmp(boot, NO_BOOT) != 0;

        floor_accept(ret, now);
        if (same)
                ret->believed = (ClockMoment){.wall = file->believed.wall,
                                              .boot = MIN(file->believed.boot, now->boot)};
        else if (file)
                ret->believed.wall = MAX(file->believed.wall, now->wall);
}

/* Begins with whichever tells the later time. */
static void begin_later(Floor *f, const FloorFile *other, const char *boot, const ClockMoment *now)
{
        Floor o;

        if (!other)
                return;
        floor_begin(&o, other, boot, now);
        if (floor_remembered(&o, now) > floor_remembered(f, now))
                *f = o;
}

/* A record says what it likes; no later time than the file can hold, and none before the boot. */
static const FloorFile *believable(const FloorFile *f)
{
        return f && f->believed.wall >= 0 && f->believed.wall / SECOND_US <= TIME_LAST &&
                               f->believed.boot >= 0
                       ? f
                       : NULL;
}

FloorFound floor_begin_with(Floor *ret, const FloorSources *s, const char *boot,
                            const ClockMoment *now)
{
        const FloorFile *told = believable(s->kept), *last = believable(s->last);
        FloorFound found = FLOOR_FOUND;
        Floor f, kept;

        floor_begin(&f, s->file, boot, now);
        floor_begin(&kept, told, boot, now);
        if (s->damaged)
                found = FLOOR_DAMAGED;
        else if (!s->file && told)
                found = FLOOR_MISSING;
        else if (s->file && told && s->written &&
                 floor_remembered(&kept, now) > floor_remembered(&f, now))
                found = FLOOR_CHANGED;
        if (!s->file || found != FLOOR_FOUND) {
                begin_later(&f, told, boot, now);
                begin_later(&f, last, boot, now);
        }
        *ret = f;
        return found;
}

const char *floor_found_name(FloorFound found)
{
        switch (found) {
        case FLOOR_FOUND:
                return "";
        case FLOOR_MISSING:
                return "missing";
        case FLOOR_DAMAGED:
                return "damaged";
        case FLOOR_CHANGED:
                return "changed";
        }
        return "";
}

bool floor_file_equal(const FloorFile *a, const FloorFile *b)
{
        return a->believed.wall == b->believed.wall && a->believed.boot == b->believed.boot &&
               strcmp(a->boot, b->boot) == 0;
}

void floor_look(Floor *f, const ClockMoment *now)
{
        if (clock_step(&f->steady, now) != 0)
                f->steady = *now;
        else if (now->boot - f->steady.boot >= FLOOR_SETTLED_US &&
                 now->wall > floor_remembered(f, now))
                f->believed = *now;
}

static int parse_believed(Keyfile *k, void *userdata, TextError *error)
{
        FloorFile *f = userdata;
        int64_t seconds;
        int r = parse_time(k, &seconds, error);

        if (r == 0)
                f->believed.wall = seconds * SECOND_US;
        return r;
}

static int parse_boot(Keyfile *k, void *userdata, TextError *error)
{
        FloorFile *f = userdata;
        uint8_t id[(FLOOR_BOOT_SIZE - 1) / 2];
        int r = parse_hex(k, id, sizeof(id), error);

        if (r == 0)
                text_hex(id, sizeof(id), f->boot);
        return r;
}

static int parse_mono(Keyfile *k, void *userdata, TextError *error)
{
        FloorFile *f = userdata;
        uint64_t us;
        int r = parse_number(k, 0, INT64_MAX, &us, error);

        if (r == 0)
                f->believed.boot = (int64_t)us;
        return r;
}

static const ParseKey keys[] = {
        {"time", parse_believed, PARSE_REQUIRED},
        {"boot", parse_boot, PARSE_REQUIRED},
        {"mono", parse_mono, PARSE_REQUIRED},
};

int floor_parse(const char *text, size_t size, FloorFile *ret, TextError *error)
{
        FloorFile file = {.boot = ""};
        int r = parse_file(text, size, FLOOR_FORMAT, keys, ARRAY_SIZE(keys), &file, error);

        if (r == 0)
                *ret = file;
        return r;
}

size_t floor_format(const Floor *f, const char *boot, const ClockMoment *now, char *ret)
{
        int64_t time = MAX(floor_remembered(f, now), 0), part = time % SECOND_US;
        char text[TEXT_TIME_MAX];
        int n;

        /* Of the whole second, so that nothing is lost each time it is written. */
        text_time_format(time / SECOND_US, text);
        n = snprintf(ret, FLOOR_FILE_MAX, FLOOR_FORMAT "\ntime = %s\nboot = %s\nmono = %lld\n",
                     text, boot, (long long)MAX(now->boot - part, 0));
        return (size_t)MAX(n, 0);
}
