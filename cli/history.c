/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the journal and the files of syslog, rotated and compressed ones too. */
#include "cli/history.h"

#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>

#include "cli/cli.h"
#include "cli/logfile.h"
#include "lib/file.h"

#define LOG_DIR "/var/log"
#define LINE_MAX_BYTES 4096
#define US_PER_SECOND 1000000u
#define DAY_SECONDS (24 * 60 * 60)

static int journal_entry(sd_journal *j, Kernlog *k)
{
        const char *message;
        uint64_t time;
        size_t size, skip = strlen("MESSAGE=");

        if (sd_journal_get_data(j, "MESSAGE", (const void **)&message, &size) < 0 || size < skip ||
            sd_journal_get_realtime_usec(j, &time) < 0)
                return 0;
        return kernlog_line(k, message + skip, size - skip, (int64_t)(time / US_PER_SECOND));
}

static int open_journal(const char *dir, sd_journal **ret)
{
        int r = dir ? sd_journal_open_directory(ret, dir, 0)
                    : sd_journal_open(ret, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

        return r < 0 ? r : sd_journal_add_match(*ret, "_TRANSPORT=kernel", 0);
}

/* When its first kernel message is from; 0: it has none. */
static int64_t journal_start(sd_journal *j)
{
        uint64_t time;

        if (sd_journal_next(j) <= 0 || sd_journal_get_realtime_usec(j, &time) < 0)
                time = 0;
        return sd_journal_seek_head(j) < 0 ? 0 : (int64_t)(time / US_PER_SECOND);
}

static int read_journal(sd_journal *j, Kernlog *k, HistoryRead *h)
{
        int r = 0;

        while (r >= 0 && (r = sd_journal_next(j)) > 0) {
                r = journal_entry(j, k);
                h->lines++;
        }
        return r;
}

/* "Nov 21 08:00:00" names no year: the last one before the file was written. */
static int64_t old_time(const char *line, time_t written)
{
        struct tm tm = {.tm_isdst = -1}, now;
        time_t t;

        if (!localtime_r(&written, &now) || !strptime(line, "%b %d %H:%M:%S ", &tm))
                return 0;
        tm.tm_year = now.tm_year;
        t = mktime(&tm);
        if (t > written + DAY_SECONDS) {
                tm.tm_year--;
                tm.tm_isdst = -1;
                t = mktime(&tm);
        }
        return t;
}

/* "2026-11-21T08:00:00.123456+08:00" */
static int64_t line_time(const char *line, time_t written)
{
        struct tm tm = {0};
        const char *rest = strptime(line, "%Y-%m-%dT%H:%M:%S", &tm);
        time_t t;

        if (!rest)
                return old_time(line, written);
        t = timegm(&tm);
        rest += *rest == '.' ? 1 + strspn(rest + 1, "0123456789") : 0;
        if (*rest != 'Z' && strptime(rest, "%z", &tm))
                t -= tm.tm_gmtoff;
        return t;
}

/* "[   12.345678] ", and the number of a task or processor in further brackets */
static char *skip_stamps(char *text)
{
        char *end;

        while (*text == '[' && (end = strchr(text, ']')))
                text = end + 1 + strspn(end + 1, " ");
        return text;
}

/* "... host kernel: [   12.345678] usb 1-1: ..." */
static int file_line(Kernlog *k, char *line, time_t written, HistoryRead *h)
{
        char *text = strstr(line, " kernel: ");
        int64_t time;

        if (!text)
                return 0;
        text = skip_stamps(text + strlen(" kernel: "));
        text[strcspn(text, "\r")] = '\0';
        time = line_time(line, written);
        h->lines++;
        return h->before && time >= h->before ? 0 : kernlog_line(k, text, strlen(text), time);
}

/* Takes the descriptor. LOGFILE_E_* are told here. */
static int read_file(Kernlog *k, const char *path, int fd, HistoryRead *h)
{
        _cleanup_(logfile_closep) LogFile *l = NULL;
        char line[LINE_MAX_BYTES];
        struct stat st;
        bool more = true;
        int r;

        if (fstat(fd, &st) < 0) {
                r = -errno;
                fd_close(fd);
                return r;
        }
        r = logfile_open(fd, &l);
        while (r == 0 && (r = logfile_line(l, line, sizeof(line), &more)) == 0 && more) {
                r = file_line(k, line, st.st_mtime, h);
                if (r < 0)
                        return r;
        }
        if (r > 0) {
                h->damaged++;
                cli_note(_("%s: %s; what comes before that is read"), path, logfile_text(r));
        }
        return MIN(r, 0);
}

int history_file(Kernlog *k, const char *path, HistoryRead *h)
{
        int fd = open(path, O_RDONLY | O_CLOEXEC);

        return fd < 0 ? -errno : read_file(k, path, fd, h);
}

typedef struct Rotated {
        const char *path;
        time_t written;
} Rotated;

static int by_age(const void *a, const void *b)
{
        const Rotated *x = a, *y = b;

        return x->written == y->written ? -strverscmp(x->path, y->path)
                                        : (x->written < y->written ? -1 : 1);
}

/* One that cannot be read is named; the others are read nevertheless. */
static int read_rotated(Kernlog *k, const Rotated *f, HistoryRead *h)
{
        int fd = file_open_regular(AT_FDCWD, f->path, 0);
        int r = fd < 0 ? fd : read_file(k, f->path, fd, h);

        if (r == 0 || r == -ENOMEM || r == -E2BIG)
                return r;
        h->damaged++;
        if (r != -EACCES || h->denied++ == 0)
                (void)cli_fail_errno(r, _("cannot read %s"), f->path);
        return 0;
}

/* The oldest first: a drive may be plugged in when a log is rotated. */
static int read_matching(Kernlog *k, const char *dir, const char *name, HistoryRead *h,
                         bool *ret_found)
{
        _cleanup_(freep) Rotated *files = NULL;
        char pattern[4096];
        glob_t found = {0};
        struct stat st;
        int r = 0;

        snprintf(pattern, sizeof(pattern), "%s/%s", dir, name);
        if (glob(pattern, 0, NULL, &found) == 0)
                files = calloc(found.gl_pathc, sizeof(*files));
        *ret_found = found.gl_pathc > 0;
        if (*ret_found && !files)
                r = -ENOMEM;
        for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
                files[i] = (Rotated){found.gl_pathv[i],
                                     stat(found.gl_pathv[i], &st) == 0 ? st.st_mtime : 0};
        if (files)
                qsort(files, found.gl_pathc, sizeof(*files), by_age);
        for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
                r = read_rotated(k, &files[i], h);
        globfree(&found);
        return r;
}

static int read_folder(Kernlog *k, const char *dir, HistoryRead *h)
{
        /* A syslog that keeps several has each message in all of them: the first kind is enough. */
        static const char *const names[] = {"kern.log*", "messages*", "syslog*"};
        bool found = false;
        int r = read_matching(k, dir, "installer/syslog*", h, &found);

        found = false;
        for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0 && !found; i++)
                r = read_matching(k, dir, names[i], h, &found);
        return r;
}

static int read_both(Kernlog *k, const char *journal, const char *dir, HistoryRead *h)
{
        sd_journal *j = NULL;
        int r = open_journal(journal, &j);

        if (r >= 0) {
                h->before = journal_start(j);
                r = read_folder(k, dir, h);
        }
        if (r >= 0)
                r = read_journal(j, k, h);
        sd_journal_close(j);
        return r;
}

int history_here(Kernlog *k, HistoryRead *h)
{
        return read_both(k, NULL, LOG_DIR, h);
}

int history_saved(Kernlog *k, const char *dir, HistoryRead *h)
{
        return read_both(k, dir, dir, h);
}
