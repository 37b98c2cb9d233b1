/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks a record's fields, as an object has them or as they stand in the line. */
#include "store/filter.h"

#include <string.h>
#include <strings.h>

#include "lib/members.h"
#include "policy/verdict.h"
#include "store/record.h"

#define SECONDS_TEXT 19u /* "2026-11-21T08:00:00" */
#define IDENTITY_PREFIX 8u
#define SEVERITY_TEXT 16u

typedef enum Field {
        F_TIME,
        F_KIND,
        F_VERDICT,
        F_REASON,
        F_SEVERITY,
        F_ZONE,
        F_DRIVE, /* from here on what names a drive */
        F_MEDIA_NUMBER,
        F_IDENTITY,
        F_LABEL_ID,
        F_SERIAL,
        F_SYSNAME,
        F_MAX_
} Field;

static const char *const names[F_MAX_] = {
        [F_TIME] = "time",         [F_KIND] = "kind",
        [F_VERDICT] = "verdict",   [F_REASON] = "reason",
        [F_SEVERITY] = "severity", [F_ZONE] = "drive_zone",
        [F_DRIVE] = "drive",       [F_MEDIA_NUMBER] = "media_number",
        [F_IDENTITY] = "identity", [F_LABEL_ID] = "label_id",
        [F_SERIAL] = "serial",     [F_SYSNAME] = "sysname",
};

/* Not ended by a NUL; of a field that is not there, nothing. */
typedef struct Piece {
        const char *text;
        size_t size;
} Piece;

static bool is(const Piece *p, const char *text)
{
        return p->size == strlen(text) && memcmp(p->text, text, p->size) == 0;
}

/* As strcmp() of the first 19 characters. */
static int compare_seconds(const Piece *p, const char *text)
{
        size_t n = MIN(p->size, (size_t)SECONDS_TEXT);
        int r = memcmp(p->text, text, n);

        return r != 0 || n == SECONDS_TEXT ? r : -1;
}

static int read_severity(const Piece *p, Severity *ret)
{
        char text[SEVERITY_TEXT] = "";

        if (p->size < sizeof(text))
                memcpy(text, p->text, p->size);
        return severity_parse(text, ret);
}

static bool is_drive(const Piece f[F_MAX_], const char *word)
{
        size_t n = strlen(word);

        for (size_t i = F_DRIVE; i < F_MAX_; i++)
                if (is(&f[i], word))
                        return true;
        return n >= IDENTITY_PREFIX && f[F_IDENTITY].size >= n &&
               strncasecmp(f[F_IDENTITY].text, word, n) == 0;
}

static bool is_violation(const Piece f[F_MAX_])
{
        Severity severity;

        if (is(&f[F_KIND], "tamper"))
                return true;
        return is(&f[F_KIND], "verdict") && is(&f[F_VERDICT], effect_name(EFFECT_BLOCK)) &&
               (read_severity(&f[F_SEVERITY], &severity) < 0 || severity > SEVERITY_NONE);
}

static bool matches(const RecordFilter *f, const Piece of[F_MAX_])
{
        Severity severity;

        if (*f->since && compare_seconds(&of[F_TIME], f->since) < 0)
                return false;
        if (*f->until && compare_seconds(&of[F_TIME], f->until) > 0)
                return false;
        if (f->kind && !is(&of[F_KIND], f->kind))
                return false;
        if (f->reason && !is(&of[F_REASON], f->reason))
                return false;
        if (f->zone && !is(&of[F_ZONE], f->zone))
                return false;
        if (f->severity != SEVERITY_NONE &&
            (read_severity(&of[F_SEVERITY], &severity) < 0 || severity < f->severity))
                return false;
        if (f->drive && !is_drive(of, f->drive))
                return false;
        return !f->violations || is_violation(of);
}

bool record_filter_is_empty(const RecordFilter *f)
{
        return !*f->since && !*f->until && !f->reason && !f->kind && !f->drive && !f->zone &&
               f->severity == SEVERITY_NONE && !f->violations;
}

static void read_object(json_object *o, Piece ret[F_MAX_])
{
        for (size_t i = 0; i < F_MAX_; i++) {
                const char *text = record_text(o, names[i]);

                ret[i] = (Piece){text, strlen(text)};
        }
}

bool record_matches(const RecordFilter *f, json_object *record)
{
        Piece of[F_MAX_];

        read_object(record, of);
        return matches(f, of);
}

bool record_is_violation(json_object *record)
{
        Piece of[F_MAX_];

        read_object(record, of);
        return is_violation(of);
}

#define IS(name) (memcmp(m->key, name, sizeof(name) - 1) == 0)

static Field field_of(const Member *m)
{
        switch (m->key_size) {
        case 4:
                return IS("time") ? F_TIME : IS("kind") ? F_KIND : F_MAX_;
        case 5:
                return IS("drive") ? F_DRIVE : F_MAX_;
        case 6:
                return IS("reason") ? F_REASON : IS("serial") ? F_SERIAL : F_MAX_;
        case 7:
                return IS("verdict") ? F_VERDICT : IS("sysname") ? F_SYSNAME : F_MAX_;
        case 8:
                if (IS("severity"))
                        return F_SEVERITY;
                return IS("identity") ? F_IDENTITY : IS("label_id") ? F_LABEL_ID : F_MAX_;
        case 10:
                return IS("drive_zone") ? F_ZONE : F_MAX_;
        case 12:
                return IS("media_number") ? F_MEDIA_NUMBER : F_MAX_;
        }
        return F_MAX_;
}

static unsigned bit(Field field)
{
        return 1u << field;
}

/* The fields that decide. */
static unsigned asked(const RecordFilter *f)
{
        const unsigned drive = bit(F_MAX_) - bit(F_DRIVE);

        return (*f->since || *f->until ? bit(F_TIME) : 0) | (f->kind ? bit(F_KIND) : 0) |
               (f->reason ? bit(F_REASON) : 0) | (f->zone ? bit(F_ZONE) : 0) |
               (f->severity != SEVERITY_NONE ? bit(F_SEVERITY) : 0) | (f->drive ? drive : 0) |
               (f->violations ? bit(F_KIND) | bit(F_VERDICT) | bit(F_SEVERITY) : 0);
}

/* 0, or -EINVAL: not plain. `ret_escaped`: fields that only a JSON reader can tell. */
static int read_line(const char *line, size_t size, Piece ret[F_MAX_], unsigned *ret_escaped)
{
        Member all[MEMBERS_MAX];
        int n = members_read(line, size, all);

        *ret_escaped = 0;
        for (size_t i = 0; i < F_MAX_; i++)
                ret[i] = (Piece){"", 0};
        for (const Member *m = all; m < all + MAX(n, 0); m++) {
                Field field = field_of(m);

                if (field == F_MAX_)
                        continue;
                ret[field] = m->type == MEMBER_NULL ? (Piece){"", 0} : (Piece){m->value, m->size};
                *ret_escaped &= ~bit(field); /* of two with one name the later one counts */
                if (m->type == MEMBER_ESCAPED)
                        *ret_escaped |= bit(field);
        }
        return MIN(n, 0);
}

/* A JSON reader makes this text of a member only where it stands in the line: of no escape, which
 * the caller has looked for, of no number that is spelled otherwise, of nothing nested. */
static bool lacks(const char *line, size_t size, const char *word)
{
        return word && *word != '{' && *word != '[' && word[strspn(word, "0123456789+-.eE")] &&
               !text_has(line, size, word, strlen(word));
}

/* Told without looking at members: a word that is asked for is nowhere. */
static bool lacks_a_word(const RecordFilter *f, const char *line, size_t size)
{
        if (memchr(line, '\\', size))
                return false;
        return lacks(line, size, f->kind) || lacks(line, size, f->reason) ||
               lacks(line, size, f->zone) || lacks(line, size, f->drive) ||
               (f->severity == SEVERITY_CRITICAL &&
                lacks(line, size, severity_name(SEVERITY_CRITICAL))) ||
               (f->violations && lacks(line, size, effect_name(EFFECT_BLOCK)) &&
                lacks(line, size, "tamper"));
}

RecordSieve record_sieve(const RecordFilter *f, const char *line, size_t size)
{
        Piece of[F_MAX_];
        unsigned escaped;

        if (record_filter_is_empty(f))
                return RECORD_YES;
        if (lacks_a_word(f, line, size))
                return RECORD_NO;
        if (read_line(line, size, of, &escaped) < 0 || (escaped & asked(f)))
                return RECORD_PARSE;
        return matches(f, of) ? RECORD_YES : RECORD_NO;
}
