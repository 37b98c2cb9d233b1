/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads entries of a whitelist from CSV, from a register of enrolments, from whitelist files. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/csv_read.h"
#include "cli/out.h"
#include "cli/whitelist_file.h"
#include "lib/text.h"

#define LINE_SIZE 8192u
#define PROGRESS_LINES 65536u

/* Columns of CSV and members of a register's lines. */
typedef enum Column { COLUMN_IDENTITY, COLUMN_LABEL, COLUMN_ZONE, COLUMN_LEVEL, COLUMNS } Column;
static const char *const column_names[] = {"identity", "label", "zone", "level"};

typedef struct Source {
        WhitelistItems *items;
        uint32_t index;
        const char *path;
        unsigned line;
        bool csv, begun;      /* begun: a line was there that is not empty */
        int columns[COLUMNS]; /* of CSV; -1: there is none */
} Source;

static int bad_line(const Source *s, const char *what)
{
        return cli_fail(CLI_FAILED, _("%s, line %u: %s"), s->path, s->line, what);
}

static int add(Source *s, const WhitelistEntry *e)
{
        WhitelistItems *items = s->items;

        if (items->n == items->room) {
                size_t room = items->room ? 2 * items->room : 1024;
                WhitelistItem *list;

                if (items->n >= WHITELIST_MAX)
                        return cli_fail(CLI_FAILED, _("there are more than %u entries"),
                                        WHITELIST_MAX);
                list = reallocarray(items->list, room, sizeof(*list));
                if (!list)
                        return cli_out_of_memory();
                items->list = list;
                items->room = room;
        }
        items->list[items->n++] =
                (WhitelistItem){.entry = *e, .source = s->index, .line = s->csv ? s->line : 0};
        return 0;
}

/* Texts as they stand in the file; NULL or "": not given. */
static int add_texts(Source *s, const char *const texts[COLUMNS])
{
        const char *label = texts[COLUMN_LABEL], *level = texts[COLUMN_LEVEL];
        WhitelistEntry e = {0};

        if (!texts[COLUMN_IDENTITY] || text_unhex(texts[COLUMN_IDENTITY], e.identity, DIGEST_SIZE))
                return bad_line(s, _("the identity is not 64 hex digits"));
        if (label && *label && text_unhex(label, e.label_id, LABEL_ID_SIZE) < 0)
                return bad_line(s, _("the label is not 32 hex digits"));
        if (!texts[COLUMN_ZONE] || zone_parse(texts[COLUMN_ZONE], &e.zone) < 0 ||
            e.zone == ZONE_NONE)
                return bad_line(s, _("the zone is none of internal, classified, internet"));
        if (level && *level && level_parse(level, &e.level) < 0)
                return bad_line(s, _("the level is none of confidential, secret, top-secret"));
        if (!zone_level_valid(e.zone, e.level))
                return bad_line(s, _("zone and level do not fit: classified drives have a level, "
                                     "others have none"));
        return add(s, &e);
}

static int take_head(Source *s, char *line)
{
        char *fields[CSV_FIELDS_MAX];
        int n = csv_split(line, fields, CSV_FIELDS_MAX);

        for (unsigned c = 0; c < COLUMNS; c++) {
                s->columns[c] = -1;
                for (int i = 0; i < n; i++) {
                        if (strcmp(fields[i], column_names[c]) != 0)
                                continue;
                        if (s->columns[c] >= 0)
                                return cli_fail(CLI_FAILED,
                                                _("%s, line %u: two columns are called %s"),
                                                s->path, s->line, column_names[c]);
                        s->columns[c] = i;
                }
        }
        if (s->columns[COLUMN_IDENTITY] < 0 || s->columns[COLUMN_ZONE] < 0)
                return bad_line(s, _("the first line must name the columns: identity, zone, and "
                                     "level and label if there are any"));
        return 0;
}

static int take_csv(Source *s, char *line)
{
        const char *texts[COLUMNS] = {NULL};
        char *fields[CSV_FIELDS_MAX];
        int n = csv_split(line, fields, CSV_FIELDS_MAX);

        if (n < 0)
                return bad_line(s, _("a quotation mark is not closed, or there are too many "
                                     "fields"));
        for (unsigned c = 0; c < COLUMNS; c++)
                if (s->columns[c] >= 0 && s->columns[c] < n)
                        texts[c] = fields[s->columns[c]];
        return add_texts(s, texts);
}

static int take_record(Source *s, const char *line)
{
        _cleanup_(json_object_putp) json_object *o = json_tokener_parse(line);
        const char *texts[COLUMNS];

        if (!json_object_is_type(o, json_type_object))
                return bad_line(s, _("this is no record of an enrolment"));
        for (unsigned c = 0; c < COLUMNS; c++)
                texts[c] = json_text(o, column_names[c]);
        return add_texts(s, texts);
}

static int take_line(Source *s, char *line, size_t n)
{
        bool first = !s->begun;

        if (memchr(line, '\0', n))
                return bad_line(s, _("there is a zero byte in it: save the table as UTF-8"));
        while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
                line[--n] = '\0';
        if (s->line == 1 && !strncmp(line, "\xef\xbb\xbf", 3))
                line += 3; /* a byte order mark, as spreadsheets write it */
        if (*line == '\0')
                return 0;
        s->begun = true;
        if (first)
                s->csv = *line != '{';
        if (s->csv)
                return first ? take_head(s, line) : take_csv(s, line);
        return take_record(s, line);
}

/* The length of the next line with its newline, 0 at the end; LINE_SIZE: it is longer than that. */
static size_t next_line(FILE *f, char line[LINE_SIZE])
{
        size_t n = 0;
        int c = 0;

        while (n < LINE_SIZE - 1 && c != '\n' && (c = getc_unlocked(f)) != EOF)
                line[n++] = (char)c;
        line[n] = '\0';
        return n == LINE_SIZE - 1 && c != '\n' ? LINE_SIZE : n;
}

static int read_lines(Source *s, FILE *f)
{
        Progress p = progress_start(_("Reading drives ..."));
        char line[LINE_SIZE];
        size_t n;
        int r = 0;

        while (r == 0 && (n = next_line(f, line)) > 0) {
                s->line++;
                r = n == LINE_SIZE ? bad_line(s, _("the line is too long")) : take_line(s, line, n);
                if (s->line % PROGRESS_LINES == 0)
                        progress_update(&p, s->line, 0);
        }
        progress_end(&p);
        if (r == 0 && ferror(f))
                r = cli_fail_errno(-errno, _("cannot read %s"), s->path);
        return r;
}

static int read_whitelist(Source *s)
{
        WhitelistFile f;
        WhitelistEntry e;
        int r = whitelist_file_open(s->path, &f);

        for (uint64_t i = 0; r == 0 && i < f.w.count; i++) {
                r = whitelist_get(&f.w, i, &e);
                r = r < 0 ? cli_fail_errno(r, _("cannot read %s"), s->path) : add(s, &e);
        }
        whitelist_file_close(&f);
        return r;
}

int whitelist_items_add(WhitelistItems *items, uint32_t source)
{
        Source s = {.items = items, .index = source, .path = items->sources[source]};
        char magic[8] = "";
        FILE *f = fopen(s.path, "re");
        size_t n = 0;
        int r;

        if (!f)
                return cli_fail_errno(-errno, _("cannot open %s"), s.path);
        if (ftello(f) == 0) { /* a pipe holds lines */
                n = fread(magic, 1, sizeof(magic), f);
                rewind(f);
        }
        r = n == sizeof(magic) && !memcmp(magic, "UZWHITE1", sizeof(magic)) ? read_whitelist(&s)
                                                                            : read_lines(&s, f);
        fclose(f);
        return r;
}
