/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads the journal and the files of syslog, rotated and compressed ones too. */
#include "cli/history.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <zlib.h>

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

int history_journal(Kernlog *k, const char *dir, uint64_t *ret_lines)
{
        sd_journal *j = NULL;
        int r = dir ? sd_journal_open_directory(&j, dir, 0)
                    : sd_journal_open(&j, SD_JOURNAL_LOCAL_ONLY | SD_JOURNAL_SYSTEM);

        if (r >= 0)
                r = sd_journal_add_match(j, "_TRANSPORT=kernel", 0);
        while (r >= 0 && (r = sd_journal_next(j)) > 0) {
                r = journal_entry(j, k);
                ++*ret_lines;
        }
        sd_journal_close(j);
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

/* "... host kernel: [   12.345678] usb 1-1: ..." */
static int file_line(Kernlog *k, char *line, time_t written, uint64_t *ret_lines)
{
        char *text = strstr(line, " kernel: ");
        char *end;

        if (!text)
                return 0;
        text += strlen(" kernel: ");
        end = *text == '[' ? strchr(text, ']') : NULL;
        if (end)
                text = end + 1 + strspn(end + 1, " ");
        text[strcspn(text, "\r\n")] = '\0';
        ++*ret_lines;
        return kernlog_line(k, text, strlen(text), line_time(line, written));
}

int history_file(Kernlog *k, const char *path, uint64_t *ret_lines)
{
        char line[LINE_MAX_BYTES];
        struct stat st;
        gzFile f;
        int r = 0;

        if (stat(path, &st) < 0)
                return -errno;
        f = gzopen(path, "re");
        if (!f)
                return errno ? -errno : -ENOMEM;
        while (r == 0 && gzgets(f, line, sizeof(line)))
                r = file_line(k, line, st.st_mtime, ret_lines);
        if (gzclose_r(f) != Z_OK && r == 0)
                r = -EIO;
        return r;
}

int history_folder(Kernlog *k, const char *dir, uint64_t *ret_lines)
{
        /* A syslog that keeps several has each message in all of them: the first kind is enough. */
        static const char *const names[] = {"kern.log*", "messages*", "syslog*"};
        glob_t found = {0};
        char pattern[4096];
        int r = 0;

        for (size_t i = 0; i < ARRAY_SIZE(names) && found.gl_pathc == 0; i++) {
                globfree(&found);
                snprintf(pattern, sizeof(pattern), "%s/%s", dir, names[i]);
                (void)glob(pattern, 0, NULL, &found);
        }
        for (size_t i = 0; i < found.gl_pathc && r == 0; i++)
                r = history_file(k, found.gl_pathv[i], ret_lines);
        globfree(&found);
        return r;
}

int history_here(Kernlog *k, uint64_t *ret_lines)
{
        int r = history_journal(k, NULL, ret_lines);

        return r < 0 || *ret_lines ? r : history_folder(k, LOG_DIR, ret_lines);
}

int history_saved(Kernlog *k, const char *dir, uint64_t *ret_lines)
{
        int r = history_journal(k, dir, ret_lines);

        return r < 0 ? r : history_folder(k, dir, ret_lines);
}
