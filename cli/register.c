/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and appends the register of given numbers. */
#include "cli/register.h"

#include <fcntl.h>
#include <json-c/json.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/out.h"
#include "lib/file.h"
#include "lib/text.h"

#define REGISTER_MAX (1024u * 1024u * 1024u)

static int check_zone(const Label *label, const char *zone_text, const char *level_text)
{
        Level level = LEVEL_NONE;
        Zone zone = ZONE_NONE;

        if (zone_parse(zone_text, &zone) < 0 || level_parse(level_text, &level) < 0)
                return 0;
        if (zone != ZONE_CLASSIFIED || (label->zone == ZONE_CLASSIFIED && label->level >= level))
                return 0;
        return cli_fail(CLI_REFUSED,
                        _("this drive was classified (%s) and never becomes anything lower"),
                        level_text);
}

static int check_line(const Label *label, const char *identity, json_object *o)
{
        bool same_drive = !strcmp(json_text(o, "identity"), identity);

        if (same_drive)
                return check_zone(label, json_text(o, "zone"), json_text(o, "level"));
        if (!strcmp(json_text(o, "media_number"), label->media_number))
                return cli_fail(
                        CLI_FAILED,
                        _("the number %s belongs to another drive since %s: choose another one"),
                        label->media_number, json_text(o, "time"));
        return 0;
}

int register_check(int etc_fd, const Label *label)
{
        _cleanup_(freep) char *text = NULL;
        char identity[2 * DIGEST_SIZE + 1], *save = NULL;
        unsigned line = 0;
        size_t size;
        int r = file_read(etc_fd, REGISTER_PATH, REGISTER_MAX, &text, &size);

        if (r == -ENOENT)
                return 0;
        if (r < 0)
                return cli_fail_errno(r, _("cannot read the register of numbers, %s/%s"),
                                      UZ_ETC_DIR, REGISTER_PATH);
        text_hex(label->identity, DIGEST_SIZE, identity);
        for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
                _cleanup_(json_object_putp) json_object *o = json_tokener_parse(l);

                line++;
                if (!json_object_is_type(o, json_type_object))
                        cli_note(_("the register of numbers, %s/%s, line %u: not readable, passed "
                                   "over"),
                                 UZ_ETC_DIR, REGISTER_PATH, line);
                else if ((r = check_line(label, identity, o)))
                        return r;
        }
        return 0;
}

static json_object *register_line(const Label *label)
{
        char hex[2 * DIGEST_SIZE + 1], time[TEXT_TIME_MAX];
        json_object *o = json_object_new_object();

        text_time_format(label->issued, time);
        json_object_object_add(o, "time", json_object_new_string(time));
        json_object_object_add(o, "media_number", json_object_new_string(label->media_number));
        text_hex(label->identity, DIGEST_SIZE, hex);
        json_object_object_add(o, "identity", json_object_new_string(hex));
        text_hex(label->id, LABEL_ID_SIZE, hex);
        json_object_object_add(o, "label", json_object_new_string(hex));
        json_object_object_add(o, "zone", json_object_new_string(zone_name(label->zone)));
        json_object_object_add(o, "level", json_object_new_string(level_name(label->level)));
        json_object_object_add(o, "holder", json_object_new_string(label->holder));
        json_object_object_add(o, "unit", json_object_new_string(label->unit));
        return o;
}

/* Where the keys are elsewhere, the folder may not be there yet. A line that a power cut left
 * unfinished is ended first: it would take this one with it. */
static int append(int etc_fd, const char *text, size_t n)
{
        _cleanup_(fd_closep) int fd = -EBADF;
        char last = '\n';
        off_t end;
        int r = 0;

        if (mkdirat(etc_fd, UZ_AUTHORITY_DIR, 0700) < 0 && errno != EEXIST)
                return -errno;
        fd = openat(etc_fd, REGISTER_PATH, O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
                    0600);
        if (fd < 0)
                return -errno;
        end = lseek(fd, 0, SEEK_END);
        if (end < 0)
                return -errno;
        if (end > 0)
                r = file_pread_full(fd, &last, 1, (uint64_t)end - 1);
        if (r == 0 && last != '\n')
                r = file_write_full(fd, "\n", 1);
        if (r == 0)
                r = file_write_full(fd, text, n);
        if (r == 0 && fsync(fd) < 0)
                r = -errno;
        if (r < 0 && ftruncate(fd, end) < 0)
                return -errno;
        return r;
}

int register_add(int etc_fd, const Label *label)
{
        _cleanup_(json_object_putp) json_object *o = register_line(label);
        const char *text = json_object_to_json_string_ext(
                o, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE);
        _cleanup_(freep) char *line = NULL;
        int n = asprintf(&line, "%s\n", text), r;

        if (n < 0)
                return cli_out_of_memory();
        r = append(etc_fd, line, (size_t)n);
        return r < 0 ? cli_fail_errno(r, _("cannot write the register of numbers, %s/%s"),
                                      UZ_ETC_DIR, REGISTER_PATH)
                     : 0;
}

int register_each(int dirfd, const char *path, RegisterVisit visit, void *userdata)
{
        _cleanup_(freep) char *text = NULL;
        uint8_t identity[DIGEST_SIZE];
        char *save = NULL;
        size_t size;
        int r = file_read(dirfd, path, REGISTER_MAX, &text, &size);

        if (r < 0)
                return r;
        for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save)) {
                _cleanup_(json_object_putp) json_object *o = json_tokener_parse(l);

                if (json_object_is_type(o, json_type_object) &&
                    text_unhex(json_text(o, "identity"), identity, DIGEST_SIZE) == 0)
                        visit(userdata, identity, json_text(o, "media_number"));
        }
        return 0;
}

typedef struct Wanted {
        const char *number;
        uint8_t *ret_identity;
        int found;
} Wanted;

static void take_if_wanted(void *userdata, const uint8_t identity[DIGEST_SIZE], const char *number)
{
        Wanted *w = userdata;

        if (strcmp(number, w->number) != 0)
                return;
        memcpy(w->ret_identity, identity, DIGEST_SIZE);
        w->found = CLI_OK;
}

int register_find(int dirfd, const char *path, const char *number,
                  uint8_t ret_identity[DIGEST_SIZE])
{
        Wanted w = {number, ret_identity, CLI_FAILED};

        return register_each(dirfd, path, take_if_wanted, &w) < 0 ? CLI_FAILED : w.found;
}
